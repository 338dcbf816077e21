"""Both WebSockets over real connections: what they tell, to whom, and what becomes of a client that can't keep up."""

import asyncio
import base64
import io
import json
import logging
import socket
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from PIL import Image
from sqlalchemy import text
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from shared.contracts.ways_in import ApiKeyRequest
from sync_server.accounts.service import ApiKeys
from sync_server.generation.service.jobs import job_topic
from sync_server.platform.logging import log_formatter
from sync_server.platform.signals import Signals
from sync_server.realtime.connection import NOT_SIGNED_IN, SYSTEM_TOPIC
from tests.support.cloud import CloudWorker
from tests.support.server import FakeClock, Server, SignedInUser
from tests.support.sockets import following

JOBS, EVERYTHING = "/ws/generation/jobs", "/ws"
_LISTENERS_END = text(
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
    " WHERE query = 'LISTEN pentimento' AND datname = current_database()"
)
PROGRESS = {"type": "subscribe", "events": ["generation_progress"]}


async def create(server: Server, user: SignedInUser, **body: Any) -> str:
    reply = await server.client.post(
        "/api/v1/generation/create",
        json={"prompt": "a red house", "steps": 4, "seed": 7} | body,
        headers=user.headers,
    )
    assert reply.status_code == 201, reply.text
    return str(reply.json()["data"]["job_id"])


async def refused(address: str, *, token: str | None = None, first: str | None = None) -> int:
    """The code that the server ends the connection with."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with connect(address, additional_headers=headers, proxy=None) as connection:
        if first is not None:
            await connection.send(first)
        with pytest.raises(ConnectionClosed) as closed:
            await asyncio.wait_for(connection.recv(), 20)
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code


async def test_a_job_is_followed_with_previews_to_its_picture(
    server: Server, address: str, artist: SignedInUser, worker: CloudWorker
) -> None:
    job_id = await create(server, artist, num_images=2)
    async with following(address + JOBS, artist.access_token) as client:
        await client.say({"type": "subscribe", "job_id": job_id})
        first = await client.next("job_status")
        assert (first["status"], first["queue_position"]) == ("queued", 1)
        await worker.work_off()
        done = await client.next("job_completed")
    assert [image["width"] for image in done["images"]] == [256, 256]
    assert done["image"] == done["images"][0]
    told = [message for message in client.heard if message["type"] == "job_status"]
    assert {message["status"] for message in told} == {"queued", "processing"}
    assert told[-1]["progress_percent"] == 100
    previews = [message["preview"] for message in told if message.get("preview")]
    assert previews
    assert Image.open(io.BytesIO(base64.b64decode(previews[-1]))).format == "JPEG"
    assert all(len(json.dumps(message)) < 8_000 for message in client.heard)


async def test_a_failed_and_a_cancelled_job_say_what_is_given_back(
    server: Server, address: str, artist: SignedInUser, worker: CloudWorker
) -> None:
    cancelled, other = await create(server, artist), await create(server, artist)
    async with following(address + JOBS, artist.access_token, headers={"Accept-Language": "ko"}) as client:
        for job_id in (cancelled, other):
            await client.say({"type": "subscribe", "job_id": job_id})
        assert (await client.next("job_status"))["message"] == "대기열에서 기다리는 중"
        await server.client.delete(f"/api/v1/generation/jobs/{cancelled}", headers=artist.headers)
        gone = await client.next("job_cancelled", job_id=cancelled)
        assert gone["refunded_credits"] > 0
        await client.say({"type": "unsubscribe", "job_id": other})
        await client.say({"type": "ping"})
        await client.next("pong")
        await worker.work_off()
        await client.say({"type": "ping"})
        await client.next("pong")
    assert not [m for m in client.heard if m.get("job_id") == other and m.get("status") == "completed"]


async def test_all_jobs_of_a_user_are_told_and_nobody_elses(
    server: Server, address: str, artist: SignedInUser, worker: CloudWorker
) -> None:
    other = await server.register(email="other@example.com", tier="pro")
    async with (
        following(address + EVERYTHING, artist.access_token) as client,
        following(address + EVERYTHING, other.access_token) as stranger,
        following(address + JOBS, other.access_token) as curious,
    ):
        for each in (client, stranger):
            await each.say({"type": "subscribe", "events": ["generation_progress", "system_notifications"]})
            assert (await each.next("subscribed"))["events"] == [
                "generation_progress",
                "system_notifications",
            ]
        job_id = await create(server, artist)
        await curious.say({"type": "subscribe", "job_id": job_id})
        assert (await curious.next("error"))["error"]["code"] == "NOT_FOUND"
        await worker.work_off()
        done = await client.next("generation_progress", status="completed")
        assert (done["generation_id"], done["progress"]) == (job_id, 100)
        async with server.container.transactions.begin() as work:
            await work.get(Signals).send({SYSTEM_TOPIC: {"type": "notice", "text": "Back in a minute."}})
        for each in (client, stranger):
            assert (await each.next("system_notification"))["message"] == "Back in a minute."
    assert [message["type"] for message in stranger.heard] == ["subscribed", "system_notification"]


async def test_after_a_reconnect_a_client_gets_what_it_missed(
    server: Server, address: str, artist: SignedInUser, worker: CloudWorker, clock: FakeClock
) -> None:
    before = await create(server, artist)
    await worker.work_off()
    clock.advance(timedelta(minutes=1))
    since = clock().isoformat()
    missed = await create(server, artist)
    async with following(address + EVERYTHING, artist.access_token) as client:
        await client.say(PROGRESS)
        await client.next("generation_progress", status="queued")
    await worker.work_off()
    async with following(address + JOBS, artist.access_token) as client:
        await client.say({"type": "subscribe", "job_id": missed})
        assert (await client.next("job_completed"))["job_id"] == missed
    opened = await create(server, artist)
    async with following(address + EVERYTHING, artist.access_token) as client:
        await client.say(PROGRESS | {"since": since})
        await client.next("generation_progress", job_id=opened)
    told = [(m["job_id"], m["status"]) for m in client.heard if m["type"] == "generation_progress"]
    assert told == [(missed, "completed"), (opened, "queued")]
    assert before not in str(client.heard)


async def test_what_the_database_kept_from_us_is_told_once_it_is_back(
    server: Server, address: str, artist: SignedInUser, worker: CloudWorker
) -> None:
    job_id = await create(server, artist)
    container = server.container
    async with following(address + JOBS, artist.access_token) as client:
        await client.say({"type": "subscribe", "job_id": job_id})
        await client.next("job_status")
        async with container.transactions.begin() as work:
            assert await work.session.scalar(_LISTENERS_END) >= 1
        await worker.work_off()
        assert (await client.next("job_completed"))["job_id"] == job_id


class TestWhoMayListen:
    async def test_the_token_in_a_header_the_query_or_the_first_message(
        self, server: Server, address: str, artist: SignedInUser
    ) -> None:
        ways: list[tuple[str, str | None, dict[str, Any] | None]] = [
            (EVERYTHING, artist.access_token, None),
            (f"{EVERYTHING}?token={artist.access_token}", None, None),
            (EVERYTHING, None, {"type": "auth", "token": artist.access_token}),
        ]
        for path, token, first in ways:
            async with following(address + path, token) as client:
                if first is not None:
                    await client.say(first)
                await client.say({"type": "ping"})
                await client.next("pong")

    @pytest.mark.parametrize("path", [JOBS, EVERYTHING])
    async def test_without_a_good_one_nothing_is_told(self, address: str, path: str) -> None:
        assert await refused(address + path, token="not.a.token") == NOT_SIGNED_IN
        assert await refused(f"{address}{path}?token=pmt_00") == NOT_SIGNED_IN
        assert await refused(address + path, first="nonsense") == NOT_SIGNED_IN
        assert await refused(address + path, first='{"type": "auth"}') == NOT_SIGNED_IN

    async def test_nonsense_is_answered_and_ends_nothing(self, address: str, artist: SignedInUser) -> None:
        async with following(address + JOBS, artist.access_token) as client:
            for words in ("[]", "no JSON", '{"type": "dance"}', '{"type": "subscribe"}', "[" * 5000):
                await client.connection.send(words)
                assert (await client.next("error"))["error"]["code"] == "INVALID_REQUEST"
            await client.say({"type": "ping"})
            await client.next("pong")

    async def test_a_page_of_another_origin_is_refused(self, address: str, artist: SignedInUser) -> None:
        with pytest.raises(Exception, match="403"):
            async with following(
                address + JOBS, artist.access_token, headers={"Origin": "https://evil.example"}
            ):
                pass

    async def test_tokens_are_never_logged(
        self,
        server: Server,
        address: str,
        artist: SignedInUser,
        caplog: pytest.LogCaptureFixture,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        async with server.container.transactions.begin() as work:
            key = (await work.get(ApiKeys).make(artist.id, "pro", ApiKeyRequest(name="a program"))).key
        # Where another test let uvicorn set up its logging, nothing of it reaches the root logger.
        told = logging.getLogger("uvicorn.error")
        monkeypatch.setattr(told, "handlers", [caplog.handler])
        caplog.set_level(logging.INFO, logger=told.name)
        for token in (artist.access_token, key):
            for path in (f"{EVERYTHING}?token={token}", f"{EVERYTHING}?x=1&to%6Ben={token}"):
                async with following(address + path) as client:
                    await client.say({"type": "ping"})
                    await client.next("pong")
        written = "\n".join(log_formatter(production=True).format(record) for record in caplog.records)
        assert "WebSocket" in written
        assert artist.access_token not in written
        assert key not in written


async def test_a_slow_client_is_dropped_and_hurts_nobody(
    server: Server, address: str, artist: SignedInUser, worker: CloudWorker
) -> None:
    job_id = await create(server, artist)
    topic, followers = job_topic(UUID(job_id)), server.container.listener._by_topic
    flood = {
        "type": "progress",
        "job_id": job_id,
        "status": "processing",
        "stage": "generating",
        "steps": 4,
        "progress": 25,
        "pictures": 1,
        "preview": "x" * 6000,
    }
    wish = {"type": "subscribe", "job_id": job_id}
    path = f"{JOBS}?token={artist.access_token}"
    slow = await asyncio.to_thread(_deaf_client, address, path, wish)
    try:
        async with following(address + JOBS, artist.access_token) as client, asyncio.timeout(120):
            await client.say(wish)
            while len(followers.get(topic, ())) < 2:
                await asyncio.sleep(0.01)
            sent = 0
            while len(followers[topic]) == 2:
                async with server.container.transactions.begin() as work:
                    for _ in range(50):
                        sent += 1
                        await work.get(Signals).send({topic: flood | {"step": sent}})
                # Whoever reads has every message, whatever the other one does.
                await client.next("job_status", seconds=10, step=sent)
        assert [m["step"] for m in client.heard if m.get("preview")] == list(range(1, sent + 1))
    finally:
        slow.close()


def _deaf_client(address: str, path: str, wish: dict[str, Any]) -> socket.socket:
    """Says what it wants once it was let in, and reads nothing from then on."""
    host, port = address.removeprefix("ws://").split(":")
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    connection.connect((host, int(port)))
    key = base64.b64encode(b"0123456789abcdef").decode()
    connection.sendall(
        f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    answer = b""
    while not answer.endswith(b"\r\n\r\n"):
        answer += connection.recv(1)
    words = json.dumps(wish).encode()
    connection.sendall(bytes([0x81, 0x80 | len(words)]) + bytes(4) + words)
    return connection
