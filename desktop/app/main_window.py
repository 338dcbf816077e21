"""The window: one line at the top, the pages, the queue at the bottom."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QEvent, Qt, QUrl, Signal
from PySide6.QtGui import QCloseEvent, QDesktopServices, QPaintEvent
from PySide6.QtWidgets import QMainWindow, QMenuBar, QMessageBox, QStackedWidget, QVBoxLayout, QWidget

from desktop.app.appearance import Appearance
from desktop.app.top_bar import PAGES, TopBar
from desktop.widgets.choices import LanguageChoice, ThemeChoice
from desktop.widgets.command_palette import CommandPalette
from desktop.widgets.commands import CommandRegistry
from desktop.widgets.error_line import ErrorLine
from desktop.widgets.translations import tr

if TYPE_CHECKING:
    from desktop.app.menus import Menus
    from desktop.app.pages import Pages
    from desktop.app.viewmodels import Viewmodels
    from desktop.generation.views.queue_bar import QueueBar

USUAL_WIDTH = 1280
USUAL_HEIGHT = 800
SMALLEST_WIDTH = 960
SMALLEST_HEIGHT = 600


class MainWindow(QMainWindow):
    """Made without the rooms, so that it is seen at once; `fill` brings them as soon as they are loaded."""

    close_asked = Signal()
    first_painted = Signal()
    pages: Pages
    queue_bar: QueueBar
    menus: Menus

    def __init__(self, *, appearance: Appearance, data_folder: Path, version: str) -> None:
        super().__init__()
        self.setObjectName("main_window")
        self.setWindowTitle("Pentimento")
        self.appearance = appearance
        self._data_folder = data_folder
        self._version = version
        self._may_close = False
        self._painted = False
        self._viewmodels: Viewmodels | None = None
        self.errors = ErrorLine()
        self._stack = QStackedWidget()
        self._stack.setProperty("surface", "surround")
        self._stack.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.registry = CommandRegistry(self)
        self._menu_bar = QMenuBar(self)
        self.top_bar = TopBar(menus=self._menu_bar)
        self.palette_dialog: CommandPalette | None = None
        self._column = QVBoxLayout()
        self._lay_out()

    def fill(self, *, viewmodels: Viewmodels, pages: Pages) -> None:
        """Bring in the rooms: their pages, their commands and the queue."""
        from desktop.app.menus import Menus
        from desktop.generation.views.queue_bar import QueueBar

        self._viewmodels = viewmodels
        self.pages = pages
        for page in PAGES:
            self._stack.addWidget(pages.widget(page))
        self.queue_bar = QueueBar(overview=viewmodels.overview)
        self._column.addWidget(self.queue_bar)
        self._add_commands(viewmodels)
        self.menus = Menus(
            bar=self._menu_bar,
            registry=self.registry,
            window=self,
            page=pages.workspace,
            canvas=pages.canvas_page.view,
        )
        self.top_bar.page_chosen.connect(self.show_page)
        self.top_bar.palette_asked.connect(self.show_palette)
        viewmodels.canvas.files.title_changed.connect(self._show_title)
        self.show_page("canvas")

    @property
    def page(self) -> str:
        return PAGES[self._stack.currentIndex()]

    @property
    def theme(self) -> ThemeChoice:
        return self.appearance.theme

    @property
    def language(self) -> LanguageChoice:
        return self.appearance.language

    def show_page(self, page: str) -> None:
        widget = self.pages.widget(page)
        self._stack.setCurrentWidget(widget)
        self.top_bar.show_page(page)
        self._show_title()
        widget.setFocus()

    def choose_theme(self, choice: ThemeChoice) -> None:
        self.appearance.choose_theme(choice)

    def choose_language(self, choice: LanguageChoice) -> None:
        self.appearance.choose_language(choice)

    def show_palette(self) -> None:
        palette = CommandPalette(self.registry, self)
        palette.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        palette.show_over(self)
        self.palette_dialog = palette

    def show_about(self) -> None:
        box = QMessageBox(self)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setWindowTitle(tr("About Pentimento"))
        box.setText(tr("Pentimento {version}", version=self._version))
        box.setInformativeText(
            tr(
                "A studio for artists who paint with AI and change their minds. Apache License 2.0. "
                "Icons by Lucide (ISC License)."
            )
        )
        box.open()

    def open_data_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._data_folder)))

    def restore_place(self, geometry: bytes) -> None:
        """Where and as large as it was; what fits no screen of today is Qt's to correct."""
        if not geometry or not self.restoreGeometry(QByteArray(geometry)):
            self.resize(USUAL_WIDTH, USUAL_HEIGHT)

    def geometry_state(self) -> bytes:
        return bytes(self.saveGeometry().data())

    def let_close(self) -> None:
        """Everything is kept: the next attempt to close the window does it."""
        self._may_close = True

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._may_close:
            event.accept()
            return
        event.ignore()
        self.close_asked.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            self.first_painted.emit()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            if self._viewmodels is not None:
                self.menus.refresh()
            self._show_title()
        super().changeEvent(event)

    def _add_commands(self, views: Viewmodels) -> None:
        from desktop.app.window_commands import window_commands
        from desktop.canvas.views.commands import canvas_commands
        from desktop.gallery.commands import gallery_commands
        from desktop.generation.commands import generation_commands
        from desktop.models.commands import model_commands

        self.registry.add(*canvas_commands(views.canvas, self.pages.canvas_page.dialogs))
        self.registry.add(
            *generation_commands(
                editor=views.editor,
                staging=views.staging,
                overview=views.overview,
                picture_tasks=views.picture_tasks,
                tasks=views.tasks,
                focus_prompt=self._on_canvas(self.pages.generate_panel.focus_prompt),
            )
        )
        self.registry.add(*gallery_commands(views.gallery))
        self.registry.add(
            *model_commands(
                models=views.models,
                show_hub=self._on_models(lambda: self.pages.models_view.show_page("hub")),
                choose_folder=self._on_models(self.pages.models_view.choose_folder),
            )
        )
        self.registry.add(*window_commands(self, self.pages.workspace))

    def _on_canvas(self, action: Callable[[], None]) -> Callable[[], None]:
        def act() -> None:
            self.show_page("canvas")
            action()

        return act

    def _on_models(self, action: Callable[[], None]) -> Callable[[], None]:
        def act() -> None:
            self.show_page("models")
            action()

        return act

    def _lay_out(self) -> None:
        middle = QWidget()
        column = self._column
        middle.setLayout(column)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for part in (self.top_bar, self.errors):
            column.addWidget(part)
        column.addWidget(self._stack, 1)
        self.setCentralWidget(middle)
        self.setMinimumSize(SMALLEST_WIDTH, SMALLEST_HEIGHT)

    def _show_title(self) -> None:
        if self._viewmodels is None:
            return
        files = self._viewmodels.canvas.files
        title = files.title
        shown = tr("{title} (not saved)", title=title) if title and files.modified else title
        self.top_bar.title.setText(shown if self.page == "canvas" else "")
        self.setWindowTitle(f"{title} - Pentimento" if title else "Pentimento")
