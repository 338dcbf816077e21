"""The move tool's hand: the chosen layers as they are, or what is selected on them."""

from PySide6.QtCore import QPointF, QRectF

from desktop.canvas.moving import LayerMove
from desktop.canvas.tools.moving import Movement
from desktop.canvas.viewmodels.aids import Aids
from desktop.canvas.viewmodels.current import CurrentDocument
from desktop.canvas.viewmodels.layers import LayersViewModel
from desktop.canvas.viewmodels.transforming import Transforming

LABEL = "Move selected pixels"


class Moving:
    def __init__(
        self, *, current: CurrentDocument, layers: LayersViewModel, transforming: Transforming, aids: Aids
    ) -> None:
        self._current = current
        self._layers = layers
        self._transforming = transforming
        self._aids = aids

    def begin_move(self) -> Movement | None:
        """Raises where nothing may be moved."""
        document = self._current.document
        if document is None or self._current.layer_to_move() is None:
            return None
        if document.selection is not None:
            return _PixelMove(self._transforming)
        return LayerMove(document=document, layer_ids=self._ids)

    def bounds(self) -> QRectF | None:
        """Of what would be moved; None as long as nobody has measured it."""
        document = self._current.document
        if document is None:
            return None
        rect = self._aids.bounds_of(self._ids)
        if document.selection is not None:
            rect = rect.intersected(document.selection.bounds)
        return QRectF(rect) if not rect.isEmpty() else None

    def snapped_rect(self, rect: QRectF) -> QPointF:
        """By how much to move it further; what is moved itself does not attract."""
        return self._aids.snapped_rect(rect, without=self._ids)

    @property
    def _ids(self) -> frozenset[str]:
        return frozenset(layer.id for layer in self._layers.chosen)


class _PixelMove:
    """A transformation that only shifts; what comes before the pixels are taken up is caught up with."""

    def __init__(self, transforming: Transforming) -> None:
        self._transforming = transforming
        transforming.take_up(LABEL)

    def to(self, dx: int, dy: int) -> None:
        self._transforming.shift(QPointF(dx, dy))

    def finish(self) -> None:
        self._transforming.accept()

    def cancel(self) -> None:
        self._transforming.give_up()
