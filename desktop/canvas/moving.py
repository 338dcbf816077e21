"""Moving layers' content by hand, seen live and kept as one step."""

from collections.abc import Collection

from desktop.canvas.document import Document
from desktop.canvas.layer_tree import ancestors_of


class LayerMove:
    """Opens a transaction at once; LayerLockedError or DocumentBusyError if it can't. Groups take along what is in them."""

    def __init__(self, *, document: Document, layer_ids: Collection[str]) -> None:
        self._starts = {
            layer_id: document.movable_layer(layer_id).offset
            for layer_id in layer_ids
            if not any(above.id in layer_ids for above in ancestors_of(document.layers, layer_id))
        }
        self._document = document
        self._transaction = document.transaction("Move layer")

    def to(self, dx: int, dy: int) -> None:
        """Show the content moved by this much from where it was at first, in pixels."""
        for layer_id, start in self._starts.items():
            self._document.set_offset(layer_id, start.x() + dx, start.y() + dy)

    def finish(self) -> None:
        self._transaction.commit()

    def cancel(self) -> None:
        self._transaction.rollback()
