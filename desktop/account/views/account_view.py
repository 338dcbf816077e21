"""The account's page: signing in, and then who, credits, plans and usage."""

from functools import partial

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from desktop.account.service import AccountState
from desktop.account.viewmodel import AccountOverview
from desktop.account.views.ledger_page import LedgerPage
from desktop.account.views.overview_page import OverviewPage
from desktop.account.views.plans_page import PlansPage
from desktop.account.views.sign_in_page import SignInPage
from desktop.account.views.usage_page import UsagePage
from desktop.widgets.error_line import ErrorLine
from desktop.widgets.icons import icon
from desktop.widgets.theme import ICON_SIZE, SPACE, set_role
from desktop.widgets.translations import tr
from shared.contracts.errors import ErrorReport

COLUMN_WIDTH = 44 * SPACE
_SECTIONS = {"overview": "user", "credits": "list", "plans": "coins", "usage": "chart-column"}


class AccountView(QWidget):
    canvas_asked = Signal()

    def __init__(self, parent: QWidget | None = None, *, overview: AccountOverview) -> None:
        super().__init__(parent)
        self._overview = overview
        self.setObjectName("account_view")
        self.setProperty("surface", "window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.error = ErrorLine()
        self.sign_in = SignInPage(overview)
        self.overview_page = OverviewPage(overview)
        self.ledger_page = LedgerPage(overview)
        self.plans_page = PlansPage(overview)
        self.usage_page = UsagePage(overview)
        self._pages: dict[str, QWidget] = {
            "overview": self.overview_page,
            "credits": self.ledger_page,
            "plans": self.plans_page,
            "usage": self.usage_page,
        }
        self.sections: dict[str, QPushButton] = {}
        self._group = QButtonGroup(self)
        self._column = self._make_column()
        self._stack = QStackedWidget()
        for page in self._pages.values():
            self._stack.addWidget(page)
        self._lay_out()
        self.ledger_page.plans_asked.connect(partial(self.show_section, "plans"))
        self.usage_page.canvas_asked.connect(self.canvas_asked)
        overview.state_changed.connect(self._show_state)
        overview.failed.connect(self._show_failure)
        overview.payment_changed.connect(self._show_payment)
        self._write_texts()
        self._show_state(overview.state)
        self.show_section("overview")

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._write_texts()
            self.sign_in.write_texts()
            self.ledger_page.write_texts()
            for page in (self.overview_page, self.plans_page, self.usage_page):
                page.fill()

    def showEvent(self, event: QShowEvent) -> None:
        """What is seen is fresh."""
        super().showEvent(event)
        if self._overview.state.is_signed_in:
            self._overview.refresh()
            self._load(self._section())

    def show_section(self, name: str, _checked: object = None) -> None:
        self.sections[name].setChecked(True)
        self._stack.setCurrentWidget(self._pages[name])
        if self.isVisible():
            self._load(name)

    def _section(self) -> str:
        return next(name for name, page in self._pages.items() if page is self._stack.currentWidget())

    def _load(self, name: str) -> None:
        if not self._overview.state.is_signed_in:
            return
        loads = {
            "credits": self._overview.load_ledger,
            "plans": self._overview.load_pricing,
            "usage": self._overview.load_usage,
        }
        if name in loads:
            loads[name]()

    def _make_column(self) -> QWidget:
        column = QWidget()
        column.setFixedWidth(COLUMN_WIDTH)
        layout = QVBoxLayout(column)
        layout.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        layout.setSpacing(SPACE)
        for name, picture in _SECTIONS.items():
            button = QPushButton(icon(picture), "")
            button.setIconSize(QSize(ICON_SIZE, ICON_SIZE))
            button.setCheckable(True)
            button.setStyleSheet("text-align: left;")
            set_role(button, "flat")
            button.clicked.connect(partial(self.show_section, name))
            self._group.addButton(button)
            self.sections[name] = button
            layout.addWidget(button)
        layout.addStretch()
        return column

    def _lay_out(self) -> None:
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self._column)
        middle.addWidget(self._stack, 1)
        middle.addWidget(self.sign_in, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.error)
        whole.addLayout(middle, 1)

    def _write_texts(self) -> None:
        names = {
            "overview": tr("Account"),
            "credits": tr("Credits"),
            "plans": tr("Plans and credits"),
            "usage": tr("Usage"),
        }
        for name, button in self.sections.items():
            button.setText(names[name])
            button.setAccessibleName(names[name])
            button.setToolTip(names[name])

    def _show_state(self, state: AccountState) -> None:
        was_signed_in = not self._column.isHidden()
        self.sign_in.setVisible(not state.is_signed_in)
        self._column.setVisible(state.is_signed_in)
        self._stack.setVisible(state.is_signed_in)
        if state.problem is not None:
            self.error.show_error(state.problem, button=tr("Try again"), run=self._overview.refresh)
        elif state.is_signed_in:
            self.error.clear()
        if state.is_signed_in and not was_signed_in and self.isVisible():
            self._load(self._section())

    def _show_failure(self, report: ErrorReport) -> None:
        self.error.show_error(report)

    def _show_payment(self, payment: str) -> None:
        if payment == "arrived":
            report = ErrorReport(code="PAYMENT_ARRIVED", message="What you bought has arrived.")
            self.error.show_notice(report)
