"""The column of places, boards and saved searches."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop.gallery.views.board_tree import BoardTree
from desktop.library.picture import Place
from desktop.library.saved_searches import SavedSearch
from desktop.widgets.icons import icon
from desktop.widgets.parts import icon_button
from desktop.widgets.theme import ICON_SIZE, SPACE, set_dense, set_role
from desktop.widgets.translations import tr

WIDTH = 52 * SPACE
PLACE_ICONS: dict[Place, str] = {"all": "images", "starred": "star", "trash": "trash-2"}
SEARCH_ROLE = Qt.ItemDataRole.UserRole
_SEARCH_LINES = 5


class PlacesColumn(QWidget):
    place_chosen = Signal(str)
    search_chosen = Signal(object)
    """A SavedSearch."""
    search_removed = Signal(object)
    """A SavedSearch."""
    board_asked = Signal(object)
    """A new one inside the board of this id, or of None."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedWidth(WIDTH)
        self._buttons: dict[Place, QPushButton] = {}
        self._numbers: dict[Place, QLabel] = {}
        self._group = QButtonGroup(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        column.setSpacing(SPACE)
        for place, name in PLACE_ICONS.items():
            button, number = self._row(place, name)
            self._group.addButton(button)
            column.addWidget(button)
            self._buttons[place], self._numbers[place] = button, number
        self.boards = BoardTree()
        self.boards.board_asked.connect(self.board_asked)
        self._hint = QLabel(tr("Boards keep together what belongs together. Drop pictures on them."))
        self._hint.setWordWrap(True)
        set_role(self._hint, "small")
        self.new_board = icon_button("plus", tr("New board"))
        self.new_board.clicked.connect(lambda: self.board_asked.emit(None))
        column.addSpacing(2 * SPACE)
        column.addLayout(_heading(tr("Boards"), self.new_board))
        column.addWidget(self._hint)
        column.addWidget(self.boards, 1)
        self._searches_title = QWidget()
        self._searches_title.setLayout(_heading(tr("Saved searches")))
        self.searches = QListWidget()
        self.searches.setIconSize(QSize(ICON_SIZE, ICON_SIZE))
        self.searches.setFrameShape(QFrame.Shape.NoFrame)
        self.searches.setAccessibleName(tr("Saved searches"))
        self.searches.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        remove = self.searches.addAction(tr("Remove"))
        remove.setShortcut(Qt.Key.Key_Delete)
        remove.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        remove.triggered.connect(self._remove_search)
        self.searches.itemActivated.connect(lambda item: self.search_chosen.emit(item.data(SEARCH_ROLE)))
        self.searches.itemClicked.connect(lambda item: self.search_chosen.emit(item.data(SEARCH_ROLE)))
        column.addWidget(self._searches_title)
        column.addWidget(self.searches)
        self.show_place("all")
        self.show_searches(())

    def show_place(self, place: Place | None) -> None:
        """None while a board is shown."""
        self._group.setExclusive(place is not None)
        for each, button in self._buttons.items():
            button.setChecked(each == place)

    def show_counts(self, counts: dict[Place, int]) -> None:
        names: dict[Place, str] = {"all": tr("All pictures"), "starred": tr("Starred"), "trash": tr("Trash")}
        for place, button in self._buttons.items():
            number = self.locale().toString(counts[place])
            self._numbers[place].setText(number)
            button.setAccessibleName(tr("{place}: {count}", place=names[place], count=number))

    def show_has_boards(self, has: bool) -> None:  # noqa: FBT001 - as Qt's own setters
        self._hint.setVisible(not has)

    def show_searches(self, searches: Sequence[SavedSearch]) -> None:
        self.searches.clear()
        for saved in searches:
            item = QListWidgetItem(icon("search"), saved.name)
            item.setData(SEARCH_ROLE, saved)
            self.searches.addItem(item)
        for widget in (self.searches, self._searches_title):
            widget.setVisible(bool(searches))
        lines = min(len(searches), _SEARCH_LINES)
        self.searches.setFixedHeight(lines * max(1, self.searches.sizeHintForRow(0)) + SPACE)

    def button(self, place: Place) -> QPushButton:
        return self._buttons[place]

    def _remove_search(self) -> None:
        item = self.searches.currentItem()
        if item is not None:
            self.search_removed.emit(item.data(SEARCH_ROLE))

    def _row(self, place: Place, icon_name: str) -> tuple[QPushButton, QLabel]:
        texts: dict[Place, tuple[str, str]] = {
            "all": (tr("All pictures"), tr("Every picture that is not in the trash")),
            "starred": (tr("Starred"), tr("Pictures with a star")),
            "trash": (tr("Trash"), tr("Deleted pictures, kept for 30 days")),
        }
        text, tooltip = texts[place]
        button = QPushButton(text)
        button.setIcon(icon(icon_name))
        button.setIconSize(QSize(ICON_SIZE, ICON_SIZE))
        button.setCheckable(True)
        button.setToolTip(tooltip)
        button.setAccessibleName(text)
        button.setStyleSheet("text-align: left;")
        set_role(button, "flat")
        button.clicked.connect(lambda: self.place_chosen.emit(place))
        number = QLabel()
        set_role(number, "small")
        row = QHBoxLayout(button)
        row.setContentsMargins(0, 0, 2 * SPACE, 0)
        row.addStretch()
        row.addWidget(number)
        return button, number


def _heading(text: str, button: QWidget | None = None) -> QHBoxLayout:
    label = QLabel(text)
    set_role(label, "small")
    row = QHBoxLayout()
    row.setContentsMargins(2 * SPACE, 0, 0, 0)
    row.addWidget(label, 1)
    if button is not None:
        set_dense(button)
        row.addWidget(button)
    return row
