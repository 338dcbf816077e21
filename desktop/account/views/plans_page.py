"""Plans and packages of credits, and the way to pay for them."""

from functools import partial

from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from desktop.account.viewmodel import AccountOverview
from desktop.account.words import dollars, number, period_name, plan_name, price_text
from desktop.widgets.theme import SPACE, set_role
from desktop.widgets.translations import tr
from shared.contracts.billing import BillingPeriod, PackageView, PaidPlan, PlanView, Pricing

CARD_WIDTH = 54 * SPACE
_PERIODS: tuple[BillingPeriod, ...] = ("monthly", "yearly")


class PlansPage(QScrollArea):
    def __init__(self, overview: AccountOverview) -> None:
        super().__init__()
        self._overview = overview
        self._period: BillingPeriod = "monthly"
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.buttons: dict[str, QPushButton] = {}
        overview.pricing_changed.connect(self.fill)
        overview.state_changed.connect(self.fill)
        overview.busy_changed.connect(self._show_busy)
        overview.payment_changed.connect(self.fill)
        self.fill()

    def fill(self, _change: object = None) -> None:
        self.setAccessibleName(tr("Plans and credits"))
        pricing = self._overview.pricing
        self.buttons = {}
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(4 * SPACE, 3 * SPACE, 4 * SPACE, 4 * SPACE)
        column.setSpacing(3 * SPACE)
        if note := self._payment_note():
            column.addWidget(_quiet(note))
        if pricing is None:
            column.addWidget(_quiet(tr("Asking the server for its prices…")))
        else:
            column.addWidget(_title(tr("Packages of credits")))
            column.addWidget(_quiet(tr("Bought credits never run out.")))
            column.addLayout(_cards([self._package_card(package) for package in pricing.packages]))
            column.addWidget(_title(tr("Plans")))
            column.addLayout(self._period_row())
            column.addLayout(_cards(self._plan_cards(pricing)))
        column.addStretch()
        self.setWidget(content)
        content.setAutoFillBackground(False)
        self._show_busy(self._overview.busy)

    def _payment_note(self) -> str:
        return {
            "awaited": tr(
                "The page to pay on is open in your browser. What you bought shows here by itself."
            ),
            "arrived": tr("It has arrived. Thank you!"),
        }.get(self._overview.payment, "")

    def _period_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(SPACE)
        group = QButtonGroup(self)
        for period in _PERIODS:
            button = QPushButton(period_name(period))
            button.setCheckable(True)
            button.setChecked(period == self._period)
            button.setAccessibleName(button.text())
            button.setToolTip(button.text())
            button.clicked.connect(partial(self._choose_period, period))
            group.addButton(button)
            row.addWidget(button)
        row.addStretch()
        return row

    def _choose_period(self, period: BillingPeriod, _checked: object = None) -> None:
        self._period = period
        self.fill()

    def _package_card(self, package: PackageView) -> QWidget:
        bonus = tr("{count} of them as a gift", count=number(package.bonus_credits))
        return self._card(
            name=f"package:{package.id}",
            title=tr("{count} credits", count=number(package.total_credits)),
            lines=[bonus, dollars(package.price_usd)],
            button=tr("Buy"),
            act=partial(self._buy_package, package.id),
        )

    def _plan_cards(self, pricing: Pricing) -> list[QWidget]:
        return [self._plan_card(plan) for plan in pricing.plans if plan.billing_period == self._period]

    def _plan_card(self, plan: PlanView) -> QWidget:
        profile = self._overview.state.profile
        is_mine = profile is not None and profile.tier == plan.plan_type
        lines = [price_text(plan)]
        if plan.monthly_credits is not None:
            lines.append(tr("{count} credits a month", count=number(plan.monthly_credits)))
        lines += [
            tr("pictures up to {side} × {side}", side=plan.limits.max_side),
            tr("{count} jobs at a time", count=plan.limits.max_queue_size),
            tr("{count} GB for pictures", count=number(plan.storage_gb)),
        ]
        if plan.features.hosted_models:
            lines.append(tr("hosted models and FLUX"))
        return self._card(
            name=f"plan:{plan.plan_type}",
            title=plan_name(plan.plan_type),
            lines=lines,
            button=tr("Your plan") if is_mine else tr("Choose"),
            act=partial(self._buy_plan, plan.plan_type)
            if plan.price_usd is not None and plan.plan_type != "free" and not is_mine
            else None,
        )

    def _card(
        self, *, name: str, title: str, lines: list[str], button: str, act: "partial[None] | None"
    ) -> QWidget:
        card = QFrame()
        card.setProperty("surface", "panel")
        card.setFixedWidth(CARD_WIDTH)
        column = QVBoxLayout(card)
        column.setContentsMargins(3 * SPACE, 3 * SPACE, 3 * SPACE, 3 * SPACE)
        column.setSpacing(SPACE)
        column.addWidget(_title(title))
        for line in lines:
            column.addWidget(_quiet(line))
        column.addStretch()
        buy = QPushButton(button)
        buy.setAccessibleName(f"{title}: {button}")
        buy.setToolTip(tr("Opens the page to pay on in your browser") if act else button)
        buy.setProperty("buyable", act is not None)
        if act is not None:
            buy.clicked.connect(act)
        self.buttons[name] = buy
        column.addWidget(buy)
        return card

    def _buy_package(self, package: str, _checked: object = None) -> None:
        self._overview.buy_package(package)

    def _buy_plan(self, plan: PaidPlan, _checked: object = None) -> None:
        self._overview.buy_plan(plan, self._period)

    def _show_busy(self, busy: str) -> None:
        for button in self.buttons.values():
            button.setEnabled(bool(button.property("buyable")) and not busy)


def _title(text: str) -> QLabel:
    label = QLabel(text)
    set_role(label, "title")
    return label


def _quiet(text: str) -> QLabel:
    label = QLabel(text)
    label.setWordWrap(True)
    set_role(label, "quiet")
    return label


def _cards(cards: list[QWidget], across: int = 3) -> QGridLayout:
    grid = QGridLayout()
    grid.setSpacing(3 * SPACE)
    for place, card in enumerate(cards):
        grid.addWidget(card, place // across, place % across)
    grid.setColumnStretch(across, 1)
    return grid
