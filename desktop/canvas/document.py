"""The open document: layers, a selection, and transactions from which undo is made."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Self

from PySide6.QtCore import QRect

from desktop.canvas import selection as selections
from desktop.canvas.changes import DocumentChange, Observer, difference, structure_of
from desktop.canvas.errors import (
    DocumentBusyError,
    LayerLockedError,
    LayerNotFoundError,
    NothingToMergeError,
)
from desktop.canvas.history import DocumentSnapshot, History, make_step
from desktop.canvas.layers import BlendMode, Layer, LayerProperties, LayerSnapshot, Origin
from desktop.canvas.selection import Selection, SelectionMode
from desktop.canvas.tiles import EMPTY_TILES, TileMap
from shared.contracts.generation import BlobId, Recipe

__all__ = ["Document", "DocumentChange", "Observer", "Transaction"]

HISTORY_BYTES = 512 * 1024 * 1024


class Document:
    """Layers of one size, bottom to top. Used from the thread of the UI only; `snapshot()` is for the others.

    Every change happens in a transaction and becomes one undo step. A method that changes something opens
    its own when none is open, so that one call is one step; inside `with document.transaction("Label"):`
    all calls make one step together. Errors: LayerNotFoundError, LayerLockedError, DocumentBusyError.
    """

    def __init__(
        self,
        *,
        width: int,
        height: int,
        new_id: Callable[[], str],
        history_bytes: int = HISTORY_BYTES,
    ) -> None:
        self.width = width
        self.height = height
        self.history = History(limit_bytes=history_bytes)
        self._new_id = new_id
        self._layers: list[Layer] = []
        self._active_id: str | None = None
        self._selection: Selection | None = None
        self._observers: list[Observer] = []
        self._transaction: Transaction | None = None
        self._committed = self.snapshot()

    @classmethod
    def from_snapshot(
        cls, snapshot: DocumentSnapshot, *, new_id: Callable[[], str], history_bytes: int = HISTORY_BYTES
    ) -> "Document":
        document = cls(
            width=snapshot.width, height=snapshot.height, new_id=new_id, history_bytes=history_bytes
        )
        document._restore(snapshot)
        document._committed = document.snapshot()
        return document

    # What is there

    @property
    def rect(self) -> QRect:
        return QRect(0, 0, self.width, self.height)

    @property
    def layers(self) -> tuple[Layer, ...]:
        """Bottom to top."""
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

    def layer(self, layer_id: str) -> Layer:
        return self._layers[self.index_of(layer_id)]

    def index_of(self, layer_id: str) -> int:
        """0 is the bottom layer."""
        for index, layer in enumerate(self._layers):
            if layer.id == layer_id:
                return index
        raise LayerNotFoundError

    def unlocked_layer(self, layer_id: str) -> Layer:
        layer = self.layer(layer_id)
        if layer.locked:
            raise LayerLockedError(layer.name)
        return layer

    def snapshot(self) -> DocumentSnapshot:
        """The document as it is now, a stroke in hand too; cheap, and safe for any thread."""
        return DocumentSnapshot(
            width=self.width,
            height=self.height,
            layers=tuple(layer.freeze() for layer in self._layers),
            active_id=self._active_id,
            selection=self._selection,
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

    # Transactions and undo

    @property
    def in_transaction(self) -> bool:
        return self._transaction is not None

    def transaction(self, label: str) -> "Transaction":
        """Open a step; `label` is English. Use it by `with`, or keep it and `commit()` or `rollback()` later.

        Raises DocumentBusyError while another one is open.
        """
        if self._transaction is not None:
            raise DocumentBusyError
        self._transaction = Transaction(document=self, label=label, before=self.snapshot())
        return self._transaction

    @contextmanager
    def _step(self, label: str) -> Iterator[None]:
        if self._transaction is not None:
            yield
            return
        with self.transaction(label):
            yield

    def close_transaction(self, transaction: "Transaction", *, keep: bool) -> None:
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
        """Take the last step back; its label, or None if there is none."""
        step = self._between_steps().take_undo()
        if step is None:
            return None
        self._travel(step.before)
        return step.label

    def redo(self) -> str | None:
        step = self._between_steps().take_redo()
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
        dirty, layer_ids = difference(now, target)
        self._notify(
            DocumentChange(
                dirty=dirty,
                layer_ids=layer_ids,
                structure=structure_of(now) != structure_of(target),
                selection=now.selection is not target.selection,
                history=history,
            )
        )

    def _restore(self, target: DocumentSnapshot) -> None:
        known = {layer.id: layer for layer in self._layers}
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

    # Pixels

    def pixels_changed(self, layer: Layer, dirty: QRect) -> None:
        """Tell that `layer`'s tiles were painted on inside `dirty` (document coordinates), in a transaction."""
        self._notify(DocumentChange(dirty=dirty.intersected(self.rect), layer_ids=frozenset({layer.id})))

    def set_offset(self, layer_id: str, x: int, y: int) -> None:
        """Move a layer's content so that its own (0, 0) lies at (x, y)."""
        layer = self.unlocked_layer(layer_id)
        with self._step("Move layer"):
            before = layer.bounds
            layer.change(x=x, y=y)
            self._look_changed(layer, before.united(layer.bounds))

    def _look_changed(self, layer: Layer, dirty: QRect, *, structure: bool = True) -> None:
        self._notify(
            DocumentChange(
                dirty=dirty.intersected(self.rect),
                layer_ids=frozenset({layer.id}),
                structure=structure,
            )
        )

    # Layers

    def activate(self, layer_id: str) -> None:
        """Choose the layer to work on. Not a step of its own, but undo goes back to the layer of its time."""
        self.index_of(layer_id)
        if layer_id == self._active_id:
            return
        self._active_id = layer_id
        if self._transaction is None:
            self._committed = self.snapshot()
        self._notify(DocumentChange(structure=True))

    def add_layer(
        self,
        name: str,
        *,
        tiles: TileMap = EMPTY_TILES,
        x: int = 0,
        y: int = 0,
        recipe: Recipe | None = None,
        above: str | None = None,
        origin: Origin | None = None,
        label: str = "Add layer",
    ) -> Layer:
        """Add a layer above the one named (else above the active one, else on top) and make it active.

        `tiles` comes from `tiles.tiles_from_image`; (x, y) places its own (0, 0) on the document.
        `origin` of None: generated if there is a recipe, else painted.
        """
        origin = origin or (Origin.GENERATED if recipe else Origin.PAINTED)
        properties = LayerProperties(name=name, x=x, y=y, recipe=recipe, origin=origin)
        return self._insert(LayerSnapshot(self._new_id(), properties, tiles), above or self._active_id, label)

    def duplicate_layer(self, layer_id: str, name: str) -> Layer:
        source = self.layer(layer_id).freeze()
        properties = _renamed(source.properties, name)
        return self._insert(
            LayerSnapshot(self._new_id(), properties, source.tiles), layer_id, "Duplicate layer"
        )

    def _insert(self, snapshot: LayerSnapshot, above: str | None, label: str) -> Layer:
        index = len(self._layers) if above is None else self.index_of(above) + 1
        layer = Layer(snapshot)
        with self._step(label):
            self._layers.insert(index, layer)
            self._active_id = layer.id
            self._look_changed(layer, layer.bounds)
        return layer

    def delete_layer(self, layer_id: str) -> None:
        """The layer below becomes active, else the new bottom one; a document may have no layer at all."""
        layer = self.unlocked_layer(layer_id)
        index = self.index_of(layer_id)
        with self._step("Delete layer"):
            del self._layers[index]
            if self._active_id == layer_id:
                self._active_id = self._layers[max(0, index - 1)].id if self._layers else None
            self._look_changed(layer, layer.bounds)

    def reorder_layer(self, layer_id: str, index: int) -> None:
        """Put the layer at `index` from the bottom (0), counted without itself; clamped."""
        layer = self.layer(layer_id)
        old = self.index_of(layer_id)
        new = min(max(index, 0), len(self._layers) - 1)
        if new == old:
            return
        with self._step("Reorder layers"):
            self._layers.insert(new, self._layers.pop(old))
            self._look_changed(layer, layer.bounds)

    def rename_layer(self, layer_id: str, name: str) -> None:
        self._change(layer_id, "Rename layer", dirty=False, name=name)

    def set_visible(self, layer_id: str, visible: bool) -> None:  # noqa: FBT001  # the name says which way
        self._change(layer_id, "Show layer" if visible else "Hide layer", visible=visible)

    def set_opacity(self, layer_id: str, opacity: float) -> None:
        """0 to 1; clamped. For a slider that is dragged, open a transaction around the whole drag."""
        self._change(layer_id, "Layer opacity", opacity=min(max(opacity, 0.0), 1.0))

    def set_blend(self, layer_id: str, blend: BlendMode) -> None:
        self._change(layer_id, "Blend mode", blend=blend)

    def set_locked(self, layer_id: str, locked: bool) -> None:  # noqa: FBT001  # the name says which way
        self._change(layer_id, "Lock layer" if locked else "Unlock layer", dirty=False, locked=locked)

    def _change(self, layer_id: str, label: str, *, dirty: bool = True, **values: object) -> None:
        layer = self.layer(layer_id)
        before = layer.properties
        with self._step(label):
            layer.change(**values)
            if layer.properties != before:
                self._look_changed(layer, layer.bounds if dirty else QRect())

    def merge_pair(self, layer_id: str) -> tuple[LayerSnapshot, LayerSnapshot]:
        """The layer and the one below it, as they are; NothingToMergeError, LayerLockedError."""
        upper = self.unlocked_layer(layer_id)
        index = self.index_of(layer_id)
        if index == 0:
            raise NothingToMergeError(upper.name)
        lower = self.unlocked_layer(self._layers[index - 1].id)
        return upper.freeze(), lower.freeze()

    def replace_merged(self, layer_id: str, merged: LayerSnapshot) -> None:
        """Put `compositor.merged_layer` of `merge_pair(layer_id)` in the place of both."""
        upper, lower = self.merge_pair(layer_id)
        with self._step("Merge down"):
            index = self.index_of(lower.id)
            self._layers[index].restore(merged)
            del self._layers[index + 1]
            self._active_id = lower.id
            self._notify(
                DocumentChange(
                    dirty=upper.bounds.united(lower.bounds).intersected(self.rect),
                    layer_ids=frozenset({upper.id, lower.id}),
                    structure=True,
                )
            )

    # Selection

    def select(self, new: Selection | None, mode: SelectionMode = SelectionMode.REPLACE) -> None:
        self._set_selection(selections.combine(self._selection, new, mode), "Select")

    def select_all(self) -> None:
        self._set_selection(selections.everything(self.width, self.height), "Select all")

    def deselect(self) -> None:
        self._set_selection(None, "Deselect")

    def invert_selection(self) -> None:
        """Of no selection, this selects everything."""
        if self._selection is None:
            self._set_selection(selections.everything(self.width, self.height), "Invert selection")
        else:
            self._set_selection(self._selection.inverted(), "Invert selection")

    def _set_selection(self, new: Selection | None, label: str) -> None:
        if new is self._selection:
            return
        with self._step(label):
            self._selection = new
            self._notify(DocumentChange(selection=True))


class Transaction:
    """One step in the making. Leaving its `with` block by an error takes everything back."""

    def __init__(self, *, document: Document, label: str, before: DocumentSnapshot) -> None:
        self.label = label
        self.before = before
        self._document = document
        self._open = True

    def commit(self) -> None:
        """Make it one undo step; nothing at all if nothing was changed. A second call does nothing."""
        if self._open:
            self._open = False
            self._document.close_transaction(self, keep=True)

    def rollback(self) -> None:
        """Put everything back as it was before. Does nothing after a commit."""
        if self._open:
            self._open = False
            self._document.close_transaction(self, keep=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_details: object) -> None:
        if kind is None:
            self.commit()
        else:
            self.rollback()


def _setter(event: asyncio.Event) -> Observer:
    def on_change(_change: DocumentChange) -> None:
        event.set()

    return on_change


def _renamed(properties: LayerProperties, name: str) -> LayerProperties:
    return replace(properties, name=name, locked=False)
