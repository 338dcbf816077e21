"""What is painted on: a layer's own pixels or its mask, and what paint may change there."""

from dataclasses import dataclass

from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor, QImage, QPainter

from desktop.canvas.layers import Layer
from desktop.canvas.masks import HIDDEN, blank_mask_tile
from desktop.canvas.tiles import TILE_SIDE, TileGrid, new_image

Mode = QPainter.CompositionMode


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """`mask_background` of None: pixels, not a mask."""

    tiles: TileGrid
    offset: QPoint
    alpha_locked: bool = False
    mask_background: int | None = None

    @property
    def is_mask(self) -> bool:
        return self.mask_background is not None

    def blank(self) -> QImage:
        """What a tile holds that was never painted on."""
        if self.mask_background is None:
            return new_image(TILE_SIDE, TILE_SIDE)
        return blank_mask_tile(self.mask_background)

    def mode(self, *, erases: bool) -> QPainter.CompositionMode:
        """How paint meets what is there. A mask is opaque: hiding is painting it black."""
        if self.alpha_locked:
            return Mode.CompositionMode_SourceAtop
        return (
            Mode.CompositionMode_DestinationOut
            if erases and not self.is_mask
            else Mode.CompositionMode_SourceOver
        )

    def colour(self, foreground: QColor, background: QColor, *, erases: bool) -> QColor:
        """What is really painted: on a mask its brightness alone; an eraser hides, or leaves the background."""
        if self.is_mask:
            return QColor(HIDDEN, HIDDEN, HIDDEN) if erases else _grey(foreground)
        return background if erases and self.alpha_locked else foreground


def surface_of(layer: Layer, *, on_mask: bool) -> Surface:
    """The layer's mask where it is asked for and there, else its pixels."""
    if on_mask and layer.mask is not None:
        return Surface(layer.mask.tiles, layer.offset, mask_background=layer.mask.background)
    return Surface(layer.tiles, layer.offset, layer.alpha_locked)


def _grey(colour: QColor) -> QColor:
    level = round(0.299 * colour.red() + 0.587 * colour.green() + 0.114 * colour.blue())
    return QColor(level, level, level)
