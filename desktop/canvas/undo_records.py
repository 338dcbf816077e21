"""One record of the journal read back and laid over the state that it was made against."""

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from PySide6.QtGui import QImage

from desktop.canvas.history import DocumentSnapshot
from desktop.canvas.journal_records import (
    LayerRecord,
    SelectionRecord,
    StepRecord,
    TileRecord,
    read_steps,
    unpack_selection,
    unpack_tile,
)
from desktop.canvas.layers import LayerSnapshot
from desktop.canvas.masks import MASK_FORMAT, MaskSnapshot
from desktop.canvas.selection import Selection
from desktop.canvas.tiles import EMPTY_TILES, TILE_FORMAT, TileKey, TileMap

Changes = Mapping[TileKey, QImage | None]
"""None for a tile that is gone."""


@dataclass(frozen=True, slots=True)
class LoadedStep:
    """A record with its pixels unpacked, those of each layer by its id."""

    record: StepRecord
    tiles: Mapping[str, Changes]
    masks: Mapping[str, Changes]
    selection: Selection | None


def load_step(data: bytes) -> LoadedStep | None:
    """The first record of a file with all its pixels; None for one that is not whole."""
    for record, start in read_steps(io.BytesIO(data)):
        pixels = memoryview(data)[start:]
        kept = record.selection
        return LoadedStep(
            record=record,
            tiles={each.id: _unpacked(each.tiles, pixels, TILE_FORMAT) for each in record.layers},
            masks={
                each.id: _unpacked(each.mask.tiles, pixels, MASK_FORMAT)
                for each in record.layers
                if each.mask is not None
            },
            selection=None
            if kept is None
            else unpack_selection(kept, bytes(_part(pixels, kept)), record.width, record.height),
        )
    return None


def _part(pixels: memoryview, place: TileRecord | SelectionRecord) -> memoryview:
    return pixels[place.start : place.start + place.length]


def _unpacked(records: Iterable[TileRecord], pixels: memoryview, layout: QImage.Format) -> Changes:
    return {
        (each.column, each.row): unpack_tile(bytes(_part(pixels, each)), layout=layout)
        if each.length
        else None
        for each in records
    }


def apply_step(base: DocumentSnapshot, step: LoadedStep) -> DocumentSnapshot:
    """The state after the step; `base` is equal to the one that it was recorded against. Shares what is the same."""
    record, olds = step.record, {layer.id: layer for layer in base.layers}
    return DocumentSnapshot(
        width=record.width,
        height=record.height,
        layers=tuple(_layer(olds.get(each.id), each, step) for each in record.layers),
        active_id=record.active_id,
        selection=base.selection if record.selection_kept else step.selection,
        guides=record.guides.restored(),
        origin=record.origin,
    )


def _layer(old: LayerSnapshot | None, record: LayerRecord, step: LoadedStep) -> LayerSnapshot:
    changes = step.tiles[record.id]
    if old is not None and record.properties is None and not changes and record.mask_kept:
        return old
    if record.properties is not None:
        properties = record.properties.restored()
    elif old is not None:
        properties = old.properties
    else:
        message = f"no properties of the layer {record.id!r}"
        raise ValueError(message)
    before = old.mask if old is not None else None
    mask = before if record.mask_kept else None
    if record.mask is not None:
        tiles = before.tiles if before is not None else EMPTY_TILES
        mask = MaskSnapshot(_changed(tiles, step.masks[record.id]), record.mask.background)
    return LayerSnapshot(
        record.id, properties, _changed(old.tiles if old is not None else EMPTY_TILES, changes), mask
    )


def _changed(tiles: TileMap, changes: Changes) -> TileMap:
    if not changes:
        return tiles
    changed = dict(tiles)
    for key, tile in changes.items():
        if tile is None:
            changed.pop(key, None)
        else:
            changed[key] = tile
    return MappingProxyType(changed)
