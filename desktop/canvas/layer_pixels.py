"""The part of a layer's pixels that is selected, and the rest of them. Any thread."""

from types import MappingProxyType

from PySide6.QtCore import QRect
from PySide6.QtGui import QImage, QPainter

from desktop.canvas.layers import LayerSnapshot
from desktop.canvas.selection import Selection
from desktop.canvas.tiles import EMPTY_TILES, TileKey, TileMap, new_image, pixels_of, tile_rect

Mode = QPainter.CompositionMode


def inside(layer: LayerSnapshot, selection: Selection | None) -> TileMap:
    """What is selected of its pixels; all of them where nothing is selected."""
    return (
        layer.tiles if selection is None else _limited(layer, selection, Mode.CompositionMode_DestinationIn)
    )


def outside(layer: LayerSnapshot, selection: Selection | None) -> TileMap:
    if selection is None:
        return EMPTY_TILES
    return _limited(layer, selection, Mode.CompositionMode_DestinationOut)


def _limited(layer: LayerSnapshot, selection: Selection, mode: Mode) -> TileMap:
    tiles: dict[TileKey, QImage] = {}
    bounds, keeps_rest = selection.bounds, mode == Mode.CompositionMode_DestinationOut
    for key, tile in layer.tiles.items():
        place = tile_rect(key).translated(layer.offset)
        if not place.intersects(bounds):
            if keeps_rest:
                tiles[key] = tile
            continue
        image = tile.copy()
        painter = QPainter(image)
        painter.setCompositionMode(mode)
        painter.drawImage(0, 0, _part_of(selection, place))
        painter.end()
        if pixels_of(image)[:, :, 3].any():
            tiles[key] = image
    return MappingProxyType(tiles)


def _part_of(selection: Selection, place: QRect) -> QImage:
    """The selection over `place` of the document, transparent where nothing is selected."""
    part = new_image(place.width(), place.height())
    painter = QPainter(part)
    painter.setCompositionMode(Mode.CompositionMode_Source)
    painter.drawImage(selection.bounds.topLeft() - place.topLeft(), selection.alpha)
    painter.end()
    return part
