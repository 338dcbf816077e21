"""What observers of a document are told, and how two states of it differ."""

from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtCore import QRect

from desktop.canvas.history import DocumentSnapshot
from desktop.canvas.layers import LayerSnapshot
from desktop.canvas.tiles import tile_rect


@dataclass(frozen=True, slots=True)
class DocumentChange:
    """What differs since the last change. Several may come in one transaction (live painting)."""

    dirty: QRect = field(default_factory=QRect)
    """Document pixels whose composite may differ; empty when none do."""
    layer_ids: frozenset[str] = frozenset()
    """Layers whose pixels, place or look differ, or that came or went."""
    structure: bool = False
    """Layers were added, removed or put in another order, or a property (also: which is active) differs."""
    selection: bool = False
    history: bool = False
    """The lists of undo and redo differ: a step was committed, undone or redone."""


Observer = Callable[[DocumentChange], None]


def structure_of(state: DocumentSnapshot) -> tuple[object, ...]:
    return (state.active_id, *((layer.id, layer.properties) for layer in state.layers))


def difference(before: DocumentSnapshot, after: DocumentSnapshot) -> tuple[QRect, frozenset[str]]:
    """Document pixels whose composite may differ between two states, and the layers that make it so."""
    olds = {layer.id: layer for layer in before.layers}
    news = {layer.id: layer for layer in after.layers}
    dirty, changed = QRect(), set[str]()
    common_before = [layer.id for layer in before.layers if layer.id in news]
    common_after = [layer.id for layer in after.layers if layer.id in olds]
    moved = {a for a, b in zip(common_before, common_after, strict=True) if a != b}
    for layer_id in olds.keys() | news.keys():
        old, new = olds.get(layer_id), news.get(layer_id)
        if old is new and layer_id not in moved:
            continue
        changed.add(layer_id)
        dirty = dirty.united(_layer_difference(old, new))
    return dirty.intersected(after.rect), frozenset(changed)


def _layer_difference(old: LayerSnapshot | None, new: LayerSnapshot | None) -> QRect:
    whole = (old.bounds if old else QRect()).united(new.bounds if new else QRect())
    if old is None or new is None or old is new or old.properties != new.properties:
        return whole
    dirty = QRect()
    for key in old.tiles.keys() | new.tiles.keys():
        if old.tiles.get(key) is not new.tiles.get(key):
            dirty = dirty.united(tile_rect(key))
    return dirty.translated(new.properties.x, new.properties.y)
