"""What an open document holds, who watches it, and the transactions from which undo is made."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from PySide6.QtCore import QRect
from PySide6.QtGui import QRegion

from desktop.canvas.changes import DocumentChange, Observer, difference
from desktop.canvas.errors import DocumentBusyError, LayerLockedError, LayerNotFoundError
from desktop.canvas.history import DocumentSnapshot, Guides, History, UndoSpool, make_step
from desktop.canvas.layer_tree import ancestors_of
from desktop.canvas.layers import Layer
from desktop.canvas.selection import Selection
from desktop.canvas.transactions import Transaction
from shared.contracts.generation import BlobId

HISTORY_BYTES = 256 * 1024 * 1024
"""In memory; what is beyond goes to the disk."""


class DocumentState:
    """The part of `Document` that its commands stand on: see there."""

    def __init__(
        self,
        *,
        width: int,
        height: int,
        new_id: Callable[[], str],
        history_bytes: int = HISTORY_BYTES,
        spool: UndoSpool | None = None,
    ) -> None:
        """`spool` takes what undo needs beyond `history_bytes`; without one the oldest steps are forgotten."""
        self.width = width
        self.height = height
        self.history = History(limit_bytes=history_bytes, spool=spool)
        self._new_id = new_id
        self._layers: list[Layer] = []
        self._active_id: str | None = None
        self._selection: Selection | None = None
        self._guides = Guides()
        self._origin = (0, 0)
        self._observers: list[Observer] = []
        self._transaction: Transaction | None = None
        self._committed = self.snapshot()

    # What is there

    @property
    def rect(self) -> QRect:
        return QRect(0, 0, self.width, self.height)

    @property
    def layers(self) -> tuple[Layer, ...]:
        """Bottom to top, the layers of a group right before the group (see `layer_tree`)."""
        return tuple(self._layers)

    @property
    def active_id(self) -> str | None:
        return self._active_id

    @property
    def active_layer(self) -> Layer | None:
        return next((layer for layer in self._layers if layer.id == self._active_id), None)

    @property
    def selection(self) -> Selection | None:
        """None: nothing is selected, and painting is limited nowhere."""
        return self._selection

    @property
    def guides(self) -> Guides:
        return self._guides

    @property
    def origin(self) -> tuple[int, int]:
        """See `DocumentSnapshot.origin`."""
        return self._origin

    def layer(self, layer_id: str) -> Layer:
        return self._layers[self.index_of(layer_id)]

    def has_layer(self, layer_id: str) -> bool:
        return any(layer.id == layer_id for layer in self._layers)

    def index_of(self, layer_id: str) -> int:
        """Its place in `layers`; 0 is at the bottom."""
        for index, layer in enumerate(self._layers):
            if layer.id == layer_id:
                return index
        raise LayerNotFoundError

    def unlocked_layer(self, layer_id: str) -> Layer:
        """The layer, if neither it nor a group around it is locked."""
        layer = self.layer(layer_id)
        for each in (layer, *ancestors_of(self._layers, layer_id)):
            if each.locked:
                raise LayerLockedError(each.name)
        return layer

    def is_shown(self, layer_id: str) -> bool:
        """Whether neither it nor a group around it is hidden."""
        layer = self.layer(layer_id)
        return all(each.visible for each in (layer, *ancestors_of(self._layers, layer_id)))

    def snapshot(self) -> DocumentSnapshot:
        """The document as it is now, a stroke in hand too; cheap, and safe for any thread."""
        return DocumentSnapshot(
            width=self.width,
            height=self.height,
            layers=tuple(layer.freeze() for layer in self._layers),
            active_id=self._active_id,
            selection=self._selection,
            guides=self._guides,
            origin=self._origin,
        )

    @property
    def committed(self) -> DocumentSnapshot:
        """The document after its last whole step: what autosave keeps."""
        return self._committed

    @property
    def blobs(self) -> frozenset[BlobId]:
        """Input pictures of all recipes here and in undo and redo: the sweep must keep them."""
        return self._committed.blobs | self.history.blobs | self.snapshot().blobs

    # Watching

    def subscribe(self, observer: Observer) -> Callable[[], None]:
        """Call `observer` after each change, in the order of subscription; the result takes it away again."""
        self._observers.append(observer)

        def unsubscribe() -> None:
            if observer in self._observers:
                self._observers.remove(observer)

        return unsubscribe

    def _notify(self, change: DocumentChange) -> None:
        for observer in tuple(self._observers):
            observer(change)

    def pixels_changed(self, layer: Layer, dirty: QRect) -> None:
        """Tell that tiles of `layer` or of its mask were painted on inside `dirty` (document coordinates).

        Only in a transaction, so that the painting is part of a step.
        """
        self._notify(
            DocumentChange(dirty=QRegion(dirty.intersected(self.rect)), layer_ids=frozenset({layer.id}))
        )

    # Transactions and undo

    @property
    def in_transaction(self) -> bool:
        return self._transaction is not None

    def transaction(self, label: str) -> Transaction:
        """Open a step; `label` is English. Use it by `with`, or keep it and `commit()` or `rollback()` later.

        Raises DocumentBusyError while another one is open.
        """
        if self._transaction is not None:
            raise DocumentBusyError
        self._transaction = Transaction(document=self, label=label, before=self.snapshot())
        return self._transaction

    @contextmanager
    def _edit(self, label: str) -> Iterator[None]:
        """What changes inside is told to the observers, and is a step unless it is part of one already."""
        if self._transaction is None:
            with self.transaction(label), self._edit(label):
                yield
            return
        before = self.snapshot()
        yield
        change = difference(before, self.snapshot())
        if change != DocumentChange():
            self._notify(change)

    def close_transaction(self, transaction: Transaction, *, keep: bool) -> None:
        """For `Transaction` alone."""
        self._transaction = None
        if not keep:
            self._go_to(transaction.before, history=False)
            return
        after = self.snapshot()
        self._committed = after
        differs = not after.same_content(transaction.before)
        if differs:
            self.history.push(make_step(transaction.label, transaction.before, after))
        self._notify(DocumentChange(history=differs))

    async def between_steps(self) -> None:
        """Wait until no transaction is open, so that a late result does not become part of a stroke in hand."""
        while self._transaction is not None:
            changed = asyncio.Event()
            unsubscribe = self.subscribe(_setter(changed))
            try:
                await changed.wait()
            finally:
                unsubscribe()

    def undo(self) -> str | None:
        """Take the last step back; its label, or None if there is none. StorageError if it can't be read back."""
        step = self._between_steps().take_undo(self._committed)
        if step is None:
            return None
        self._travel(step.before)
        return step.label

    def redo(self) -> str | None:
        step = self._between_steps().take_redo(self._committed)
        if step is None:
            return None
        self._travel(step.after)
        return step.label

    def _between_steps(self) -> History:
        if self._transaction is not None:
            raise DocumentBusyError
        return self.history

    def _travel(self, target: DocumentSnapshot) -> None:
        self._committed = target
        self._go_to(target, history=True)

    def _go_to(self, target: DocumentSnapshot, *, history: bool) -> None:
        now = self.snapshot()
        self._restore(target)
        self._notify(replace(difference(now, target), history=history))

    def _restore(self, target: DocumentSnapshot) -> None:
        known = {layer.id: layer for layer in self._layers}
        self.width, self.height = target.width, target.height
        self._layers = []
        for snapshot in target.layers:
            layer = known.get(snapshot.id)
            if layer is None:
                layer = Layer(snapshot)
            else:
                layer.restore(snapshot)
            self._layers.append(layer)
        self._active_id = target.active_id
        self._selection = target.selection
        self._guides = target.guides
        self._origin = target.origin


def _setter(event: asyncio.Event) -> Observer:
    def on_change(_change: DocumentChange) -> None:
        event.set()

    return on_change
