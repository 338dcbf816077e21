"""The official `openai` package draws here unchanged: its client, its files, its errors."""

import asyncio
import base64
import io
from collections.abc import AsyncIterator, Awaitable
from typing import TypeVar

import httpx2
import openai
import pytest
from PIL import Image

from shared.contracts.errors import ErrorReport
from shared.contracts.ways_in import ApiKeyRequest
from sync_server.accounts.service import ApiKeys
from sync_server.credits.service import CreditLedger
from tests.support.cloud import CloudWorker
from tests.support.server import Server, SignedInUser

Made = TypeVar("Made")


@pytest.fixture
async def worker(server: Server, tmp_path: object) -> AsyncIterator[CloudWorker]:
    worker = CloudWorker(server.container, server.container.settings.data_folder)
    await worker.offer()
    yield worker
    await worker.executor.close()


@pytest.fixture
async def artist(server: Server) -> SignedInUser:
    user = await server.register(email="painter@example.com", tier="pro")
    async with server.container.transactions.begin() as work:
        await work.get(CreditLedger).grant(
            user.id, 900, kind="bonus", key="start", expires_at=None, description="A gift"
        )
    return user


@pytest.fixture
async def api_key(server: Server, artist: SignedInUser) -> str:
    async with server.container.transactions.begin() as work:
        return (await work.get(ApiKeys).make(artist.id, "pro", ApiKeyRequest(name="a program"))).key


def client_for(server: Server, api_key: str) -> openai.AsyncOpenAI:
    transport = httpx2.ASGITransport(app=server.client._transport.app)  # type: ignore[attr-defined]
    return openai.AsyncOpenAI(
        api_key=api_key,
        base_url="http://test/v1",
        http_client=openai.DefaultAsyncHttpxClient(transport=transport),
        max_retries=0,
    )


@pytest.fixture
async def client(server: Server, api_key: str) -> AsyncIterator[openai.AsyncOpenAI]:
    async with client_for(server, api_key) as client:
        yield client


async def made(worker: CloudWorker, asking: Awaitable[Made]) -> Made:
    """While the program waits for its reply, a worker does what is in the queue."""
    task = asyncio.ensure_future(asking)
    async with asyncio.timeout(30):
        while not task.done():
            await worker.work_off()
            await asyncio.sleep(0.02)
    return await task


def picture(size: tuple[int, int] = (64, 48), *, clear: tuple[int, int, int, int] | None = None) -> bytes:
    image = Image.new("RGBA" if clear else "RGB", size, "red")
    if clear:
        image.paste((0, 0, 0, 0), clear)
    data = io.BytesIO()
    image.save(data, "PNG")
    return data.getvalue()


def opened(encoded: str | None) -> Image.Image:
    assert encoded is not None
    return Image.open(io.BytesIO(base64.b64decode(encoded)))


async def test_a_picture_as_base64_and_at_an_address(
    client: openai.AsyncOpenAI, server: Server, worker: CloudWorker
) -> None:
    reply = await made(
        worker,
        client.images.generate(
            model="starter", prompt="a red house", n=2, size="512x256", response_format="b64_json"
        ),
    )
    assert reply.data is not None
    assert [opened(each.b64_json).size for each in reply.data] == [(512, 256)] * 2
    assert [each.url for each in reply.data] == [None, None]
    assert reply.data[0].revised_prompt == "a red house"
    reply = await made(
        worker,
        client.images.generate(
            prompt="a red house", model="gpt-image-2", quality="high", response_format="url"
        ),
    )
    assert reply.data is not None
    address = reply.data[0].url
    assert address is not None
    assert reply.data[0].b64_json is None
    assert Image.open(io.BytesIO((await server.client.get(address)).content)).size == (256, 256)


async def test_a_format_and_our_own_settings(client: openai.AsyncOpenAI, worker: CloudWorker) -> None:
    reply = await made(
        worker,
        client.images.generate(
            prompt="a boat", output_format="jpeg", extra_body={"seed": 11, "negative_prompt": "fog"}
        ),
    )
    assert reply.data is not None
    assert opened(reply.data[0].b64_json).format == "JPEG"
    assert reply.data[0].url is not None
    (request,) = worker.engine.requests
    assert (request.seed, request.negative_prompt) == (11, "fog")


async def test_an_edit_repaints_where_its_mask_is_clear(
    client: openai.AsyncOpenAI, worker: CloudWorker
) -> None:
    reply = await made(
        worker,
        client.images.edit(
            image=("a.png", picture()),
            mask=("m.png", picture(clear=(32, 0, 64, 48))),
            prompt="a boat",
            response_format="b64_json",
        ),
    )
    assert reply.data is not None
    found = opened(reply.data[0].b64_json).convert("RGB")
    assert found.size == (64, 48)
    assert found.getpixel((2, 20)) == (255, 0, 0)
    assert found.getpixel((60, 20)) != (255, 0, 0)


async def test_an_edit_without_a_mask(client: openai.AsyncOpenAI, worker: CloudWorker) -> None:
    """What is clear in the picture is its mask; where nothing is, all of it may change. A size scales it."""
    await made(worker, client.images.edit(image=picture(clear=(0, 0, 10, 10)), prompt="a boat"))
    reply = await made(
        worker, client.images.edit(image=[("a.png", picture())], prompt="a boat", size="128x96")
    )
    assert reply.data is not None
    assert opened(reply.data[0].b64_json).size == (128, 96)
    assert [request.kind for request in worker.engine.requests] == ["inpaint", "image_to_image"]


async def test_models(client: openai.AsyncOpenAI, worker: CloudWorker) -> None:
    assert [model.id async for model in client.models.list()] == ["starter"]
    assert (await client.models.retrieve("starter")).owned_by == "pentimento"
    with pytest.raises(openai.NotFoundError):
        await client.models.retrieve("nothing")


async def test_errors_have_its_shape(
    client: openai.AsyncOpenAI, server: Server, worker: CloudWorker, artist: SignedInUser
) -> None:
    with pytest.raises(openai.BadRequestError) as many:
        await client.images.generate(prompt="a boat", n=9)
    assert (many.value.param, many.value.type) == ("n", "invalid_request_error")
    for size in ("32x32", "1024", "9000x9000", "0x64"):
        with pytest.raises(openai.BadRequestError) as odd:
            await client.images.generate(prompt="a boat", size=size)
        assert odd.value.param == "size"
    with pytest.raises(openai.BadRequestError) as forbidden:
        await client.images.generate(prompt="a nude child")
    assert forbidden.value.code == "content_policy_violation"
    with pytest.raises(openai.NotFoundError) as unknown:
        await client.images.generate(prompt="a boat", model="no-such-model")
    assert "no-such-model" in unknown.value.message
    with pytest.raises(openai.BadRequestError) as shape:
        await client.images.edit(image=picture(), prompt="a boat", size="64x64")
    assert shape.value.param == "size"
    with pytest.raises(openai.BadRequestError) as opaque:
        await client.images.edit(image=picture(), mask=picture(), prompt="a boat")
    assert opaque.value.param == "mask"
    async with client_for(server, "pmt_not_ours") as stranger:
        with pytest.raises(openai.AuthenticationError) as unauthorised:
            await stranger.images.generate(prompt="a boat")
    assert unauthorised.value.code == "invalid_api_key"
    async with server.container.transactions.begin() as work:
        await work.get(CreditLedger).adjust(artist.id, -1000, key="spent", description="Spent")
    with pytest.raises(openai.APIStatusError) as poor:
        await client.images.generate(prompt="a boat")
    assert (poor.value.status_code, poor.value.code) == (402, "insufficient_quota")


async def test_a_failed_picture_costs_nothing_and_is_not_tried_again(
    client: openai.AsyncOpenAI, server: Server, worker: CloudWorker, artist: SignedInUser
) -> None:
    worker.engine._fail_with = ErrorReport(code="OUT_OF_MEMORY", message="There is not enough memory.")
    worker.engine._failures_left = 3
    again = client.with_options(max_retries=2)
    with pytest.raises(openai.InternalServerError) as failed:
        await made(worker, again.images.generate(prompt="a boat"))
    assert "not enough memory" in failed.value.message
    assert len(worker.engine.requests) == 1
    balance = await server.client.get("/api/v1/payments/credits/balance", headers=artist.headers)
    assert balance.json()["data"]["available"] == 1000
