"""How a job of the cloud goes on: by WebSocket, and by asking where none stands."""

import asyncio
import base64
import binascii
import json
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import aclosing
from typing import Any, cast, get_args
from urllib.parse import urlsplit
from uuid import UUID

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from desktop.account.errors import CloudError, UnreachableError
from desktop.generation.cloud.api import CloudApi, JobNews
from shared.contracts.job_views import JobStage, JobStatus

PAUSES = (0.5, 1.0, 2.0, 5.0, 10.0)
"""Seconds between tries to connect; the last one from then on."""
SILENCE_SECONDS = 20.0
"""After which the job is asked for, in case a message was lost."""
_OPEN_SECONDS = 10.0
_NOT_SIGNED_IN = 4401
_STATUSES: Mapping[str, JobStatus] = {
    "job_completed": "completed",
    "job_failed": "failed",
    "job_cancelled": "cancelled",
}


class JobFollower:
    """`on_contact` is told whether the cloud answers, each time that it was tried."""

    def __init__(self, *, api: CloudApi) -> None:
        self._api = api

    async def follow(
        self, cloud_id: UUID, *, on_contact: Callable[[bool], None]
    ) -> AsyncGenerator[JobNews, None]:
        """Until the job has ended, however often the network goes. Raises CloudError and NotSignedInError."""
        tries = 0
        while True:
            async with aclosing(self._listen(cloud_id)) as listening:
                async for news in listening:
                    tries = 0
                    on_contact(True)
                    yield news
                    if news.has_ended:
                        return
            try:
                news = await self._api.news(cloud_id)
            except UnreachableError:
                on_contact(False)
            except CloudError as error:
                if not error.passes:
                    raise
                on_contact(False)
            else:
                on_contact(True)
                yield news
                if news.has_ended:
                    return
            await asyncio.sleep(PAUSES[min(tries, len(PAUSES) - 1)])
            tries += 1

    async def _listen(self, cloud_id: UUID) -> AsyncGenerator[JobNews, None]:
        """Ends where the connection does."""
        session = self._api.client.session
        try:
            token = await session.token()
            async with connect(
                _address(self._api.client.server),
                additional_headers={"Authorization": f"Bearer {token}"},
                ssl=await _trust(self._api.client.server),
                open_timeout=_OPEN_SECONDS,
                max_size=1024 * 1024,
            ) as socket:
                await socket.send(json.dumps({"type": "subscribe", "job_id": str(cloud_id)}))
                async for message in self._messages(socket, cloud_id):
                    yield message
        except ConnectionClosed as error:
            if error.rcvd is not None and error.rcvd.code == _NOT_SIGNED_IN:
                await session.renew(token)
        except (OSError, TimeoutError, WebSocketException, UnreachableError):
            return

    async def _messages(self, socket: ClientConnection, cloud_id: UUID) -> AsyncIterator[JobNews]:
        while True:
            try:
                async with asyncio.timeout(SILENCE_SECONDS):
                    text = await socket.recv()
            except TimeoutError:
                yield await self._api.news(cloud_id)
                continue
            news = read_message(text, cloud_id)
            if news is not None:
                yield news


def read_message(text: str | bytes, cloud_id: UUID) -> JobNews | None:
    """None for what says nothing of this job. Raises CloudError where the server refuses to tell of it."""
    message = _parsed(text)
    kind = str(message.get("type"))
    if kind == "error" and (error := message.get("error") or {}).get("code") == "NOT_FOUND":
        raise CloudError(str(error.get("message", "")), code="NOT_FOUND", status=404)
    if message.get("job_id") != str(cloud_id):
        return None
    if kind in _STATUSES:
        return JobNews(status=_STATUSES[kind])
    known = kind == "job_status" and message.get("status") in get_args(JobStatus)
    return _news(message) if known else None


def _parsed(text: str | bytes) -> dict[str, Any]:
    try:
        message = json.loads(text)
    except ValueError:
        return {}
    return message if isinstance(message, dict) else {}


def _news(message: Mapping[str, Any]) -> JobNews:
    stage, place = message.get("stage"), message.get("place")
    return JobNews(
        status=cast("JobStatus", message["status"]),
        stage=cast("JobStage", stage) if stage in get_args(JobStage) else "",
        step=int(message.get("step") or 0),
        steps=int(message.get("steps") or 0),
        preview=_bytes(message.get("preview")),
        place=(int(place[0]), int(place[1]), int(place[2]), int(place[3]))
        if isinstance(place, list) and len(place) == 4
        else None,
    )


def _bytes(encoded: object) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True) if isinstance(encoded, str) else b""
    except (binascii.Error, ValueError):
        return b""


def _address(server: str) -> str:
    parts = urlsplit(server)
    return f"{'wss' if parts.scheme == 'https' else 'ws'}://{parts.netloc}/ws/generation/jobs"


async def _trust(server: str) -> ssl.SSLContext | None:
    if not server.startswith("https:"):
        return None
    return await asyncio.to_thread(ssl.create_default_context)
