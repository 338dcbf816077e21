"""Which job a worker fetches: that of the model it has loaded, as long as nobody else waits too long for it."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import pytest

from shared.contracts.generation import ModelReference, TextToImage
from sync_server.generation.rules.sizes import Size
from sync_server.generation.service.drafts import Draft
from sync_server.generation.service.jobs import JobQueue, model_queue
from sync_server.generation.worker.service import WarmFirst
from sync_server.platform.edge import Principal
from tests.support.server import FakeClock, Server, SignedInUser

MODELS = ("small", "large")


def draft(model: str) -> Draft:
    return Draft(
        kind="text_to_image",
        model=model,
        request=TextToImage(
            model=ModelReference(id=model), prompt="a house", seed=1, width=64, height=64, steps=1
        ),
        size=Size(width=64, height=64),
        price=1,
        seconds=1,
        prompt="a house",
        negative_prompt="",
        board_id=None,
    )


async def queue(server: Server, user: SignedInUser, model: str) -> str:
    principal = Principal(
        user_id=user.id,
        session_id=None,
        api_key_id=None,
        role="user",
        tier="pro",
        state="active",
        email_verified=True,
    )
    async with server.container.transactions.begin() as work:
        (row,) = await work.get(JobQueue).create(principal, [draft(model)])
        return str(row.id)


@pytest.fixture
async def fetching(server: Server) -> tuple[WarmFirst, SimpleNamespace]:
    """The manager, and what stands in for the runner: it only tells which model is loaded."""
    runner = SimpleNamespace(warm_model=None)
    app = server.container.queue.app
    manager = WarmFirst(
        app.connector,
        transactions=server.container.transactions,
        runner=cast(Any, runner),
        models=MODELS,
        world=server.container.world,
        patience=timedelta(seconds=60),
    )
    return manager, runner


async def fetch(manager: WarmFirst) -> str | None:
    worker = await manager.register_worker()
    found = await manager.fetch_job([model_queue(name) for name in MODELS], worker)
    return None if found is None else str(UUID(str(found.task_kwargs["job_id"])))


async def test_the_loaded_model_comes_first_for_a_while(
    server: Server,
    artist: SignedInUser,
    clock: FakeClock,
    fetching: tuple[WarmFirst, SimpleNamespace],
) -> None:
    manager, runner = fetching
    first_large = await queue(server, artist, "large")
    small = [await queue(server, artist, "small") for _ in range(3)]
    runner.warm_model = "small"
    assert await fetch(manager) == small[0]
    clock.advance(timedelta(seconds=59))
    assert await fetch(manager) == small[1]
    clock.advance(timedelta(seconds=2))
    assert await fetch(manager) == first_large
    runner.warm_model = "large"
    assert await fetch(manager) == small[2]
    assert await fetch(manager) is None


async def test_without_a_loaded_model_the_earliest_comes_first(
    server: Server, artist: SignedInUser, fetching: tuple[WarmFirst, SimpleNamespace]
) -> None:
    manager, _ = fetching
    jobs = [await queue(server, artist, model) for model in ("large", "small", "large")]
    assert [await fetch(manager) for _ in jobs] == jobs
