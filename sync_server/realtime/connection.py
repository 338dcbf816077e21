"""One client's WebSocket: who it is, what it follows, and what is told to it."""

import asyncio
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from fastapi import WebSocket, WebSocketDisconnect
from pydantic import ValidationError

from shared.contracts.errors import PentimentoError
from sync_server.generation.repository import JobRepository
from sync_server.generation.service.jobs import job_topic, user_topic
from sync_server.platform.edge import Authenticator, Principal
from sync_server.platform.errors import InvalidTokenError, UnauthorizedError
from sync_server.platform.languages import Language, current_language
from sync_server.platform.replies import utc_now
from sync_server.platform.signals import Listener, Subscription
from sync_server.platform.work import Transactions
from sync_server.realtime import speech

NOT_SIGNED_IN = 4401
TOO_SLOW = 1013
BAD_MESSAGE = 1008

_FIRST_WORD_SECONDS = 10.0
_MISSED_AT_MOST = timedelta(minutes=10)
_CHECKED_EVERY = 60.0
_MOST_JOBS = 500
_LARGEST_MESSAGE = 16 * 1024
SYSTEM_TOPIC = "system"


class Connection:
    """`of_jobs` speaks of single jobs; otherwise of all events of the user."""

    def __init__(
        self,
        *,
        socket: WebSocket,
        transactions: Transactions,
        listener: Listener,
        language: Language,
        of_jobs: bool,
        patience: float,
    ) -> None:
        """`patience`: seconds in which the client must take a message."""
        self._socket = socket
        self._transactions = transactions
        self._listener = listener
        self._language = language
        self._of_jobs = of_jobs
        self._patience = patience
        self._token = ""
        self._events: set[str] = set()

    async def run(self, token: str | None) -> None:
        """Until one side ends it. A bad token, a client that is too slow and nonsense are told by the close code."""
        current_language.set(self._language)
        await self._socket.accept()
        try:
            self._token = token or await self._first_word()
            principal = await self._authenticate()
        except (PentimentoError, TimeoutError, ValueError):
            await self._socket.close(NOT_SIGNED_IN, "sign in with a good token")
            return
        except WebSocketDisconnect:
            return
        async with self._listener.subscribe() as subscription:
            tasks = [
                asyncio.create_task(work)
                for work in (
                    self._read(principal, subscription),
                    self._write(principal, subscription),
                    self._watch_token(),
                )
            ]
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            code = next(
                (task.result() for task in done if not task.cancelled() and not task.exception()), None
            )
            await self._end(code)

    async def _end(self, code: int | None) -> None:
        if code is None:
            return
        try:
            async with asyncio.timeout(self._patience):
                await self._socket.close(code)
        except (TimeoutError, RuntimeError, WebSocketDisconnect):
            return  # it is gone already

    async def _first_word(self) -> str:
        async with asyncio.timeout(_FIRST_WORD_SECONDS):
            text = await self._socket.receive_text()
        return speech.Auth.model_validate_json(text[:_LARGEST_MESSAGE]).token

    async def _authenticate(self) -> Principal:
        async with self._transactions.begin() as work:
            authenticator: Authenticator = work.get(Authenticator)  # type: ignore[type-abstract]  # by its port
            principal = await authenticator.authenticate(self._token)
        if principal.state != "active":
            raise UnauthorizedError("This account is not active.")
        return principal

    async def _watch_token(self) -> int:
        """A sign-in that has ended ends the connection; a client with a new token says so first."""
        while True:
            await asyncio.sleep(_CHECKED_EVERY)
            try:
                await self._authenticate()
            except PentimentoError:
                return NOT_SIGNED_IN

    async def _read(self, principal: Principal, subscription: Subscription) -> int | None:
        while True:
            try:
                text = await self._socket.receive_text()
            except (WebSocketDisconnect, KeyError):
                return None
            if len(text) > _LARGEST_MESSAGE:
                return BAD_MESSAGE
            try:
                await self._understand(json.loads(text), principal, subscription)
            except InvalidTokenError:
                return NOT_SIGNED_IN
            except (ValueError, ValidationError, RecursionError):
                await self._send(speech.problem("INVALID_REQUEST", "This message is not understood."))

    async def _understand(self, data: Any, principal: Principal, subscription: Subscription) -> None:
        kind = data.get("type") if isinstance(data, Mapping) else None
        if kind == "ping":
            await self._send({"type": "pong", "timestamp": speech.at()})
        elif kind == "auth":
            self._token = speech.Auth.model_validate(data).token
            if (await self._authenticate()).user_id != principal.user_id:
                raise InvalidTokenError("This token is another account's.")
        elif kind == "unsubscribe":
            self._leave(speech.Subscribe.model_validate(data), subscription, principal)
        else:
            await self._follow(speech.Subscribe.model_validate(data), principal, subscription)

    async def _follow(
        self, asked: speech.Subscribe, principal: Principal, subscription: Subscription
    ) -> None:
        if self._of_jobs and asked.job_id is not None:
            if len(subscription.topics) >= _MOST_JOBS:
                await self._send(speech.problem("INVALID_REQUEST", "Too many jobs are followed already."))
                return
            # First listen, then look: what happens in between is told twice rather than never.
            self._listener.add(subscription, job_topic(asked.job_id))
            if not await self._tell_state(asked.job_id, principal):
                self._listener.remove(subscription, job_topic(asked.job_id))
                await self._send(speech.problem("NOT_FOUND", "There is no such job of yours."))
            return
        if self._of_jobs or not asked.events:
            raise ValueError("nothing to follow")
        self._events |= set(asked.events)
        self._listener.add(subscription, user_topic(principal.user_id))
        self._listener.add(subscription, SYSTEM_TOPIC)
        await self._send({"type": "subscribed", "events": sorted(self._events), "timestamp": speech.at()})
        await self._tell_jobs(principal, since=asked.since)

    def _leave(self, asked: speech.Subscribe, subscription: Subscription, principal: Principal) -> None:
        if asked.job_id is not None:
            self._listener.remove(subscription, job_topic(asked.job_id))
        self._events -= set(asked.events or ())
        if asked.events and not self._events:
            self._listener.remove(subscription, user_topic(principal.user_id))
            self._listener.remove(subscription, SYSTEM_TOPIC)

    async def _write(self, principal: Principal, subscription: Subscription) -> int | None:
        while not subscription.overrun:
            message = await subscription.next()
            try:
                await self._pass_on(message, principal, subscription)
            except TimeoutError:
                return TOO_SLOW
            except (WebSocketDisconnect, RuntimeError):
                return None
        return TOO_SLOW

    async def _pass_on(
        self, message: Mapping[str, Any], principal: Principal, subscription: Subscription
    ) -> None:
        kind = message.get("type")
        if kind == "missed":
            await self._tell_all(principal, subscription)
        elif kind == "progress":
            if self._of_jobs:
                await self._send(speech.job_progress(message))
            elif "generation_progress" in self._events:
                await self._send(speech.generation_progress(message))
        elif kind == "job_changed":
            await self._tell_change(UUID(str(message["job_id"])), principal)
        elif kind == "notice" and "system_notifications" in self._events:
            await self._send(
                {"type": "system_notification", "message": message.get("text", ""), "timestamp": speech.at()}
            )

    async def _tell_change(self, job_id: UUID, principal: Principal) -> None:
        if self._of_jobs:
            await self._tell_state(job_id, principal)
        elif "generation_progress" in self._events:
            async with self._transactions.begin() as work:
                row = await work.get(JobRepository).own_job(job_id, principal.user_id)
            if row is not None:
                await self._send(speech.row_progress(row))

    async def _tell_state(self, job_id: UUID, principal: Principal) -> bool:
        async with self._transactions.begin() as work:
            state = await speech.state_of_job(work, job_id, principal.user_id, language=self._language)
        if state is None:
            return False
        await self._send(state)
        return True

    async def _tell_jobs(self, principal: Principal, *, since: datetime | None) -> None:
        """What has ended meanwhile, then what is open."""
        if "generation_progress" not in self._events:
            return
        async with self._transactions.begin() as work:
            repository = work.get(JobRepository)
            ended = await repository.ended_since(principal.user_id, since, limit=_MOST_JOBS) if since else []
            rows = [*ended, *await repository.open_jobs(principal.user_id)]
        for row in rows:
            await self._send(speech.row_progress(row))

    async def _tell_all(self, principal: Principal, subscription: Subscription) -> None:
        """After the database was away: everything that is followed, as it stands."""
        for topic in sorted(subscription.topics):
            if self._of_jobs and topic.startswith("job:"):
                await self._tell_state(UUID(topic.removeprefix("job:")), principal)
        if not self._of_jobs:
            await self._tell_jobs(principal, since=utc_now() - _MISSED_AT_MOST)

    async def _send(self, message: Mapping[str, Any]) -> None:
        """Raises TimeoutError for a client that takes nothing any more."""
        async with asyncio.timeout(self._patience):
            await self._socket.send_text(json.dumps(message, separators=(",", ":"), ensure_ascii=False))
