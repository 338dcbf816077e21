"""Undo and redo: a list of states that share everything that did not change."""

from collections import deque
from dataclasses import dataclass, field

from PySide6.QtCore import QRect

from desktop.canvas.layers import LayerSnapshot
from desktop.canvas.selection import Selection
from desktop.canvas.tiles import TileMap
from shared.contracts.generation import BlobId

REFERENCE_BYTES = 120
"""What one more reference to a shared tile costs in a dictionary."""


@dataclass(frozen=True, slots=True)
class Guides:
    """Lines to snap to, in document pixels: `vertical` ones by their x, `horizontal` ones by their y."""

    vertical: tuple[float, ...] = ()
    horizontal: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class DocumentSnapshot:
    """A whole document as it was, for any thread. Cheap: tiles are shared with the open document."""

    width: int
    height: int
    layers: tuple[LayerSnapshot, ...]
    """Bottom to top, the layers of a group right before it (see `layer_tree`)."""
    active_id: str | None = None
    selection: Selection | None = None
    guides: Guides = field(default_factory=Guides)

    @property
    def rect(self) -> QRect:
        return QRect(0, 0, self.width, self.height)

    @property
    def blobs(self) -> frozenset[BlobId]:
        return frozenset(blob for layer in self.layers for blob in layer.blobs)

    def same_content(self, other: "DocumentSnapshot") -> bool:
        """Whether the pictures are the same objects; which layer is active does not count."""
        return (
            self.layers == other.layers
            and self.selection is other.selection
            and self.guides == other.guides
            and self.rect == other.rect
        )


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One thing that the artist did. `label` is English, a key for translation."""

    label: str
    before: DocumentSnapshot
    after: DocumentSnapshot
    before_bytes: int
    after_bytes: int
    """Memory that only `before` (or only `after`) needs."""


def make_step(label: str, before: DocumentSnapshot, after: DocumentSnapshot) -> Step:
    return Step(label, before, after, _own_bytes(before, after), _own_bytes(after, before))


def _own_bytes(state: DocumentSnapshot, other: DocumentSnapshot) -> int:
    others = {layer.id: layer for layer in other.layers}
    total = 0
    for layer in state.layers:
        twin = others.get(layer.id)
        if twin is layer:
            continue
        total += _tiles_bytes(layer.tiles, twin.tiles if twin is not None else None)
        if layer.mask is not None:
            shared = twin.mask.tiles if twin is not None and twin.mask is not None else None
            total += _tiles_bytes(layer.mask.tiles, shared)
    if state.selection is not None and state.selection is not other.selection:
        total += state.selection.mask.nbytes
    return total


def _tiles_bytes(tiles: TileMap, other: TileMap | None) -> int:
    if tiles is other:
        return 0
    shared = other or {}
    own = sum(tile.sizeInBytes() for key, tile in tiles.items() if shared.get(key) is not tile)
    return len(tiles) * REFERENCE_BYTES + own


class History:
    """Steps to take back and to do again, at most `limit_bytes` of pixels; the oldest are dropped first.

    The newest step is always kept, however large.
    """

    def __init__(self, *, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._undo: deque[Step] = deque()
        self._redo: list[Step] = []

    @property
    def undo_labels(self) -> tuple[str, ...]:
        """Oldest first: the last is what undo takes back next."""
        return tuple(step.label for step in self._undo)

    @property
    def redo_labels(self) -> tuple[str, ...]:
        """What redo does next comes first."""
        return tuple(step.label for step in reversed(self._redo))

    @property
    def can_undo(self) -> bool:
        return bool(self._undo)

    @property
    def can_redo(self) -> bool:
        return bool(self._redo)

    @property
    def bytes(self) -> int:
        """Memory held for undo and redo alone."""
        return sum(step.before_bytes for step in self._undo) + sum(step.after_bytes for step in self._redo)

    @property
    def blobs(self) -> frozenset[BlobId]:
        """Input pictures of recipes that undo or redo may bring back."""
        return frozenset(
            blob for step in (*self._undo, *self._redo) for blob in step.before.blobs | step.after.blobs
        )

    def push(self, step: Step) -> None:
        self._redo.clear()
        self._undo.append(step)
        held = self.bytes
        while held > self._limit_bytes and len(self._undo) > 1:
            held -= self._undo.popleft().before_bytes

    def take_undo(self) -> Step | None:
        if not self._undo:
            return None
        step = self._undo.pop()
        self._redo.append(step)
        return step

    def take_redo(self) -> Step | None:
        if not self._redo:
            return None
        step = self._redo.pop()
        self._undo.append(step)
        return step
