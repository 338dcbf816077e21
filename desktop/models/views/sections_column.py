"""The column at the left: the kinds of models with how many there are, what needs a look, and the other pages."""

from collections import Counter
from functools import partial
from typing import get_args

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.models.entries import KINDS, Section
from desktop.models.views.entry_delegate import KIND_ICONS
from desktop.models.words import section_name
from desktop.widgets.icons import icon
from desktop.widgets.theme import ICON_SIZE, SPACE, set_role
from desktop.widgets.translations import tr

WIDTH = 52 * SPACE
SECTIONS: tuple[Section, ...] = get_args(Section)
_ALWAYS_SHOWN: tuple[Section, ...] = ("all", "checkpoint", "lora")
_ICONS: dict[Section, str] = {
    "all": "list",
    **{kind: KIND_ICONS[kind] for kind in KINDS},
    "problems": "triangle-alert",
    "duplicates": "copy",
    "missing": "search",
}


class SectionsColumn(QWidget):
    section_chosen = Signal(str)
    page_chosen = Signal(str)
    """"folders" or "hub"."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedWidth(WIDTH)
        self._buttons: dict[str, QPushButton] = {}
        self._numbers: dict[str, QLabel] = {}
        self._group = QButtonGroup(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        column.setSpacing(SPACE)
        for section in SECTIONS:
            if section == "problems":
                column.addSpacing(2 * SPACE)
            column.addWidget(self._button(section, _ICONS[section]))
            self._buttons[section].clicked.connect(partial(self._ask_section, section))
        column.addSpacing(2 * SPACE)
        for page, picture in (("folders", "folder"), ("hub", "arrow-down")):
            column.addWidget(self._button(page, picture))
            self._buttons[page].clicked.connect(partial(self._ask_page, page))
        column.addStretch()
        self.write_texts()
        self.show_counts(Counter())

    def button(self, name: str) -> QPushButton:
        return self._buttons[name]

    def show_chosen(self, name: str) -> None:
        self._buttons[name].setChecked(True)

    def show_counts(self, counts: Counter[Section]) -> None:
        for section in SECTIONS:
            number = counts[section]
            self._numbers[section].setText(self.locale().toString(number))
            button = self._buttons[section]
            button.setVisible(number > 0 or section in _ALWAYS_SHOWN)
            button.setAccessibleName(tr("{place}: {count}", place=section_name(section), count=number))

    def write_texts(self) -> None:
        for section in SECTIONS:
            self._buttons[section].setText(section_name(section))
        texts = {"folders": tr("Folders"), "hub": tr("Get more models")}
        for page, text in texts.items():
            self._buttons[page].setText(text)
            self._buttons[page].setAccessibleName(text)
        tips: dict[str, str] = {
            "problems": tr("Files that are broken, of another kind, or that could run a stranger's code"),
            "duplicates": tr("The same content in several places"),
            "missing": tr("What was here before and is not found now"),
        }
        for name, button in self._buttons.items():
            button.setToolTip(tips.get(name, button.text()))

    def _button(self, name: str, picture: str) -> QPushButton:
        button = QPushButton(icon(picture), "")
        button.setIconSize(QSize(ICON_SIZE, ICON_SIZE))
        button.setCheckable(True)
        button.setStyleSheet("text-align: left;")
        set_role(button, "flat")
        number = QLabel()
        set_role(number, "small")
        row = QHBoxLayout(button)
        row.setContentsMargins(0, 0, 2 * SPACE, 0)
        row.addStretch()
        row.addWidget(number)
        self._group.addButton(button)
        self._buttons[name], self._numbers[name] = button, number
        return button

    def _ask_section(self, section: Section, _checked: object = None) -> None:
        self.section_chosen.emit(section)

    def _ask_page(self, page: str, _checked: object = None) -> None:
        self.page_chosen.emit(page)
