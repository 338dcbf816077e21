"""The settings of each adjustment as controls; every change makes a new frozen adjustment."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QVBoxLayout, QWidget

from desktop.canvas.adjustments.base import Adjustment
from desktop.canvas.adjustments.colours import Balance, ColourBalance, HueSaturation
from desktop.canvas.adjustments.filters import GaussianBlur, Noise, Sharpen
from desktop.canvas.adjustments.tones import (
    CHANNELS,
    BrightnessContrast,
    Curves,
    Levels,
    LevelsOf,
    Posterise,
    Threshold,
)
from desktop.canvas.brushes.curves import Curve
from desktop.canvas.viewmodels.adjusting import Adjusting
from desktop.canvas.views.curve_editor import CurveEditor
from desktop.canvas.views.histogram import Histogram
from desktop.widgets.parts import LabelledSlider
from desktop.widgets.theme import SPACE
from desktop.widgets.translations import tr


@dataclass(frozen=True, slots=True, kw_only=True)
class Slide:
    """A slider for one number of an adjustment."""

    field: str
    text: str
    minimum: float
    maximum: float
    step: float = 1.0
    decimals: int = 0
    suffix: str = ""


class Settings(QWidget):
    changed = Signal()

    def __init__(self, adjustment: Adjustment) -> None:
        super().__init__()
        self.adjustment: Adjustment = adjustment
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(2 * SPACE)
        self.sliders: dict[str, LabelledSlider] = {}

    def add_slider(self, slide: Slide, value: float, tell: Callable[[float], None]) -> None:
        slider = LabelledSlider(
            slide.text,
            minimum=slide.minimum,
            maximum=slide.maximum,
            step=slide.step,
            decimals=slide.decimals,
            suffix=slide.suffix,
        )
        slider.set_value(value)
        slider.value_changed.connect(tell)
        self.sliders[slide.field] = slider
        self.column.addWidget(slider)

    def take(self, adjustment: Adjustment) -> None:
        self.adjustment = adjustment
        self.changed.emit()


class SlidersSettings(Settings):
    """A number of the adjustment for each slider."""

    def __init__(self, adjustment: Adjustment, *slides: Slide) -> None:
        super().__init__(adjustment)
        for slide in slides:
            self.add_slider(slide, getattr(adjustment, slide.field), partial(self._set, slide))

    def _set(self, slide: Slide, value: float) -> None:
        kept = round(value) if slide.decimals == 0 else value
        self.take(replace(self.adjustment, **{slide.field: kept}))  # type: ignore[type-var]  # every adjustment is a dataclass


def _channel_box() -> QComboBox:
    box = QComboBox()
    for channel, text in zip(CHANNELS, (tr("All channels"), tr("Red"), tr("Green"), tr("Blue")), strict=True):
        box.addItem(text, channel)
    box.setAccessibleName(tr("Channel"))
    return box


class LevelsSettings(Settings):
    def __init__(self, adjusting: Adjusting) -> None:
        super().__init__(Levels())
        self._levels = Levels()
        self.channel = _channel_box()
        self.column.addWidget(self.channel)
        self.histogram = Histogram(adjusting=adjusting)
        self.column.addWidget(self.histogram)
        for slide in (
            Slide(field="black", text=tr("Black"), minimum=0, maximum=254),
            Slide(field="gamma", text=tr("Middle"), minimum=0.1, maximum=5, step=0.01, decimals=2),
            Slide(field="white", text=tr("White"), minimum=1, maximum=255),
            Slide(field="darkest", text=tr("Darkest result"), minimum=0, maximum=255),
            Slide(field="brightest", text=tr("Brightest result"), minimum=0, maximum=255),
        ):
            self.add_slider(
                slide,
                getattr(LevelsOf(), slide.field),
                partial(self._set, slide.field),
            )
        self.channel.currentIndexChanged.connect(self._show_channel)

    def _set(self, field: str, value: float) -> None:
        channel = self.channel.currentData()
        own = replace(getattr(self._levels, channel), **{field: value})
        self._levels = replace(self._levels, **{channel: own})
        self.take(self._levels)

    def _show_channel(self, index: int) -> None:
        self.histogram.show_channel(index)
        own = getattr(self._levels, self.channel.currentData())
        for field, slider in self.sliders.items():
            slider.set_value(getattr(own, field))


class CurvesSettings(Settings):
    def __init__(self, _adjusting: Adjusting) -> None:
        super().__init__(Curves())
        self._curves = Curves()
        self.channel = _channel_box()
        self.editor = CurveEditor()
        self.editor.set_text(tr("Curve"))
        self.editor.setFixedHeight(60 * SPACE)
        self.column.addWidget(self.channel)
        self.column.addWidget(self.editor)
        self.editor.curve_changed.connect(self._set)
        self.channel.currentIndexChanged.connect(self._show_channel)

    def _set(self, curve: Curve) -> None:
        points = tuple((x * 255, y * 255) for x, y in curve.points)
        self._curves = replace(self._curves, **{self.channel.currentData(): points})
        self.take(self._curves)

    def _show_channel(self) -> None:
        points = getattr(self._curves, self.channel.currentData())
        self.editor.set_curve(Curve(points=tuple((x / 255, y / 255) for x, y in points)))


class BalanceSettings(Settings):
    def __init__(self, _adjusting: Adjusting) -> None:
        super().__init__(ColourBalance())
        self._balance = ColourBalance()
        self.range = QComboBox()
        for field, text in (
            ("midtones", tr("Midtones")),
            ("shadows", tr("Shadows")),
            ("highlights", tr("Highlights")),
        ):
            self.range.addItem(text, field)
        self.range.setAccessibleName(tr("Range"))
        self.column.addWidget(self.range)
        for slide in (
            Slide(field="red", text=tr("Cyan to red"), minimum=-100, maximum=100),
            Slide(field="green", text=tr("Magenta to green"), minimum=-100, maximum=100),
            Slide(field="blue", text=tr("Yellow to blue"), minimum=-100, maximum=100),
        ):
            self.add_slider(slide, 0.0, partial(self._set, slide.field))
        self.keep = QCheckBox(tr("Keep the brightness"))
        self.keep.setAccessibleName(tr("Keep the brightness"))
        self.keep.setChecked(True)
        self.column.addWidget(self.keep)
        self.keep.toggled.connect(self._set_keep)
        self.range.currentIndexChanged.connect(self._show_range)

    def _set(self, field: str, value: float) -> None:
        part = self.range.currentData()
        own: Balance = replace(getattr(self._balance, part), **{field: value})
        self._balance = replace(self._balance, **{part: own})  # type: ignore[arg-type]  # one of the three ranges
        self.take(self._balance)

    def _set_keep(self, keep: bool) -> None:  # noqa: FBT001  # a slot of a check box
        self._balance = replace(self._balance, keep_brightness=keep)
        self.take(self._balance)

    def _show_range(self) -> None:
        own = getattr(self._balance, self.range.currentData())
        for field, slider in self.sliders.items():
            slider.set_value(getattr(own, field))


def hue_settings(_adjusting: Adjusting) -> Settings:
    return SlidersSettings(
        HueSaturation(),
        Slide(field="hue", text=tr("Hue"), minimum=-180, maximum=180, suffix="°"),
        Slide(field="saturation", text=tr("Saturation"), minimum=-100, maximum=100),
        Slide(field="lightness", text=tr("Lightness"), minimum=-100, maximum=100),
    )


def contrast_settings(_adjusting: Adjusting) -> Settings:
    return SlidersSettings(
        BrightnessContrast(),
        Slide(field="brightness", text=tr("Brightness"), minimum=-100, maximum=100),
        Slide(field="contrast", text=tr("Contrast"), minimum=-100, maximum=100),
    )


def posterise_settings(_adjusting: Adjusting) -> Settings:
    return SlidersSettings(Posterise(), Slide(field="steps", text=tr("Steps"), minimum=2, maximum=64))


def threshold_settings(_adjusting: Adjusting) -> Settings:
    return SlidersSettings(Threshold(), Slide(field="level", text=tr("Level"), minimum=1, maximum=255))


def blur_settings(_adjusting: Adjusting) -> Settings:
    return SlidersSettings(
        GaussianBlur(),
        Slide(
            field="radius", text=tr("Radius"), minimum=0.1, maximum=250, step=0.1, decimals=1, suffix=" px"
        ),
    )


def sharpen_settings(_adjusting: Adjusting) -> Settings:
    return SlidersSettings(
        Sharpen(),
        Slide(field="radius", text=tr("Radius"), minimum=0.1, maximum=50, step=0.1, decimals=1, suffix=" px"),
        Slide(field="amount", text=tr("Amount"), minimum=0, maximum=5, step=0.05, decimals=2),
        Slide(field="threshold", text=tr("Threshold"), minimum=0, maximum=100),
    )


def noise_settings(_adjusting: Adjusting) -> Settings:
    return SlidersSettings(Noise(), Slide(field="amount", text=tr("Amount"), minimum=0, maximum=100))
