"""Everything that can be set about the brush in hand, with a stroke of it that follows each change."""

from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeVar

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QFrame,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from desktop.canvas.brushes.brush import TAKING_AWAY, AngleSource, limits_of
from desktop.canvas.brushes.curves import LINEAR, Curve
from desktop.canvas.brushes.own_tips import title_of
from desktop.canvas.layers import BlendMode
from desktop.canvas.viewmodels.brushes import BrushList
from desktop.canvas.viewmodels.layer_texts import BLEND_GROUPS, blend_text
from desktop.canvas.viewmodels.tools import ToolsViewModel
from desktop.canvas.views.brush_grid import tinted
from desktop.canvas.views.brush_words import paper_names, tip_names
from desktop.canvas.views.curve_editor import CurveEditor
from desktop.canvas.views.parts import compact_slider
from desktop.widgets.parts import Fold, LabelledSlider
from desktop.widgets.tasks import TaskOwner
from desktop.widgets.theme import RADIUS, SPACE, set_dense, theme_of
from desktop.widgets.translations import tr

Choice = TypeVar("Choice", bound=str)

PREVIEW_DELAY = 80
"""Milliseconds after the last change; a dragged slider draws no stroke for each of its steps."""


class Number(NamedTuple):
    """A property of the brush on a slider; `scale` turns it into what is shown."""

    name: str
    scale: float = 100.0
    suffix: str = "%"


SECTIONS: dict[str, tuple[Number, ...]] = {
    "tip": (
        Number("size", 1, ""),
        Number("hardness"),
        Number("roundness"),
        Number("angle", 1, "°"),
        Number("spacing"),
    ),
    "paint": (Number("opacity"), Number("flow"), Number("wet_edge"), Number("colour_rate")),
    "chance": (
        Number("scatter"),
        Number("angle_jitter"),
        Number("size_jitter"),
        Number("opacity_jitter"),
        Number("flow_jitter"),
        Number("hue_jitter"),
        Number("saturation_jitter"),
        Number("lightness_jitter"),
    ),
    "paper": (Number("paper_strength"), Number("paper_scale")),
    "hand": (Number("smoothing"), Number("string", 1, " px")),
}
CURVES = ("size_pressure", "opacity_pressure", "flow_pressure", "size_tilt", "opacity_tilt", "flow_tilt")


def number_texts() -> dict[str, tuple[str, str]]:
    return {
        "size": (tr("Size"), tr("Size of the brush in pixels ([ and ])")),
        "hardness": (tr("Hardness"), tr("How sharp the edge of the brush is")),
        "roundness": (tr("Roundness"), tr("A flat tip is longer than it is wide")),
        "angle": (tr("Angle"), tr("How far the tip is turned")),
        "spacing": (tr("Spacing"), tr("How far apart the touches of the tip are, in parts of its size")),
        "opacity": (tr("Opacity"), tr("How much a whole stroke covers at most")),
        "flow": (tr("Flow"), tr("How much each touch of the brush adds")),
        "wet_edge": (tr("Wet edge"), tr("How much paler the inside of a stroke dries than its rim")),
        "colour_rate": (tr("Colour"), tr("How much of the foreground colour a smudge brings in")),
        "scatter": (tr("Scatter"), tr("How far touches fall beside the stroke, in parts of the size")),
        "angle_jitter": (tr("Angle"), tr("How much the angle changes by chance")),
        "size_jitter": (tr("Size"), tr("How much smaller touches get by chance")),
        "opacity_jitter": (tr("Opacity"), tr("How much paler touches get by chance")),
        "flow_jitter": (tr("Flow"), tr("How much weaker touches get by chance")),
        "hue_jitter": (tr("Hue"), tr("How much the hue changes by chance, from stroke to stroke")),
        "saturation_jitter": (
            tr("Saturation"),
            tr("How much the saturation changes by chance, from stroke to stroke"),
        ),
        "lightness_jitter": (
            tr("Lightness"),
            tr("How much the lightness changes by chance, from stroke to stroke"),
        ),
        "paper_strength": (tr("Strength"), tr("How much the paper's grain shows")),
        "paper_scale": (tr("Scale"), tr("How large the paper's grain is")),
        "smoothing": (tr("Smoothing"), tr("How much of a shaking hand is taken out")),
        "string": (tr("String"), tr("The pen pulls the brush by a string of this length")),
    }


def section_texts() -> dict[str, str]:
    return {
        "tip": tr("Tip"),
        "paint": tr("Paint"),
        "chance": tr("Left to chance"),
        "paper": tr("Paper"),
        "pen": tr("Pen"),
        "hand": tr("Steady hand"),
    }


def curve_texts() -> dict[str, str]:
    return {
        "size_pressure": tr("Pressure changes the size"),
        "opacity_pressure": tr("Pressure changes the opacity"),
        "flow_pressure": tr("Pressure changes the flow"),
        "size_tilt": tr("Tilt changes the size"),
        "opacity_tilt": tr("Tilt changes the opacity"),
        "flow_tilt": tr("Tilt changes the flow"),
    }


def angle_texts() -> dict[AngleSource, str]:
    return {
        AngleSource.FIXED: tr("Always the same"),
        AngleSource.STROKE: tr("Along the stroke"),
        AngleSource.TILT: tr("As the pen leans"),
    }


def blend_texts() -> dict[BlendMode, str]:
    return {mode: blend_text(mode) for modes in BLEND_GROUPS for mode in modes if mode not in TAKING_AWAY}


class StrokePreview(QWidget):
    """A stroke of the brush in hand, in the text's colour."""

    def __init__(self) -> None:
        super().__init__()
        self._image = QImage()
        self.setFixedHeight(20 * SPACE)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_image(self, image: QImage) -> None:
        self._image = image
        self.update()

    @property
    def image(self) -> QImage:
        return self._image

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = theme_of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("field"))
        painter.drawRoundedRect(self.rect(), RADIUS, RADIUS)
        if not self._image.isNull():
            size = QSize(self._image.size()).scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
            place = QRectF(0, 0, size.width(), size.height())
            place.moveCenter(QRectF(self.rect()).center())
            painter.drawImage(place, tinted(self._image, theme.colour("text")))
        painter.end()


class CurveRow(QWidget):
    """A box that says whether the pen changes the property, and the curve by which it does."""

    def __init__(self, name: str, *, tell: Callable[[str, object], None]) -> None:
        super().__init__()
        self.on = QCheckBox()
        self.curve = CurveEditor()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addWidget(self.on)
        column.addWidget(self.curve)
        self.on.toggled.connect(lambda on: tell(name, self.curve.curve if on else None))
        self.curve.curve_changed.connect(lambda curve: tell(name, curve))

    def set_text(self, text: str) -> None:
        self.on.setText(text)
        self.on.setAccessibleName(text)
        self.on.setToolTip(text)
        self.curve.set_text(text)

    def show_curve(self, curve: Curve | None) -> None:
        self.on.blockSignals(True)
        self.on.setChecked(curve is not None)
        self.on.blockSignals(False)
        self.curve.setVisible(curve is not None)
        self.curve.set_curve(curve or LINEAR)


class BrushEditor(QWidget):
    def __init__(self, *, brushes: BrushList, tools: ToolsViewModel, tasks: TaskOwner) -> None:
        super().__init__()
        self._brushes = brushes
        self._tools = tools
        self._tasks = tasks
        self._number = 0
        self.preview = StrokePreview()
        self.sliders: dict[str, LabelledSlider] = {}
        self.curves: dict[str, CurveRow] = {}
        self.folds: dict[str, Fold] = {}
        self.tip = _combo()
        self.paper = _combo()
        self.angle_source = _combo()
        self.blend = _combo()
        self._later = QTimer(self, singleShot=True, interval=PREVIEW_DELAY)
        self._later.timeout.connect(self._draw)
        self._lay_out()
        self.tip.activated.connect(lambda: self._set("tip", self.tip.currentData()))
        self.paper.activated.connect(lambda: self._set("paper", self.paper.currentData()))
        self.angle_source.activated.connect(
            lambda: self._set("angle_source", self.angle_source.currentData())
        )
        self.blend.activated.connect(lambda: self._set("blend", self.blend.currentData()))
        brushes.tips_changed.connect(self._fill_tips)
        tools.options_changed.connect(self.refresh)
        tools.tool_changed.connect(self.refresh)
        self._name()
        self.refresh()

    def refresh(self) -> None:
        brush = self._tools.brush
        for numbers in SECTIONS.values():
            for number in numbers:
                self.sliders[number.name].set_value(round(getattr(brush, number.name) * number.scale))
        for name, row in self.curves.items():
            row.show_curve(getattr(brush, name))
        for combo, value in (
            (self.tip, brush.tip),
            (self.paper, brush.paper),
            (self.angle_source, brush.angle_source),
            (self.blend, brush.blend),
        ):
            combo.setCurrentIndex(max(combo.findData(value), 0))
        if self.isVisible():
            self._later.start()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._draw()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._name()
            self.refresh()
        super().changeEvent(event)

    def _set(self, name: str, value: object) -> None:
        self._tools.set_brush(**{name: value})

    def _draw(self) -> None:
        self._number += 1
        self._tasks.start(self._show_preview(self._number))

    async def _show_preview(self, number: int) -> None:
        image = await self._brushes.draw(self._tools.brush)
        if number == self._number:
            self.preview.show_image(image)

    def _lay_out(self) -> None:
        content = QWidget()
        content.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        content.setProperty("surface", "panel")
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 2 * SPACE, 0)
        column.setSpacing(2 * SPACE)
        for section in ("tip", "paint", "hand", "pen", "paper", "chance"):
            body = QWidget()
            rows = QFormLayout(body)
            rows.setContentsMargins(SPACE, 0, 0, SPACE)
            rows.setVerticalSpacing(SPACE)
            if section == "tip":
                rows.addRow(self.tip)
            if section == "paper":
                rows.addRow(self.paper)
            for number in SECTIONS.get(section, ()):
                least, most = limits_of(number.name)
                slider = compact_slider(
                    minimum=least * number.scale, maximum=most * number.scale, suffix=number.suffix
                )
                slider.value_changed.connect(
                    lambda value, number=number: self._set(number.name, value / number.scale)
                )
                self.sliders[number.name] = slider
                rows.addRow(slider)
            if section == "tip":
                rows.addRow(self.angle_source)
            if section == "paint":
                rows.addRow(self.blend)
            if section == "pen":
                for name in CURVES:
                    self.curves[name] = CurveRow(name, tell=self._set)
                    rows.addRow(self.curves[name])
            fold = Fold("", body, is_open=section in {"tip", "paint"})
            self.folds[section] = fold
            column.addWidget(fold)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(content)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(2 * SPACE)
        whole.addWidget(self.preview)
        whole.addWidget(area, 1)

    def _name(self) -> None:
        self.setAccessibleName(tr("Settings of the brush"))
        self.preview.setAccessibleName(tr("A stroke of this brush"))
        for name, (text, tip) in number_texts().items():
            self.sliders[name].set_text(text, tip)
        for section, text in section_texts().items():
            self.folds[section].set_text(text)
        for name, text in curve_texts().items():
            self.curves[name].set_text(text)
        self._fill_tips()
        _fill(self.paper, paper_names(), tr("Paper whose grain shows"))
        _fill(self.blend, blend_texts(), tr("How a stroke meets what is on the layer"))
        _fill(self.angle_source, angle_texts(), tr("What the tip is turned by"))

    def _fill_tips(self) -> None:
        own = {name: title_of(name) for name in self._brushes.tips.own_names}
        _fill(self.tip, tip_names() | own, tr("Shape of the tip"))


def _combo() -> QComboBox:
    combo = QComboBox()
    set_dense(combo)
    return combo


def _fill(combo: QComboBox, texts: Mapping[Choice, str], name: str) -> None:
    kept = combo.currentData()
    combo.clear()
    for value, text in texts.items():
        combo.addItem(text, value)
    combo.setCurrentIndex(max(combo.findData(kept), 0))
    combo.setAccessibleName(name)
    combo.setToolTip(name)
