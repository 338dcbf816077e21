"""Jobs of hosted models: the provider's protocol as its own client speaks it, and what our worker makes of it."""

import asyncio
import base64
import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import fal_client
import httpx
import pytest
from PIL import Image
from pydantic import SecretStr

from shared.contracts.generation import ImageToImage, ModelReference, TextToImage
from shared.imaging.blob_folder import BlobFolder
from shared.imaging.recipe_pictures import read_recipe
from sync_server.app.settings import Settings
from sync_server.credits.service import CreditLedger
from sync_server.generation.providers.fal import FalQueue
from sync_server.generation.rules.hosted import address_of_model, arguments_of, hosted_models
from sync_server.generation.service.hosted import HostedRequests
from sync_server.generation.service.jobs import model_queue
from sync_server.generation.worker import FalExecutor, Runner
from sync_server.models.rules import load_catalogue
from sync_server.models.service import ModelCatalogue
from sync_server.platform.outside import OutsideFetcher
from tests.support.fal_simulator import KEY, FalSimulator
from tests.support.loopback import listening
from tests.support.server import FakeClock, Server, SignedInUser

DEV = "fal-ai/flux/dev"
WEBHOOK = "/api/v1/generation/webhooks/fal"


@pytest.fixture
def provider(clock: FakeClock) -> Iterator[FalSimulator]:
    simulator = FalSimulator(clock=clock)
    with listening(simulator.app) as address:
        simulator.address = address
        yield simulator


@pytest.fixture
def settings(tmp_path: Path, provider: FalSimulator) -> Settings:
    return Settings(
        data_folder=tmp_path / "data",
        fal_key=SecretStr(KEY),
        fal_url=provider.address,
        fal_keys_url=f"{provider.address}/.well-known/jwks.json",
    )


class HostedWorker:
    def __init__(self, server: Server, provider: FalSimulator, folder: Path) -> None:
        self._server = server
        self._provider = provider
        self._blobs = BlobFolder(folder / "hosted-blobs")

    async def runner(self) -> Runner:
        container = self._server.container
        async with container.transactions.begin() as work:
            requests, catalogue = work.get(HostedRequests), work.get(ModelCatalogue)
            await catalogue.offer(catalogue.hosted())
            models = catalogue.hosted()
        executor = FalExecutor(
            queue=FalQueue(http=container.http, url=self._provider.address, key=KEY),
            requests=requests,
            fetcher=OutsideFetcher(allowed=lambda _: True, ports=None),
            blobs=self._blobs,
            models=models,
            webhooks_at="https://api.test/api/v1",
            look_every=0.05,
        )
        return Runner(
            transactions=container.transactions,
            storage=container.storage,
            executor=executor,
            worker_id=container.world.new_id(),
            silence=timedelta(seconds=container.settings.worker_silence),
        )


@pytest.fixture
async def hosted(server: Server, provider: FalSimulator, tmp_path: Path) -> HostedWorker:
    worker = HostedWorker(server, provider, tmp_path)
    await worker.runner()  # whose models are offered with it
    return worker


async def create(server: Server, user: SignedInUser, *, path: str = "create", **body: Any) -> dict[str, Any]:
    asked = {"prompt": "a red house", "model": DEV, "width": 128, "height": 64, "seed": 5} | body
    sent = {name: value for name, value in asked.items() if value is not None}
    reply = await server.client.post(f"/api/v1/generation/{path}", json=sent, headers=user.headers)
    assert reply.status_code == 201, reply.text
    found: dict[str, Any] = reply.json()["data"]
    return found


async def job(server: Server, user: SignedInUser, job_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (
        await server.client.get(f"/api/v1/generation/jobs/{job_id}", headers=user.headers)
    ).json()["data"]
    return found


async def available(server: Server, user: SignedInUser) -> int:
    reply = await server.client.get("/api/v1/payments/credits/balance", headers=user.headers)
    return int(reply.json()["data"]["available"])


async def test_the_simulator_speaks_as_the_providers_own_client_expects(provider: FalSimulator) -> None:
    client = fal_client.AsyncClient(key=KEY)
    transport = httpx.ASGITransport(app=provider.app)
    provider.address = "https://queue.fal.run"
    async with httpx.AsyncClient(transport=transport, headers={"Authorization": f"Key {KEY}"}) as http:
        client.__dict__["_client"] = _ready(http)
        handle = await client.submit(DEV, {"prompt": "a boat"}, webhook_url="https://api.test/hook")
        assert provider.requests[handle.request_id].webhook == "https://api.test/hook"
        assert await handle.status() == fal_client.Queued(position=0)
        assert isinstance(await handle.status(), fal_client.InProgress)
        found = await handle.get(interval=0.01)
        assert found["images"][0]["content_type"] == "image/png"
        other = await client.get_handle(DEV, (await client.submit(DEV, {"prompt": "a boat"})).request_id)
        await other.cancel()
        assert provider.cancelled == [other.request_id]
        with pytest.raises(fal_client.FalClientHTTPError):
            await client.submit(DEV, {})


def _ready(client: httpx.AsyncClient) -> Any:
    """As its cached property keeps it: something that can be awaited again and again."""
    future = asyncio.get_running_loop().create_future()
    future.set_result(client)
    return future


async def test_a_picture_is_made_elsewhere_and_kept_here(
    server: Server, artist: SignedInUser, hosted: HostedWorker, provider: FalSimulator
) -> None:
    created = await create(server, artist, num_images=2)
    await (await hosted.runner()).run(UUID(created["job_id"]))
    done = await job(server, artist, created["job_id"])
    assert (done["status"], done["actual_credits"], done["safety_checked"]) == (
        "completed",
        created["estimated_credits"],
        True,
    )
    assert [(image["width"], image["height"]) for image in done["images"]] == [(128, 64)] * 2
    data = (await server.client.get(done["images"][0]["url"])).content
    recipe = read_recipe(data)
    assert recipe is not None
    assert (recipe.rendering.engine, recipe.rendering.seed) == (f"fal.ai {DEV}", 5)
    (asked,) = provider.requests.values()
    assert asked.arguments["image_size"] == {"width": 128, "height": 64}
    assert (asked.arguments["num_images"], asked.arguments["seed"]) == (2, 5)
    assert asked.webhook == f"https://api.test{WEBHOOK}/{created['job_id']}"


async def test_a_signed_webhook_wakes_the_worker(
    server: Server, artist: SignedInUser, hosted: HostedWorker, provider: FalSimulator, clock: FakeClock
) -> None:
    provider.holds = True
    created = await create(server, artist)
    running = asyncio.create_task((await hosted.runner()).run(UUID(created["job_id"])))
    async with asyncio.timeout(20):
        while not provider.requests:
            await asyncio.sleep(0.01)
        (number,) = provider.requests
        headers, body = provider.webhook(number)
        address = f"{WEBHOOK}/{created['job_id']}"
        refused = [
            await server.client.post(address, content=body + b" ", headers=headers),
            await server.client.post(
                address, content=body, headers={**headers, "X-Fal-Webhook-Signature": "00" * 64}
            ),
            await server.client.post(
                address, content=body, headers={**headers, "X-Fal-Webhook-Timestamp": "1"}
            ),
            await server.client.post(address, content=body),
        ]
        assert [reply.status_code for reply in refused] == [401] * 4
        assert not running.done()
        told = [await server.client.post(address, content=body, headers=headers) for _ in range(2)]
        assert [(reply.status_code, reply.json()["data"]["duplicate"]) for reply in told] == [
            (200, False),
            (200, True),
        ]
        await running
    assert (await job(server, artist, created["job_id"]))["status"] == "completed"
    other = await server.client.post(
        f"{WEBHOOK}/{server.container.world.new_id()}", content=body, headers=headers
    )
    assert other.status_code == 404
    clock.advance(timedelta(minutes=6))
    late = await server.client.post(f"{WEBHOOK}/{created['job_id']}", content=body, headers=headers)
    assert late.status_code == 401


async def test_who_takes_a_job_over_does_not_ask_for_it_again(
    server: Server, artist: SignedInUser, hosted: HostedWorker, provider: FalSimulator
) -> None:
    provider.holds = True
    created = await create(server, artist)
    running = asyncio.create_task((await hosted.runner()).run(UUID(created["job_id"])))
    async with asyncio.timeout(20):
        while not provider.requests:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        provider.holds = False
        await (await hosted.runner()).run(UUID(created["job_id"]))
    assert (await job(server, artist, created["job_id"]))["status"] == "completed"
    assert (len(provider.requests), provider.cancelled) == (1, [])


async def test_cancelling_reaches_the_provider_and_costs_nothing(
    server: Server, artist: SignedInUser, hosted: HostedWorker, provider: FalSimulator
) -> None:
    provider.holds = True
    created = await create(server, artist)
    running = asyncio.create_task((await hosted.runner()).run(UUID(created["job_id"])))
    async with asyncio.timeout(20):
        while not provider.requests:
            await asyncio.sleep(0.01)
        await server.client.delete(f"/api/v1/generation/jobs/{created['job_id']}", headers=artist.headers)
        await running
    assert (await job(server, artist, created["job_id"]))["status"] == "cancelled"
    assert provider.cancelled == list(provider.requests)
    assert await available(server, artist) == 1000


async def test_what_the_provider_can_not_make_costs_nothing(
    server: Server, artist: SignedInUser, hosted: HostedWorker, provider: FalSimulator
) -> None:
    provider.fails = "the runner ran out of memory"
    created = await create(server, artist)
    await (await hosted.runner()).run(UUID(created["job_id"]))
    failed = await job(server, artist, created["job_id"])
    assert (failed["status"], failed["error"]["code"]) == ("failed", "GENERATION_FAILED")
    assert "ran out of memory" in failed["error"]["message"]
    provider.fails, provider.down = None, True
    created = await create(server, artist)
    await (await hosted.runner()).run(UUID(created["job_id"]))
    assert (await job(server, artist, created["job_id"]))["error"]["code"] == "SERVICE_UNAVAILABLE"
    assert await available(server, artist) == 1000


async def test_pictures_that_are_held_back_are_given_back(
    server: Server, artist: SignedInUser, hosted: HostedWorker, provider: FalSimulator
) -> None:
    provider.unsafe = {1}
    created = await create(server, artist, num_images=2)
    await (await hosted.runner()).run(UUID(created["job_id"]))
    done = await job(server, artist, created["job_id"])
    assert (len(done["images"]), done["refunded_credits"]) == (1, created["estimated_credits"] // 2)
    provider.unsafe = {0}
    created = await create(server, artist)
    await (await hosted.runner()).run(UUID(created["job_id"]))
    blocked = await job(server, artist, created["job_id"])
    assert (blocked["status"], blocked["refunded_credits"]) == ("failed", created["estimated_credits"])


async def test_a_picture_goes_along_and_the_plan_is_asked_for(
    server: Server, artist: SignedInUser, hosted: HostedWorker, provider: FalSimulator
) -> None:
    data = io.BytesIO()
    Image.new("RGB", (64, 48), "red").save(data, "PNG")
    created = await create(
        server,
        artist,
        path="edit",
        model="fal-ai/nano-banana",
        width=None,
        height=None,
        image=base64.b64encode(data.getvalue()).decode(),
    )
    await (await hosted.runner()).run(UUID(created["job_id"]))
    (asked,) = provider.requests.values()
    assert asked.model == "fal-ai/nano-banana/edit"
    assert asked.arguments["image_urls"][0].startswith("data:image/png;base64,")
    poor = await server.register(email="poor@example.com")
    async with server.container.transactions.begin() as work:
        await work.get(CreditLedger).grant(
            poor.id, 900, kind="bonus", key="gift", expires_at=None, description="A gift"
        )
    for user, body, code in (
        (poor, {}, "MODEL_NOT_AVAILABLE"),
        (artist, {"model": "fal-ai/ideogram/v2", "num_images": 2}, "INVALID_PARAMETERS"),
    ):
        sent = {"prompt": "a house", "model": DEV, "width": 128, "height": 64} | body
        reply = await server.client.post("/api/v1/generation/create", json=sent, headers=user.headers)
        assert reply.json()["error"]["code"] == code


def test_each_hosted_model_of_the_catalogue_is_described() -> None:
    hosted = {name: entry for name, entry in load_catalogue().items() if entry.executor == "fal"}
    assert hosted.keys() == hosted_models().keys()
    for name, entry in hosted.items():
        assert model_queue(name) == f"model:{name}"
        assert (entry.most_images > 1) == ("num_images" in hosted_models()[name].takes)
        if set(entry.kinds) - {"text_to_image"}:
            assert hosted_models()[name].image is not None


def test_a_size_becomes_the_nearest_ratio_where_a_model_knows_only_those() -> None:
    model = ModelReference(id="fal-ai/nano-banana")
    request = TextToImage(model=model, prompt="a house", seed=1, width=1365, height=768)
    assert arguments_of(model.id, request, picture=None)["aspect_ratio"] == "16:9"
    assert address_of_model(model.id, request) == model.id
    picture = ImageToImage(model=model, prompt="a house", seed=1, image="0" * 64)
    assert address_of_model(model.id, picture) == "fal-ai/nano-banana/edit"
