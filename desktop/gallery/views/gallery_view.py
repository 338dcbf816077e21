"""The gallery: places at the left, the grid in the middle, the recipe at the right."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, QTimer, QUrl
from PySide6.QtGui import QDesktopServices, QDragEnterEvent, QDropEvent, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QSlider,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.gallery.viewmodel import GalleryViewModel
from desktop.gallery.views.details_panel import DetailsPanel
from desktop.gallery.views.empty_states import EmptyStates
from desktop.gallery.views.large_view import LargeView
from desktop.gallery.views.picture_grid import LARGEST_SIDE, SIDE_STEP, SMALLEST_SIDE, PictureGrid
from desktop.gallery.views.places_column import PlacesColumn
from desktop.gallery.views.status_line import StatusLine
from desktop.library.picture import LibraryPicture
from desktop.widgets.error_line import ErrorLine
from desktop.widgets.parts import icon_button
from desktop.widgets.theme import SPACE
from desktop.widgets.translations import tr

SEARCH_PAUSE_MILLISECONDS = 150
SLIDER_WIDTH = 28 * SPACE


def show_in_folder(file: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(file.parent)))


class GalleryView(QWidget):
    """`show_file` shows a picture's file in the system's file manager."""

    def __init__(
        self,
        viewmodel: GalleryViewModel,
        parent: QWidget | None = None,
        *,
        show_file: Callable[[Path], object] = show_in_folder,
    ) -> None:
        super().__init__(parent)
        self._viewmodel = viewmodel
        self._show_file = show_file
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setProperty("surface", "surround")
        self.setAcceptDrops(True)
        self.places = PlacesColumn()
        self.grid = PictureGrid(viewmodel.pictures, viewmodel.thumbnails)
        self.grid.setProperty("surface", "surround")
        self.grid.setAccessibleName(tr("Pictures"))
        self.setFocusProxy(self.grid)
        self.details = DetailsPanel()
        self.line = StatusLine()
        self.errors = ErrorLine()
        self.search_field = QLineEdit()
        self.size_slider = QSlider(Qt.Orientation.Horizontal)
        self._empty = EmptyStates(
            import_pictures=self._choose_files,
            clear_search=self.search_field.clear,
            show_all=lambda: viewmodel.show_place("all"),
        )
        self._middle = QStackedWidget()
        self._middle.addWidget(self.grid)
        self._middle.addWidget(self._empty)
        self._typing = QTimer(self, singleShot=True, interval=SEARCH_PAUSE_MILLISECONDS)
        self._lay_out()
        self.large = LargeView(self, load=viewmodel.load_large)
        self._connect()
        self._refresh()

    @property
    def empty_shown(self) -> bool:
        return self._middle.currentWidget() is self._empty

    async def close_view(self) -> None:
        """Before the viewmodel is closed."""
        await self.large.stop()

    def event(self, event: QEvent) -> bool:
        # In the gallery, undo and find are the gallery's, whatever the window has them for.
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and (event.matches(QKeySequence.StandardKey.Undo) or event.matches(QKeySequence.StandardKey.Find))
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Undo):
            self._viewmodel.undo()
        elif event.matches(QKeySequence.StandardKey.Find):
            self.focus_search()
        else:
            super().keyPressEvent(event)

    def focus_search(self) -> None:
        self.search_field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search_field.selectAll()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.large.setGeometry(self.rect())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        # A picture dragged out of the grid must not come back in.
        if event.source() is not self.grid and _files_in(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self._viewmodel.import_files(_files_in(event))

    def _lay_out(self) -> None:
        left, right = _panel(self.places), _panel(self.details)
        middle = QVBoxLayout()
        middle.setContentsMargins(0, 0, 0, 0)
        middle.setSpacing(0)
        middle.addLayout(self._bar())
        middle.addWidget(self.errors)
        middle.addWidget(self._middle, 1)
        middle.addWidget(self.line)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(left)
        row.addLayout(middle, 1)
        row.addWidget(right)

    def _bar(self) -> QHBoxLayout:
        self.search_field.setPlaceholderText(tr("Search prompts, models and notes"))
        self.search_field.setAccessibleName(tr("Search"))
        self.search_field.setToolTip(tr("Search (Ctrl+F)"))
        self.search_field.setClearButtonEnabled(True)
        self.size_slider.setRange(SMALLEST_SIDE // SIDE_STEP, LARGEST_SIDE // SIDE_STEP)
        self.size_slider.setPageStep(2)
        self.size_slider.setFixedWidth(SLIDER_WIDTH)
        self.size_slider.setAccessibleName(tr("Size of the thumbnails"))
        self.size_slider.setToolTip(tr("Size of the thumbnails (Ctrl and wheel)"))
        self.import_button = icon_button("image-plus", tr("Import pictures…"))
        self.import_button.clicked.connect(self._choose_files)
        bar = QHBoxLayout()
        bar.setContentsMargins(2 * SPACE, 2 * SPACE, 3 * SPACE, 2 * SPACE)
        bar.setSpacing(2 * SPACE)
        bar.addWidget(self.search_field, 1)
        bar.addWidget(self.size_slider)
        bar.addWidget(self.import_button)
        return bar

    def _connect(self) -> None:
        model, grid, large = self._viewmodel, self.grid, self.large
        model.filter_changed.connect(self._show_filter)
        model.loaded.connect(self._refresh)
        model.line_changed.connect(lambda: self.line.show_line(model.line))
        model.failed.connect(self.errors.show_error)
        model.current_changed.connect(self._show_current)
        self.places.place_chosen.connect(model.show_place)
        self.search_field.textChanged.connect(lambda _text: self._typing.start())
        self.search_field.returnPressed.connect(grid.setFocus)
        self._typing.timeout.connect(lambda: model.set_search(self.search_field.text()))
        self.size_slider.setValue(grid.side() // SIDE_STEP)
        self.size_slider.valueChanged.connect(lambda steps: grid.set_side(steps * SIDE_STEP))
        grid.side_changed.connect(lambda side: self.size_slider.setValue(side // SIDE_STEP))
        grid.current_picture_changed.connect(model.set_current)
        grid.opened.connect(lambda pictures: model.open_on_canvas(pictures[0]))
        grid.enlarged.connect(lambda pictures: self._enlarge(pictures[0]))
        grid.star_toggled.connect(model.toggle_star)
        grid.trashed.connect(model.trash)
        large.closed.connect(grid.setFocus)
        large.walked.connect(grid.move_current)
        large.open_asked.connect(self._open_enlarged)
        large.star_asked.connect(lambda: self._on_current(model.toggle_star))
        large.trash_asked.connect(lambda: self._on_current(model.trash))
        details = self.details
        details.open_asked.connect(model.open_on_canvas)
        details.settings_asked.connect(model.reuse_settings)
        details.file_asked.connect(
            lambda: self._on_current(lambda pictures: self._show_file(pictures[0].file))
        )
        details.star_asked.connect(lambda: self._on_selected(model.toggle_star))
        details.trash_asked.connect(lambda: self._on_selected(model.trash))
        details.restore_asked.connect(lambda: self._on_selected(model.restore))
        self.line.undo_asked.connect(model.undo)
        self.line.cancel_asked.connect(model.cancel_import)
        self.line.dismissed.connect(model.dismiss_line)

    def _on_current(self, act: Callable[[list[LibraryPicture]], object]) -> None:
        if self._viewmodel.current is not None:
            act([self._viewmodel.current])

    def _on_selected(self, act: Callable[[list[LibraryPicture]], object]) -> None:
        if selected := self.grid.selected():
            act(selected)
        else:
            self._on_current(act)

    def _show_filter(self) -> None:
        self.places.show_place(self._viewmodel.place)
        if self.search_field.text().strip() != self._viewmodel.search and not self._typing.isActive():
            self.search_field.setText(self._viewmodel.search)

    def _show_current(self, picture: LibraryPicture | None) -> None:
        self.details.show_picture(picture)
        if not self.large.isHidden():
            if picture is None or picture.trashed_at is not None:
                self.large.close_view()
            elif self.large.picture is None or picture.id != self.large.picture.id:
                self._enlarge(picture)

    def _enlarge(self, picture: LibraryPicture) -> None:
        self.large.setGeometry(self.rect())
        self.large.show_picture(picture, self._viewmodel.thumbnails.peek(picture))

    def _open_enlarged(self) -> None:
        picture = self._viewmodel.current
        self.large.close_view()
        self._viewmodel.open_on_canvas(picture)

    def _refresh(self) -> None:
        emptiness = self._viewmodel.emptiness
        if emptiness:
            self._empty.show_state(emptiness)
        self._middle.setCurrentWidget(self._empty if emptiness else self.grid)
        self.size_slider.setEnabled(not emptiness)
        self.places.show_counts(self._viewmodel.counts)

    def _choose_files(self) -> None:
        dialog = QFileDialog(self, tr("Import pictures"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setNameFilter(tr("Pictures (*.png *.jpg *.jpeg *.webp *.tif *.tiff *.bmp *.gif)"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(
            lambda names: self._viewmodel.import_files([Path(name) for name in names])
        )
        dialog.open()


def _panel(content: QWidget) -> QWidget:
    panel = QWidget()
    panel.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    panel.setProperty("surface", "panel")
    column = QVBoxLayout(panel)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(content)
    return panel


def _files_in(event: QDropEvent) -> list[Path]:
    return [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
