"""Colours of the scenes, and what an hour's light does to them."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QColor


@dataclass(frozen=True, kw_only=True)
class Light:
    """An hour: the sky from zenith to horizon, what it does to colours on the ground, sun or moon.

    `haze`: how much of the distance fades into the horizon's colour; `shadow`: how dark cast shadows are,
    and `reach` how long (of a thing's size).
    """

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
    haze: float
    shadow: float
    reach: float


LIGHTS = {
    "day": Light(
        zenith="#2f8ce0",
        middle="#7cc4f4",
        horizon="#e0f4fb",
        tint=(1.0, 1.0, 1.0),
        disc="#fff3b0",
        glow="#fff6d0",
        glow_strength=0.55,
        cloud="#ffffff",
        cloud_shade="#cfe3f2",
        lit_windows=False,
        haze=0.15,
        shadow=0.26,
        reach=0.35,
    ),
    "sunset": Light(
        zenith="#43316f",
        middle="#d6587a",
        horizon="#ffb763",
        tint=(1.0, 0.70, 0.60),
        disc="#fff0b8",
        glow="#ffd27a",
        glow_strength=0.75,
        cloud="#f9a890",
        cloud_shade="#b95b86",
        lit_windows=True,
        haze=0.2,
        shadow=0.36,
        reach=0.95,
    ),
    "night": Light(
        zenith="#0b1133",
        middle="#1a2858",
        horizon="#3a5088",
        tint=(0.30, 0.37, 0.60),
        disc="#f6f2da",
        glow="#b9c8f2",
        glow_strength=0.40,
        cloud="#3c4c80",
        cloud_shade="#2a3766",
        lit_windows=True,
        haze=0.1,
        shadow=0.3,
        reach=0.4,
    ),
    "dawn": Light(
        zenith="#7f9fdb",
        middle="#efb3cb",
        horizon="#ffe8c4",
        tint=(0.95, 0.82, 0.86),
        disc="#fff6dc",
        glow="#ffe3c2",
        glow_strength=0.60,
        cloud="#fde4e4",
        cloud_shade="#dcaecb",
        lit_windows=False,
        haze=0.3,
        shadow=0.24,
        reach=0.85,
    ),
    "storm": Light(
        zenith="#232c3b",
        middle="#465366",
        horizon="#8796a2",
        tint=(0.56, 0.63, 0.70),
        disc="#dfe9f5",
        glow="#dfe9f5",
        glow_strength=0.0,
        cloud="#566273",
        cloud_shade="#343e4c",
        lit_windows=True,
        haze=0.25,
        shadow=0.12,
        reach=0.1,
    ),
    "fog": Light(
        zenith="#b3bec4",
        middle="#c8d0d3",
        horizon="#e2e6e4",
        tint=(0.84, 0.87, 0.88),
        disc="#fbfaf0",
        glow="#ffffff",
        glow_strength=0.45,
        cloud="#d7dcde",
        cloud_shade="#c3cbcf",
        lit_windows=False,
        haze=0.55,
        shadow=0.08,
        reach=0.1,
    ),
}

# Far, middle and near shade of each ground in daylight.
GROUNDS = {
    "meadow": ("#b4d670", "#82bd50", "#4c9440"),
    "hills": ("#b9d87c", "#79b356", "#3c874a"),
    "forest": ("#6f9c55", "#4b7f45", "#2f5f3a"),
    "snow": ("#f4f8fc", "#e8f0f9", "#cddff0"),
    "desert": ("#f6d897", "#ebbd6c", "#cf9450"),
    "sea": ("#57b4dc", "#2f8fc6", "#17619f"),
    "lake": ("#8accdf", "#58aacb", "#3586af"),
}

# What rises behind the ground: the near shore of a lake, low hills, dunes.
FAR_HILLS = {
    "meadow": "#8dbb74",
    "hills": "#9cc887",
    "forest": "#6d9a6c",
    "snow": "#d3e2f1",
    "desert": "#e2b877",
    "sea": "#7fa9a2",
    "lake": "#7fae68",
}

MOUNTAINS = {"blue": "#6388c4", "purple": "#8872ba", "grey": "#8f99a6"}
WALLS = {
    "red": "#dd3d2d",
    "white": "#fbf6ea",
    "blue": "#3573d2",
    "yellow": "#f9c933",
    "brown": "#97613a",
    "pink": "#f598b6",
}
ROOFS = {"grey": "#5b6472", "red": "#a8382f", "brown": "#6b432b", "blue": "#2f4f8f"}
SAILS = {
    "white": "#fdfbf4",
    "red": "#e23a2a",
    "yellow": "#fdd02c",
    "orange": "#f78722",
    "blue": "#357be4",
    "green": "#37ae55",
}
BALLOONS = {
    "red": "#e53c2a",
    "yellow": "#fdd02c",
    "blue": "#357be4",
    "orange": "#f78722",
    "purple": "#8c4cca",
    "green": "#37ae55",
}
BRIDGES = {"grey": "#9aa0a8", "red": "#cc4030", "brown": "#8a5a36", "white": "#f4f0e6"}
TREES = {"pine": "#2a7050", "round": "#55a33f", "palm": "#4a9f4a", "autumn": "#e87a24", "cherry": "#f6a3c0"}
BIRDS = {"black": "#333a4a", "white": "#ffffff"}
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


def clear(colour: QColor | str, alpha: float) -> QColor:
    """The colour with the given opacity (0..1)."""
    result = QColor(colour)
    result.setAlphaF(alpha)
    return result
