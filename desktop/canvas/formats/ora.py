"""Saving and loading OpenRaster documents; our recipes travel in an entry of their own."""

import hashlib
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QImage

from desktop.canvas.composing import flatten
from desktop.canvas.formats.archive import SafeArchive, damaged
from desktop.canvas.formats.atomic import disk_errors, replaced_file
from desktop.canvas.formats.flat import provenance_xmp
from desktop.canvas.formats.rasters import image_from_pixels, straight_pixels
from desktop.canvas.formats.recipes import (
    RECIPES_ENTRY,
    LayerOrigin,
    RecipesFile,
    blob_entry,
    read_recipes,
)
from desktop.canvas.formats.stack_xml import Stack, StackLayer, read_stack, write_stack
from desktop.canvas.history import DocumentSnapshot
from desktop.canvas.layers import LayerProperties, LayerSnapshot
from desktop.canvas.tiles import content_bounds, image_from_tiles, new_image, tiles_from_image
from shared.contracts.errors import NotFoundError, PentimentoError
from shared.contracts.generation import BlobId
from shared.imaging.blob_folder import BlobFolder
from shared.imaging.pictures import LARGEST_PIXELS, encode_png, read_picture

MIMETYPE = b"image/openraster"
THUMBNAIL_SIDE = 256
LARGEST_STACK = 16 * 1024 * 1024

Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something that was read otherwise than the file says: an English template and its values."""

    message: str
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedDocument:
    snapshot: DocumentSnapshot
    notes: tuple[Note, ...] = ()


def save_ora(snapshot: DocumentSnapshot, file: Path, *, blobs: BlobFolder, progress: Progress) -> None:
    """Replace `file` as a whole or leave it as it was. Raises StorageError. Any thread."""
    with replaced_file(file) as stream, zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        # Everything is stored: PNG is packed already, and the first entry must be stored by the standard.
        archive.writestr("mimetype", MIMETYPE)
        stack = Stack(width=snapshot.width, height=snapshot.height)
        origins: dict[str, LayerOrigin] = {}
        for index, layer in enumerate(snapshot.layers):
            entry = f"data/layer{index:03d}.png"
            stack.layers.append(_write_layer(archive, entry, layer, snapshot.active_id, snapshot.rect))
            origins[entry] = LayerOrigin(recipe=layer.properties.recipe, origin=layer.properties.origin)
            progress(0.8 * (index + 1) / len(snapshot.layers))
        archive.writestr("stack.xml", write_stack(stack))
        merged = flatten(snapshot)
        archive.writestr("mergedimage.png", encode_png(straight_pixels(merged), {}, provenance_xmp(snapshot)))
        archive.writestr("Thumbnails/thumbnail.png", encode_png(straight_pixels(_thumbnail(merged))))
        kept = _write_blobs(archive, snapshot, blobs)
        archive.writestr(RECIPES_ENTRY, RecipesFile(layers=origins, blobs=kept).model_dump_json())
    progress(1.0)


def _write_layer(
    archive: zipfile.ZipFile, entry: str, layer: LayerSnapshot, active_id: str | None, document: QRect
) -> StackLayer:
    own = layer.properties
    bounds = content_bounds(layer.tiles)
    if bounds.width() * bounds.height() > LARGEST_PIXELS:
        # More than we would read again: what lies outside the document goes.
        bounds &= document.translated(-own.x, -own.y)
    if bounds.isEmpty():
        # The standard knows no layer without a picture.
        bounds = QRect(-own.x, -own.y, 1, 1)
    archive.writestr(entry, encode_png(straight_pixels(image_from_tiles(layer.tiles, bounds))))
    return StackLayer(
        source=entry,
        name=own.name,
        x=own.x + bounds.x(),
        y=own.y + bounds.y(),
        opacity=own.opacity,
        visible=own.visible,
        blend=own.blend,
        locked=own.locked,
        selected=layer.id == active_id,
    )


def _thumbnail(image: QImage) -> QImage:
    side = THUMBNAIL_SIDE
    if max(image.width(), image.height()) <= side:
        return image
    return image.scaled(
        QSize(side, side), Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    )


def _write_blobs(
    archive: zipfile.ZipFile, snapshot: DocumentSnapshot, blobs: BlobFolder
) -> tuple[BlobId, ...]:
    kept: list[BlobId] = []
    for blob in sorted(snapshot.blobs):
        try:
            data = blobs.read(blob)
        except NotFoundError:
            # The document is worth saving without it; whoever opens it is told that it can't be made again.
            continue
        archive.writestr(blob_entry(blob), data)
        kept.append(blob)
    return tuple(kept)


def load_ora(
    file: Path, *, blobs: BlobFolder, new_id: Callable[[], str], progress: Progress
) -> LoadedDocument:
    """Errors: InvalidDocumentError, InvalidPictureError, DocumentTooLargeError, StorageError. Any thread."""
    with disk_errors(file), SafeArchive(file) as archive:
        if archive.read("mimetype", limit=1024).strip() != MIMETYPE:
            raise damaged("mimetype")
        stack = read_stack(archive.read("stack.xml", limit=LARGEST_STACK))
        notes = _stack_notes(stack)
        origins = _take_recipes(archive, blobs, notes)
        layers, active_id, pixels = [], None, 0
        for index, described in enumerate(stack.layers):
            layer, layer_pixels = _read_layer(archive, described, origins, new_id())
            pixels += layer_pixels
            if pixels > 4 * LARGEST_PIXELS:
                raise damaged("the layers hold too many pixels")
            layers.append(layer)
            active_id = layer.id if described.selected or active_id is None else active_id
            progress((index + 1) / len(stack.layers))
    if layers and not any(described.selected for described in stack.layers):
        active_id = layers[-1].id
    snapshot = DocumentSnapshot(
        width=stack.width, height=stack.height, layers=tuple(layers), active_id=active_id
    )
    return LoadedDocument(snapshot=snapshot, notes=tuple(notes))


def _stack_notes(stack: Stack) -> list[Note]:
    notes = [
        Note(
            message="The layer “{name}” had a blend mode that is not known here ({mode}); it is now Normal.",
            values={"name": name, "mode": operator},
        )
        for name, operator in stack.unknown_operators
    ]
    if stack.flattened_groups:
        notes.append(Note(message="Groups of layers were taken apart; their layers stand one above another."))
    return notes


def _read_layer(
    archive: SafeArchive, described: StackLayer, origins: dict[str, LayerOrigin], layer_id: str
) -> tuple[LayerSnapshot, int]:
    """The layer and how many pixels its file held."""
    try:
        pixels = read_picture(archive.read(described.source))
    except PentimentoError as error:
        raise damaged(f"{described.source!r}: {error}") from error
    image = image_from_pixels(pixels) if pixels.size else new_image(1, 1)
    own = origins.get(described.source.lstrip("/"), LayerOrigin())
    properties = LayerProperties(
        name=described.name,
        visible=described.visible,
        opacity=described.opacity,
        blend=described.blend,
        locked=described.locked,
        x=described.x,
        y=described.y,
        recipe=own.recipe,
        origin=own.origin,
    )
    return LayerSnapshot(layer_id, properties, tiles_from_image(image)), image.width() * image.height()


def _take_recipes(archive: SafeArchive, blobs: BlobFolder, notes: list[Note]) -> dict[str, LayerOrigin]:
    try:
        recipes = read_recipes(archive)
    except ValidationError:
        notes.append(
            Note(message="The recipes in this file can't be read; its layers are plain pictures now.")
        )
        return {}
    if recipes is None:
        return {}
    missing = 0
    for blob in recipes.blobs:
        entry = blob_entry(blob)
        data = archive.read(entry) if entry in archive else b""
        if hashlib.sha256(data).hexdigest() == blob:
            blobs.put(data)
        else:
            missing += 1
    if missing:
        notes.append(
            Note(
                message="{count} input pictures of recipes are missing or damaged.",
                values={"count": str(missing)},
            )
        )
    return recipes.layers
