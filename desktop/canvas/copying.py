"""What a copy takes along: the selected part of a layer, or of the picture as it is seen. Any thread."""

from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QImage

from desktop.canvas.composing import flatten
from desktop.canvas.formats.flat import provenance_xmp
from desktop.canvas.formats.rasters import straight_pixels
from desktop.canvas.history import DocumentSnapshot
from desktop.canvas.layer_pixels import inside
from desktop.canvas.layers import LayerProperties, LayerSnapshot
from desktop.canvas.tiles import content_bounds, image_from_tiles, tiles_from_image
from shared.imaging.pictures import encode_png


@dataclass(frozen=True, slots=True, eq=False)
class Copied:
    """`png` carries the mark of how it was made; `corner` is where its top left lies on the document."""

    image: QImage
    png: bytes
    corner: QPoint


def copied_layer(snapshot: DocumentSnapshot, layer_id: str) -> Copied | None:
    """The selected part of a layer (all of it where nothing is), in its own colours; None where nothing is there."""
    layer = next(layer for layer in snapshot.layers if layer.id == layer_id)
    tiles = inside(layer, snapshot.selection)
    bounds = content_bounds(tiles)
    if bounds.isEmpty():
        return None
    return _copied(image_from_tiles(tiles, bounds), bounds.topLeft() + layer.offset, (layer,))


def copied_picture(snapshot: DocumentSnapshot) -> Copied | None:
    """The selected part of what is seen, all layers together."""
    whole = LayerSnapshot("", LayerProperties(name=""), tiles_from_image(flatten(snapshot)))
    tiles = inside(whole, snapshot.selection)
    bounds = content_bounds(tiles).intersected(snapshot.rect)
    if bounds.isEmpty():
        return None
    return _copied(image_from_tiles(tiles, bounds), bounds.topLeft(), snapshot.layers)


def _copied(image: QImage, corner: QPoint, layers: tuple[LayerSnapshot, ...]) -> Copied:
    rect = QRect(0, 0, image.width(), image.height())
    mark = provenance_xmp(DocumentSnapshot(width=rect.width(), height=rect.height(), layers=layers))
    return Copied(image, encode_png(straight_pixels(image), {}, mark), corner)
