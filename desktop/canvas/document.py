"""The open document: everything that can be done to it, each as one undo step."""

from collections.abc import Callable

from desktop.canvas.changes import DocumentChange, Observer
from desktop.canvas.document_state import HISTORY_BYTES
from desktop.canvas.history import DocumentSnapshot, UndoSpool
from desktop.canvas.layer_commands import LayerCommands
from desktop.canvas.mask_commands import MaskCommands
from desktop.canvas.page_commands import PageCommands
from desktop.canvas.transactions import Transaction
from desktop.canvas.tree_commands import TreeCommands

__all__ = ["Document", "DocumentChange", "Observer", "Transaction"]


class Document(LayerCommands, TreeCommands, MaskCommands, PageCommands):
    """Layers of one size, bottom to top. Used from the thread of the UI only; `snapshot()` is for the others.

    Every change happens in a transaction and becomes one undo step. A method that changes something opens
    its own when none is open, so that one call is one step; inside `with document.transaction("Label"):`
    all calls make one step together. Errors: LayerNotFoundError, LayerLockedError, DocumentBusyError.
    """

    @classmethod
    def from_snapshot(
        cls,
        snapshot: DocumentSnapshot,
        *,
        new_id: Callable[[], str],
        history_bytes: int = HISTORY_BYTES,
        spool: UndoSpool | None = None,
    ) -> "Document":
        document = cls(
            width=snapshot.width,
            height=snapshot.height,
            new_id=new_id,
            history_bytes=history_bytes,
            spool=spool,
        )
        document._restore(snapshot)
        document._committed = document.snapshot()
        return document
