"""Undo and redo: a list of states that share everything that did not change."""

from collections import deque
from dataclasses import dataclass, field
from typing import Protocol

from PySide6.QtCore import QRect

from desktop.canvas.layers import LayerSnapshot
from desktop.canvas.selection import Selection
from desktop.canvas.tiles import TileMap
from shared.contracts.generation import BlobId

REFERENCE_BYTES = 120
"""What one more reference to a shared tile costs in a dictionary."""

FETCHED_AHEAD = 3
"""So many steps are read back from the spool before they are asked for."""


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
    origin: tuple[int, int] = (0, 0)
    """Where the point lies that was (0, 0) when the document was new: what waits for its place counts from there."""

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

    @property
    def blobs(self) -> frozenset[BlobId]:
        return self.before.blobs | self.after.blobs


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


class UndoSpool(Protocol):
    """Takes steps out of memory; `undo_spool` has one that keeps them in files."""

    @property
    def is_full(self) -> bool:
        """Whether the oldest step must go for good."""
        ...

    def keep(
        self, label: str, *, base: DocumentSnapshot, target: DocumentSnapshot, own_bytes: int
    ) -> "SpooledStep": ...

    def close(self) -> None: ...


class SpooledStep(Protocol):
    @property
    def label(self) -> str: ...

    @property
    def blobs(self) -> frozenset[BlobId]: ...

    def fetch(self) -> None:
        """Begin to read it, as it is needed soon."""
        ...

    def target_from(self, base: DocumentSnapshot) -> DocumentSnapshot:
        """The state that the step leads to, from a state equal to the one that it leads from; StorageError."""
        ...

    def discard(self) -> None: ...


class History:
    """Steps to take back and to do again, at most `limit_bytes` of pixels in memory.

    What is farthest from now goes to the spool; without one, or where it is full, the oldest steps are dropped.
    The newest step is always kept, however large.
    """

    def __init__(self, *, limit_bytes: int, spool: UndoSpool | None = None) -> None:
        self._limit_bytes = limit_bytes
        self._spool = spool
        self._undo: deque[Step | SpooledStep] = deque()
        self._redo: deque[Step | SpooledStep] = deque()
        """What redo does next is the last."""

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
        undo = sum(step.before_bytes for step in self._undo if isinstance(step, Step))
        return undo + sum(step.after_bytes for step in self._redo if isinstance(step, Step))

    @property
    def blobs(self) -> frozenset[BlobId]:
        """Input pictures of recipes that undo or redo may bring back."""
        return frozenset(blob for step in (*self._undo, *self._redo) for blob in step.blobs)

    def close(self) -> None:
        """Throw away what the spool holds. May wait for the disk: not on the thread of the UI."""
        if self._spool is not None:
            self._spool.close()

    def push(self, step: Step) -> None:
        for undone in self._redo:
            _discard(undone)
        self._redo.clear()
        self._undo.append(step)
        self._shrink()

    def take_undo(self, now: DocumentSnapshot) -> Step | None:
        """`now` is the document as it is; StorageError if the step can't be read back."""
        if not self._undo:
            return None
        last = self._undo[-1]
        step = last if isinstance(last, Step) else make_step(last.label, last.target_from(now), now)
        _discard(self._undo.pop())
        self._redo.append(step)
        self._shrink()
        self._fetch(self._undo)
        return step

    def take_redo(self, now: DocumentSnapshot) -> Step | None:
        if not self._redo:
            return None
        last = self._redo[-1]
        step = last if isinstance(last, Step) else make_step(last.label, now, last.target_from(now))
        _discard(self._redo.pop())
        self._undo.append(step)
        self._shrink()
        self._fetch(self._redo)
        return step

    def _shrink(self) -> None:
        while self.bytes > self._limit_bytes:
            if self._spool is None or self._spool.is_full:
                if len(self._undo) < 2:
                    return
                _discard(self._undo.popleft())
            elif not (self._spool_first(self._undo) or self._spool_first(self._redo)):
                return

    def _spool_first(self, steps: deque[Step | SpooledStep]) -> bool:
        """Take the step that is farthest from now out of memory; whether there was one to take."""
        for index in range(len(steps) - 1):
            step = steps[index]
            if isinstance(step, Step) and self._spool is not None:
                undoes = steps is self._undo
                steps[index] = self._spool.keep(
                    step.label,
                    base=step.after if undoes else step.before,
                    target=step.before if undoes else step.after,
                    own_bytes=step.before_bytes if undoes else step.after_bytes,
                )
                return True
        return False

    @staticmethod
    def _fetch(steps: deque[Step | SpooledStep]) -> None:
        for index in range(max(0, len(steps) - FETCHED_AHEAD), len(steps)):
            step = steps[index]
            if not isinstance(step, Step):
                step.fetch()


def _discard(step: Step | SpooledStep) -> None:
    if not isinstance(step, Step):
        step.discard()
