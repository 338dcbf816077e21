"""The column of places; boards will stand below them."""

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.library.picture import Place
from desktop.widgets.icons import icon
from desktop.widgets.theme import ICON_SIZE, SPACE, set_role
from desktop.widgets.translations import tr

WIDTH = 44 * SPACE
PLACE_ICONS: dict[Place, str] = {"all": "images", "starred": "star", "trash": "trash-2"}


class PlacesColumn(QWidget):
    place_chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setFixedWidth(WIDTH)
        self._buttons: dict[Place, QPushButton] = {}
        self._numbers: dict[Place, QLabel] = {}
        group = QButtonGroup(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        column.setSpacing(SPACE)
        for place, name in PLACE_ICONS.items():
            button, number = self._row(place, name)
            group.addButton(button)
            column.addWidget(button)
            self._buttons[place], self._numbers[place] = button, number
        column.addStretch()
        self.show_place("all")

    def show_place(self, place: Place) -> None:
        self._buttons[place].setChecked(True)

    def show_counts(self, counts: dict[Place, int]) -> None:
        names: dict[Place, str] = {"all": tr("All pictures"), "starred": tr("Starred"), "trash": tr("Trash")}
        for place, button in self._buttons.items():
            number = self.locale().toString(counts[place])
            self._numbers[place].setText(number)
            button.setAccessibleName(tr("{place}: {count}", place=names[place], count=number))

    def button(self, place: Place) -> QPushButton:
        return self._buttons[place]

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
