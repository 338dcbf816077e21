"""A request's way into the queue: its place is decided, its price is told, and in the cloud it may cost no more."""

import asyncio
from collections.abc import Callable

from desktop.generation.editor_state import PlaceChoice
from desktop.generation.jobs import Job
from desktop.generation.painters import OfferSource, Painters, is_cloud_only
from desktop.generation.places import Decision, Machine, Work, decide_place, only_in_the_cloud
from desktop.generation.queue import JobQueue
from desktop.generation.work import work_of_request
from shared.contracts.errors import PentimentoError
from shared.contracts.generation import BlobId, GenerationRequest, ModelReference, Placement
from shared.imaging.blob_folder import BlobFolder


class JobSender:
    """`memory` tells the machine's, in bytes."""

    def __init__(
        self,
        *,
        queue: JobQueue,
        painters: Painters,
        blobs: BlobFolder,
        offers: OfferSource,
        memory: Callable[[], int],
    ) -> None:
        self._queue = queue
        self._blobs = blobs
        self._memory = memory
        self.painters = painters
        self.offers = offers

    def decide(self, choice: PlaceChoice, work: Work, ceiling: int) -> Decision:
        return decide_place(
            choice, work, machine=self._machine(work), offer=self.offers.offer, ceiling=ceiling
        )

    async def send(
        self,
        request: GenerationRequest,
        *,
        choice: PlaceChoice,
        ceiling: int = 0,
        document_id: str = "",
        placement: Placement | None = None,
    ) -> Job:
        """Raises PentimentoError: why it can't run in the cloud, where that was chosen."""
        model = self.painters.find_like(request.model) if request.needs_painter else None
        if choice == "local":
            if model is not None and is_cloud_only(model):
                raise only_in_the_cloud(model)
            return await self._queue.add(request, document_id=document_id, placement=placement)
        size = await asyncio.to_thread(_size_of, self._blobs, request.source)
        decision = self.decide(choice, work_of_request(request, size, model), ceiling)
        if decision.problem is not None:
            raise PentimentoError.from_report(decision.problem)
        if decision.place == "cloud":
            changes: dict[str, object] = {"max_credits": decision.price}
            there = self.offers.offer.model_for(model) if model is not None else None
            if model is not None and there is not None:
                # Called there as the cloud calls it; here it may have another id on each machine.
                changes["model"] = ModelReference(id=there.name, name=model.name, sha256=model.sha256)
            request = request.model_copy(update=changes)
        return await self._queue.add(
            request,
            document_id=document_id,
            placement=placement,
            place=decision.place,
            price_credits=decision.price,
        )

    def _machine(self, work: Work) -> Machine:
        ahead = [job for job in self._queue.jobs if not job.is_finished and job.place == "local"]
        pace = self._queue.pace_of(work.model.id) if work.model is not None else None
        waiting = 0.0
        for job in ahead:
            known = self._queue.pace_of(job.request.model.id)
            pixels = getattr(job.request, "width", None) or 0
            pixels *= getattr(job.request, "height", None) or 0
            waiting += (known or 0.0) * job.request.steps * job.request.count * pixels / 1e6
        return Machine(memory=self._memory(), pace=pace, seconds_waiting=waiting)


def _size_of(blobs: BlobFolder, blob: BlobId | None) -> tuple[int, int] | None:
    if blob is None:
        return None
    # Pillow would slow the app's start.
    from PIL import Image

    with Image.open(blobs.path(blob)) as picture:
        return picture.size
