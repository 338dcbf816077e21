"""The line at the top: menus, pages, the picture's name."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QMenuBar, QPushButton, QToolButton, QWidget

from desktop.widgets.parts import ElidedLabel, icon_button
from desktop.widgets.theme import SPACE, set_role
from desktop.widgets.translations import tr

PAGES = ("canvas", "gallery", "models", "account")
PAGE_KEYS = {"canvas": "Ctrl+1", "gallery": "Ctrl+2", "models": "Ctrl+3", "account": "Ctrl+4"}
AT_THE_RIGHT = "account"


def page_text(page: str) -> str:
    return {
        "canvas": tr("Canvas"),
        "gallery": tr("Gallery"),
        "models": tr("Models"),
        "account": tr("Account"),
    }[page]


class TopBar(QWidget):
    page_chosen = Signal(str)
    palette_asked = Signal()

    def __init__(self, *, menus: QMenuBar) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setProperty("surface", "window")
        self._group = QButtonGroup(self)
        self.buttons: dict[str, QPushButton] = {}
        self._credits: int | None = None
        self.title = ElidedLabel(quiet=True)
        self.search: QToolButton = icon_button("search", "")
        self.search.clicked.connect(self.palette_asked)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE, SPACE, 2 * SPACE, SPACE)
        row.setSpacing(SPACE)
        if not menus.isNativeMenuBar():
            row.addWidget(menus, 0, Qt.AlignmentFlag.AlignVCenter)
            row.addSpacing(4 * SPACE)
        for page in PAGES:
            button = QPushButton()
            button.setCheckable(True)
            set_role(button, "flat")
            button.clicked.connect(lambda _checked=False, chosen=page: self.page_chosen.emit(chosen))
            self._group.addButton(button)
            self.buttons[page] = button
            if page != AT_THE_RIGHT:
                row.addWidget(button)
        row.addSpacing(4 * SPACE)
        row.addWidget(self.title, 1)
        row.addWidget(self.search)
        row.addWidget(self.buttons[AT_THE_RIGHT])
        self._name()

    def show_page(self, page: str) -> None:
        self.buttons[page].setChecked(True)

    def show_credits(self, credits_left: int | None) -> None:
        """Of who is signed in; None where nobody is."""
        self._credits = credits_left
        self._name()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._name()
        super().changeEvent(event)

    def _name(self) -> None:
        for page, button in self.buttons.items():
            text = page_text(page)
            button.setText(text)
            button.setAccessibleName(text)
            button.setToolTip(f"{text} ({PAGE_KEYS[page]})")
        if self._credits is not None:
            credits_text = tr("cloud: {count} credits", count=self.locale().toString(self._credits))
            self.buttons[AT_THE_RIGHT].setText(credits_text)
        text = tr("All commands")
        self.search.setAccessibleName(text)
        self.search.setToolTip(f"{text} (Ctrl+K)")
