"""Saving and loading OpenRaster documents; our recipes travel in an entry of their own."""

import hashlib
import os
import zipfile
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from pydantic import ValidationError
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage

from desktop.canvas.composing import flatten
from desktop.canvas.formats.allowance import PixelAllowance, most_pixels
from desktop.canvas.formats.archive import SafeArchive, damaged
from desktop.canvas.formats.atomic import disk_errors, replaced_file
from desktop.canvas.formats.flat import provenance_xmp
from desktop.canvas.formats.ora_layers import EncodedLayer, LayerReader, encode_layer
from desktop.canvas.formats.rasters import straight_pixels
from desktop.canvas.formats.recipes import (
    RECIPES_ENTRY,
    LayerOrigin,
    RecipesFile,
    blob_entry,
    read_recipes,
)
from desktop.canvas.formats.stack_xml import Stack, StackLayer, read_stack, write_stack
from desktop.canvas.history import DocumentSnapshot
from desktop.canvas.layers import LayerSnapshot
from shared.contracts.errors import NotFoundError
from shared.contracts.generation import BlobId
from shared.imaging.blob_folder import BlobFolder
from shared.imaging.pictures import encode_png

MIMETYPE = b"image/openraster"
THUMBNAIL_SIDE = 256
WORKERS = min(8, max(2, (os.cpu_count() or 2) - 1))
"""One core stays with the hand that goes on painting."""
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
        stack = Stack(width=snapshot.width, height=snapshot.height, guides=snapshot.guides)
        origins: dict[str, LayerOrigin] = {}
        numbers = {layer.id: index for index, layer in enumerate(snapshot.layers)}
        for index, (layer, encoded) in enumerate(
            zip(snapshot.layers, _encoded_layers(snapshot), strict=True)
        ):
            described = encoded.described
            for entry, data in encoded.entries.items():
                archive.writestr(entry, data)
            parent = layer.properties.parent
            stack.layers.append(replace(described, parent=numbers[parent] if parent is not None else None))
            if described.source:
                origins[described.source] = _origin_of(layer, described)
            progress(0.8 * (index + 1) / len(snapshot.layers))
        archive.writestr("stack.xml", write_stack(stack))
        merged = flatten(snapshot)
        archive.writestr("mergedimage.png", encode_png(straight_pixels(merged), {}, provenance_xmp(snapshot)))
        archive.writestr("Thumbnails/thumbnail.png", encode_png(straight_pixels(_thumbnail(merged))))
        kept = _write_blobs(archive, snapshot, blobs)
        archive.writestr(RECIPES_ENTRY, RecipesFile(layers=origins, blobs=kept).model_dump_json())
        progress(1.0)


def _encoded_layers(snapshot: DocumentSnapshot) -> Iterator[EncodedLayer]:
    """In order, each packed by a thread of its own; only a few are held at once, however many there are."""
    with ThreadPoolExecutor(WORKERS, thread_name_prefix="ora") as pool:
        waiting: deque[Future[EncodedLayer]] = deque()
        for index, layer in enumerate(snapshot.layers):
            waiting.append(pool.submit(encode_layer, layer, index, snapshot))
            if len(waiting) > WORKERS:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _origin_of(layer: LayerSnapshot, described: StackLayer) -> LayerOrigin:
    own = layer.properties
    if own.text is None:
        return LayerOrigin(recipe=own.recipe, origin=own.origin)
    return LayerOrigin(
        recipe=own.recipe,
        origin=own.origin,
        text=own.text,
        text_x=own.x - described.x,
        text_y=own.y - described.y,
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
    file: Path,
    *,
    blobs: BlobFolder,
    new_id: Callable[[], str],
    progress: Progress,
    most: int | None = None,
) -> LoadedDocument:
    """`most` pixels in all layers; None: what this machine can hold.

    Errors: InvalidDocumentError, InvalidPictureError, DocumentTooLargeError, StorageError. Any thread.
    """
    with disk_errors(file), SafeArchive(file) as archive:
        if archive.read("mimetype", limit=1024).strip() != MIMETYPE:
            raise damaged("mimetype")
        stack = read_stack(archive.read("stack.xml", limit=LARGEST_STACK))
        notes = _stack_notes(stack)
        origins = _take_recipes(archive, blobs, notes)
        ids = {described.number: new_id() for described in stack.layers}
        layers: list[LayerSnapshot] = []
        allowance = PixelAllowance(most=most_pixels() if most is None else most)
        reader = LayerReader(archive=archive, origins=origins, ids=ids, allowance=allowance)
        with ThreadPoolExecutor(WORKERS, thread_name_prefix="ora") as pool:
            for index, layer in enumerate(pool.map(reader.read, stack.layers)):
                layers.append(layer)
                progress((index + 1) / len(stack.layers))
    chosen = [described for described in stack.layers if described.selected]
    snapshot = DocumentSnapshot(
        width=stack.width,
        height=stack.height,
        layers=tuple(layers),
        active_id=ids[chosen[-1].number] if chosen else layers[-1].id if layers else None,
        guides=stack.guides,
    )
    return LoadedDocument(snapshot=snapshot, notes=tuple(notes))


def _stack_notes(stack: Stack) -> list[Note]:
    return [
        Note(
            message="The layer “{name}” had a blend mode that is not known here ({mode}); it is now Normal.",
            values={"name": name, "mode": operator},
        )
        for name, operator in stack.unknown_operators
    ]


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
