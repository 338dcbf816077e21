"""Colours of the scenes, and what an hour's light does to them."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QColor


@dataclass(frozen=True)
class Light:
    """An hour: the sky from zenith to horizon, what it does to colours on the ground, sun or moon."""

    zenith: str
    middle: str
    horizon: str
    tint: tuple[float, float, float]
    disc: str
    glow: str
    glow_strength: float
    cloud: str
    cloud_shade: str
    lit_windows: bool


LIGHTS = {
    "day": Light(
        "#3f97dc",
        "#86c8f2",
        "#dff3fb",
        (1.0, 1.0, 1.0),
        "#fff3b0",
        "#fff6d0",
        0.55,
        "#ffffff",
        "#d3e6f3",
        False,
    ),
    "sunset": Light(
        "#43316f",
        "#d6587a",
        "#ffb763",
        (1.0, 0.70, 0.60),
        "#fff0b8",
        "#ffd27a",
        0.75,
        "#f7a08c",
        "#b95b86",
        True,
    ),
    "night": Light(
        "#0b1133",
        "#1a2858",
        "#3a5088",
        (0.30, 0.37, 0.60),
        "#f6f2da",
        "#b9c8f2",
        0.40,
        "#3c4c80",
        "#2a3766",
        True,
    ),
    "dawn": Light(
        "#7fa0d8",
        "#e9b4cc",
        "#fde6c4",
        (0.93, 0.82, 0.86),
        "#fff6dc",
        "#ffe3c2",
        0.60,
        "#fbe0e2",
        "#d9b0cd",
        False,
    ),
}

# Far, middle and near shade of each ground in daylight.
GROUNDS = {
    "meadow": ("#a9cf6c", "#7fb84f", "#4f9440"),
    "hills": ("#b5d67c", "#79b356", "#3f8a4a"),
    "snow": ("#f1f6fb", "#e6eff8", "#cfdff0"),
    "desert": ("#f3d493", "#e8bb6c", "#cf9650"),
    "sea": ("#57b4dc", "#2f8fc6", "#1c6ba6"),
    "lake": ("#8accdf", "#58aacb", "#3a86ad"),
}

# What rises behind the ground: the near shore of a lake, low hills, dunes.
FAR_HILLS = {
    "meadow": "#8dbb74",
    "hills": "#9cc887",
    "snow": "#d3e2f1",
    "desert": "#e2b877",
    "sea": "#7fa9a2",
    "lake": "#7fae68",
}

MOUNTAINS = {"blue": "#6d8fc0", "purple": "#8b79b4", "grey": "#8f99a6"}
WALLS = {
    "red": "#d8402f",
    "white": "#fbf6ea",
    "blue": "#3f78cf",
    "yellow": "#f6c83e",
    "brown": "#97633c",
    "pink": "#f39ab4",
}
ROOFS = {"grey": "#5b6472", "red": "#a8382f", "brown": "#6b432b", "blue": "#2f4f8f"}
SAILS = {
    "white": "#fdfbf4",
    "red": "#e0402f",
    "yellow": "#fbcf33",
    "orange": "#f58a2c",
    "blue": "#3c7fe0",
    "green": "#3fae5a",
}
BALLOONS = {
    "red": "#e2432f",
    "yellow": "#fbcf33",
    "blue": "#3a7be0",
    "orange": "#f58a2c",
    "purple": "#8a52c4",
    "green": "#3fae5a",
}
TREES = {"pine": "#2f6f4f", "round": "#4f9a3f", "palm": "#4a9a4a", "autumn": "#e07b2c"}
TRUNK = "#6e4a30"
HULL = "#7c4a2c"
WINDOW_DARK = "#5f86a8"
WINDOW_LIT = "#ffd76a"


def mix(first: QColor, second: QColor, share: float) -> QColor:
    """`first` moved by `share` (0..1) towards `second`."""
    return QColor.fromRgbF(
        first.redF() + (second.redF() - first.redF()) * share,
        first.greenF() + (second.greenF() - first.greenF()) * share,
        first.blueF() + (second.blueF() - first.blueF()) * share,
    )


def lit(colour: str | QColor, light: Light, *, distance: float = 0.0, glow: float = 0.0) -> QColor:
    """A daylight colour under a light: tinted, then paled towards the horizon's colour by `distance`.

    `glow` (0..1) holds the tint back, for things whose colour must stay readable at night.
    """
    base = QColor(colour)
    red, green, blue = (channel + (1.0 - channel) * glow for channel in light.tint)
    tinted = QColor.fromRgbF(base.redF() * red, base.greenF() * green, base.blueF() * blue)
    return mix(tinted, QColor(light.horizon), distance)


def clear(colour: QColor, alpha: float) -> QColor:
    """The colour with the given opacity (0..1)."""
    result = QColor(colour)
    result.setAlphaF(alpha)
    return result
