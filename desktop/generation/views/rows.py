"""Labelled rows of controls, the same in every part of the panel."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QWidget,
)

from desktop.widgets.theme import SPACE, set_role

LABEL_WIDTH = 16 * SPACE
LEAST_CONTROL_WIDTH = 14 * SPACE


class Rows(QWidget):
    """A label at the left, its controls at the right; a label reads its control's name aloud."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(2 * SPACE)
        self._grid.setVerticalSpacing(SPACE)
        self._grid.setColumnStretch(1, 1)
        self._grid.setColumnMinimumWidth(0, LABEL_WIDTH)

    def add(self, *controls: QWidget) -> QLabel:
        """The first control is the one that the label names; it and numbers take the room."""
        label = QLabel(self)
        set_role(label, "quiet")
        label.setBuddy(controls[0])
        row = QHBoxLayout()
        row.setSpacing(SPACE)
        for control in controls:
            takes_room = control is controls[0] or isinstance(control, QAbstractSpinBox)
            if takes_room and control.minimumWidth() == 0:
                # However long a model's name or a number may be, the panel stays as narrow as it is.
                control.setMinimumWidth(LEAST_CONTROL_WIDTH)
            row.addWidget(control, int(takes_room))
        line = self._grid.rowCount()
        self._grid.addWidget(label, line, 0)
        self._grid.addLayout(row, line, 1)
        return label

    def add_note(self, note: QLabel) -> None:
        """A line of words under the row before."""
        note.setWordWrap(True)
        self._grid.addWidget(note, self._grid.rowCount(), 0, 1, 2)


def bare_scroll_area(parent: QWidget) -> QScrollArea:
    """Without a frame or a background of its own."""
    area = QScrollArea(parent)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.viewport().setAutoFillBackground(False)
    return area


def error_note(parent: QWidget) -> QLabel:
    """Hidden until there is something to say."""
    note = QLabel(parent)
    note.setWordWrap(True)
    note.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    set_role(note, "danger")
    note.hide()
    return note


def show_note(note: QLabel, text: str) -> None:
    note.setText(text)
    note.setVisible(bool(text))


def name_control(control: QWidget, name: str, tip: str, *, shortcut: str = "") -> None:
    """What a screen reader says, and what the tooltip explains."""
    control.setAccessibleName(name)
    control.setToolTip(f"{tip} ({shortcut})" if shortcut else tip)


def fill_choices(combo: QComboBox, choices: Mapping[Any, str]) -> None:
    """Replace the entries and keep the chosen one; nothing is told."""
    with QSignalBlocker(combo):
        chosen = combo.currentData()
        combo.clear()
        for value, text in choices.items():
            combo.addItem(text, value)
        choose(combo, chosen)


def choose(combo: QComboBox, value: object) -> None:
    """Silently; a value that is not among the entries leaves none chosen."""
    with QSignalBlocker(combo):
        for place in range(combo.count()):
            if combo.itemData(place) == value:
                combo.setCurrentIndex(place)
                return
        combo.setCurrentIndex(-1)


def quiet_spin(spin: QAbstractSpinBox) -> None:
    """Tells a typed number once it is complete, not digit by digit."""
    spin.setKeyboardTracking(False)
    spin.setButtonSymbols(QAbstractSpinBox.ButtonSymbols.NoButtons)
    spin.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
