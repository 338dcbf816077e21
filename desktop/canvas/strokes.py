"""A stroke from the pen's first touch to its lifting, live on the layer."""

from random import Random

from PySide6.QtCore import QPointF, QRect

from desktop.canvas.brushes.brush import Brush, Effect
from desktop.canvas.brushes.pen import PenSample, Rounding, Steadying
from desktop.canvas.brushes.placing import Placing, Touch
from desktop.canvas.brushes.style import Marks, StrokeStyle
from desktop.canvas.dabs import DabCache
from desktop.canvas.document import Document
from desktop.canvas.layers import Origin
from desktop.canvas.laying import InkOnLayer
from desktop.canvas.smudging import Smudging
from desktop.canvas.surfaces import surface_of

__all__ = ["Brush", "Stroke", "StrokeStyle"]

LABELS = {Effect.PAINT: "Brush stroke", Effect.ERASE: "Erase", Effect.SMUDGE: "Smudge"}


class Stroke:
    """Opens a transaction at once; LayerLockedError or DocumentBusyError if it can't. End it with finish or cancel."""

    def __init__(
        self,
        *,
        document: Document,
        layer_id: str,
        style: StrokeStyle,
        dabs: DabCache,
        on_mask: bool = False,
    ) -> None:
        """`on_mask`: on the layer's mask, where it has one."""
        self._layer = document.unlocked_layer(layer_id) if on_mask else document.paintable_layer(layer_id)
        surface = surface_of(self._layer, on_mask=on_mask)
        self._is_mask = surface.is_mask
        self._document = document
        self._brush = style.brush
        self._steadying = Steadying.of(style.brush)
        self._rounding = Rounding()
        self._placing = Placing(brush=style.brush, random=Random(style.seed))
        self._transaction = document.transaction(LABELS[style.brush.effect])
        make = Smudging if style.brush.effect is Effect.SMUDGE else InkOnLayer
        self._marks: Marks = make(
            surface=surface, rect=document.rect, selection=document.selection, style=style, dabs=dabs
        )

    def add(
        self, point: QPointF, pressure: float = 1.0, *, tilt: float = 0.0, direction: float = 0.0
    ) -> QRect:
        """Go on to `point` (document coordinates); paints, tells the document, gives what became dirty."""
        sample = PenSample(point.x(), point.y(), min(max(pressure, 0.0), 1.0), tilt, direction)
        steady = self._steadying.add(sample)
        if steady is None:
            return QRect()
        return self._paint(self._placing.follow(self._rounding.add(steady)))

    def draw_line(self, start: QPointF, end: QPointF, pressure: float = 1.0) -> QRect:
        """A straight line, however the brush smooths the hand's way. The stroke goes on from its end."""
        self._rounding = Rounding()
        first, last = (PenSample(point.x(), point.y(), pressure) for point in (start, end))
        self._rounding.add(last)
        self._steadying = Steadying.of(self._brush)
        self._steadying.add(last)
        return self._paint(self._placing.follow([first, last]))

    def finish(self) -> None:
        """Bring the stroke to where the pen was lifted and make it one undo step."""
        rest = self._steadying.finish()
        way = self._rounding.add(rest) if rest is not None else []
        touches = self._placing.follow([*way, *self._rounding.finish()])
        self._paint([*touches, *self._placing.finish()])
        self._transaction.commit()

    def cancel(self) -> None:
        """Take it back wholly."""
        self._transaction.rollback()

    def _paint(self, touches: list[Touch]) -> QRect:
        areas = self._marks.lay(touches)
        whole = QRect()
        if not areas:
            return whole
        adds = self._brush.effect is not Effect.ERASE and not self._is_mask
        if adds and self._layer.origin is Origin.GENERATED:
            self._layer.change(origin=Origin.MIXED)
        if self._layer.properties.text is not None and not self._is_mask:
            self._layer.change(text=None)
        for area in areas:
            self._document.pixels_changed(self._layer, area)
            whole = whole.united(area)
        return whole
