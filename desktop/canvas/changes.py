"""What observers of a document are told, and how two states of it differ."""

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtCore import QRect
from PySide6.QtGui import QRegion

from desktop.canvas.blending import CLEARING
from desktop.canvas.history import DocumentSnapshot
from desktop.canvas.layer_tree import with_descendants
from desktop.canvas.layers import LayerSnapshot
from desktop.canvas.tiles import TileMap, tile_rect


@dataclass(frozen=True, slots=True)
class DocumentChange:
    """What differs since the last change. Several may come in one transaction (live painting)."""

    dirty: QRegion = field(default_factory=QRegion)
    """Document pixels whose composite may differ; empty when none do. Undo of a long thin stroke must not
    compose all that lies between its ends, so this is more than a rectangle."""
    layer_ids: frozenset[str] = frozenset()
    """Layers whose pixels, mask, place or look differ, or that came or went."""
    structure: bool = False
    """Layers were added, removed or put in another order, or a property (also: which is active) differs."""
    selection: bool = False
    guides: bool = False
    size: bool = False
    """The document has another size; everything is dirty."""
    history: bool = False
    """The lists of undo and redo differ: a step was committed, undone or redone."""


Observer = Callable[[DocumentChange], None]

Home = tuple[str | None, str | None]
"""The group that a layer lies in, and the layer that it is clipped to."""


def structure_of(state: DocumentSnapshot) -> tuple[object, ...]:
    return (
        state.active_id,
        *((layer.id, layer.properties, layer.mask is not None) for layer in state.layers),
    )


def difference(before: DocumentSnapshot, after: DocumentSnapshot) -> DocumentChange:
    """All that differs between two states, but for the history."""
    dirty, layer_ids = _dirty_and_layers(before, after)
    size = before.rect != after.rect
    return DocumentChange(
        dirty=QRegion(after.rect) if size else dirty,
        layer_ids=layer_ids,
        structure=structure_of(before) != structure_of(after),
        selection=before.selection is not after.selection,
        guides=before.guides != after.guides,
        size=size,
    )


def _dirty_and_layers(before: DocumentSnapshot, after: DocumentSnapshot) -> tuple[QRegion, frozenset[str]]:
    """Document pixels whose composite may differ, and the layers that make it so."""
    if before.layers == after.layers:
        return QRegion(), frozenset()
    olds = {layer.id: layer for layer in before.layers}
    news = {layer.id: layer for layer in after.layers}
    moved_ids = _moved(before, after)
    dirty, changed = QRegion(), set[str]()
    for layer_id in olds.keys() | news.keys():
        old, new = olds.get(layer_id), news.get(layer_id)
        moved = layer_id in moved_ids
        if old is new and not moved:
            continue
        changed.add(layer_id)
        if old is None or new is None or moved or not _same_look(old, new):
            dirty |= _reach(before, old) | _reach(after, new)
        else:
            dirty |= _pixel_difference(old, new)
    return dirty.intersected(after.rect), frozenset(changed)


def _moved(before: DocumentSnapshot, after: DocumentSnapshot) -> set[str]:
    """Layers that lie in another group, are clipped to another layer, or were put past others in their group."""
    homes_before, homes_after = _homes(before), _homes(after)
    there = homes_before.keys() & homes_after.keys()
    moved = {layer_id for layer_id in there if homes_before[layer_id] != homes_after[layer_id]}
    stayed: dict[str | None, list[str]] = {}
    for layer in before.layers:
        if layer.id in there and layer.id not in moved:
            stayed.setdefault(layer.properties.parent, []).append(layer.id)
    places = {layer.id: place for place, layer in enumerate(after.layers)}
    for siblings in stayed.values():
        moved |= set(siblings) - _in_order(siblings, places)
    return moved


def _homes(state: DocumentSnapshot) -> dict[str, Home]:
    homes: dict[str, Home] = {}
    bases: dict[str | None, str] = {}
    for layer in state.layers:
        parent = layer.properties.parent
        homes[layer.id] = (parent, bases.get(parent) if layer.properties.clipped else None)
        if not layer.properties.clipped:
            bases[parent] = layer.id
    return homes


def _in_order(ids: list[str], places: dict[str, int]) -> set[str]:
    """As many of them as possible whose places rise: the others were moved (longest increasing subsequence)."""
    ends: list[str] = []
    before: dict[str, str | None] = {}
    for layer_id in ids:
        length = bisect_left(ends, places[layer_id], key=places.__getitem__)
        before[layer_id] = ends[length - 1] if length else None
        ends[length : length + 1] = [layer_id]
    kept: set[str] = set()
    last = ends[-1] if ends else None
    while last is not None:
        kept.add(last)
        last = before[last]
    return kept


def _same_look(old: LayerSnapshot, new: LayerSnapshot) -> bool:
    """Whether only tiles differ."""
    if old.mask is None or new.mask is None:
        return old.properties == new.properties and old.mask is new.mask
    return old.properties == new.properties and old.mask.background == new.mask.background


def _reach(state: DocumentSnapshot, layer: LayerSnapshot | None) -> QRect:
    """All that a layer, or what lies in it, may show or hide."""
    if layer is None:
        return QRect()
    members = with_descendants(state.layers, {layer.id}) if layer.is_group else [layer]
    reach = QRect()
    for member in members:
        if member.properties.blend in CLEARING:
            return state.rect
        reach |= member.bounds
    return reach


def _pixel_difference(old: LayerSnapshot, new: LayerSnapshot) -> QRegion:
    """Of a layer that is at its place and has its properties."""
    dirty = _tiles_difference(old.tiles, new.tiles)
    if old.mask is not None and new.mask is not None:
        dirty |= _tiles_difference(old.mask.tiles, new.mask.tiles)
    return dirty.translated(new.offset)


def _tiles_difference(old: TileMap, new: TileMap) -> QRegion:
    dirty = QRegion()
    if old is not new:
        for key in old.keys() | new.keys():
            if old.get(key) is not new.get(key):
                dirty |= tile_rect(key)
    return dirty
