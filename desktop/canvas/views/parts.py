"""Small parts that several views of the canvas share."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialogButtonBox, QDoubleSpinBox

from desktop.widgets.parts import LabelledSlider
from desktop.widgets.theme import SPACE, set_dense
from desktop.widgets.translations import tr

NUMBER_WIDTH = 14 * SPACE


def compact_slider(*, minimum: float, maximum: float, suffix: str = "") -> LabelledSlider:
    """A slider for a dense row: its number is no wider than it must be, so that the groove gets the room."""
    slider = LabelledSlider("", minimum=minimum, maximum=maximum, suffix=suffix)
    for number in slider.findChildren(QDoubleSpinBox):
        number.setFixedWidth(NUMBER_WIDTH)
        set_dense(number)
    return slider


def name_buttons(buttons: QDialogButtonBox, *, accept: str) -> None:
    """What the two buttons of a dialog are called, for eyes and screen readers."""
    standard = QDialogButtonBox.StandardButton
    for button, text in (
        (buttons.button(standard.Ok), accept),
        (buttons.button(standard.Cancel), tr("Cancel")),
    ):
        button.setText(text)
        button.setAccessibleName(text)
        button.setToolTip(text)


def dense_number(
    minimum: float, maximum: float, suffix: str, width: int, *, decimals: int = 0
) -> QDoubleSpinBox:
    """A number for a dense row, `width` steps of space wide."""
    number = QDoubleSpinBox()
    number.setRange(minimum, maximum)
    number.setDecimals(decimals)
    number.setSuffix(suffix)
    number.setKeyboardTracking(False)
    number.setFixedWidth(width * SPACE)
    number.setAlignment(Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter)
    set_dense(number)
    return number
