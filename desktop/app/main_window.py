"""The window: one line at the top, the pages, the queue at the bottom."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QByteArray, QEvent, Qt, QUrl, Signal
from PySide6.QtGui import QCloseEvent, QDesktopServices, QPaintEvent
from PySide6.QtWidgets import QMainWindow, QMenuBar, QMessageBox, QStackedWidget, QVBoxLayout, QWidget

from desktop.app.appearance import Appearance
from desktop.app.menus import Menus
from desktop.app.pages import Pages
from desktop.app.top_bar import PAGES, TopBar
from desktop.app.viewmodels import Viewmodels
from desktop.app.window_commands import window_commands
from desktop.canvas.views.commands import canvas_commands
from desktop.gallery.commands import gallery_commands
from desktop.generation.commands import generation_commands
from desktop.generation.views.queue_bar import QueueBar
from desktop.widgets.choices import LanguageChoice, ThemeChoice
from desktop.widgets.command_palette import CommandPalette
from desktop.widgets.commands import CommandRegistry
from desktop.widgets.error_line import ErrorLine
from desktop.widgets.translations import tr

USUAL_WIDTH = 1280
USUAL_HEIGHT = 800
SMALLEST_WIDTH = 960
SMALLEST_HEIGHT = 600


class MainWindow(QMainWindow):
    close_asked = Signal()
    first_painted = Signal()

    def __init__(
        self,
        *,
        viewmodels: Viewmodels,
        pages: Pages,
        appearance: Appearance,
        data_folder: Path,
        version: str,
    ) -> None:
        super().__init__()
        self.setObjectName("main_window")
        self._viewmodels = viewmodels
        self._appearance = appearance
        self._data_folder = data_folder
        self._version = version
        self._may_close = False
        self._painted = False
        self.pages = pages
        self.errors = ErrorLine()
        self.queue_bar = QueueBar(overview=viewmodels.overview)
        self._stack = QStackedWidget()
        for page in PAGES:
            self._stack.addWidget(pages.widget(page))
        self.registry = CommandRegistry(self)
        self._add_commands()
        bar = QMenuBar(self)
        bar.setNativeMenuBar(bar.isNativeMenuBar())
        self.menus = Menus(
            bar=bar,
            registry=self.registry,
            window=self,
            page=pages.workspace,
            canvas=pages.canvas_page.view,
        )
        self.top_bar = TopBar(menus=bar)
        self.palette_dialog: CommandPalette | None = None
        self._lay_out()
        self.top_bar.page_chosen.connect(self.show_page)
        self.top_bar.palette_asked.connect(self.show_palette)
        viewmodels.canvas.files.title_changed.connect(self._show_title)
        self.show_page("canvas")
        self._show_title()

    @property
    def page(self) -> str:
        return PAGES[self._stack.currentIndex()]

    @property
    def theme(self) -> ThemeChoice:
        return self._appearance.theme

    @property
    def language(self) -> LanguageChoice:
        return self._appearance.language

    def show_page(self, page: str) -> None:
        widget = self.pages.widget(page)
        self._stack.setCurrentWidget(widget)
        self.top_bar.show_page(page)
        self._show_title()
        widget.setFocus()

    def choose_theme(self, choice: ThemeChoice) -> None:
        self._appearance.choose_theme(choice)

    def choose_language(self, choice: LanguageChoice) -> None:
        self._appearance.choose_language(choice)

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

    def restore(self, geometry: bytes, layout: bytes) -> None:
        """As the window was; a geometry that fits no screen of today is Qt's to correct."""
        if not geometry or not self.restoreGeometry(QByteArray(geometry)):
            self.resize(USUAL_WIDTH, USUAL_HEIGHT)
        self.pages.workspace.resize(self.size())
        self.pages.workspace.restore_layout(layout)

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
            self.menus.refresh()
            self._show_title()
        super().changeEvent(event)

    def _add_commands(self) -> None:
        views = self._viewmodels
        self.registry.add(*canvas_commands(views.canvas, self.pages.canvas_page.dialogs))
        self.registry.add(
            *generation_commands(
                editor=views.editor,
                staging=views.staging,
                overview=views.overview,
                tasks=views.tasks,
                focus_prompt=self._on_canvas(self.pages.generate_panel.focus_prompt),
            )
        )
        self.registry.add(*gallery_commands(views.gallery))
        self.registry.add(*window_commands(self, self.pages.workspace))

    def _on_canvas(self, action: Callable[[], None]) -> Callable[[], None]:
        def act() -> None:
            self.show_page("canvas")
            action()

        return act

    def _lay_out(self) -> None:
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for part in (self.top_bar, self.errors):
            column.addWidget(part)
        column.addWidget(self._stack, 1)
        column.addWidget(self.queue_bar)
        self.setCentralWidget(middle)
        self.setMinimumSize(SMALLEST_WIDTH, SMALLEST_HEIGHT)

    def _show_title(self) -> None:
        files = self._viewmodels.canvas.files
        title = files.title
        shown = tr("{title} (not saved)", title=title) if title and files.modified else title
        self.top_bar.title.setText(shown if self.page == "canvas" else "")
        self.setWindowTitle(f"{title} - Pentimento" if title else "Pentimento")
