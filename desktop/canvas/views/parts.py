"""Small parts that several views of the canvas share."""

from PySide6.QtWidgets import QDoubleSpinBox

from desktop.widgets.parts import LabelledSlider
from desktop.widgets.theme import SPACE, set_dense

NUMBER_WIDTH = 14 * SPACE


def compact_slider(*, minimum: float, maximum: float, suffix: str = "") -> LabelledSlider:
    """A slider for a dense row: its number is no wider than it must be, so that the groove gets the room."""
    slider = LabelledSlider("", minimum=minimum, maximum=maximum, suffix=suffix)
    for number in slider.findChildren(QDoubleSpinBox):
        number.setFixedWidth(NUMBER_WIDTH)
        set_dense(number)
    return slider
