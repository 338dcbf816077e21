"""Quick mask: the selection as a picture of its own that the ordinary brushes paint on, and back again.

It is a document apart, with its own undo, so that brushes need to know nothing of selections. The brush adds to the
selection, the eraser takes away; of what is painted only the opacity counts.
"""

import asyncio
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QObject, QRect, Signal

from desktop.canvas.changes import DocumentChange
from desktop.canvas.document import Document
from desktop.canvas.history import DocumentSnapshot
from desktop.canvas.layers import LayerProperties, LayerSnapshot
from desktop.canvas.selection import Selection
from desktop.canvas.selection_changes import SelectionChange
from desktop.canvas.tile_arrays import tiles_from_array
from desktop.canvas.tiles import EMPTY_TILES, TileMap
from desktop.canvas.viewmodels.current import CurrentDocument
from desktop.canvas.viewmodels.selecting import Selecting
from desktop.canvas.wand import alpha_of
from desktop.widgets.tasks import TaskOwner

LAYER = "quick-mask"


class QuickMask(QObject):
    toggled = Signal()
    changed = Signal(QRect)
    """What of the document's tint differs."""

    def __init__(
        self,
        *,
        current: CurrentDocument,
        selecting: Selecting,
        tasks: TaskOwner,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._current = current
        self._selecting = selecting
        self._tasks = tasks
        self._mask: Document | None = None
        self._unsubscribe: Callable[[], None] | None = None
        current.document_replaced.connect(self._drop)
        current.document_changed.connect(self._follow)

    @property
    def active(self) -> bool:
        return self._mask is not None

    @property
    def document(self) -> Document | None:
        """What is painted on while the mask is shown."""
        return self._mask

    @property
    def tiles(self) -> TileMap:
        """Opaque where selected, for reading within one turn of the loop."""
        return self._mask.layers[0].tiles.items() if self._mask is not None else EMPTY_TILES

    def toggle(self) -> None:
        if self.active:
            self._selecting.after(self._finish)
        else:
            self._selecting.after(self._begin)

    def _begin(self) -> None:
        document = self._current.document
        if document is not None:
            self._tasks.start(self._show(document))

    async def _show(self, document: Document) -> None:
        selection = document.selection
        tiles = await asyncio.to_thread(_as_tiles, selection) if selection is not None else EMPTY_TILES
        if document is not self._current.document or self.active:
            return
        layer = LayerSnapshot(LAYER, LayerProperties(name=LAYER), tiles)
        state = DocumentSnapshot(
            width=document.width, height=document.height, layers=(layer,), active_id=LAYER
        )
        self._mask = Document.from_snapshot(state, new_id=lambda: LAYER)
        self._unsubscribe = self._mask.subscribe(self._on_painted)
        self._current.set_stand_in(self._mask)
        self.toggled.emit()

    def _finish(self) -> None:
        mask = self._mask
        if mask is None:
            return
        layer = mask.layers[0].freeze()
        self._drop()

        def compute(state: DocumentSnapshot) -> Selection | None:
            return alpha_of(layer, state.rect)

        self._selecting.apply(
            SelectionChange(label="Quick mask", compute=compute, cost=mask.width * mask.height * 4)
        )

    def _on_painted(self, change: DocumentChange) -> None:
        if not change.dirty.isEmpty():
            self.changed.emit(change.dirty.boundingRect())

    def _follow(self, change: DocumentChange) -> None:
        if change.size:
            self._drop()

    def _drop(self) -> None:
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        if self._mask is not None:
            self._mask = None
            self._current.set_stand_in(None)
            self.toggled.emit()


def _as_tiles(selection: Selection) -> TileMap:
    """Black, as opaque as it is selected."""
    bounds = selection.bounds
    pixels = np.zeros((*selection.mask.shape, 4), np.uint8)
    pixels[:, :, 3] = selection.mask
    return tiles_from_array(pixels, x=bounds.x(), y=bounds.y())
