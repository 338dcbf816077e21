"""The cloud queue as a place that makes pictures."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from typing import TypeVar
from uuid import UUID

from desktop.account.errors import CloudError, NotSignedInError, UnreachableError
from desktop.generation.cloud.api import ENDED, CloudApi
from desktop.generation.cloud.fetching import Fetched, fetch_picture, unforeseen, why_it_failed
from desktop.generation.cloud.following import PAUSES, JobFollower
from desktop.generation.cloud.links import CloudLink, CloudLinks
from desktop.generation.cloud.telling import StepTeller
from shared.contracts.errors import GenerationFailedError, PentimentoError
from shared.contracts.events import (
    FINAL_EVENTS,
    Accepted,
    Cancelled,
    Completed,
    Failed,
    GenerationEvent,
    Loading,
    LoadingStage,
)
from shared.contracts.generation import GenerationRequest
from shared.contracts.job_views import Job

_Answer = TypeVar("_Answer")

_LONGEST_PAUSE = 60.0
_FULL_QUEUE_PAUSE = 10.0
_SIGNED_OUT_PAUSE = 2.0
_LOOKING_PAUSE = 0.1
_TRIES_AT_A_BROKEN_SERVER = 6
_SECONDS_TO_STOP = 60.0
"""That a job has to stop at its next step, before it is let go of."""


class _LetGoError(Exception):
    """It was cancelled, and what the cloud makes of that is not waited for."""


@dataclass
class _Run:
    job_id: str
    request: GenerationRequest
    teller: StepTeller
    events: asyncio.Queue[GenerationEvent] = field(default_factory=asyncio.Queue)
    cancelled: asyncio.Event = field(default_factory=asyncio.Event)
    link: CloudLink | None = None
    asked: bool = False
    """Whether the cloud may have it."""

    def tell(self, event: GenerationEvent) -> None:
        self.events.put_nowait(event)

    def wait_for(self, stage: LoadingStage) -> None:
        for event in self.teller.wait_for(Loading(stage=stage)):
            self.tell(event)

    async def pause(self, seconds: float) -> None:
        """Cut short by a cancellation. Raises _LetGoError after it."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.cancelled.wait(), seconds)
        if self.cancelled.is_set():
            raise _LetGoError


class CloudEngine:
    """Keeps the promise of `GenerationEngine`. Jobs run side by side, as many as are asked for.

    The network may go at any moment: the job goes on, and its result comes when the network is back, also after a
    restart. What is asked for twice is one job, as its id is chosen here and kept before it is sent, and after its end:
    whoever was cut off before the result was kept runs it again and gets the same.
    """

    def __init__(self, *, api: CloudApi, links: CloudLinks, new_id: Callable[[], UUID]) -> None:
        self._api = api
        self._links = links
        self._new_id = new_id
        self._follower = JobFollower(api=api)
        self._runs: dict[str, _Run] = {}

    async def run(self, job_id: str, request: GenerationRequest) -> AsyncIterator[GenerationEvent]:
        run = _Run(job_id=job_id, request=request, teller=StepTeller(request))
        self._runs[job_id] = run
        working: asyncio.Future[None] | None = None
        try:
            yield Accepted()
            working = asyncio.ensure_future(self._work(run))
            while True:
                event = await run.events.get()
                yield event
                if isinstance(event, FINAL_EVENTS):
                    return
        finally:
            self._runs.pop(job_id, None)
            if working is not None:
                working.cancel()
                await asyncio.gather(working, return_exceptions=True)

    async def cancel(self, job_id: str) -> None:
        """Also of a job that is not followed now, but goes on in the cloud."""
        await self._links.mark_cancelled(job_id)
        run = self._runs.get(job_id)
        if run is not None:
            run.cancelled.set()
        else:
            await self.send_cancellations()

    async def close(self) -> None:
        """The jobs go on in the cloud; the next start follows them."""
        for run in list(self._runs.values()):
            run.tell(Cancelled())

    async def send_cancellations(self) -> None:
        """Of jobs that were cancelled while the cloud could not be told. What can't be told now stays due."""
        running = {run.link.cloud_id for run in self._runs.values() if run.link}
        session = self._api.client.session
        for link in await self._links.cancelled():
            here = link.server == self._api.client.server and link.user_id == session.user_id
            if here and link.cloud_id not in running:
                with suppress(CloudError, UnreachableError, NotSignedInError):
                    await self._api.cancel(link.cloud_id)
                    await self._links.forget(link.cloud_id)

    async def _work(self, run: _Run) -> None:
        """Tells exactly one final event, whatever happens."""
        began = time.monotonic()
        final: GenerationEvent
        try:
            job = await self._carried_out(run)
            if job.status == "completed":
                await self._bring(run, job)
            final = _ending(job, seconds=time.monotonic() - began)
            if run.link is not None:
                await self._links.mark_over(run.link.cloud_id)
        except _LetGoError:
            final = Cancelled()
            if not run.asked:
                await self._forget(run)
        except PentimentoError as error:
            final = Failed(error=error.report)
            if not run.asked:
                await self._forget(run)
        except Exception as error:  # noqa: BLE001 - a job's stream ends with its final event
            final = Failed(error=unforeseen(error))
        run.tell(final)

    async def _carried_out(self, run: _Run) -> Job:
        """The job once it has ended."""
        await self.send_cancellations()
        link = run.link = await self._linked(run)
        job = await self._steadily(run, lambda: self._api.job(link.cloud_id)) if run.asked else None
        if job is None:
            await self._create(run, link)
        if job is None or job.status not in ENDED:
            await self._follow_or_cancel(run, link)
            job = await self._patiently(run, lambda: self._api.job(link.cloud_id))
        if job is None:
            raise GenerationFailedError("The cloud no longer knows this job.", advice="Try the job again.")
        return job

    async def _linked(self, run: _Run) -> CloudLink:
        """Kept before anything is asked. Raises NotSignedInError."""
        session = self._api.client.session
        while not session.is_known:
            await run.pause(_LOOKING_PAUSE)
        link = await self._links.find(run.job_id)
        if link is not None:
            run.asked = True
            while session.user_id is None:
                run.wait_for("signed_out")
                await run.pause(_SIGNED_OUT_PAUSE)
                session = self._api.client.session
            if link.server != self._api.client.server or link.user_id != session.user_id:
                raise NotSignedInError(
                    "This job runs in the cloud for {email} on {server}.",
                    advice="Sign in there again and try again: it costs nothing more.",
                    email=link.email,
                    server=link.server,
                )
            return link
        if session.user_id is None:
            raise NotSignedInError("You are not signed in.", advice="Sign in under Account.")
        link = CloudLink(
            job_id=run.job_id,
            cloud_id=self._new_id(),
            server=self._api.client.server,
            user_id=session.user_id,
            email=session.email,
        )
        await self._links.add(link)
        return link

    async def _create(self, run: _Run, link: CloudLink) -> None:
        """Raises CloudError where the cloud refuses it; then nothing was made or held."""
        if run.cancelled.is_set():
            raise _LetGoError
        if run.request.pictures:
            run.wait_for("sending")
            await self._steadily(run, lambda: self._api.send_pictures(run.request))
        run.asked = True
        try:
            await self._steadily(run, lambda: self._api.create(link.cloud_id, run.request))
        except CloudError:
            run.asked = False
            raise

    async def _follow_or_cancel(self, run: _Run, link: CloudLink) -> None:
        following = asyncio.ensure_future(self._follow(run, link))
        cancelling = asyncio.ensure_future(self._cancel_when_asked(run, link))
        try:
            await asyncio.wait({following, cancelling}, return_when=asyncio.FIRST_COMPLETED)
            if not following.done() and cancelling.result():
                await asyncio.wait({following}, timeout=_SECONDS_TO_STOP)
            if not following.done():
                raise _LetGoError
            following.result()
        finally:
            for task in (following, cancelling):
                task.cancel()
            await asyncio.gather(following, cancelling, return_exceptions=True)

    async def _follow(self, run: _Run, link: CloudLink) -> None:
        def contact(reached: bool) -> None:  # noqa: FBT001 - what a callback is told
            if not reached:
                run.wait_for("unreachable")

        while True:
            try:
                async with aclosing(self._follower.follow(link.cloud_id, on_contact=contact)) as following:
                    async for news in following:
                        for event in run.teller.tell(news):
                            run.tell(event)
            except NotSignedInError:
                run.wait_for("signed_out")
                await asyncio.sleep(_SIGNED_OUT_PAUSE)
            else:
                return

    async def _cancel_when_asked(self, run: _Run, link: CloudLink) -> bool:
        """Whether the cloud was told; if not, it stays due."""
        await run.cancelled.wait()
        try:
            await self._api.cancel(link.cloud_id)
        except (CloudError, UnreachableError, NotSignedInError):
            return False
        return True

    async def _bring(self, run: _Run, job: Job) -> None:
        """Its pictures, all fetched before the first is told: what is told is kept."""
        run.wait_for("fetching")

        async def all_of_them() -> list[Fetched]:
            # Asked for anew, as the pictures' addresses expire.
            latest = await self._api.job(job.id) or job
            return [
                await fetch_picture(self._api, image, index, run.request)
                for index, image in enumerate(latest.images)
            ]

        fetched = await self._patiently(run, all_of_them)
        if fetched:
            first = fetched[0]
            for step in run.teller.finish(first.preview, (first.picture.width, first.picture.height)):
                run.tell(step)
        for each in fetched:
            run.tell(each.picture)

    async def _steadily(self, run: _Run, ask: Callable[[], Awaitable[_Answer]]) -> _Answer:
        """Asks until there is an answer; a cancellation meanwhile ends the wait for the network.

        Raises CloudError for a refusal that lasts, _LetGoError.
        """
        tries = 0
        while True:
            try:
                return await ask()
            except UnreachableError:
                run.wait_for("unreachable")
                seconds = PAUSES[min(tries, len(PAUSES) - 1)]
            except CloudError as error:
                if not error.passes or (error.status >= 500 and tries >= _TRIES_AT_A_BROKEN_SERVER):
                    raise
                run.wait_for("queued" if error.status < 500 else "unreachable")
                usual = _FULL_QUEUE_PAUSE if error.name == "QUEUE_LIMIT_REACHED" else PAUSES[2]
                seconds = min(error.retry_after or usual, _LONGEST_PAUSE)
            tries += 1
            await run.pause(seconds)

    async def _patiently(self, run: _Run, ask: Callable[[], Awaitable[_Answer]]) -> _Answer:
        """As `_steadily`, but a cancellation only ends it where the network is away."""
        try:
            return await ask()
        except (UnreachableError, CloudError):
            return await self._steadily(run, ask)

    async def _forget(self, run: _Run) -> None:
        if run.link is not None:
            await self._links.forget(run.link.cloud_id)


def _ending(job: Job, *, seconds: float) -> GenerationEvent:
    match job.status:
        case "completed":
            return Completed(seconds=seconds)
        case "cancelled":
            return Cancelled()
        case _:
            return Failed(error=why_it_failed(job))
