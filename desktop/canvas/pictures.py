"""Other people's pictures as layers' pixels, and documents as pictures for the engine. Any thread."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage

from desktop.canvas.composing import flatten
from desktop.canvas.errors import DocumentTooLargeError
from desktop.canvas.formats.rasters import image_from_pixels, opaque_pixels, straight_pixels
from desktop.canvas.history import DocumentSnapshot
from desktop.canvas.layers import LayerProperties, LayerSnapshot, Origin
from desktop.canvas.tiles import EMPTY_TILES, TILE_FORMAT, content_bounds, image_from_tiles, tiles_from_image
from shared.contracts.generation import Recipe
from shared.imaging.pictures import LARGEST_PIXELS, encode_png, read_picture, read_png_texts
from shared.imaging.provenance import read_origin
from shared.imaging.recipe_pictures import PARAMETERS_TEXT, RECIPE_TEXT, read_recipe

GENERATORS_TEXTS = frozenset({RECIPE_TEXT, PARAMETERS_TEXT, "prompt", "workflow", "invokeai_metadata"})
"""Names of the texts that this and other programs put into the PNG files which a model made."""


def read_image(source: bytes | Path) -> QImage:
    return image_from_pixels(read_picture(source))


def picture_document(file: Path | bytes, *, layer_id: str, name: str) -> DocumentSnapshot:
    """A document of the picture's size with it as its one layer, and the recipe that it carries."""
    return _one_layer(
        read_image(file),
        layer_id=layer_id,
        name=name,
        recipe=read_recipe(file),
        origin=origin_of(file),
    )


def origin_of(source: bytes | Path) -> Origin:
    """What a picture says of itself, so that an export of the document does not say less."""
    marked = read_origin(source)
    if marked is None:
        texts = read_png_texts(source)
        return Origin.GENERATED if texts.keys() & GENERATORS_TEXTS else Origin.IMPORTED
    return origin_by_mark(marked)


def origin_by_mark(marked: str | None) -> Origin:
    """Of `shared.imaging.provenance`; None where there is no mark."""
    known = {"generated": Origin.GENERATED, "composite": Origin.MIXED, "human": Origin.PAINTED}
    return known.get(marked or "", Origin.IMPORTED)


def blank_document(width: int, height: int, *, layer_id: str, name: str, white: bool) -> DocumentSnapshot:
    if width < 1 or height < 1 or width * height > LARGEST_PIXELS:
        raise DocumentTooLargeError(
            "A picture of {width} x {height} pixels can't be made.",
            advice="Choose sides of at least 1 pixel and at most 89 megapixels in all.",
            width=width,
            height=height,
        )
    if not white:
        properties = LayerProperties(name=name)
        return DocumentSnapshot(
            width=width,
            height=height,
            layers=(LayerSnapshot(layer_id, properties, EMPTY_TILES),),
            active_id=layer_id,
        )
    image = QImage(width, height, TILE_FORMAT)
    image.fill(0xFFFFFFFF)
    return _one_layer(image, layer_id=layer_id, name=name, recipe=None, origin=Origin.PAINTED)


def _one_layer(
    image: QImage, *, layer_id: str, name: str, recipe: Recipe | None, origin: Origin
) -> DocumentSnapshot:
    properties = LayerProperties(name=name, recipe=recipe, origin=origin)
    layer = LayerSnapshot(layer_id, properties, tiles_from_image(image))
    return DocumentSnapshot(width=image.width(), height=image.height(), layers=(layer,), active_id=layer_id)


def capture(snapshot: DocumentSnapshot, frame: QRect | None = None) -> tuple[bytes, bytes | None]:
    """The visible document on white as an RGB PNG; its selection as a grey PNG, or None.

    With a frame, both are of it, and what nothing was painted on in it counts as selected.
    """
    selection = snapshot.selection
    if frame is None:
        mask = selection.to_png() if selection is not None else None
        return encode_png(opaque_pixels(flatten(snapshot))), mask
    image = flatten(snapshot).copy(frame)
    wanted = np.where(straight_pixels(image)[:, :, 3] == 0, 255, 0).astype(np.uint8)
    inside = frame.intersected(snapshot.rect)
    if selection is not None and not inside.isEmpty():
        part = selection.full_mask()[_slices(inside)]
        area = _slices(inside.translated(-frame.topLeft()))
        wanted[area] = np.maximum(wanted[area], part)
    return encode_png(opaque_pixels(image)), encode_png(wanted) if wanted.any() else None


@dataclass(frozen=True, slots=True)
class CapturedLayer:
    """A layer's part on the document (RGBA PNG), where that lies, and the selection over it (grey PNG)."""

    image: bytes
    rect: QRect
    mask: bytes | None


def capture_layer(snapshot: DocumentSnapshot, layer_id: str) -> CapturedLayer | None:
    """In its own colours: neither its opacity nor its blending shows. None where nothing of it is there."""
    layer = next(layer for layer in snapshot.layers if layer.id == layer_id)
    own = content_bounds(layer.tiles)
    place = own.translated(layer.properties.x, layer.properties.y).intersected(snapshot.rect)
    if place.isEmpty():
        return None
    shown = place.translated(-layer.properties.x, -layer.properties.y)
    image = encode_png(straight_pixels(image_from_tiles(layer.tiles, shown)))
    return CapturedLayer(image, place, _selection_over(snapshot, place))


def _selection_over(snapshot: DocumentSnapshot, place: QRect) -> bytes | None:
    """None where nothing of the selection lies there."""
    if snapshot.selection is None:
        return None
    over = snapshot.selection.part(place)
    return encode_png(np.ascontiguousarray(over)) if over.any() else None


def _slices(rect: QRect) -> tuple[slice, slice]:
    return slice(rect.y(), rect.y() + rect.height()), slice(rect.x(), rect.x() + rect.width())
