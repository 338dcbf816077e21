"""Beside the one button: where the job runs, here, in the cloud, or by the rule."""

from functools import partial

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QSpinBox, QToolButton, QWidget, QWidgetAction

from desktop.generation.editor_state import PlaceChoice
from desktop.generation.viewmodel import RequestEditor
from desktop.generation.views.rows import quiet_spin
from desktop.generation.views.words import number_text
from desktop.widgets.icons import icon
from desktop.widgets.theme import ICON_SIZE, SPACE, set_dense
from desktop.widgets.translations import tr

_CHOICES: tuple[PlaceChoice, ...] = ("local", "cloud", "automatic")


class PlaceButton(QToolButton):
    account_asked = Signal()

    def __init__(self, parent: QWidget | None = None, *, editor: RequestEditor) -> None:
        super().__init__(parent)
        self._editor = editor
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setIcon(icon("chevron-down"))
        self.setIconSize(QSize(ICON_SIZE, ICON_SIZE))
        self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the arrow after the words
        self._menu = QMenu(self)
        self._menu.setToolTipsVisible(True)
        self.choices: dict[PlaceChoice, QAction] = {}
        group = QActionGroup(self)
        for choice in _CHOICES:
            action = self._menu.addAction("")
            action.setCheckable(True)
            action.triggered.connect(partial(self._choose, choice))
            group.addAction(action)
            self.choices[choice] = action
        self._ceiling_label = QLabel()
        self.ceiling = QSpinBox()
        self.ceiling.setRange(1, 10_000)
        quiet_spin(self.ceiling)
        set_dense(self.ceiling)
        self.ceiling.valueChanged.connect(lambda value: editor.change(ceiling=value))
        self._menu.addSeparator()
        self._menu.addAction(self._ceiling_row())
        self._menu.addSeparator()
        self.account = self._menu.addAction("")
        self.account.triggered.connect(self.account_asked)
        self.setMenu(self._menu)
        editor.decision_changed.connect(self.show_choice)
        editor.state_changed.connect(self.show_choice)
        self.write_texts()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.write_texts()

    def write_texts(self) -> None:
        texts = {
            "local": (tr("On this machine"), tr("Costs nothing")),
            "cloud": (tr("In the cloud"), tr("At the price on the button, which is the most it can cost")),
            "automatic": (
                tr("Automatic"),
                tr(
                    "In the cloud where the model does not fit this machine's memory, or where the job takes over "
                    "half a minute here and at most half as long there; only up to the credits below"
                ),
            ),
        }
        for choice, action in self.choices.items():
            action.setText(texts[choice][0])
            action.setToolTip(texts[choice][1])
        self._ceiling_label.setText(tr("Automatic spends at most"))
        self.ceiling.setSuffix(" " + tr("credits a job"))
        self.ceiling.setAccessibleName(tr("Automatic spends at most"))
        self.ceiling.setToolTip(tr("A job that costs more stays on this machine"))
        self.account.setText(tr("Account and credits…"))
        self.show_choice()

    def show_choice(self, _change: object = None) -> None:
        state, decision = self._editor.state, self._editor.decision
        self.choices[state.place].setChecked(True)
        if self.ceiling.value() != state.ceiling:
            self.ceiling.setValue(state.ceiling)
        in_cloud = decision is not None and decision.place == "cloud"
        place = tr("cloud") if in_cloud or state.place == "cloud" else tr("local")
        self.setText(tr("automatic: {place}", place=place) if state.place == "automatic" else place)
        tip = tr("Where the next job runs: {place}", place=self.choices[state.place].text())
        if in_cloud and decision is not None and decision.price is not None:
            tip += " " + tr(
                "({price} of your {credits} credits)",
                price=number_text(decision.price),
                credits=number_text(self._editor.offer.credits),
            )
        self.setToolTip(tip)
        self.setAccessibleName(tip)

    def _ceiling_row(self) -> QWidgetAction:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(2 * SPACE, SPACE, 2 * SPACE, SPACE)
        line.setSpacing(2 * SPACE)
        line.addWidget(self._ceiling_label)
        line.addWidget(self.ceiling)
        action = QWidgetAction(self._menu)
        action.setDefaultWidget(row)
        return action

    def _choose(self, choice: PlaceChoice, _checked: object = None) -> None:
        self._editor.change(place=choice)
