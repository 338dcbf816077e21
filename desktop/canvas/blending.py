"""What each blend mode does: Qt's own where it has one, the W3C's formulas for the four that it lacks.

Hue, saturation, colour and luminosity look at all three channels at once (Compositing and Blending Level 1,
"non-separable blend modes"); they are one numpy function over the rectangle in hand.
"""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QImage, QPainter

from desktop.canvas.layers import BlendMode
from desktop.canvas.tiles import TILE_FORMAT, pixels_of

Mode = QPainter.CompositionMode
Channels = NDArray[np.float32]

COMPOSITION_MODES = {
    BlendMode.NORMAL: Mode.CompositionMode_SourceOver,
    BlendMode.MULTIPLY: Mode.CompositionMode_Multiply,
    BlendMode.SCREEN: Mode.CompositionMode_Screen,
    BlendMode.OVERLAY: Mode.CompositionMode_Overlay,
    BlendMode.DARKEN: Mode.CompositionMode_Darken,
    BlendMode.LIGHTEN: Mode.CompositionMode_Lighten,
    BlendMode.COLOR_DODGE: Mode.CompositionMode_ColorDodge,
    BlendMode.COLOR_BURN: Mode.CompositionMode_ColorBurn,
    BlendMode.HARD_LIGHT: Mode.CompositionMode_HardLight,
    BlendMode.SOFT_LIGHT: Mode.CompositionMode_SoftLight,
    BlendMode.DIFFERENCE: Mode.CompositionMode_Difference,
    BlendMode.PLUS: Mode.CompositionMode_Plus,
    BlendMode.DESTINATION_IN: Mode.CompositionMode_DestinationIn,
    BlendMode.DESTINATION_OUT: Mode.CompositionMode_DestinationOut,
    BlendMode.SOURCE_ATOP: Mode.CompositionMode_SourceAtop,
    BlendMode.DESTINATION_ATOP: Mode.CompositionMode_DestinationAtop,
}
"""What QPainter can do; the other modes go through `blend_colours`."""

CLEARING = frozenset({BlendMode.DESTINATION_IN, BlendMode.DESTINATION_ATOP})
"""Modes that take the backdrop away where the layer is transparent, so a layer acts beyond its own pixels."""


def blend_image(
    target: QImage, source: QImage, at: QPoint, blend: BlendMode, opacity: float, *, part: QRect | None = None
) -> None:
    """Blend `source`, or a part of it, onto `target` with its top left corner at `at`; both premultiplied."""
    part = source.rect() if part is None else part
    mode = COMPOSITION_MODES.get(blend)
    painter = QPainter(target)
    if mode is not None:
        painter.setCompositionMode(mode)
        painter.setOpacity(opacity)
        painter.drawImage(at, source, part)
    else:
        area = QRect(at, part.size()).intersected(target.rect())
        if not area.isEmpty():
            above = source.copy(area.translated(part.topLeft() - at))
            painter.setCompositionMode(Mode.CompositionMode_Source)
            painter.drawImage(area.topLeft(), blend_colours(target.copy(area), above, blend, opacity))
    painter.end()


def opaque_colours(image: QImage) -> QImage:
    """The same colours as if nothing of them were transparent."""
    colours = image.convertToFormat(QImage.Format.Format_ARGB32)
    colours.reinterpretAsFormat(QImage.Format.Format_RGB32)
    return colours.convertToFormat(TILE_FORMAT)


def blend_colours(backdrop: QImage, source: QImage, blend: BlendMode, opacity: float) -> QImage:
    """A new picture: `source` over `backdrop` (of one size) by one of the four modes of whole colours."""
    below, above = _planes(backdrop), _planes(source) * np.float32(opacity)
    alpha_below, alpha_above = below[3], above[3]
    colour_below, colour_above = _straight(below), _straight(above)
    mixed = _MIXERS[blend](colour_below, colour_above)
    result = np.empty_like(below)
    result[:3] = above[:3] * (1 - alpha_below) + below[:3] * (1 - alpha_above)
    result[:3] += alpha_above * alpha_below * mixed
    result[3] = alpha_above + alpha_below - alpha_above * alpha_below
    # A premultiplied colour is never greater than its alpha, also after rounding.
    values = np.rint(np.minimum(result, result[3]) * 255).astype(np.uint8)
    data = np.ascontiguousarray(values.transpose(1, 2, 0))
    return QImage(data.data, backdrop.width(), backdrop.height(), backdrop.width() * 4, TILE_FORMAT).copy()


def _planes(image: QImage) -> Channels:
    """(4, H, W) blue, green, red, alpha, 0 to 1, premultiplied."""
    return np.ascontiguousarray(pixels_of(image).transpose(2, 0, 1), np.float32) / np.float32(255)


def _straight(planes: Channels) -> Channels:
    """(3, H, W) not premultiplied; black where nothing is."""
    straight: Channels = np.minimum(planes[:3] / np.maximum(planes[3], np.float32(1e-6)), 1)
    return straight


def _luminosity(colour: Channels) -> Channels:
    blue, green, red = colour
    light: Channels = 0.3 * red + 0.59 * green + 0.11 * blue
    return light


def _saturation(colour: Channels) -> Channels:
    chroma: Channels = colour.max(axis=0) - colour.min(axis=0)
    return chroma


def _with_luminosity(colour: Channels, light: Channels) -> Channels:
    """SetLum and ClipColor."""
    moved = colour + (light - _luminosity(colour))
    level = _luminosity(moved)
    lowest, highest = moved.min(axis=0), moved.max(axis=0)
    below = np.maximum(level - lowest, np.float32(1e-6))
    moved = np.where(lowest < 0, level + (moved - level) * level / below, moved)
    above = np.maximum(highest - level, np.float32(1e-6))
    clipped: Channels = np.where(highest > 1, level + (moved - level) * (1 - level) / above, moved)
    return clipped


def _with_saturation(colour: Channels, chroma: Channels) -> Channels:
    """SetSat: the middle channel keeps its place between the least and the greatest."""
    lowest = colour.min(axis=0)
    spread = np.maximum(colour.max(axis=0) - lowest, np.float32(1e-6))
    stretched: Channels = (colour - lowest) / spread * chroma
    return stretched


def _hue(below: Channels, above: Channels) -> Channels:
    return _with_luminosity(_with_saturation(above, _saturation(below)), _luminosity(below))


def _saturate(below: Channels, above: Channels) -> Channels:
    return _with_luminosity(_with_saturation(below, _saturation(above)), _luminosity(below))


def _colour(below: Channels, above: Channels) -> Channels:
    return _with_luminosity(above, _luminosity(below))


def _lighten(below: Channels, above: Channels) -> Channels:
    return _with_luminosity(below, _luminosity(above))


_MIXERS = {
    BlendMode.HUE: _hue,
    BlendMode.SATURATION: _saturate,
    BlendMode.COLOR: _colour,
    BlendMode.LUMINOSITY: _lighten,
}
