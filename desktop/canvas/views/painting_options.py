"""Options of the tools that cover much at once, and of the picker."""

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from typing import TypeVar

from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QWidget

from desktop.canvas.gradients import GradientColours, GradientKind
from desktop.canvas.shapes import MOST_SIDES, ShapeFill, ShapeKind
from desktop.canvas.viewmodels.tool_options import SAMPLE_SIDES
from desktop.canvas.viewmodels.tools import ToolsViewModel
from desktop.canvas.views.parts import compact_slider
from desktop.widgets.theme import SPACE, set_dense, set_role
from desktop.widgets.translations import tr

Choice = TypeVar("Choice", bound=StrEnum)

SLIDER_WIDTH = 48 * SPACE


class OptionsRow(QWidget):
    """One line of options that follow the tools' state."""

    def __init__(self, *, tools: ToolsViewModel) -> None:
        super().__init__()
        self._tools = tools
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(4 * SPACE)
        self._make()
        self._row.addStretch(1)
        tools.options_changed.connect(self.refresh)
        self.name()
        self.refresh()

    def _make(self) -> None:
        """Make the controls and put them in `_row`."""

    def name(self) -> None:
        """Texts in the language in force."""

    def refresh(self) -> None:
        """Show what is set."""


class FillRow(OptionsRow):
    def _make(self) -> None:
        self.tolerance = compact_slider(minimum=0, maximum=255)
        self.grow = compact_slider(minimum=0, maximum=20, suffix=" px")
        for slider in (self.tolerance, self.grow):
            slider.setFixedWidth(SLIDER_WIDTH)
        self.contiguous, self.all_layers, self.antialias = QCheckBox(), QCheckBox(), QCheckBox()
        for control in (self.tolerance, self.grow, self.contiguous, self.all_layers, self.antialias):
            self._row.addWidget(control)
        tools = self._tools
        self.tolerance.value_changed.connect(
            lambda value: tools.set_fill(replace(tools.fill, tolerance=round(value)))
        )
        self.grow.value_changed.connect(
            lambda value: tools.set_fill(replace(tools.fill, grow_by=round(value)))
        )
        self.contiguous.toggled.connect(lambda on: tools.set_fill(replace(tools.fill, contiguous=on)))
        self.all_layers.toggled.connect(lambda on: tools.set_fill(replace(tools.fill, all_layers=on)))
        self.antialias.toggled.connect(lambda on: tools.set_fill(replace(tools.fill, antialias=on)))

    def name(self) -> None:
        self.tolerance.set_text(
            tr("Tolerance"), tr("How different a colour may be to be filled with the rest")
        )
        self.grow.set_text(tr("Grow"), tr("How far the fill goes under the lines around it"))
        name_box(self.contiguous, tr("Joined"), tr("Fill only what is joined to the place that is clicked"))
        name_box(self.all_layers, tr("All layers"), tr("Look at the picture as it is seen, not at one layer"))
        name_box(self.antialias, tr("Smooth edge"), tr("Round off the steps of the edge"))

    def refresh(self) -> None:
        options = self._tools.fill
        self.tolerance.set_value(options.tolerance)
        self.grow.set_value(options.grow_by)
        for box, on in (
            (self.contiguous, options.contiguous),
            (self.all_layers, options.all_layers),
            (self.antialias, options.antialias),
        ):
            check(box, on=on)


class GradientRow(OptionsRow):
    def _make(self) -> None:
        self.kind, self.colours, self.reverse = combo(), combo(), QCheckBox()
        for control in (self.kind, self.colours, self.reverse):
            self._row.addWidget(control)
        tools = self._tools
        self.kind.activated.connect(
            lambda: tools.set_gradient(replace(tools.gradient, kind=self.kind.currentData()))
        )
        self.colours.activated.connect(
            lambda: tools.set_gradient(replace(tools.gradient, colours=self.colours.currentData()))
        )
        self.reverse.toggled.connect(lambda on: tools.set_gradient(replace(tools.gradient, reverse=on)))

    def name(self) -> None:
        kinds = {
            GradientKind.LINEAR: tr("Linear"),
            GradientKind.RADIAL: tr("Radial"),
            GradientKind.CONICAL: tr("Conical"),
            GradientKind.REFLECTED: tr("Reflected"),
        }
        colours = {
            GradientColours.TO_BACKGROUND: tr("Foreground to background"),
            GradientColours.TO_TRANSPARENT: tr("Foreground to nothing"),
            GradientColours.DAWN: tr("Dawn"),
            GradientColours.DUSK: tr("Dusk"),
            GradientColours.SEA: tr("Sea"),
            GradientColours.FOREST: tr("Forest"),
            GradientColours.EMBER: tr("Ember"),
            GradientColours.SPECTRUM: tr("Spectrum"),
        }
        fill_combo(self.kind, kinds, tr("Kind of gradient"))
        fill_combo(self.colours, colours, tr("Colours of the gradient"))
        name_box(self.reverse, tr("Reverse"), tr("From the last colour to the first"))

    def refresh(self) -> None:
        options = self._tools.gradient
        show_choice(self.kind, options.kind)
        show_choice(self.colours, options.colours)
        check(self.reverse, on=options.reverse)


class ShapeRow(OptionsRow):
    def _make(self) -> None:
        self.kind, self.fill = combo(), combo()
        self.line_width = compact_slider(minimum=1, maximum=200, suffix=" px")
        self.radius = compact_slider(minimum=0, maximum=500, suffix=" px")
        self.sides = compact_slider(minimum=3, maximum=MOST_SIDES)
        for control in (self.kind, self.fill, self.line_width, self.radius, self.sides):
            self._row.addWidget(control)
        for slider in (self.line_width, self.radius, self.sides):
            slider.setFixedWidth(SLIDER_WIDTH)
        tools = self._tools
        self.kind.activated.connect(
            lambda: tools.set_shape(replace(tools.shape, kind=self.kind.currentData()))
        )
        self.fill.activated.connect(
            lambda: tools.set_shape(replace(tools.shape, fill=self.fill.currentData()))
        )
        self.line_width.value_changed.connect(
            lambda value: tools.set_shape(replace(tools.shape, width=value))
        )
        self.radius.value_changed.connect(lambda value: tools.set_shape(replace(tools.shape, radius=value)))
        self.sides.value_changed.connect(
            lambda value: tools.set_shape(replace(tools.shape, sides=round(value)))
        )

    def name(self) -> None:
        kinds = {
            ShapeKind.RECTANGLE: tr("Rectangle"),
            ShapeKind.ROUNDED: tr("Rounded rectangle"),
            ShapeKind.ELLIPSE: tr("Ellipse"),
            ShapeKind.LINE: tr("Line"),
            ShapeKind.POLYGON: tr("Polygon"),
        }
        fills = {
            ShapeFill.FILL: tr("Filled"),
            ShapeFill.OUTLINE: tr("Outline"),
            ShapeFill.BOTH: tr("Filled, with an outline"),
        }
        fill_combo(
            self.kind, kinds, tr("Kind of shape (Shift makes its sides alike, Alt begins in the middle)")
        )
        fill_combo(self.fill, fills, tr("What of the shape is painted"))
        self.line_width.set_text(tr("Line"), tr("Width of the outline"))
        self.radius.set_text(tr("Corners"), tr("Radius of the corners"))
        self.sides.set_text(tr("Sides"), tr("How many sides the polygon has"))

    def refresh(self) -> None:
        options = self._tools.shape
        show_choice(self.kind, options.kind)
        show_choice(self.fill, options.fill)
        self.line_width.set_value(round(options.width))
        self.radius.set_value(round(options.radius))
        self.sides.set_value(options.sides)
        is_line = options.kind is ShapeKind.LINE
        self.fill.setVisible(not is_line)
        self.line_width.setVisible(is_line or options.fill is not ShapeFill.FILL)
        self.radius.setVisible(options.kind is ShapeKind.ROUNDED)
        self.sides.setVisible(options.kind is ShapeKind.POLYGON)


class PickerRow(OptionsRow):
    def _make(self) -> None:
        self._caption = QLabel()
        set_role(self._caption, "quiet")
        self.side, self.all_layers = combo(), QCheckBox()
        self._caption.setBuddy(self.side)
        for control in (self._caption, self.side, self.all_layers):
            self._row.addWidget(control)
        tools = self._tools
        self.side.activated.connect(
            lambda: tools.set_picker(replace(tools.picker, side=self.side.currentData()))
        )
        self.all_layers.toggled.connect(lambda on: tools.set_picker(replace(tools.picker, all_layers=on)))

    def name(self) -> None:
        self._caption.setText(tr("Sample"))
        for side in SAMPLE_SIDES:
            if self.side.findData(side) < 0:
                self.side.addItem(f"{side} × {side}", side)
        self.side.setAccessibleName(tr("Pixels whose mean is taken"))
        self.side.setToolTip(tr("Pixels whose mean is taken"))
        name_box(self.all_layers, tr("All layers"), tr("Look at the picture as it is seen, not at one layer"))

    def refresh(self) -> None:
        self.side.setCurrentIndex(max(self.side.findData(self._tools.picker.side), 0))
        check(self.all_layers, on=self._tools.picker.all_layers)


def combo() -> QComboBox:
    box = QComboBox()
    set_dense(box)
    return box


def fill_combo(box: QComboBox, texts: Mapping[Choice, str], name: str) -> None:
    """Choices in the language in force; what was chosen stays chosen."""
    kept = box.currentData()
    box.clear()
    for value, text in texts.items():
        box.addItem(text, value)
    box.setCurrentIndex(max(box.findData(kept), 0))
    box.setAccessibleName(name)
    box.setToolTip(name)


def show_choice(box: QComboBox, value: StrEnum) -> None:
    box.setCurrentIndex(max(box.findData(value), 0))


def name_box(box: QCheckBox, text: str, tip: str) -> None:
    box.setText(text)
    box.setAccessibleName(text)
    box.setToolTip(tip)


def check(box: QCheckBox, *, on: bool) -> None:
    """Without telling anybody."""
    box.blockSignals(True)
    box.setChecked(on)
    box.blockSignals(False)
