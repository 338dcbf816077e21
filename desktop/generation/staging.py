"""Finished pictures beside the canvas, until each is taken or dropped."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from desktop.generation.jobs import Candidate, Job, Settlement
from desktop.generation.queue import JobQueue
from desktop.generation.sending import JobSender
from desktop.generation.store import JobStore
from shared.contracts.errors import PentimentoError
from shared.contracts.generation import Inpaint, Outpaint, Placement
from shared.imaging.blob_folder import BlobFolder


class Staging(QObject):
    """`candidates` in the order in which they were finished; `current` is the one shown on the canvas."""

    candidates_changed = Signal(object)
    current_changed = Signal(object)
    taken = Signal(object)
    failed = Signal(object)
    split_changed = Signal(object)
    """How much of the shown result's width is covered by the picture as it is, 0 to 1; None compares nothing."""

    def __init__(
        self,
        *,
        store: JobStore,
        queue: JobQueue,
        sender: JobSender,
        blobs: BlobFolder,
        new_seed: Callable[[], int],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._store = store
        self._queue = queue
        self._sender = sender
        self._blobs = blobs
        self._new_seed = new_seed
        self.candidates: tuple[Candidate, ...] = ()
        self.current: Candidate | None = None
        self.split: float | None = None
        self._unsubscribe = queue.candidate_staged.subscribe(self._arrived)

    async def load(self) -> None:
        """After a restart: what was neither taken nor dropped is here again."""
        self._set(await self._store.candidates())

    def show(self, candidate: Candidate) -> None:
        if candidate in self.candidates and candidate != self.current:
            self.current = candidate
            self.current_changed.emit(candidate)

    def step(self, by: int) -> None:
        """To the next or the previous one; the ends don't wrap."""
        if self.current is not None:
            place = self.candidates.index(self.current) + by
            self.show(self.candidates[min(max(place, 0), len(self.candidates) - 1)])

    def compare(self, split: float | None) -> None:
        """Show the picture as it is on the left of the line, the result on its right; None: the result alone."""
        if split != self.split:
            self.split = split
            self.split_changed.emit(split)

    async def take(self, candidate: Candidate | None = None) -> None:
        """The canvas gets it through `taken` before it leaves the strip, so that a kill between loses nothing."""
        candidate = candidate or self.current
        if candidate is not None and candidate in self.candidates:
            self.taken.emit(candidate)
            await self._settle((candidate,), "taken")

    async def drop(self, candidate: Candidate | None = None) -> None:
        """It stays in the library."""
        candidate = candidate or self.current
        if candidate is not None:
            await self._settle((candidate,), "dropped")

    async def drop_all(self) -> None:
        await self._settle(self.candidates, "dropped")

    async def again(self, candidate: Candidate | None = None) -> None:
        """The same request once more, with a new seed, at the place where it ran."""
        candidate = candidate or self.current
        if candidate is None:
            return
        request = candidate.recipe.request.model_copy(update={"seed": self._new_seed()})
        job = self._job_of(candidate)
        try:
            await self._sender.send(
                request,
                choice=job.place if job is not None else "local",
                document_id=candidate.document_id,
                placement=self._place_of(candidate),
            )
        except PentimentoError as error:
            self.failed.emit(error.report)

    def _place_of(self, candidate: Candidate) -> Placement:
        """Where the request lay, which its result may do only in part."""
        job = self._job_of(candidate)
        if job is not None:
            return job.placement
        # An inpainting's request has the whole document's size; every other request that of its results.
        repaints = isinstance(candidate.recipe.request, Inpaint | Outpaint)
        return Placement() if repaints else candidate.placement

    def _job_of(self, candidate: Candidate) -> Job | None:
        return next((job for job in self._queue.jobs if job.id == candidate.job_id), None)

    def file_of(self, candidate: Candidate) -> Path:
        return self._blobs.path(candidate.blob)

    def close(self) -> None:
        self._unsubscribe()

    async def _settle(self, candidates: tuple[Candidate, ...], settlement: Settlement) -> None:
        try:
            for candidate in candidates:
                await self._store.settle(candidate, settlement)
        except PentimentoError as error:
            self.failed.emit(error.report)
        gone = {_key(candidate) for candidate in candidates}
        self._set(tuple(left for left in self.candidates if _key(left) not in gone))

    def _arrived(self, candidate: Candidate) -> None:
        self._set((*self.candidates, candidate))

    def _set(self, candidates: tuple[Candidate, ...]) -> None:
        if candidates == self.candidates:
            return
        before, self.candidates = self.candidates, candidates
        self.candidates_changed.emit(candidates)
        if self.current not in candidates:
            place = before.index(self.current) if self.current in before else 0
            self.current = candidates[min(place, len(candidates) - 1)] if candidates else None
            self.current_changed.emit(self.current)


def _key(candidate: Candidate) -> tuple[str, int]:
    return (candidate.job_id, candidate.index)
