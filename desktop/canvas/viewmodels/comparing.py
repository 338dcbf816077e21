"""Before and after: the picture as it was opened, or without its active layer, for as long as a key is down."""

import asyncio
from dataclasses import replace
from enum import StrEnum

import numpy as np
from PySide6.QtCore import QObject, QRectF
from PySide6.QtGui import QImage

from desktop.canvas.composing import flatten
from desktop.canvas.history import DocumentSnapshot
from desktop.canvas.layer_tree import with_descendants
from desktop.canvas.tile_arrays import image_of, slices
from desktop.canvas.tiles import keys_over, pixels_of, tile_rect
from desktop.canvas.viewmodels.current import CurrentDocument
from desktop.canvas.viewmodels.overlays import Overlays, PlacedImage
from desktop.widgets.tasks import TaskOwner

LARGEST_SHOWN = 4 * 1024 * 1024
"""Pixels of the picture that is laid over the canvas; a larger one is shown from fewer."""


class Before(StrEnum):
    OPENED = "opened"
    WITHOUT_LAYER = "without layer"


class Comparing(QObject):
    def __init__(
        self, *, current: CurrentDocument, overlays: Overlays, tasks: TaskOwner, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._current = current
        self._overlays = overlays
        self._tasks = tasks
        self._opened: DocumentSnapshot | None = None
        self._number = 0
        current.document_replaced.connect(self._on_replaced)

    def hold(self, before: Before) -> None:
        """Show it until `release`."""
        document = self._current.document
        if document is None:
            return
        state = document.snapshot()
        if before is Before.OPENED:
            state = self._opened or state
        elif state.active_id is not None:
            hidden = {layer.id for layer in with_descendants(state.layers, {state.active_id})}
            kept = tuple(layer for layer in state.layers if layer.id not in hidden)
            state = replace(state, layers=kept)
        self._number += 1
        self._tasks.start(self._show(state, self._number))

    def release(self) -> None:
        self._number += 1
        self._overlays.show_before(None)

    async def _show(self, state: DocumentSnapshot, number: int) -> None:
        image = await asyncio.to_thread(_picture, state)
        if number == self._number:
            self._overlays.show_before(PlacedImage(image, QRectF(state.rect)))

    def _on_replaced(self) -> None:
        document = self._current.document
        self._opened = document.committed if document is not None else None
        self.release()


def _picture(state: DocumentSnapshot) -> QImage:
    """Tile by tile, so that the window stays alive."""
    step = 1
    while state.width * state.height > LARGEST_SHOWN * step * step:
        step *= 2
    width, height = -(-state.width // step), -(-state.height // step)
    pixels = np.zeros((height, width, 4), np.uint8)
    for key in keys_over(state.rect):
        area = tile_rect(key).intersected(state.rect)
        part = pixels_of(flatten(state, area))[::step, ::step]
        place = tile_rect(key)
        place.setRect(place.x() // step, place.y() // step, part.shape[1], part.shape[0])
        pixels[slices(place)] = part
    return image_of(pixels)
