"""Steps of undo and redo that memory has no room for, each in a file of its own in the document's folder.

A file holds what differs between the two states, as a record of the journal. It need not outlive the process, so
nothing is synced. Packing and reading are done on a thread; until a step is written, it stays in memory.
"""

import itertools
import shutil
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from desktop.canvas.formats.atomic import disk_errors
from desktop.canvas.history import DocumentSnapshot
from desktop.canvas.journal_records import encode_step
from desktop.canvas.undo_records import LoadedStep, apply_step, load_step
from shared.contracts.errors import StorageError
from shared.contracts.generation import BlobId

LARGEST_SPOOL = 16 * 1024**3


class FileSpool:
    """One folder, used by one document; what another session left there is thrown away."""

    def __init__(self, folder: Path, *, limit_bytes: int = LARGEST_SPOOL) -> None:
        self._folder = folder
        self._limit_bytes = limit_bytes
        self._numbers = itertools.count(1)
        self._bytes = 0
        self._failed = False
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="undo")
        self._cleared = False

    @property
    def is_full(self) -> bool:
        """Also where the disk refused a step."""
        return self._failed or self._bytes > self._limit_bytes

    def keep(
        self, label: str, *, base: DocumentSnapshot, target: DocumentSnapshot, own_bytes: int
    ) -> "FiledStep":
        step = FiledStep(
            spool=self,
            file=self._folder / f"{next(self._numbers)}.step",
            label=label,
            states=_States(base, target),
            own_bytes=own_bytes,
        )
        self._bytes += own_bytes
        self._thread.submit(self._write, step)
        return step

    def fetch(self, step: "FiledStep") -> "Future[LoadedStep]":
        return self._thread.submit(step.read)

    def forget(self, step: "FiledStep") -> None:
        self._bytes -= step.own_bytes
        self._thread.submit(step.file.unlink, missing_ok=True)

    def close(self) -> None:
        """Throw all steps away. Waits for the file in hand: not on the thread of the UI."""
        self._thread.shutdown(wait=True, cancel_futures=True)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _write(self, step: "FiledStep") -> None:
        try:
            self._clear()
            step.write()
        except OSError:
            # The step stays in memory; later ones are dropped as if there were no spool.
            self._failed = True

    def _clear(self) -> None:
        """Before the first step: an earlier session may have been killed."""
        if not self._cleared:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder.mkdir(parents=True)
            self._cleared = True


@dataclass(frozen=True, slots=True)
class _States:
    base: DocumentSnapshot
    target: DocumentSnapshot


class FiledStep:
    """Made by `FileSpool.keep`."""

    def __init__(self, *, spool: FileSpool, file: Path, label: str, states: _States, own_bytes: int) -> None:
        self.file = file
        self.own_bytes = own_bytes
        self._spool = spool
        self._label = label
        self._blobs = states.base.blobs | states.target.blobs
        self._states: _States | None = states
        self._loading: Future[LoadedStep] | None = None

    @property
    def label(self) -> str:
        return self._label

    @property
    def blobs(self) -> frozenset[BlobId]:
        return self._blobs

    def write(self) -> None:
        """In the spool's thread."""
        states = self._states
        if states is not None:
            with self.file.open("wb") as stream:
                stream.writelines(encode_step(states.base, states.target))
            self._states = None

    def read(self) -> LoadedStep:
        """In the spool's thread."""
        with disk_errors(self.file):
            loaded = load_step(self.file.read_bytes())
        if loaded is None:
            raise StorageError(
                "A step of the history could not be read back.",
                advice="Go on from here; no later step is lost.",
            )
        return loaded

    def fetch(self) -> None:
        if self._states is None and self._loading is None:
            self._loading = self._spool.fetch(self)

    def target_from(self, base: DocumentSnapshot) -> DocumentSnapshot:
        states = self._states
        if states is not None:
            return states.target
        loading = self._loading or self._spool.fetch(self)
        return apply_step(base, loading.result())

    def discard(self) -> None:
        self._states = None
        self._spool.forget(self)
