"""Rulers, guides, snapping and the grid of pixels: what is shown, what attracts, and the guide that is dragged."""

import asyncio
from collections.abc import Collection, Iterable
from enum import StrEnum

from PySide6.QtCore import QObject, QPointF, QRect, QRectF, Qt, Signal

from desktop.canvas.document import Document
from desktop.canvas.history import Guides
from desktop.canvas.layer_tree import with_descendants
from desktop.canvas.layers import LayerSnapshot
from desktop.canvas.navigation import Navigation
from desktop.canvas.snapping import SnapLines, lines_of
from desktop.canvas.tiles import TileMap, content_bounds
from desktop.canvas.transactions import Transaction
from desktop.canvas.viewmodels.current import CurrentDocument
from desktop.widgets.tasks import TaskOwner

REACH = 8.0
"""Logical pixels of the view from which a line attracts."""
GRIP = 5.0
"""Logical pixels of the view beside a guide that take hold of it."""


class Aid(StrEnum):
    RULERS = "rulers"
    GUIDES = "guides"
    SNAPPING = "snapping"
    PIXEL_GRID = "pixel_grid"


class GuideDrag:
    """One guide in hand, new or taken up; dropped outside the page it is gone. One step."""

    def __init__(self, *, document: Document, orientation: Qt.Orientation, position: float | None) -> None:
        self._document = document
        self._vertical = orientation == Qt.Orientation.Vertical
        self._transaction: Transaction = document.transaction("Move guides")
        lines = document.guides.vertical if self._vertical else document.guides.horizontal
        self._rest = tuple(line for line in lines if line != position)

    def to(self, position: float) -> None:
        self._put(position)

    def finish(self, position: float) -> None:
        length = self._document.width if self._vertical else self._document.height
        self._put(position if 0 <= position <= length else None)
        self._transaction.commit()

    def cancel(self) -> None:
        self._transaction.rollback()

    def _put(self, position: float | None) -> None:
        lines = self._rest if position is None else (*self._rest, position)
        guides, kept = self._document.guides, tuple(sorted(set(lines)))
        if self._vertical:
            self._document.set_guides(Guides(vertical=kept, horizontal=guides.horizontal))
        else:
            self._document.set_guides(Guides(vertical=guides.vertical, horizontal=kept))


class Aids(QObject):
    changed = Signal()
    """What is shown differs."""

    def __init__(
        self,
        *,
        current: CurrentDocument,
        navigation: Navigation,
        tasks: TaskOwner,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._current = current
        self._navigation = navigation
        self._tasks = tasks
        self._on = {Aid.GUIDES, Aid.SNAPPING, Aid.PIXEL_GRID}
        self._bounds: dict[str, tuple[TileMap, QRect]] = {}
        self._measuring = False
        current.document_replaced.connect(self._measure)
        current.history_changed.connect(self._measure)

    def is_on(self, aid: Aid) -> bool:
        return aid in self._on

    def toggle(self, aid: Aid) -> None:
        self._on ^= {aid}
        self.changed.emit()
        self._measure()

    def turn_on(self, aids: Iterable[Aid]) -> None:
        """These and no others."""
        self._on = set(aids)
        self.changed.emit()
        self._measure()

    # Guides

    @property
    def guides(self) -> Guides:
        document = self._current.document
        return document.guides if document is not None and self.is_on(Aid.GUIDES) else Guides()

    def guide_at(self, in_view: QPointF) -> tuple[Qt.Orientation, float] | None:
        """The guide under the pointer, by where it lies."""
        at, grip = self._navigation.to_document(in_view), self._to_document_length(GRIP)
        for x in self.guides.vertical:
            if abs(x - at.x()) <= grip:
                return Qt.Orientation.Vertical, x
        for y in self.guides.horizontal:
            if abs(y - at.y()) <= grip:
                return Qt.Orientation.Horizontal, y
        return None

    def take_guide(self, orientation: Qt.Orientation, position: float | None = None) -> GuideDrag | None:
        """The guide at `position`, or a new one."""
        document = self._current.document
        if document is None:
            return None
        self._on.add(Aid.GUIDES)
        return GuideDrag(document=document, orientation=orientation, position=position)

    def clear_guides(self) -> None:
        document = self._current.document
        if document is not None:
            self._current.attempt(lambda: document.set_guides(Guides(), "Clear guides"))

    # Snapping

    def snapped(self, point: QPointF) -> QPointF:
        if not self.is_on(Aid.SNAPPING):
            return point
        return self.lines().point(point, self._to_document_length(REACH))

    def snapped_rect(self, rect: QRectF, *, without: Collection[str] = ()) -> QPointF:
        """By how much to move a rectangle further; layers `without` which it is judged do not attract."""
        if not self.is_on(Aid.SNAPPING):
            return QPointF()
        return self.lines(without).way_of(rect, self._to_document_length(REACH))

    def bounds_of(self, layer_ids: Collection[str]) -> QRect:
        """All that these layers, and those in them, hold on the document, as far as it is measured."""
        document, rect = self._current.document, QRect()
        if document is not None:
            for layer in with_descendants(document.layers, set(layer_ids)):
                if layer.id in self._bounds:
                    rect = rect.united(self._bounds[layer.id][1].translated(layer.offset))
        return rect

    def snapped_guide(self, orientation: Qt.Orientation, position: float) -> float:
        """To the page, its middle and the layers, else to whole pixels."""
        document = self._current.document
        if document is None or not self.is_on(Aid.SNAPPING):
            return float(round(position))
        lines = lines_of(document.rect, Guides(), self._layer_bounds(document))
        reach = self._to_document_length(REACH)
        point = lines.point(QPointF(position, position), reach)
        return round(point.x() if orientation == Qt.Orientation.Vertical else point.y(), 1)

    def lines(self, without: Collection[str] = ()) -> SnapLines:
        document = self._current.document
        if document is None:
            return SnapLines()
        return lines_of(document.rect, self.guides, self._layer_bounds(document, without))

    def _layer_bounds(self, document: Document, without: Collection[str] = ()) -> list[QRect]:
        """Of layers that are shown but the active one and what is moved with it: they must not be held by themselves."""
        left_out = set(without) | ({document.active_id} if document.active_id is not None else set())
        moved = {layer.id for layer in with_descendants(document.layers, left_out)}
        return [
            self._bounds[layer.id][1].translated(layer.offset)
            for layer in document.layers
            if layer.id in self._bounds and layer.visible and layer.id not in moved
        ]

    def _to_document_length(self, logical: float) -> float:
        return logical * self._navigation.pixel_ratio / self._navigation.zoom

    def _measure(self) -> None:
        """What layers hold is read on a thread, and only of those that changed."""
        document = self._current.document
        if document is not None and self.is_on(Aid.SNAPPING) and not self._measuring:
            self._measuring = True
            self._tasks.start(self._measure_layers(document))

    async def _measure_layers(self, document: Document) -> None:
        try:
            stale = self._stale(document)
            while stale and document is self._current.document:
                layer = stale[0]
                bounds = await asyncio.to_thread(content_bounds, layer.tiles)
                self._bounds[layer.id] = (layer.tiles, bounds)
                stale = self._stale(document)
        finally:
            self._measuring = False

    def _stale(self, document: Document) -> list[LayerSnapshot]:
        layers = [layer for layer in document.committed.layers if layer.tiles]
        self._bounds = {layer.id: self._bounds[layer.id] for layer in layers if layer.id in self._bounds}
        return [
            layer
            for layer in layers
            if layer.id not in self._bounds or self._bounds[layer.id][0] is not layer.tiles
        ]
