"""Fills, gradients and shapes: shown while they are drawn, made on a thread, laid on the layer as one step."""

import asyncio
from collections.abc import Callable
from math import floor

import cv2
import numpy as np
from PySide6.QtCore import QObject, QPoint, QPointF, QRect, QRectF, QSize, Signal
from PySide6.QtGui import QImage

from desktop.canvas.document import Document
from desktop.canvas.fills import ColourFill, find_area
from desktop.canvas.gradients import Gradient, GradientColours, GradientPaint, stops_of
from desktop.canvas.history import DocumentSnapshot
from desktop.canvas.layers import LayerSnapshot
from desktop.canvas.laying import limit
from desktop.canvas.pouring import Paint, lay_tiles, poured
from desktop.canvas.selection import Selection
from desktop.canvas.shapes import ShapePaint, shape_path
from desktop.canvas.tiles import TileKey
from desktop.canvas.viewmodels.current import CurrentDocument
from desktop.canvas.viewmodels.overlays import Overlays
from desktop.canvas.viewmodels.tools import ToolsViewModel
from desktop.canvas.viewmodels.working import Working
from desktop.canvas.work import Work, WorkCancelledError
from desktop.widgets.tasks import TaskOwner
from desktop.widgets.translations import tr
from shared.contracts.errors import PentimentoError

LONGEST_PREVIEW = 256
"""Pixels of the longer side of a gradient's preview, so that it follows the hand."""

MakePaint = Callable[[DocumentSnapshot, str], Paint | None]


class Pouring(QObject):
    busy_changed = Signal()

    def __init__(
        self,
        *,
        current: CurrentDocument,
        tools: ToolsViewModel,
        overlays: Overlays,
        working: Working,
        tasks: TaskOwner,
        new_seed: Callable[[], int],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._current = current
        self._tools = tools
        self._overlays = overlays
        self._working = working
        self._tasks = tasks
        self._new_seed = new_seed
        self._busy = 0
        self._last: asyncio.Task[None] | None = None
        self._small: tuple[Selection, Selection] | None = None

    @property
    def busy(self) -> bool:
        """Whether something is still being made."""
        return self._busy > 0

    def fill(self, point: QPointF) -> None:
        options, colour = self._tools.fill, self._tools.foreground
        at = QPoint(floor(point.x()), floor(point.y()))

        def make(snapshot: DocumentSnapshot, layer_id: str) -> Paint | None:
            area = find_area(snapshot, layer_id, at, options)
            return ColourFill(cover=area, colour=colour) if area is not None else None

        self._start("Fill", make)

    def show_gradient(self, start: QPointF, end: QPointF) -> None:
        document = self._current.painted_document
        if document is not None and self._current.painted_layer() is not None:
            paint = self._gradient(start, end, seed=0)
            if paint is not None:
                preview = paint.preview(LONGEST_PREVIEW)
                if document.selection is not None:
                    limit(preview, preview.rect(), self._small_selection(document.selection, preview.size()))
                self._overlays.show_draft(preview, QRectF(document.rect))

    def _small_selection(self, selection: Selection, size: QSize) -> Selection:
        """As large as a preview; made once, as every move of the hand asks for it."""
        known = self._small
        if known is None or known[0] is not selection or known[1].full_mask().shape[::-1] != size.toTuple():
            small = cv2.resize(selection.full_mask(), size.toTuple(), interpolation=cv2.INTER_AREA)
            mask = np.asarray(small, np.uint8)
            known = self._small = (
                selection,
                Selection(width=size.width(), height=size.height(), bounds=QRect(QPoint(), size), mask=mask),
            )
        return known[1]

    def pour_gradient(self, start: QPointF, end: QPointF) -> None:
        paint = self._gradient(start, end, seed=self._new_seed())
        if paint is not None:
            self._start("Gradient", lambda _snapshot, _layer_id: paint)

    def _gradient(self, start: QPointF, end: QPointF, *, seed: int) -> GradientPaint | None:
        document = self._current.document
        if document is None:
            return None
        tools = self._tools
        # Of what is painted on a quick mask only the opacity counts.
        colours = GradientColours.TO_TRANSPARENT if self._current.has_stand_in else tools.gradient.colours
        stops = stops_of(colours, tools.foreground, tools.background)
        if tools.gradient.reverse:
            stops = tuple((1.0 - place, colour) for place, colour in reversed(stops))
        gradient = Gradient(tools.gradient.kind, stops, start, end)
        return GradientPaint(gradient=gradient, rect=document.rect, seed=seed)

    def show_shape(self, start: QPointF, end: QPointF, *, even: bool, from_middle: bool) -> None:
        if self._current.painted_layer() is not None:
            self._overlays.show_draft_shape(self._shape(start, end, even=even, from_middle=from_middle))

    def pour_shape(self, start: QPointF, end: QPointF, *, even: bool, from_middle: bool) -> None:
        paint = self._shape(start, end, even=even, from_middle=from_middle)
        self._start("Shape", lambda _snapshot, _layer_id: paint)

    def _shape(self, start: QPointF, end: QPointF, *, even: bool, from_middle: bool) -> ShapePaint:
        options = self._tools.shape
        path = shape_path(options, start, end, even=even, from_middle=from_middle)
        return ShapePaint.of(options, path, self._tools.foreground, self._tools.background)

    def clear_draft(self) -> None:
        self._overlays.clear_draft()

    def _start(self, label: str, make: MakePaint) -> None:
        """Raises at once what can be known at once: a hidden or a locked layer."""
        document, layer_id = self._current.painted_document, self._current.painted_layer()
        if document is None or layer_id is None:
            return
        document.unlocked_layer(layer_id)
        self._busy += 1
        self.busy_changed.emit()
        self._last = self._tasks.start(self._pour(self._last, document, layer_id, label, make))
        self._last.add_done_callback(lambda _task: self._ended())

    def _ended(self) -> None:
        self._busy -= 1
        self._overlays.clear_draft()
        self.busy_changed.emit()

    async def _pour(
        self,
        former: "asyncio.Task[None] | None",
        document: Document,
        layer_id: str,
        label: str,
        make: MakePaint,
    ) -> None:
        """After what was asked for before, so that two fills lie over each other in their order."""
        if former is not None:
            await asyncio.wait([former])
        try:
            with self._working.begin(tr(label)) as work:
                await self._made_and_laid(document, layer_id, label, make, work)
        except WorkCancelledError:
            """The picture is as it was."""
        except PentimentoError as error:
            self._current.error_raised.emit(error.report)

    async def _made_and_laid(
        self, document: Document, layer_id: str, label: str, make: MakePaint, work: Work
    ) -> None:
        """Starts anew if the layer was painted on meanwhile."""
        on_mask = self._current.on_mask and document is self._current.document
        while document is self._current.painted_document:
            await document.between_steps()
            layer = document.unlocked_layer(layer_id).freeze()
            state = document.committed
            tiles = await asyncio.to_thread(_made, make, state, layer, on_mask=on_mask, work=work)
            work.check()
            if self._current.painted_document is not document:
                return
            await document.between_steps()
            if document.unlocked_layer(layer_id).freeze() is layer:
                lay_tiles(document, layer_id, tiles, label, on_mask=on_mask)
                return


def _made(
    make: MakePaint, snapshot: DocumentSnapshot, layer: LayerSnapshot, *, on_mask: bool, work: Work
) -> dict[TileKey, QImage]:
    paint = make(snapshot, layer.id)
    work.check()
    if paint is None:
        return {}
    return poured(
        layer, paint, rect=snapshot.rect, selection=snapshot.selection, on_mask=on_mask, progress=work.tell
    )
