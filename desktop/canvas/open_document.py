"""A document that is open in the app: with its file, its autosave and whether there is something to save."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from desktop.canvas.autosave import Autosave
from desktop.canvas.document import Document, DocumentChange
from desktop.canvas.formats.ora import Note
from desktop.canvas.history import DocumentSnapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Recoverable:
    """A document that was open when the app ended, whatever ended it."""

    id: str
    title: str
    file: Path | None
    updated_at: datetime
    modified: bool


class OpenDocument:
    """Made by `CanvasService` alone."""

    def __init__(
        self,
        *,
        document_id: str,
        document: Document,
        title: str,
        file: Path | None,
        autosave: Autosave,
        saved: DocumentSnapshot | None,
        notes: tuple[Note, ...] = (),
    ) -> None:
        """`saved` is what `file` holds, or what a document without a file began as; None where nothing does."""
        self.id = document_id
        self.document = document
        self.title = title
        self.file = file
        self.autosave = autosave
        self.notes = notes
        self._saved = saved
        self._unsubscribe: Callable[[], None] = document.subscribe(self._changed)

    @property
    def modified(self) -> bool:
        """Whether closing would lose something that the artist did. False again after undo to what was saved."""
        return self._saved is None or self._saved.layers != self.document.committed.layers

    def was_saved(self, snapshot: DocumentSnapshot, file: Path) -> None:
        self._saved = snapshot
        self.file = file
        self.title = file.stem
        self._describe()

    def detach(self) -> None:
        """Stop watching the document."""
        self._unsubscribe()

    def _changed(self, change: DocumentChange) -> None:
        if change.history:
            self._describe()

    def _describe(self) -> None:
        self.autosave.describe(title=self.title, file=self.file, modified=self.modified)
