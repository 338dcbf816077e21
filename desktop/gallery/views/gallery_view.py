"""The gallery: places at the left, the grid in the middle, the recipe at the right."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer, QUrl
from PySide6.QtGui import (
    QDesktopServices,
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QSlider,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop.gallery.picture_list import PICTURE_IDS
from desktop.gallery.viewmodel import GalleryViewModel
from desktop.gallery.views.arranging_grid import ArrangingGrid
from desktop.gallery.views.compare_view import CompareView
from desktop.gallery.views.details_panel import DetailsPanel
from desktop.gallery.views.dialogs import (
    ask_export,
    ask_search_name,
    ask_title,
    choose_files,
    confirm_empty_trash,
    import_menu,
)
from desktop.gallery.views.empty_states import EmptyStates
from desktop.gallery.views.filter_bar import FilterBar
from desktop.gallery.views.large_view import LargeView
from desktop.gallery.views.picture_grid import LARGEST_SIDE, SIDE_STEP, SMALLEST_SIDE
from desktop.gallery.views.picture_menu import picture_menu
from desktop.gallery.views.places_column import PlacesColumn
from desktop.gallery.views.status_line import StatusLine
from desktop.library.boards import Board
from desktop.library.picture import LibraryPicture
from desktop.widgets.error_line import ErrorLine
from desktop.widgets.parts import icon_button
from desktop.widgets.theme import SPACE
from desktop.widgets.translations import tr

SEARCH_PAUSE_MILLISECONDS = 150
SLIDER_WIDTH = 28 * SPACE
_OWN_KEYS = (
    QKeySequence.StandardKey.Undo,
    QKeySequence.StandardKey.Find,
    QKeySequence.StandardKey.Copy,
    QKeySequence.StandardKey.Paste,
)


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
        self.grid = ArrangingGrid(viewmodel.pictures, viewmodel.thumbnails)
        self.grid.setProperty("surface", "surround")
        self.grid.setAccessibleName(tr("Pictures"))
        self.setFocusProxy(self.grid)
        self.details = DetailsPanel(viewmodel.thumbnails)
        self.filters = FilterBar()
        self.line = StatusLine()
        self.errors = ErrorLine()
        self.search_field = QLineEdit()
        self.size_slider = QSlider(Qt.Orientation.Horizontal)
        self._empty = EmptyStates(
            import_pictures=lambda: choose_files(self, viewmodel),
            clear_search=self._clear_search,
            show_all=lambda: viewmodel.show_place("all"),
        )
        self._middle = QStackedWidget()
        self._middle.addWidget(self.grid)
        self._middle.addWidget(self._empty)
        self._typing = QTimer(self, singleShot=True, interval=SEARCH_PAUSE_MILLISECONDS)
        self._lay_out()
        self.large = LargeView(self, load=viewmodel.load_large)
        self.compare = CompareView(self, load=viewmodel.load_large)
        self._connect()
        self._refresh()

    @property
    def empty_shown(self) -> bool:
        return self._middle.currentWidget() is self._empty

    async def close_view(self) -> None:
        """Before the viewmodel is closed."""
        await self.large.stop()
        await self.compare.stop()

    def event(self, event: QEvent) -> bool:
        # In the gallery, undo and find are the gallery's, whatever the window has them for.
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and any(event.matches(key) for key in _OWN_KEYS)
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Undo):
            self._viewmodel.undo()
        elif event.matches(QKeySequence.StandardKey.Find):
            self.focus_search()
        elif event.matches(QKeySequence.StandardKey.Copy):
            self._copy()
        elif event.matches(QKeySequence.StandardKey.Paste):
            self._paste()
        else:
            super().keyPressEvent(event)

    def focus_search(self) -> None:
        self.search_field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search_field.selectAll()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.large.setGeometry(self.rect())
        self.compare.setGeometry(self.rect())

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
        middle.addWidget(self.filters)
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
        self.search_field.setPlaceholderText(tr("Search prompts, models, tags and notes"))
        self.search_field.setAccessibleName(tr("Search"))
        self.search_field.setToolTip(tr("Search (Ctrl+F)"))
        self.search_field.setClearButtonEnabled(True)
        self.size_slider.setRange(SMALLEST_SIDE // SIDE_STEP, LARGEST_SIDE // SIDE_STEP)
        self.size_slider.setPageStep(2)
        self.size_slider.setFixedWidth(SLIDER_WIDTH)
        self.size_slider.setAccessibleName(tr("Size of the thumbnails"))
        self.size_slider.setToolTip(tr("Size of the thumbnails (Ctrl and wheel)"))
        self.import_button = icon_button("image-plus", tr("Import pictures…"))
        self.import_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.import_button.setMenu(import_menu(self, self._viewmodel, paste=self._paste))
        self.filter_button = icon_button("sliders-horizontal", tr("Filters and order"), checkable=True)
        self.filter_button.toggled.connect(self.filters.setVisible)
        self.filters.hide()
        bar = QHBoxLayout()
        bar.setContentsMargins(2 * SPACE, 2 * SPACE, 3 * SPACE, 2 * SPACE)
        bar.setSpacing(2 * SPACE)
        bar.addWidget(self.search_field, 1)
        bar.addWidget(self.filter_button)
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
        self._connect_shelves()
        self._connect_details()
        model.compared.connect(self._compare)
        model.history_changed.connect(self.details.history.show_history)
        self.compare.closed.connect(grid.setFocus)
        self.search_field.textChanged.connect(lambda _text: self._typing.start())
        self.search_field.returnPressed.connect(grid.setFocus)
        self._typing.timeout.connect(lambda: model.set_search(self.search_field.text()))
        self.size_slider.setValue(grid.side() // SIDE_STEP)
        self.size_slider.valueChanged.connect(lambda steps: grid.set_side(steps * SIDE_STEP))
        grid.side_changed.connect(lambda side: self.size_slider.setValue(side // SIDE_STEP))
        grid.current_picture_changed.connect(model.set_current)
        grid.opened.connect(lambda pictures: model.open_on_canvas(pictures[0]))
        grid.enlarged.connect(lambda pictures: self._enlarge(pictures[0]))
        grid.star_toggled.connect(lambda _: self._on_selected(model.toggle_star))
        grid.rated.connect(lambda _, rating: self._on_selected(lambda pictures: model.rate(pictures, rating)))
        grid.trashed.connect(lambda _: self._on_selected(model.trash))
        grid.menu_asked.connect(self._show_menu)
        grid.arranged.connect(self._arrange)
        large.closed.connect(grid.setFocus)
        large.walked.connect(grid.move_current)
        large.open_asked.connect(self._open_enlarged)
        large.star_asked.connect(lambda: self._on_current(model.toggle_star))
        large.trash_asked.connect(lambda: self._on_current(model.trash))
        self.line.undo_asked.connect(model.undo)
        self.line.cancel_asked.connect(model.cancel_import)
        self.line.pause_asked.connect(model.pause_import)
        self.line.dismissed.connect(model.dismiss_line)

    def _connect_shelves(self) -> None:
        model, places, boards = self._viewmodel, self.places, self.places.boards
        shelves = model.shelves
        places.place_chosen.connect(model.show_place)
        places.search_chosen.connect(lambda saved: model.show_query(saved.query))
        places.search_removed.connect(shelves.remove_search)
        places.board_asked.connect(lambda parent: shelves.make_board(tr("New board"), parent=parent))
        boards.board_chosen.connect(model.show_board)
        boards.board_named.connect(
            lambda key, name: self._on_board(key, lambda b: shelves.rename_board(b, name))
        )
        boards.board_moved.connect(
            lambda key, parent, place: self._on_board(
                key, lambda b: shelves.move_board(b, parent=parent, position=place)
            )
        )
        boards.board_removed.connect(lambda key: self._on_board(key, shelves.remove_board))
        boards.pictures_dropped.connect(
            lambda key, ids: self._on_board(key, lambda b: shelves.put_on_board(b, ids))
        )
        shelves.changed.connect(self._show_shelves)
        self.filters.changed.connect(lambda values: model.set_filter(**values))
        self.filters.cleared.connect(self._clear_search)
        self.filters.save_asked.connect(lambda: ask_search_name(self, model))

    def _connect_details(self) -> None:
        model = self._viewmodel
        details = self.details
        details.open_asked.connect(model.open_on_canvas)
        details.part_asked.connect(lambda part: model.use_recipe(part=part))
        details.history.chosen.connect(self._go_to)
        marks = details.marks
        marks.rated.connect(lambda rating: self._on_selected(lambda p: model.rate(p, rating)))
        marks.labelled.connect(lambda label: self._on_selected(lambda p: model.set_label(p, label)))
        marks.tagged.connect(lambda name: self._on_selected(lambda p: model.add_tag(p, name)))
        marks.untagged.connect(lambda name: self._on_selected(lambda p: model.remove_tag(p, name)))
        marks.notes_written.connect(model.write_notes)
        details.file_asked.connect(
            lambda: self._on_current(lambda pictures: self._show_file(pictures[0].file))
        )
        details.star_asked.connect(lambda: self._on_selected(model.toggle_star))
        details.trash_asked.connect(lambda: self._on_selected(model.trash))
        details.restore_asked.connect(lambda: self._on_selected(model.restore))

    def _on_current(self, act: Callable[[list[LibraryPicture]], object]) -> None:
        if self._viewmodel.current is not None:
            act([self._viewmodel.current])

    def _on_selected(self, act: Callable[[list[LibraryPicture]], object]) -> None:
        """Also on those of a long selection that were never looked at."""
        rows = self.grid.selected_rows()
        if len(rows) > 1:
            self._viewmodel.act_on_rows(rows, lambda pictures: act(list(pictures)))
        elif selected := self.grid.selected():
            act(selected)
        else:
            self._on_current(act)

    def _on_board(self, board_id: str, act: Callable[[Board], object]) -> None:
        board = self._viewmodel.shelves.board(board_id)
        if board is not None:
            act(board)

    def _arrange(self, rows: list[int], before: str | None) -> None:
        model = self._viewmodel
        if (board := model.board) is not None:
            model.act_on_rows(
                rows, lambda pictures: model.shelves.arrange(board, [each.id for each in pictures], before)
            )

    def _show_filter(self) -> None:
        query = self._viewmodel.query
        self.places.show_place(None if query.board else query.place)
        self.places.boards.show_chosen(query.board)
        self.filters.show_query(query)
        self.grid.set_arranging(arranging=bool(query.board) and query.sort == "arranged")
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

    def _show_shelves(self) -> None:
        shelves = self._viewmodel.shelves
        self.places.boards.show_boards(shelves.boards, self._viewmodel.query.board)
        self.places.show_has_boards(bool(shelves.boards))
        self.places.show_searches(shelves.searches)
        self.filters.show_models_and_tags(shelves.models, shelves.tags)
        self.details.marks.show_known_tags(shelves.tags)

    def _clear_search(self) -> None:
        self._typing.stop()
        self.search_field.clear()
        self._typing.stop()
        self._viewmodel.clear_filters()

    def _go_to(self, picture: LibraryPicture) -> None:
        """To a relative, wherever it is shown."""
        self._viewmodel.set_current(picture)
        row = self._viewmodel.pictures.row_of(picture.id)
        if row is not None:
            self.grid.setCurrentIndex(self._viewmodel.pictures.index(row))

    def _compare(self, pictures: list[LibraryPicture]) -> None:
        self.compare.setGeometry(self.rect())
        self.compare.show_pictures(pictures)

    def _copy(self) -> None:
        rows = self.grid.selected_rows()
        indexes = [self._viewmodel.pictures.index(row) for row in rows]
        if indexes:
            QGuiApplication.clipboard().setMimeData(self._viewmodel.pictures.mimeData(indexes))

    def _paste(self) -> None:
        """Files, or the picture itself."""
        data = QGuiApplication.clipboard().mimeData()
        files = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
        if files and not data.hasFormat(PICTURE_IDS):
            self._viewmodel.import_files(files)
        elif data.hasImage():
            self._viewmodel.import_image(QGuiApplication.clipboard().image())

    def _show_menu(self, pictures: list[LibraryPicture], place: QPoint) -> None:
        model = self._viewmodel
        menu = picture_menu(
            self,
            model,
            pictures,
            on_all=self._on_selected,
            export=lambda: self._on_selected(lambda chosen: ask_export(self, model, chosen)),
            rename=lambda: ask_title(self, model),
            show_file=lambda: self._show_file(pictures[0].file),
            empty_trash=lambda: confirm_empty_trash(self, model),
        )
        menu.popup(place)


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
