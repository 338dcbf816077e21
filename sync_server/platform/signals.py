"""Short messages between all processes, by PostgreSQL's LISTEN and NOTIFY."""

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

log = logging.getLogger("pentimento.signals")

CHANNEL = "pentimento"
LARGEST_BYTES = 7_900
"""PostgreSQL takes messages of less than 8,000 bytes."""
_PAUSE_SECONDS = 1.0

Message = Mapping[str, Any]


class Signals:
    """Sends within a unit of work: the others hear it when that is committed, and never of what was undone."""

    def __init__(self, *, session: AsyncSession) -> None:
        self._session = session

    async def send(self, messages: Mapping[str, Message]) -> None:
        """Each under its topic."""
        payloads = [
            json.dumps({"topic": topic, **message}, separators=(",", ":"))
            for topic, message in messages.items()
        ]
        if any(len(payload.encode()) > LARGEST_BYTES for payload in payloads):
            raise ValueError("a message between processes is short")
        await self._session.execute(
            text("SELECT pg_notify(:channel, payload) FROM unnest(CAST(:payloads AS text[])) AS payload"),
            {"channel": CHANNEL, "payloads": payloads},
        )


class Subscription:
    """Messages of some topics, in order. One that is not read in time ends: `overrun` is then true."""

    def __init__(self, *, size: int) -> None:
        self.topics: set[str] = set()
        self.overrun = False
        self._messages: asyncio.Queue[Message] = asyncio.Queue(maxsize=size)

    async def next(self) -> Message:
        return await self._messages.get()

    def offer(self, message: Message) -> None:
        try:
            self._messages.put_nowait(message)
        except asyncio.QueueFull:
            self.overrun = True


class Listener:
    """One connection of a process that hears everything, and hands it to who wants it. `run` until cancelled."""

    def __init__(self, *, url: str) -> None:
        self._url = url
        self._by_topic: dict[str, set[Subscription]] = {}
        self.listening = asyncio.Event()

    async def run(self) -> None:
        again = False
        while True:
            try:
                await self._listen(again=again)
            except (psycopg.Error, OSError) as error:
                log.warning("the database's messages are not heard", extra={"problem": str(error)})
            again = True
            self.listening.clear()
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _listen(self, *, again: bool) -> None:
        async with await psycopg.AsyncConnection.connect(self._url, autocommit=True) as connection:
            await connection.execute(f"LISTEN {CHANNEL}".encode())
            self.listening.set()
            if again:
                # What was missed meanwhile nobody knows: everybody asks the database, now that nothing more is missed.
                for subscription in {each for group in self._by_topic.values() for each in group}:
                    subscription.offer({"topic": "", "type": "missed"})
            async for notification in connection.notifies():
                with contextlib.suppress(ValueError):
                    self._spread(json.loads(notification.payload))

    def _spread(self, message: Message) -> None:
        for subscription in self._by_topic.get(str(message.get("topic", "")), ()):
            subscription.offer(message)

    @asynccontextmanager
    async def subscribe(self, *topics: str, size: int = 100) -> AsyncIterator[Subscription]:
        subscription = Subscription(size=size)
        for topic in topics:
            self.add(subscription, topic)
        try:
            yield subscription
        finally:
            for topic in list(subscription.topics):
                self.remove(subscription, topic)

    def add(self, subscription: Subscription, topic: str) -> None:
        subscription.topics.add(topic)
        self._by_topic.setdefault(topic, set()).add(subscription)

    def remove(self, subscription: Subscription, topic: str) -> None:
        subscription.topics.discard(topic)
        group = self._by_topic.get(topic)
        if group is not None:
            group.discard(subscription)
            if not group:
                del self._by_topic[topic]
