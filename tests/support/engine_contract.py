"""What every generation engine promises; a test class of an engine inherits from this and gives `engine`."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any, cast

import pytest

from shared.contracts.events import (
    FINAL_EVENTS,
    Accepted,
    Cancelled,
    Completed,
    GenerationEvent,
    Picture,
    Progress,
)
from shared.contracts.generation import GenerationRequest, ModelReference, TextToImage
from shared.engine.port import GenerationEngine
from shared.imaging.blob_folder import BlobFolder
from shared.imaging.pictures import read_picture
from shared.imaging.recipe_pictures import read_recipe


async def collect(engine: GenerationEngine, job_id: str, request: GenerationRequest) -> list[GenerationEvent]:
    return [event async for event in engine.run(job_id, request)]


def closing(stream: AsyncIterator[GenerationEvent]) -> Any:
    """The stream as a context that closes it at its end, early or not."""
    return aclosing(cast("Any", stream))


class GenerationEngineContract:
    """Subclasses give the fixtures `engine` (closed after the test), `blobs` and, where needed, `model`."""

    @pytest.fixture
    def model(self) -> ModelReference:
        return ModelReference(id="starter")

    @pytest.fixture
    def request_for_a_picture(self, model: ModelReference) -> TextToImage:
        return TextToImage(model=model, prompt="the sea at night", seed=7, steps=3, width=64, height=48)

    @pytest.fixture
    def long_request(self, request_for_a_picture: TextToImage) -> TextToImage:
        return request_for_a_picture.model_copy(update={"steps": 1000})

    async def test_a_job_goes_from_accepted_over_its_steps_to_a_picture_and_its_end(
        self, engine: GenerationEngine, request_for_a_picture: TextToImage, blobs: BlobFolder
    ) -> None:
        events = await collect(engine, "one", request_for_a_picture)

        assert isinstance(events[0], Accepted)
        assert isinstance(events[-1], Completed)
        assert sum(isinstance(event, FINAL_EVENTS) for event in events) == 1
        progress = [event for event in events if isinstance(event, Progress)]
        assert [(event.step, event.steps) for event in progress] == [(1, 3), (2, 3), (3, 3)]
        assert all(event.preview[:2] == b"\xff\xd8" for event in progress)
        (picture,) = [event for event in events if isinstance(event, Picture)]
        assert read_picture(blobs.path(picture.blob)).shape == (48, 64, 3)
        assert read_recipe(blobs.path(picture.blob)) == picture.recipe

    async def test_a_seed_gives_its_picture_again_and_another_seed_another(
        self, engine: GenerationEngine, request_for_a_picture: TextToImage, blobs: BlobFolder
    ) -> None:
        other = request_for_a_picture.model_copy(update={"seed": 8})

        first, again, different = [
            read_picture(blobs.path(_pictures(await collect(engine, name, request))[0].blob))
            for name, request in (("a", request_for_a_picture), ("b", request_for_a_picture), ("c", other))
        ]

        assert (first == again).all()
        assert (first != different).any()

    async def test_several_pictures_have_seeds_that_follow_each_other(
        self, engine: GenerationEngine, request_for_a_picture: TextToImage
    ) -> None:
        events = await collect(engine, "many", request_for_a_picture.model_copy(update={"count": 3}))

        assert [(picture.index, picture.recipe.rendering.seed) for picture in _pictures(events)] == [
            (0, 7),
            (1, 8),
            (2, 9),
        ]
        assert [event.step for event in events if isinstance(event, Progress)] == list(range(1, 10))

    async def test_a_cancelled_job_ends_at_its_next_step_and_the_next_one_works(
        self, engine: GenerationEngine, long_request: TextToImage, request_for_a_picture: TextToImage
    ) -> None:
        events = []
        async for event in engine.run("long", long_request):
            events.append(event)
            if isinstance(event, Progress) and event.step == 2:
                await engine.cancel("long")

        assert isinstance(events[-1], Cancelled)
        assert not _pictures(events)
        assert isinstance((await collect(engine, "next", request_for_a_picture))[-1], Completed)

    async def test_cancelling_a_job_that_nobody_knows_changes_nothing(
        self, engine: GenerationEngine, request_for_a_picture: TextToImage
    ) -> None:
        await engine.cancel("nobody")

        assert isinstance((await collect(engine, "one", request_for_a_picture))[-1], Completed)

    async def test_a_stream_that_is_closed_early_lets_the_next_job_work(
        self, engine: GenerationEngine, long_request: TextToImage, request_for_a_picture: TextToImage
    ) -> None:
        async with closing(engine.run("left", long_request)) as events:
            async for event in events:
                if isinstance(event, Progress):
                    break

        assert isinstance((await collect(engine, "next", request_for_a_picture))[-1], Completed)

    async def test_jobs_wait_for_their_turn_and_one_that_waits_can_be_cancelled(
        self, engine: GenerationEngine, long_request: TextToImage, request_for_a_picture: TextToImage
    ) -> None:
        async with closing(engine.run("long", long_request)) as events:
            async for event in events:
                if isinstance(event, Progress):
                    break
            waiting = asyncio.create_task(collect(engine, "waiting", request_for_a_picture))
            third = asyncio.create_task(collect(engine, "third", request_for_a_picture))
            await asyncio.sleep(0)
            await engine.cancel("waiting")
            cancelled = await waiting
            assert not third.done()

        assert [type(event) for event in cancelled] == [Accepted, Cancelled]
        assert isinstance((await third)[-1], Completed)

    async def test_closing_the_engine_ends_the_job_in_hand(
        self, engine: GenerationEngine, long_request: TextToImage
    ) -> None:
        async def until_the_end() -> list[GenerationEvent]:
            events = []
            async for event in engine.run("long", long_request):
                events.append(event)
                if isinstance(event, Progress):
                    working.set()
            return events

        working = asyncio.Event()
        job = asyncio.create_task(until_the_end())
        await working.wait()
        await engine.close()

        assert isinstance((await job)[-1], Cancelled)


def _pictures(events: list[GenerationEvent]) -> list[Picture]:
    return [event for event in events if isinstance(event, Picture)]
