"""A document's journal on disk: a folder with a manifest and one log of steps.

Whatever is killed at whatever moment, the manifest names a log whose whole records give the document after its
last kept step. The manifest and the log's file are replaced, never changed in place; the log only grows, until a
new one that starts with a whole document takes its place.
"""

import contextlib
import os
import shutil
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from pydantic import ValidationError
from PySide6.QtGui import QImage

from desktop.canvas.formats.atomic import disk_errors, replaced_file, sync_folder
from desktop.canvas.history import DocumentSnapshot
from desktop.canvas.journal_records import (
    LayerRecord,
    PropertiesRecord,
    SelectionRecord,
    StepRecord,
    TileRecord,
    encode_step,
    read_steps,
    unpack_selection,
    unpack_tile,
)
from desktop.canvas.layers import LayerSnapshot, recipe_blobs
from desktop.canvas.masks import MASK_FORMAT, MaskSnapshot
from desktop.canvas.selection import Selection
from desktop.canvas.tiles import TILE_FORMAT, TileKey, TileMap
from shared.contracts.base import Contract
from shared.contracts.generation import BlobId

MANIFEST = "manifest.json"
SMALLEST_TO_COMPACT = 64 * 1024 * 1024
GROWTH_TO_COMPACT = 4


class Manifest(Contract):
    """`log` is the file that counts; `file` is the document's own, if it was ever saved."""

    format: int = 1
    log: str
    title: str
    file: Path | None
    modified: bool
    updated_at: datetime


class JournalWriter:
    """Appends steps; used by one thread at a time. Any disk error is raised as StorageError.

    After an error the next `append` starts a new log, as the old one's end may be torn.
    """

    def __init__(self, *, folder: Path, smallest_to_compact: int = SMALLEST_TO_COMPACT) -> None:
        self._folder = folder
        self._smallest_to_compact = smallest_to_compact
        self._log: BinaryIO | None = None
        self._written: DocumentSnapshot | None = None
        self._first_size = 0

    def append(self, snapshot: DocumentSnapshot, manifest: Manifest) -> None:
        """When this returns, the step outlives a kill and a power loss. `manifest.log` is ours to fill in."""
        with disk_errors(self._folder):
            if self._log is None or self._log.tell() > self._limit():
                self._start_log(snapshot, manifest)
                return
            log, self._log = self._log, None
            try:
                _write_step(log, self._written, snapshot)
            except BaseException:
                log.close()
                raise
            self._log, self._written = log, snapshot

    def describe(self, manifest: Manifest) -> None:
        """Replace the manifest, for a log that is there already."""
        if self._log is not None:
            self._write_manifest(manifest, Path(self._log.name).name)

    def close(self) -> None:
        if self._log is not None:
            self._log.close()
            self._log = None

    def _limit(self) -> int:
        return max(self._smallest_to_compact, GROWTH_TO_COMPACT * self._first_size)

    def _start_log(self, snapshot: DocumentSnapshot, manifest: Manifest) -> None:
        self.close()
        self._folder.mkdir(parents=True, exist_ok=True)
        old = {path.name for path in self._folder.glob("*.log")}
        number = 1 + max((int(name[:-4]) for name in old if name[:-4].isdecimal()), default=0)
        log = (self._folder / f"{number}.log").open("xb")
        try:
            _write_step(log, None, snapshot)
            sync_folder(self._folder)
            self._write_manifest(manifest, f"{number}.log")
        except BaseException:
            log.close()
            raise
        self._log, self._written, self._first_size = log, snapshot, log.tell()
        for name in old:
            # A log that stays costs room, nothing else.
            with contextlib.suppress(OSError):
                (self._folder / name).unlink()

    def _write_manifest(self, manifest: Manifest, log: str) -> None:
        text = manifest.model_copy(update={"log": log}).model_dump_json()
        with replaced_file(self._folder / MANIFEST) as stream:
            stream.write(text.encode())


def _write_step(log: BinaryIO, before: DocumentSnapshot | None, after: DocumentSnapshot) -> None:
    log.writelines(encode_step(before, after))
    log.flush()
    os.fsync(log.fileno())


def read_manifest(folder: Path) -> Manifest | None:
    """None where there is no journal, or none that this version understands."""
    try:
        manifest = Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except (OSError, ValidationError):
        return None
    return manifest if Path(manifest.log).name == manifest.log else None


def updated_at(folder: Path, manifest: Manifest) -> datetime:
    """When the last step was kept."""
    with contextlib.suppress(OSError):
        seconds = (folder / manifest.log).stat().st_mtime
        return max(manifest.updated_at, datetime.fromtimestamp(seconds, tz=manifest.updated_at.tzinfo))
    return manifest.updated_at


def remove_journal(folder: Path) -> None:
    """The manifest first, so that a kill half-way leaves no journal that looks whole."""
    with disk_errors(folder):
        (folder / MANIFEST).unlink(missing_ok=True)
        shutil.rmtree(folder, ignore_errors=True)


TilePlaces = dict[TileKey, tuple[int, int]]
"""Where each tile starts in the log, and how long it is."""


class _Replay:
    """The state after some records, with places in the log in place of pixels."""

    def __init__(self) -> None:
        self.last: StepRecord | None = None
        self.properties: dict[str, PropertiesRecord] = {}
        self.tiles: dict[str, TilePlaces] = {}
        self.masks: dict[str, tuple[int, TilePlaces]] = {}
        """Background and tiles of the layers that have a mask."""
        self.selection: SelectionRecord | None = None
        self.selection_start = 0

    def apply(self, record: StepRecord, data_start: int) -> None:
        self.last = record
        self.properties = {layer.id: layer.properties or self.properties[layer.id] for layer in record.layers}
        self.tiles = {
            layer.id: _tiles_after(self.tiles.get(layer.id, {}), layer.tiles, data_start)
            for layer in record.layers
        }
        self.masks = {
            layer.id: mask
            for layer in record.layers
            if (mask := self._mask_after(layer, data_start)) is not None
        }
        if not record.selection_kept:
            self.selection, self.selection_start = record.selection, data_start

    def _mask_after(self, layer: LayerRecord, data_start: int) -> tuple[int, TilePlaces] | None:
        before = self.masks.get(layer.id)
        if layer.mask_kept:
            return before
        if layer.mask is None:
            return None
        tiles = before[1] if before is not None else {}
        return layer.mask.background, _tiles_after(tiles, layer.mask.tiles, data_start)


def _tiles_after(places: TilePlaces, records: Iterable[TileRecord], data_start: int) -> TilePlaces:
    for tile in records:
        if tile.length:
            places[tile.column, tile.row] = (data_start + tile.start, tile.length)
        else:
            places.pop((tile.column, tile.row), None)
    return places


def _replay(stream: BinaryIO, *, check_data: bool) -> _Replay:
    replay = _Replay()
    for record, data_start in read_steps(stream, check_data=check_data):
        replay.apply(record, data_start)
    return replay


def read_journal(folder: Path) -> DocumentSnapshot | None:
    """The document after its last whole record; None where there is none."""
    manifest = read_manifest(folder)
    if manifest is None:
        return None
    with disk_errors(folder), (folder / manifest.log).open("rb") as stream:
        replay = _replay(stream, check_data=True)
        if replay.last is None:
            return None
        return DocumentSnapshot(
            width=replay.last.width,
            height=replay.last.height,
            layers=tuple(_layer(stream, replay, layer.id) for layer in replay.last.layers),
            active_id=replay.last.active_id,
            selection=_selection(stream, replay),
            guides=replay.last.guides.restored(),
            origin=replay.last.origin,
        )


def journal_blobs(folder: Path) -> frozenset[BlobId]:
    """Input pictures of the recipes in a journal that is not open; quick, as pixels are not read."""
    manifest = read_manifest(folder)
    if manifest is None:
        return frozenset()
    try:
        with (folder / manifest.log).open("rb") as stream:
            properties = _replay(stream, check_data=False).properties
    except FileNotFoundError:
        return frozenset()
    return frozenset(blob for own in properties.values() for blob in recipe_blobs(own.recipe))


def _layer(stream: BinaryIO, replay: _Replay, layer_id: str) -> LayerSnapshot:
    mask = None
    if layer_id in replay.masks:
        background, places = replay.masks[layer_id]
        mask = MaskSnapshot(_tiles(stream, places, MASK_FORMAT), background)
    tiles = _tiles(stream, replay.tiles[layer_id], TILE_FORMAT)
    return LayerSnapshot(layer_id, replay.properties[layer_id].restored(), tiles, mask)


def _tiles(stream: BinaryIO, places: TilePlaces, layout: QImage.Format) -> TileMap:
    tiles = {}
    for key, (start, length) in places.items():
        stream.seek(start)
        tiles[key] = unpack_tile(stream.read(length), layout=layout)
    return tiles


def _selection(stream: BinaryIO, replay: _Replay) -> Selection | None:
    kept, last = replay.selection, replay.last
    if kept is None or last is None:
        return None
    stream.seek(replay.selection_start + kept.start)
    return unpack_selection(kept, stream.read(kept.length), last.width, last.height)
