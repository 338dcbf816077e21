"""One undo step in the making."""

from typing import Protocol, Self

from desktop.canvas.history import DocumentSnapshot


class Transacted(Protocol):
    def close_transaction(self, transaction: "Transaction", *, keep: bool) -> None: ...


class Transaction:
    """One step in the making. Leaving its `with` block by an error takes everything back."""

    def __init__(self, *, document: Transacted, label: str, before: DocumentSnapshot) -> None:
        self.label = label
        self.before = before
        self._document = document
        self._open = True

    def commit(self) -> None:
        """Make it one undo step; nothing at all if nothing was changed. A second call does nothing."""
        if self._open:
            self._open = False
            self._document.close_transaction(self, keep=True)

    def rollback(self) -> None:
        """Put everything back as it was before. Does nothing after a commit."""
        if self._open:
            self._open = False
            self._document.close_transaction(self, keep=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_details: object) -> None:
        if kind is None:
            self.commit()
        else:
            self.rollback()
