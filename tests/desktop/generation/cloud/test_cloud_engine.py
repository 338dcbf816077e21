"""What only an engine far away has to promise: lost networks, restarts, prices; and the same picture as here."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import assets
import desktop.generation
from desktop.account.client import CloudClient
from desktop.generation.cloud.api import CloudApi
from desktop.generation.cloud.engine import CloudEngine
from desktop.generation.cloud.links import CloudLinks
from desktop.library.database import Database
from shared.contracts.accounts import SignedIn
from shared.contracts.events import (
    Cancelled,
    Completed,
    Failed,
    GenerationEvent,
    Loading,
    Picture,
    Progress,
)
from shared.contracts.generation import GenerationRequest, Inpaint, ModelReference, TextToImage
from shared.contracts.job_views import JobSummary
from shared.engine.process import EngineProcess
from shared.imaging.blob_folder import BlobFolder
from shared.imaging.pictures import encode_png, read_picture
from tests.desktop.cloud_fixtures import MakeClient
from tests.support.engine_contract import closing, collect
from tests.support.live_cloud import CREDITS, LiveCloud
from tests.support.network import Network

STARTER = ModelReference(id="starter")
SHORT = TextToImage(model=STARTER, prompt="the sea at night", seed=7, steps=4, width=256, height=256)
LONG = SHORT.model_copy(update={"steps": 60})
NEARLY_THE_SAME = 2


class Far:
    """An artist's engine on a network that can be cut, and what their account says meanwhile."""

    def __init__(self, *, live: LiveCloud, network: Network, make_client: MakeClient, root: Path) -> None:
        self.live = live
        self.network = network
        self._make_client = make_client
        self._root = root
        self.blobs = BlobFolder(root / "blobs")
        self.client: CloudClient = make_client(network.url)
        self.database = self._opened()
        self.links = CloudLinks(database=self.database)
        self.engine = self._engine()
        self.who: SignedIn

    async def sign_in(self, *, gift: int = CREDITS) -> None:
        self.who = await self.live.register(gift=gift)
        await self.client.session.begin(self.who)

    async def restart(self) -> None:
        """Another start of the studio: only what was kept is known."""
        await self.engine.close()
        self.database.close()
        kept = self.client.session._store
        self.client = self._make_client(self.network.url)
        self.client._store = kept
        self.client._open(self.network.url)
        assert await self.client.session.load()
        self.database = self._opened()
        self.links = CloudLinks(database=self.database)
        self.engine = self._engine()

    async def jobs(self) -> list[JobSummary]:
        return await self.client.get("/generation/jobs", list[JobSummary])

    async def until_ended(self) -> JobSummary:
        """As the server sees it, whatever the studio sees."""
        direct = self._make_client(self.live.url)
        direct._store = self.client.session._store
        direct.session = self.client.session
        async with asyncio.timeout(60):
            while True:
                token = await self.client.session.token()
                found = await direct.wire.ask(_jobs_question(), token=token)
                jobs = found.read(list[JobSummary])
                if len(jobs) == 1 and jobs[0].status in {"completed", "failed", "cancelled"}:
                    return jobs[0]
                await asyncio.sleep(0.2)

    async def credits_left(self) -> tuple[int, int]:
        return await self.live.credits_of(self.who.user.id)

    def close(self) -> None:
        self.database.close()

    def _opened(self) -> Database:
        migrations = Path(desktop.generation.__path__[0]) / "migrations"
        return Database(path=self._root / "queue.sqlite", migrations=migrations)

    def _engine(self) -> CloudEngine:
        return CloudEngine(
            api=CloudApi(client=self.client, blobs=self.blobs), links=self.links, new_id=uuid.uuid4
        )


def _jobs_question() -> Any:
    from desktop.account.wire import Question

    return Question(method="GET", path="/generation/jobs")


@pytest.fixture
async def far(
    live: LiveCloud, network: Network, make_client: MakeClient, tmp_path: Path
) -> AsyncIterator[Far]:
    far = Far(live=live, network=network, make_client=make_client, root=tmp_path)
    await far.sign_in()
    yield far
    await far.engine.close()
    far.close()


def pictures(events: list[GenerationEvent]) -> list[Picture]:
    return [event for event in events if isinstance(event, Picture)]


@pytest.mark.slow
async def test_a_network_lost_in_the_middle_costs_nothing_and_the_result_comes_later(far: Far) -> None:
    events: list[GenerationEvent] = []
    cut = False
    async for event in far.engine.run("job", LONG):
        events.append(event)
        if isinstance(event, Progress) and event.step >= 3 and not cut:
            cut = True
            await far.network.cut()
        if event == Loading(stage="unreachable"):
            assert (await far.until_ended()).status == "completed"
            far.network.mend()

    assert Loading(stage="unreachable") in events
    assert isinstance(events[-1], Completed)
    assert len(pictures(events)) == 1
    (job,) = await far.jobs()
    assert await far.credits_left() == (CREDITS + 100 - job.estimated_credits, 0)
    assert await far.live.audit() == []


async def test_a_reply_that_is_lost_makes_no_second_job(far: Far) -> None:
    far.network.swallows_replies = True
    running = asyncio.create_task(collect(far.engine, "job", SHORT))
    async with asyncio.timeout(60):
        while not [line for line in far.network.requests if line == "POST /api/v1/generation/run"]:
            await asyncio.sleep(0.05)
    await far.until_ended()
    far.network.swallows_replies = False
    events = await running

    assert isinstance(events[-1], Completed)
    assert len(pictures(events)) == 1
    (job,) = await far.jobs()
    assert await far.credits_left() == (CREDITS + 100 - job.estimated_credits, 0)


@pytest.mark.slow
async def test_after_a_restart_the_same_job_is_followed_and_paid_once(far: Far) -> None:
    async with closing(far.engine.run("job", LONG)) as stream:
        async for event in stream:
            if isinstance(event, Progress):
                break
    await far.restart()
    events = await collect(far.engine, "job", LONG)

    assert isinstance(events[-1], Completed)
    assert len(pictures(events)) == 1
    (job,) = await far.jobs()
    assert await far.credits_left() == (CREDITS + 100 - job.estimated_credits, 0)


async def test_a_result_that_a_kill_kept_from_being_stored_comes_again_and_costs_nothing_more(
    far: Far,
) -> None:
    (first,) = pictures(await collect(far.engine, "job", SHORT))
    await far.restart()
    events = await collect(far.engine, "job", SHORT)
    assert isinstance(events[-1], Completed)
    assert [picture.blob for picture in pictures(events)] == [first.blob]
    (job,) = await far.jobs()
    assert await far.credits_left() == (CREDITS + 100 - job.estimated_credits, 0)


async def test_what_is_tried_again_after_it_was_cancelled_is_another_job(far: Far) -> None:
    await far.network.cut()
    running = asyncio.create_task(collect(far.engine, "job", SHORT))
    while await far.links.find("job") is None:
        await asyncio.sleep(0.02)
    await far.engine.cancel("job")
    assert isinstance((await running)[-1], Cancelled)
    far.network.mend()
    assert isinstance((await collect(far.engine, "job", SHORT))[-1], Completed)
    assert await far.links.cancelled() == ()
    (job,) = await far.jobs()
    assert job.status == "completed"


async def test_a_job_cancelled_without_a_network_is_cancelled_there_later(far: Far) -> None:
    events: list[GenerationEvent] = []
    async for event in far.engine.run("job", LONG):
        events.append(event)
        if isinstance(event, Progress) and event.step == 2:
            await far.network.cut()
            await far.engine.cancel("job")
    assert isinstance(events[-1], Cancelled)

    far.network.mend()
    await far.restart()
    await far.engine.send_cancellations()
    job = await far.until_ended()
    assert job.status == "cancelled"
    assert job.actual_credits is not None
    assert job.actual_credits < job.estimated_credits
    assert await far.credits_left() == (CREDITS + 100 - job.actual_credits, 0)


async def test_a_running_job_that_is_cancelled_gives_back_what_was_not_done(far: Far) -> None:
    events: list[GenerationEvent] = []
    async for event in far.engine.run("job", LONG):
        events.append(event)
        if isinstance(event, Progress) and event.step == 2:
            await far.engine.cancel("job")
    assert isinstance(events[-1], Cancelled)
    (job,) = await far.jobs()
    assert (job.status, job.refunded_credits > 0) == ("cancelled", True)
    assert await far.links.find("job") is None
    assert await far.links.cancelled() == ()


async def test_what_cannot_be_paid_is_refused_in_words(
    live: LiveCloud, make_client: MakeClient, tmp_path: Path
) -> None:
    far = Far(live=live, network=Network(live.url), make_client=make_client, root=tmp_path)
    far.client = make_client(live.url)
    far.engine = far._engine()
    assert not await far.client.session.load()
    signed_out = await collect(far.engine, "job", SHORT)
    assert isinstance(signed_out[-1], Failed)
    assert signed_out[-1].error.code == "NOT_SIGNED_IN"
    await far.sign_in()
    dear = await collect(far.engine, "job", SHORT.model_copy(update={"max_credits": 0}))
    assert isinstance(dear[-1], Failed)
    assert dear[-1].error.code == "PRICE_CHANGED"
    assert "credits" in dear[-1].error.text
    assert await far.links.find("job") is None
    assert await far.credits_left() == (CREDITS + 100, 0)
    far.close()


@pytest.mark.slow
async def test_the_same_request_gives_the_same_picture_here_and_there(far: Far) -> None:
    here_blobs = far.blobs
    image = here_blobs.put(encode_png(_landscape()))
    mask = here_blobs.put(encode_png(_mask()))
    requests: list[GenerationRequest] = [
        SHORT,
        Inpaint(model=STARTER, prompt="a boat", seed=3, steps=4, image=image, mask=mask),
    ]
    starter = Path(assets.__path__[0]) / "starter_model" / "model"
    local = EngineProcess(blobs=here_blobs, model_folders=[starter], threads=1)
    try:
        for number, request in enumerate(requests):
            (here,) = pictures(await collect(local, f"here-{number}", request))
            (there,) = pictures(await collect(far.engine, f"there-{number}", request))
            assert here.placement == there.placement
            pair = [read_picture(here_blobs.path(each.blob)).astype(int) for each in (here, there)]
            assert pair[0].shape == pair[1].shape
            assert np.abs(pair[0] - pair[1]).max() <= NEARLY_THE_SAME
            assert there.recipe.request.prompt == request.prompt
            assert there.recipe.rendering.model_sha256 == here.recipe.rendering.model_sha256
    finally:
        await local.close()


def _landscape() -> Any:
    across = np.linspace(0, 200, 256, dtype=np.uint8)
    return np.dstack(
        [np.tile(across, (256, 1)), np.tile(across[:, None], (1, 256)), np.full((256, 256), 90)]
    ).astype(np.uint8)


def _mask() -> Any:
    mask = np.zeros((256, 256), np.uint8)
    mask[120:200, 60:180] = 255
    return mask
