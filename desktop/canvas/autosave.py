"""Keeps a document's journal up to date while the artist paints, in a thread of its own."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

from desktop.canvas.document import Document, DocumentChange
from desktop.canvas.history import DocumentSnapshot
from desktop.canvas.journal import SMALLEST_TO_COMPACT, JournalWriter, Manifest, remove_journal
from shared.contracts.errors import PentimentoError

FailureCallback = Callable[[PentimentoError], None]


class Autosave:
    """Writes every committed step; steps that come faster than the disk takes them are written as one.

    Make it in the event loop of the UI: failures are told there.
    """

    def __init__(
        self,
        *,
        document: Document,
        folder: Path,
        title: str,
        file: Path | None,
        modified: bool,
        clock: Callable[[], datetime],
        compact_above: int = SMALLEST_TO_COMPACT,
    ) -> None:
        self._document = document
        self._folder = folder
        self._clock = clock
        self._writer = JournalWriter(folder=folder, smallest_to_compact=compact_above)
        self._manifest = Manifest(log="", title=title, file=file, modified=modified, updated_at=clock())
        self._loop = asyncio.get_running_loop()
        self._failed: list[FailureCallback] = []
        self._lock = threading.Lock()
        self._pending: DocumentSnapshot | None = None
        self._error: PentimentoError | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="autosave")
        self._unsubscribe = document.subscribe(self._changed)
        self._keep(document.committed)

    @property
    def folder(self) -> Path:
        return self._folder

    def on_failure(self, callback: FailureCallback) -> None:
        """Called in the event loop when the disk refuses; the next step tries again with all that is missing."""
        self._failed.append(callback)

    async def flush(self) -> None:
        """Wait until every step committed so far is on the disk; raises StorageError if it could not be written."""
        if self._error is not None and self._pending is None:
            self._keep(self._document.committed)
        await asyncio.wrap_future(self._thread.submit(_nothing))
        if self._error is not None:
            raise self._error

    def describe(self, *, title: str, file: Path | None, modified: bool) -> None:
        """Note where the document was saved, and whether that file holds all of it."""
        described = {"title": title, "file": file, "modified": modified}
        if any(getattr(self._manifest, name) != value for name, value in described.items()):
            manifest = self._manifest.model_copy(update={**described, "updated_at": self._clock()})
            self._manifest = manifest
            self._submit(lambda: self._write_manifest(manifest))

    async def close(self, *, discard: bool) -> None:
        """Write what is left, end the thread and, with `discard`, throw the journal away."""
        self._unsubscribe()
        ending: Future[None] = self._thread.submit(self._end, discard=discard)
        try:
            await asyncio.wrap_future(ending)
        finally:
            self._thread.shutdown(wait=False)

    def _changed(self, change: DocumentChange) -> None:
        if change.history:
            self._keep(self._document.committed)

    def _keep(self, snapshot: DocumentSnapshot) -> None:
        with self._lock:
            waiting = self._pending is not None
            self._pending = snapshot
        if not waiting:
            self._submit(self._write_pending)

    def _write_pending(self) -> None:
        with self._lock:
            snapshot, self._pending = self._pending, None
        if snapshot is None:
            return
        try:
            self._writer.append(snapshot, self._manifest)
        except PentimentoError as error:
            self._error = error
            self._loop.call_soon_threadsafe(self._tell, error)
        else:
            self._error = None

    def _write_manifest(self, manifest: Manifest) -> None:
        try:
            self._writer.describe(manifest)
        except PentimentoError as error:
            self._loop.call_soon_threadsafe(self._tell, error)

    def _submit(self, work: Callable[[], None]) -> None:
        self._thread.submit(work).add_done_callback(self._watch)

    def _watch(self, future: "Future[None]") -> None:
        """A mistake of ours must not vanish in a thread: the loop's handler of exceptions gets it."""
        error = future.exception()
        if error is not None:
            self._loop.call_soon_threadsafe(_raise, error)

    def _tell(self, error: PentimentoError) -> None:
        for callback in tuple(self._failed):
            callback(error)

    def _end(self, *, discard: bool) -> None:
        self._writer.close()
        if discard:
            remove_journal(self._folder)


def _raise(error: BaseException) -> None:
    raise error


def _nothing() -> None:
    """A place in the thread's queue: when it is reached, all before it is done."""
