"""One queue, two places: side by side, each job where it belongs, and its price with it."""

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from desktop.generation.cloud.links import CloudLink, CloudLinks
from desktop.generation.cloud.offers import CloudOffer
from desktop.generation.queue import AT_ONCE, JobQueue
from desktop.generation.results import ResultKeeper
from desktop.generation.viewmodel import RequestEditor
from shared.contracts.generation import TextToImage
from tests.conftest import QtRun
from tests.desktop.generation.room import opened
from tests.desktop.generation.studio import Studio, text_request
from tests.desktop.generation.test_places import OPEN, cloud_model
from tests.support.fake_engine import FakeEngine


class TwoPlaces:
    """A studio whose queue has both places, each with a fake that can be held."""

    def __init__(self, root: Path, *, hold_local: bool = False, hold_cloud: bool = False) -> None:
        self.studio = Studio(root)
        step = 2
        self.local = FakeEngine(self.studio.blobs, hang_at_step=step if hold_local else None)
        self.cloud = Recorded(self.studio.blobs, hang_at_step=step if hold_cloud else None)
        self.studio.queue = JobQueue(
            store=self.studio.store,
            engines={"local": self.local, "cloud": self.cloud},
            results=ResultKeeper(
                store=self.studio.store, library=self.studio.library, blobs=self.studio.blobs
            ),
            clock=self.studio.clock,
            new_id=self.studio.new_id,
        )


class Recorded(FakeEngine):
    """Notes what it was told to cancel."""

    cancelled: tuple[str, ...] = ()

    async def cancel(self, job_id: str) -> None:
        self.cancelled = (*self.cancelled, job_id)
        await super().cancel(job_id)


@contextlib.asynccontextmanager
async def running(places: TwoPlaces) -> AsyncIterator[Studio]:
    studio = places.studio
    await studio.queue.load()
    working = asyncio.ensure_future(studio.queue.run())
    try:
        yield studio
    finally:
        working.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await working
        studio.close()


async def test_the_cloud_works_while_this_machine_is_busy(tmp_path: Path) -> None:
    places = TwoPlaces(tmp_path, hold_local=True)
    async with running(places) as studio:
        here = await studio.queue.add(text_request("here"))
        there = await studio.queue.add(text_request("there"), place="cloud", price_credits=3)
        await studio.until(lambda: studio.state(there.id) == "completed")
        assert studio.state(here.id) == "running"
        assert [request.prompt for request in places.cloud.requests] == ["there"]
        assert next(job for job in studio.queue.jobs if job.id == there.id).price_credits == 3
        places.local.release.set()
        await studio.until_idle()
        assert [request.prompt for request in places.local.requests] == ["here"]


async def test_what_is_shown_is_a_job_that_paints_and_each_has_its_own(tmp_path: Path) -> None:
    places = TwoPlaces(tmp_path, hold_local=True, hold_cloud=True)
    async with running(places) as studio:
        here = await studio.queue.add(text_request("here"))
        there = await studio.queue.add(text_request("there"), place="cloud")
        await studio.until(
            lambda: all(
                (progress := studio.queue.progress_of(job.id)) is not None and progress.step == 1
                for job in (here, there)
            )
        )
        assert studio.queue.progress is not None
        shown = studio.queue.progress.job_id
        await studio.queue.cancel(shown)
        other = there.id if shown == here.id else here.id
        await studio.until(lambda: studio.state(shown) == "cancelled")
        assert studio.queue.progress is not None
        assert studio.queue.progress.job_id == other
        await studio.queue.cancel(other)
        await studio.until_idle()
        assert studio.queue.progress is None


async def test_one_runs_here_and_several_there(tmp_path: Path) -> None:
    places = TwoPlaces(tmp_path, hold_local=True, hold_cloud=True)
    async with running(places) as studio:
        for place in ("local", "cloud"):
            for number in range(6):
                await studio.queue.add(text_request(f"{place} {number}"), place=place)

        def count(place: str) -> int:
            return sum(job.state == "running" and job.place == place for job in studio.queue.jobs)

        await studio.until(lambda: count("cloud") == AT_ONCE["cloud"])
        assert count("local") == 1
        await studio.queue.pause()
        places.local.release.set()
        places.cloud.release.set()
        await studio.until(lambda: not any(job.state == "running" for job in studio.queue.jobs))
        assert sum(job.state == "waiting" for job in studio.queue.jobs) == 12 - 1 - AT_ONCE["cloud"]


async def test_a_job_that_waits_here_for_the_cloud_is_cancelled_there_too(tmp_path: Path) -> None:
    """After a restart it may go on there although nobody follows it here."""
    places = TwoPlaces(tmp_path)
    async with running(places) as studio:
        await studio.queue.pause()
        there = await studio.queue.add(text_request("there"), place="cloud")
        here = await studio.queue.add(text_request("here"))
        await studio.queue.cancel(there.id)
        await studio.queue.cancel(here.id)
        assert places.cloud.cancelled == (there.id,)


async def test_how_fast_a_model_paints_here_is_learnt_and_kept(tmp_path: Path) -> None:
    places = TwoPlaces(tmp_path)
    async with running(places) as studio:
        await studio.queue.add(text_request("there"), place="cloud")
        await studio.until_idle()
        assert studio.queue.pace_of("starter") is None
        await studio.queue.add(text_request("here"))
        await studio.until(lambda: studio.queue.pace_of("starter") is not None)
        await studio.until_idle()
    again = TwoPlaces(tmp_path)
    async with running(again) as studio:
        assert studio.queue.pace_of("starter") == pytest.approx(0.01 / (3 * 64 * 64 / 1e6))


def test_the_button_shows_the_price_and_the_job_may_cost_no_more(qt_run: QtRun, tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path) as room:
            editor: RequestEditor = room.editor
            editor.change(prompt="a red house", place="cloud", width=128, height=128)
            assert "Sign in" in editor.problems["place"].text
            assert await editor.submit() is None
            room.offers.become(OPEN)
            assert "place" not in editor.problems
            assert editor.decision is not None
            price = editor.decision.price
            assert price == 1
            job = await editor.submit()
            assert job is not None
            assert (job.place, job.price_credits, job.request.max_credits) == ("cloud", price, price)
            assert isinstance(job.request, TextToImage)
            assert job.request.model.id == "starter"
            room.offers.become(replace(OPEN, credits=0))
            assert "place" in editor.problems

    qt_run(story())


async def test_trying_again_follows_what_goes_on_in_the_cloud_and_asks_anew_for_what_ended(
    tmp_path: Path,
) -> None:
    studio = TwoPlaces(tmp_path).studio
    links = CloudLinks(database=studio.database)
    try:
        for ended in (False, True):
            job = await studio.queue.add(text_request("there"), place="cloud")
            taken = await studio.store.start_next("cloud")
            assert taken is not None
            link = CloudLink(
                job_id=job.id, cloud_id=uuid.uuid4(), server="http://x", user_id=uuid.uuid4(), email="a@b.c"
            )
            await links.add(link)
            if ended:
                await links.mark_over(link.cloud_id)
            await studio.store.finish(taken, "failed")
            await studio.queue.retry(job.id)
            assert await links.find(job.id) == (None if ended else link)
            await studio.queue.cancel(job.id)
    finally:
        studio.close()


def test_a_model_that_only_the_cloud_has_can_be_painted_with(qt_run: QtRun, tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path) as room:
            editor: RequestEditor = room.editor
            assert [model.id for model in editor.models] == ["starter"]
            large = cloud_model(
                "large-one", display_name="Large One", base="sdxl", file_size_gb=7.0, is_available=True
            )
            hosted = cloud_model("fal/flux", base="flux", executor="fal")
            room.offers.become(
                replace(OPEN, models={"starter": cloud_model(), "large-one": large, "fal/flux": hosted})
            )
            assert [model.id for model in editor.models] == ["starter", "cloud:large-one"]
            editor.change(prompt="a red house")
            editor.choose_model("cloud:large-one")
            assert (editor.state.place, editor.problems) == ("cloud", {})
            job = await editor.submit()
            assert job is not None
            assert (job.place, job.request.model.id, job.request.model.name) == (
                "cloud",
                "large-one",
                "Large One",
            )
            editor.change(place="local")
            assert "in the cloud only" in editor.problems["place"].text
            assert await editor.submit() is None
            editor.change(place="automatic", ceiling=1, count=4)
            assert "more than Automatic may spend" in editor.problems["place"].text
            room.offers.become(CloudOffer())
            assert [model.id for model in editor.models] == ["starter"]
            assert editor.model is None

    qt_run(story())
