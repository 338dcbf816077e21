"""One kept step as bytes: what changed since the last, with a checksum, so that a torn end is known as one.

A record is a head (magic, length of the text, length of the data, CRC-32 of both), a text (JSON) and the data
(the changed tiles, each packed by zlib, one behind another).
"""

import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
from pydantic import Field, ValidationError
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage

from desktop.canvas.history import DocumentSnapshot, Guides
from desktop.canvas.layers import BlendMode, LayerKind, LayerProperties, LayerSnapshot, Origin
from desktop.canvas.masks import MASK_FORMAT, MaskSnapshot
from desktop.canvas.selection import Selection, grey_pixels
from desktop.canvas.texts import TextContent
from desktop.canvas.tiles import EMPTY_TILES, TILE_SIDE, TileMap, pixels_of
from shared.contracts.base import Contract
from shared.contracts.generation import Recipe

HEAD = struct.Struct("<4sIQI")
MAGIC = b"PSTP"
LARGEST_TEXT = 256 * 1024 * 1024


class TileRecord(Contract):
    """`length` bytes of the record's data from `start` on; 0 long for a tile that is gone."""

    column: int
    row: int
    start: int = 0
    length: int = 0


class PropertiesRecord(Contract):
    """What has a value here was not there in the first journals."""

    name: str
    visible: bool
    opacity: float
    blend: BlendMode
    locked: bool
    x: int
    y: int
    origin: Origin
    recipe: Recipe | None
    kind: LayerKind = LayerKind.RASTER
    parent: str | None = None
    pass_through: bool = False
    clipped: bool = False
    alpha_locked: bool = False
    position_locked: bool = False
    fill_opacity: float = 1.0
    mask_enabled: bool = True
    text: TextContent | None = None

    @classmethod
    def of(cls, properties: LayerProperties) -> "PropertiesRecord":
        return cls(**{name: getattr(properties, name) for name in cls.model_fields})

    def restored(self) -> LayerProperties:
        return LayerProperties(**{name: getattr(self, name) for name in type(self).model_fields})


class MaskRecord(Contract):
    """Tiles that differ from those of the mask that the layer had in the record before."""

    background: int
    tiles: tuple[TileRecord, ...] = ()


class LayerRecord(Contract):
    """`properties` of None: as in the record before."""

    id: str
    properties: PropertiesRecord | None = None
    tiles: tuple[TileRecord, ...] = ()
    mask_kept: bool = False
    """The mask is as in the record before."""
    mask: MaskRecord | None = None


class SelectionRecord(Contract):
    """The mask over its bounds, packed like a tile."""

    x: int
    y: int
    width: int
    height: int
    start: int
    length: int


class GuidesRecord(Contract):
    vertical: tuple[float, ...] = ()
    horizontal: tuple[float, ...] = ()

    def restored(self) -> Guides:
        return Guides(self.vertical, self.horizontal)


class StepRecord(Contract):
    """Layers bottom to top; a layer that is not named is gone."""

    width: int = Field(ge=1)
    height: int = Field(ge=1)
    active_id: str | None
    layers: tuple[LayerRecord, ...]
    selection_kept: bool = False
    """The selection is as in the record before."""
    selection: SelectionRecord | None = None
    guides: GuidesRecord = GuidesRecord()
    origin: tuple[int, int] = (0, 0)


def encode_step(before: DocumentSnapshot | None, after: DocumentSnapshot) -> Iterator[bytes]:
    """The record's pieces, head first. `before` of None: a record that stands for itself."""
    data: list[bytes] = []
    olds = {layer.id: layer for layer in before.layers} if before is not None else {}
    layers = tuple(_layer_record(olds.get(layer.id), layer, data) for layer in after.layers)
    kept = before is not None and before.selection is after.selection
    record = StepRecord(
        width=after.width,
        height=after.height,
        active_id=after.active_id,
        layers=layers,
        selection_kept=kept,
        selection=None if kept else _selection_record(after, data),
        guides=GuidesRecord(vertical=after.guides.vertical, horizontal=after.guides.horizontal),
        origin=after.origin,
    )
    text = record.model_dump_json().encode()
    checksum = zlib.crc32(text)
    for piece in data:
        checksum = zlib.crc32(piece, checksum)
    yield HEAD.pack(MAGIC, len(text), sum(map(len, data)), checksum) + text
    yield from data


def _layer_record(old: LayerSnapshot | None, new: LayerSnapshot, data: list[bytes]) -> LayerRecord:
    if old is new:
        return LayerRecord(id=new.id, mask_kept=True)
    same = old is not None and old.properties == new.properties
    tiles = old.tiles if old is not None else EMPTY_TILES
    mask_before = old.mask if old is not None else None
    kept = old is not None and mask_before is new.mask
    return LayerRecord(
        id=new.id,
        properties=None if same else PropertiesRecord.of(new.properties),
        tiles=tuple(_tile_records(tiles, new.tiles, data)),
        mask_kept=kept,
        mask=None if kept or new.mask is None else _mask_record(mask_before, new.mask, data),
    )


def _mask_record(old: MaskSnapshot | None, new: MaskSnapshot, data: list[bytes]) -> MaskRecord:
    tiles = old.tiles if old is not None else EMPTY_TILES
    return MaskRecord(background=new.background, tiles=tuple(_tile_records(tiles, new.tiles, data)))


def _tile_records(before: TileMap, after: TileMap, data: list[bytes]) -> Iterator[TileRecord]:
    start = sum(map(len, data))
    for (column, row), tile in after.items():
        if before.get((column, row)) is not tile:
            packed = pack_tile(tile)
            data.append(packed)
            yield TileRecord(column=column, row=row, start=start, length=len(packed))
            start += len(packed)
    for column, row in before.keys() - after.keys():
        yield TileRecord(column=column, row=row)


def pack_tile(tile: QImage) -> bytes:
    pixels = grey_pixels(tile) if tile.depth() == 8 else pixels_of(tile)
    return zlib.compress(pixels.tobytes(), 1)


def unpack_tile(data: bytes, *, layout: QImage.Format) -> QImage:
    """Raises ValueError for what is not exactly one tile of that format."""
    wide = 1 if layout == MASK_FORMAT else 4
    plain = unpack(data, TILE_SIDE * TILE_SIDE * wide)
    return QImage(plain, TILE_SIDE, TILE_SIDE, TILE_SIDE * wide, layout).copy()


def _selection_record(state: DocumentSnapshot, data: list[bytes]) -> SelectionRecord | None:
    if state.selection is None:
        return None
    bounds = state.selection.bounds
    packed = zlib.compress(state.selection.mask.tobytes(), 1)
    start = sum(map(len, data))
    data.append(packed)
    return SelectionRecord(
        x=bounds.x(),
        y=bounds.y(),
        width=bounds.width(),
        height=bounds.height(),
        start=start,
        length=len(packed),
    )


def read_steps(stream: BinaryIO, *, check_data: bool = True) -> Iterator[tuple[StepRecord, int]]:
    """Each whole record and where its data starts in the file; ends quietly at the first one that is not whole.

    Without `check_data` the data is skipped unread and only its presence is looked at.
    """
    size = stream.seek(0, 2)
    position = 0
    while position + HEAD.size <= size:
        stream.seek(position)
        magic, text_length, data_length, checksum = HEAD.unpack(stream.read(HEAD.size))
        data_start = position + HEAD.size + text_length
        end = data_start + data_length
        if magic != MAGIC or text_length > LARGEST_TEXT or end > size:
            return
        text = stream.read(text_length)
        if check_data and _checksum(stream, text, data_length) != checksum:
            return
        try:
            record = StepRecord.model_validate_json(text)
        except ValidationError:
            return
        yield record, data_start
        position = end


def _checksum(stream: BinaryIO, text: bytes, data_length: int) -> int:
    checksum, left = zlib.crc32(text), data_length
    while left and (piece := stream.read(min(left, 1 << 20))):
        checksum = zlib.crc32(piece, checksum)
        left -= len(piece)
    return checksum


def unpack_selection(kept: SelectionRecord, data: bytes, width: int, height: int) -> Selection:
    """Of a document of that size."""
    mask = np.frombuffer(bytearray(unpack(data, kept.width * kept.height)), np.uint8)
    return Selection(
        width=width,
        height=height,
        bounds=QRect(kept.x, kept.y, kept.width, kept.height),
        mask=mask.reshape(kept.height, kept.width),
    )


def unpack(data: bytes, size: int) -> bytes:
    """Raises ValueError for what is not exactly `size` bytes."""
    unpacker = zlib.decompressobj()
    plain = unpacker.decompress(data, size + 1)
    if len(plain) != size:
        message = "packed pixels of another size"
        raise ValueError(message)
    return plain
