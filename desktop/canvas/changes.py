"""What observers of a document are told, and how two states of it differ."""

from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtCore import QRect

from desktop.canvas.blending import CLEARING
from desktop.canvas.history import DocumentSnapshot
from desktop.canvas.layer_tree import clipping_base, with_descendants
from desktop.canvas.layers import LayerSnapshot
from desktop.canvas.tiles import TileMap, tile_rect


@dataclass(frozen=True, slots=True)
class DocumentChange:
    """What differs since the last change. Several may come in one transaction (live painting)."""

    dirty: QRect = field(default_factory=QRect)
    """Document pixels whose composite may differ; empty when none do."""
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

Placement = tuple[str | None, str | None, int]
"""The group that a layer lies in, what it is clipped to, and its number among the layers in both states."""


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
        dirty=after.rect if size else dirty,
        layer_ids=layer_ids,
        structure=structure_of(before) != structure_of(after),
        selection=before.selection is not after.selection,
        guides=before.guides != after.guides,
        size=size,
    )


def _dirty_and_layers(before: DocumentSnapshot, after: DocumentSnapshot) -> tuple[QRect, frozenset[str]]:
    """Document pixels whose composite may differ, and the layers that make it so."""
    if before.layers == after.layers:
        return QRect(), frozenset()
    olds = {layer.id: layer for layer in before.layers}
    news = {layer.id: layer for layer in after.layers}
    both = olds.keys() & news.keys()
    places_before, places_after = _placements(before, both), _placements(after, both)
    dirty, changed = QRect(), set[str]()
    for layer_id in olds.keys() | news.keys():
        old, new = olds.get(layer_id), news.get(layer_id)
        moved = places_before.get(layer_id) != places_after.get(layer_id)
        if old is new and not moved:
            continue
        changed.add(layer_id)
        if old is None or new is None or moved or not _same_look(old, new):
            dirty |= _reach(before, old) | _reach(after, new)
        else:
            dirty |= _pixel_difference(old, new)
    return dirty.intersected(after.rect), frozenset(changed)


def _placements(state: DocumentSnapshot, both: set[str]) -> dict[str, Placement]:
    """Of the layers in both states: what would have to be the same for the layer not to have been moved."""
    places: dict[str, Placement] = {}
    siblings: dict[str | None, list[LayerSnapshot]] = {}
    for layer in state.layers:
        siblings.setdefault(layer.properties.parent, []).append(layer)
    for parent, members in siblings.items():
        kept = 0
        for layer in members:
            if layer.id in both:
                base = clipping_base(members, layer.id) if layer.properties.clipped else None
                places[layer.id] = (parent, base.id if base is not None else None, kept)
                kept += 1
    return places


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


def _pixel_difference(old: LayerSnapshot, new: LayerSnapshot) -> QRect:
    """Of a layer that is at its place and has its properties."""
    dirty = _tiles_difference(old.tiles, new.tiles)
    if old.mask is not None and new.mask is not None:
        dirty |= _tiles_difference(old.mask.tiles, new.mask.tiles)
    return dirty.translated(new.offset)


def _tiles_difference(old: TileMap, new: TileMap) -> QRect:
    dirty = QRect()
    if old is not new:
        for key in old.keys() | new.keys():
            if old.get(key) is not new.get(key):
                dirty |= tile_rect(key)
    return dirty
