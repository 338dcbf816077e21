"""Who is signed in, with which plan, and what there is to spend."""

from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from desktop.account.service import AccountState
from desktop.account.viewmodel import AccountOverview
from desktop.account.words import credits_text, day_text, number, plan_name, size_text
from desktop.widgets.parts import ElidedLabel
from desktop.widgets.theme import SPACE, set_role
from desktop.widgets.translations import tr
from shared.contracts.profiles import Profile

READING_WIDTH = 160 * SPACE


class OverviewPage(QScrollArea):
    def __init__(self, overview: AccountOverview) -> None:
        super().__init__()
        self._overview = overview
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.sign_out = QPushButton()
        self.refresh = QPushButton()
        self.confirm = QPushButton()
        overview.state_changed.connect(self.fill)
        self.fill()

    def fill(self, _state: object = None) -> None:
        state, profile = self._overview.state, self._overview.state.profile
        self.setAccessibleName(tr("Account"))
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(4 * SPACE, 3 * SPACE, 4 * SPACE, 4 * SPACE)
        column.setSpacing(3 * SPACE)
        name = QLabel(profile.full_name or profile.username if profile else state.email)
        set_role(name, "title")
        column.addWidget(name)
        column.addWidget(self._facts(state, profile))
        for note in _notes(state, profile):
            label = QLabel(note)
            label.setWordWrap(True)
            label.setMaximumWidth(READING_WIDTH)
            set_role(label, "quiet")
            column.addWidget(label)
        column.addLayout(self._buttons(profile))
        column.addStretch()
        self.setWidget(content)
        content.setAutoFillBackground(False)

    def _facts(self, state: AccountState, profile: Profile | None) -> QWidget:
        panel = QFrame()
        panel.setProperty("surface", "panel")
        panel.setMaximumWidth(READING_WIDTH)
        grid = QGridLayout(panel)
        grid.setContentsMargins(3 * SPACE, 2 * SPACE, 3 * SPACE, 2 * SPACE)
        grid.setHorizontalSpacing(4 * SPACE)
        grid.setColumnStretch(1, 1)
        for row, (what, value) in enumerate(_lines(state, profile)):
            label = QLabel(what)
            set_role(label, "quiet")
            shown = ElidedLabel(value)
            shown.setAccessibleName(f"{what}: {value}")
            grid.addWidget(label, row, 0)
            grid.addWidget(shown, row, 1)
        return panel

    def _buttons(self, profile: Profile | None) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(2 * SPACE)
        self.sign_out, self.refresh = QPushButton(tr("Sign out")), QPushButton(tr("Look again"))
        self.confirm = QPushButton(tr("Send the mail again"))
        for button, tip, act in (
            (self.refresh, tr("Ask the server for the latest numbers"), self._overview.refresh),
            (self.sign_out, tr("Sign out of this server; jobs in the cloud go on"), self._overview.sign_out),
            (
                self.confirm,
                tr("The mail that asks to confirm your address"),
                self._overview.confirm_address_again,
            ),
        ):
            button.setAccessibleName(button.text())
            button.setToolTip(tip)
            button.clicked.connect(act)
            row.addWidget(button)
        self.confirm.setVisible(profile is not None and not profile.email_verified)
        row.addStretch()
        return row


def _lines(state: AccountState, profile: Profile | None) -> list[tuple[str, str]]:
    lines = [(tr("Signed in as"), state.email), (tr("Server"), state.server)]
    if profile is None:
        return lines
    plan = plan_name(profile.tier)
    if profile.subscription.next_plan is not None:
        plan = tr("{plan}, then {next}", plan=plan, next=plan_name(profile.subscription.next_plan))
    balance, storage = profile.credits, profile.storage
    lines += [(tr("Plan"), plan), (tr("Credits"), credits_text(balance.available))]
    if balance.reserved:
        lines.append((tr("Reserved by jobs"), credits_text(balance.reserved)))
    if balance.owed:
        lines.append((tr("Owed after a refund"), credits_text(balance.owed)))
    if balance.monthly_quota is not None and balance.resets_at is not None:
        text = tr(
            "{count} credits on {day}", count=number(balance.monthly_quota), day=day_text(balance.resets_at)
        )
        lines.append((tr("Next credits"), text))
    used = tr("{used} of {all}", used=size_text(storage.used_bytes), all=size_text(storage.quota_bytes))
    lines.append((tr("Pictures in the cloud"), used))
    return lines


def _notes(state: AccountState, profile: Profile | None) -> list[str]:
    notes = []
    if profile is not None and not profile.email_verified:
        notes.append(
            tr("Confirm your address by the mail that was sent to you: painting in the cloud begins then.")
        )
    if profile is not None and profile.subscription.cancel_at_period_end:
        day = day_text(profile.subscription.current_period_end)
        notes.append(tr("Your plan ends on {day}; bought credits stay.", day=day))
    if state.in_file:
        notes.append(
            tr(
                "This system has no keyring, so the sign-in is kept in a file of the data folder that only you "
                "may read. Whoever can read your files can use it."
            )
        )
    return notes
