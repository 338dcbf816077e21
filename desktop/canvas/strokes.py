"""The brush: a stroke from the pen's first touch to its lifting, live on the layer."""

import math
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from desktop.canvas.dabs import DabCache, rounded_diameter
from desktop.canvas.document import Document
from desktop.canvas.layers import Origin
from desktop.canvas.tiles import TILE_SIDE, TileKey, keys_over, new_image, tile_rect

CLOSEST_DABS = 0.5
"""Pixels; nearer ones cost time and show nothing."""

Mode = QPainter.CompositionMode
Dab = tuple[QPoint, QImage, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Brush:
    """A round tip. `size` is its diameter in pixels (1 to 2000); the rest is 0 to 1.

    Flow builds up inside a stroke; opacity caps the stroke as a whole. `spacing` is a part of the size.
    """

    size: float = 24.0
    hardness: float = 0.8
    opacity: float = 1.0
    flow: float = 1.0
    spacing: float = 0.12
    pressure_size: bool = True
    pressure_opacity: bool = False
    eraser: bool = False


class Stroke:
    """Opens a transaction at once; LayerLockedError or DocumentBusyError if it can't. End it with finish or cancel.

    Dabs gather in a buffer of the stroke's own; what the layer shows is always the layer as it was before,
    with that buffer laid over it once, so an event costs only the pixels that it touched.
    """

    def __init__(
        self, *, document: Document, layer_id: str, brush: Brush, colour: QColor, dabs: DabCache
    ) -> None:
        self._layer = document.unlocked_layer(layer_id)
        self._document = document
        self._brush = brush
        self._colour = QColor(colour)
        self._dabs = dabs
        self._transaction = document.transaction("Erase" if brush.eraser else "Brush stroke")
        self._before = self._layer.tiles.freeze()
        self._buffer: dict[TileKey, QImage] = {}
        self._last: tuple[QPointF, float] | None = None
        self._to_next_dab = 0.0
        self._limit = document.rect.translated(-self._layer.offset)
        if document.selection is not None:
            self._limit &= document.selection.bounds.translated(-self._layer.offset)

    def add(self, point: QPointF, pressure: float = 1.0) -> QRect:
        """Go on to `point` (document coordinates); paints, tells the document, gives what became dirty."""
        point = point - QPointF(self._layer.offset)
        dirty = self._paint_dabs(self._dabs_to(point, min(max(pressure, 0.0), 1.0)))
        whole = QRect()
        for key, rect in dirty.items():
            self._show(key, rect)
            whole = whole.united(rect)
        if whole.isEmpty():
            return whole
        if self._layer.origin is Origin.GENERATED and not self._brush.eraser:
            self._layer.change(origin=Origin.MIXED)
        whole.translate(self._layer.offset)
        self._document.pixels_changed(self._layer, whole)
        return whole

    def finish(self) -> None:
        """Make the stroke one undo step."""
        self._transaction.commit()

    def cancel(self) -> None:
        """Take it back wholly."""
        self._transaction.rollback()

    def _dabs_to(self, point: QPointF, pressure: float) -> list[Dab]:
        if self._last is None:
            self._last = (point, pressure)
            self._to_next_dab = self._step(pressure)
            return [self._dab(point, pressure)]
        start, start_pressure = self._last
        way = point - start
        length = math.hypot(way.x(), way.y())
        self._last = (point, pressure)
        found: list[Dab] = []
        done = self._to_next_dab
        while done <= length and length > 0:
            part = done / length
            here = start_pressure + (pressure - start_pressure) * part
            found.append(self._dab(start + way * part, here))
            done += self._step(here)
        self._to_next_dab = done - length
        return found

    def _diameter(self, pressure: float) -> float:
        if pressure == 1.0 or not self._brush.pressure_size:
            return max(1.0, self._brush.size)
        return rounded_diameter(self._brush.size * pressure)

    def _step(self, pressure: float) -> float:
        return max(CLOSEST_DABS, self._diameter(pressure) * self._brush.spacing)

    def _dab(self, centre: QPointF, pressure: float) -> Dab:
        corner, image = self._dabs.place(centre, self._diameter(pressure), self._brush.hardness, self._colour)
        return corner, image, self._brush.flow * (pressure if self._brush.pressure_opacity else 1.0)

    def _paint_dabs(self, dabs: list[Dab]) -> dict[TileKey, QRect]:
        """Gather dabs in the buffer; the touched part of each tile, in the layer's own coordinates."""
        by_tile: dict[TileKey, list[Dab]] = {}
        dirty: dict[TileKey, QRect] = {}
        for dab in dabs:
            area = QRect(dab[0], dab[1].size()).intersected(self._limit)
            for key in keys_over(area):
                by_tile.setdefault(key, []).append(dab)
                dirty[key] = dirty.get(key, QRect()).united(area.intersected(tile_rect(key)))
        for key, tile_dabs in by_tile.items():
            if key not in self._buffer:
                self._buffer[key] = new_image(TILE_SIDE, TILE_SIDE)
            origin = tile_rect(key).topLeft()
            painter = QPainter(self._buffer[key])
            for corner, image, alpha in tile_dabs:
                painter.setOpacity(alpha)
                painter.drawImage(corner - origin, image)
            painter.end()
        return dirty

    def _show(self, key: TileKey, rect: QRect) -> None:
        """Lay the buffer over the layer as it was before, inside `rect`."""
        origin = tile_rect(key).topLeft()
        inner = rect.translated(-origin)
        before = self._before.get(key)
        ink, source = self._inside_selection(key, rect, inner)
        painter = QPainter(self._layer.tiles.writable(key))
        painter.setCompositionMode(Mode.CompositionMode_Source)
        if before is None:
            painter.fillRect(inner, Qt.GlobalColor.transparent)
        else:
            painter.drawImage(inner.topLeft(), before, inner)
        eraser = self._brush.eraser
        painter.setCompositionMode(
            Mode.CompositionMode_DestinationOut if eraser else Mode.CompositionMode_SourceOver
        )
        painter.setOpacity(self._brush.opacity)
        painter.drawImage(inner.topLeft(), ink, source)
        painter.end()

    def _inside_selection(self, key: TileKey, rect: QRect, inner: QRect) -> tuple[QImage, QRect]:
        """The buffer's part limited by the selection's softness: a picture, and which part of it to draw."""
        selection = self._document.selection
        if selection is None:
            return self._buffer[key], inner
        ink = self._buffer[key].copy(inner)
        painter = QPainter(ink)
        painter.setCompositionMode(Mode.CompositionMode_DestinationIn)
        on_mask = rect.translated(self._layer.offset - selection.bounds.topLeft())
        painter.drawImage(QPoint(0, 0), selection.alpha, on_mask)
        painter.end()
        return ink, ink.rect()
