"""Jobs that a hosted provider carries out: the worker hands them on, waits, and fetches what was made."""

import asyncio
import base64
import logging
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from shared.contracts.errors import PentimentoError
from shared.contracts.events import (
    Accepted,
    Cancelled,
    Completed,
    Failed,
    GenerationEvent,
    Loading,
    Picture,
    Progress,
)
from shared.contracts.generation import PictureRequest, Recipe, Rendering
from shared.imaging.blob_folder import BlobFolder
from shared.imaging.pictures import encode_png, read_picture
from shared.imaging.recipe_pictures import encode_recipe_png
from sync_server.generation.providers.fal import FalQueue, Submission, failed
from sync_server.generation.rules.hosted import address_of_model, arguments_of
from sync_server.generation.service.hosted import HostedRequests
from sync_server.models.rules import ModelEntry
from sync_server.platform.bodies import MOST_BYTES
from sync_server.platform.errors import ServiceUnavailableError
from sync_server.platform.outside import OutsideFetcher
from sync_server.platform.signals import Subscription

log = logging.getLogger("pentimento.worker")

_LONGEST_SECONDS = 600.0
_TOO_LARGE = 2**63
_UNANSWERED = 5
"""Looks in a row that may go unanswered before a job is given up."""


@dataclass
class _Run:
    cancelled: asyncio.Event = field(default_factory=asyncio.Event)


class FalExecutor:
    device, does_classic, checks_safety = "fal.ai", False, True

    def __init__(
        self,
        *,
        queue: FalQueue,
        requests: HostedRequests,
        fetcher: OutsideFetcher,
        blobs: BlobFolder,
        models: Sequence[ModelEntry],
        webhooks_at: str | None,
        look_every: float = 2.0,
    ) -> None:
        """`webhooks_at` is the address of our API, None where the provider can't reach it."""
        self._queue = queue
        self._requests = requests
        self._fetcher = fetcher
        self._models = models
        self._webhooks_at = webhooks_at
        self._look_every = look_every
        self._runs: dict[str, _Run] = {}
        self.blobs = blobs

    async def models(self) -> Sequence[ModelEntry]:
        return self._models

    async def run(self, job_id: str, request: PictureRequest) -> AsyncGenerator[GenerationEvent, None]:
        run = self._runs[job_id] = _Run()
        loop = asyncio.get_running_loop()
        began, job = loop.time(), UUID(job_id.partition("/")[0])
        try:
            yield Accepted()
            yield Loading(stage="starting")
            async with self._requests.followed(job) as heard:
                submission = await self._submission(job, request)
                until = began + _LONGEST_SECONDS
                async for event in self._wait(run, job, submission, heard, until=until):
                    yield event
                    if isinstance(event, Cancelled):
                        await self._requests.forget(job)
                        return
                result = await self._result(job, submission)
            async for picture in self._pictures(request, result):
                yield picture
            yield Completed(seconds=loop.time() - began)
        except PentimentoError as error:
            # Another try asks anew.
            await self._requests.forget(job)
            yield Failed(error=error.report)
        finally:
            self._runs.pop(job_id, None)

    async def cancel(self, job_id: str) -> None:
        if job_id in self._runs:
            self._runs[job_id].cancelled.set()

    async def close(self) -> None:
        """What lies at the provider stays there: whoever takes the job over goes on with it."""

    async def _submission(self, job: UUID, request: PictureRequest) -> Submission:
        """The one that another worker made of this job, else a new one."""
        known = await self._requests.find(job)
        if known is not None:
            return known
        picture = None
        if request.source is not None:
            picture = await asyncio.to_thread(_data_uri, self.blobs, request.source)
        made = await self._queue.submit(
            address_of_model(request.model.id, request),
            arguments_of(request.model.id, request, picture=picture),
            webhook=f"{self._webhooks_at}/generation/webhooks/fal/{job}" if self._webhooks_at else None,
        )
        await self._requests.keep(job, made)
        return made

    async def _wait(
        self, run: _Run, job: UUID, submission: Submission, heard: Subscription, *, until: float
    ) -> AsyncGenerator[GenerationEvent, None]:
        """Until it is done; the last event is Cancelled where it was cancelled."""
        unanswered, begun = 0, False
        while await self._requests.outcome(job) is None:
            if run.cancelled.is_set() and await self._queue.cancel(submission):
                yield Cancelled()
                return
            try:
                state = await self._queue.state(submission)
                unanswered = 0
            except ServiceUnavailableError:
                unanswered += 1
                if unanswered == _UNANSWERED:
                    raise
                state = "IN_QUEUE"
            if state == "COMPLETED":
                return
            if state == "IN_PROGRESS" and not begun:
                begun = True
                yield Progress(step=0, steps=1)
            if asyncio.get_running_loop().time() > until:
                await self._queue.cancel(submission)
                raise failed("it took too long")
            await self._pause(run, heard)

    async def _pause(self, run: _Run, heard: Subscription) -> None:
        """Until the webhook comes, the job is cancelled, or it is time to look."""
        waiting = [asyncio.ensure_future(heard.next())]
        if not run.cancelled.is_set():
            waiting.append(asyncio.ensure_future(run.cancelled.wait()))  # type: ignore[arg-type]  # one of either
        try:
            await asyncio.wait(waiting, timeout=self._look_every, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)

    async def _result(self, job: UUID, submission: Submission) -> Mapping[str, Any]:
        told = await self._requests.outcome(job)
        if told is None:
            return await self._queue.result(submission)
        payload = told.get("payload")
        if told.get("status") != "OK" or not isinstance(payload, Mapping):
            raise failed(str(told.get("error") or "?"))
        return payload

    async def _pictures(
        self, request: PictureRequest, result: Mapping[str, Any]
    ) -> AsyncGenerator[Picture, None]:
        images = result.get("images")
        if not isinstance(images, list) or not images:
            raise failed("it made none")
        held_back = result.get("has_nsfw_concepts") or []
        shown = [
            (index, image)
            for index, image in enumerate(images[: request.count])
            if not (index < len(held_back) and held_back[index])
        ]
        if not shown:
            raise failed("its safety checker held the picture back")
        told = result.get("seed")
        seed = told if isinstance(told, int) and 0 <= told < _TOO_LARGE else request.seed
        for index, image in shown:
            data = await self._fetch(str(image.get("url", "")))
            yield await asyncio.to_thread(self._kept, data, index, request, seed)

    async def _fetch(self, address: str) -> bytes:
        if address.startswith("data:image/"):
            return base64.b64decode(address.partition(",")[2])
        try:
            return await self._fetcher.fetch(address, most_bytes=MOST_BYTES, content_type="image/")
        except PentimentoError as error:
            raise failed(error.report.text) from error

    def _kept(self, data: bytes, index: int, request: PictureRequest, seed: int) -> Picture:
        pixels = read_picture(data)
        height, width = pixels.shape[:2]
        rendering = Rendering(
            seed=seed,
            device="fal.ai",
            precision="",
            attention="",
            engine=f"fal.ai {request.model.id}",
            model_sha256="",
            work_width=width,
            work_height=height,
        )
        recipe = Recipe(request=request, rendering=rendering)
        blob = self.blobs.put(encode_recipe_png(pixels, recipe))
        return Picture(index=index, blob=blob, width=width, height=height, recipe=recipe)


def _data_uri(blobs: BlobFolder, blob: str) -> str:
    encoded = base64.b64encode(encode_png(read_picture(blobs.path(blob)))).decode()
    return f"data:image/png;base64,{encoded}"
