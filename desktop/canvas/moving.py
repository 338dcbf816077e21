"""Moving a layer's content by hand, seen live and kept as one step."""

from desktop.canvas.document import Document


class LayerMove:
    """Opens a transaction at once; LayerLockedError or DocumentBusyError if it can't."""

    def __init__(self, *, document: Document, layer_id: str) -> None:
        layer = document.movable_layer(layer_id)
        self._start = layer.offset
        self._layer_id = layer_id
        self._document = document
        self._transaction = document.transaction("Move layer")

    def to(self, dx: int, dy: int) -> None:
        """Show the content moved by this much from where it was at first, in pixels."""
        self._document.set_offset(self._layer_id, self._start.x() + dx, self._start.y() + dy)

    def finish(self) -> None:
        self._transaction.commit()

    def cancel(self) -> None:
        self._transaction.rollback()
