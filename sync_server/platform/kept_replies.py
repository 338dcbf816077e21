"""Replies kept under an Idempotency-Key for 24 hours.

A reply may hold tokens. It is encrypted with a key made from the client's Idempotency-Key and the server's secret,
and only a keyed hash of the former is stored: a copy of the database reveals no reply.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import cast

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import CursorResult, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from sync_server.platform.errors import ConflictError, UnprocessableError
from sync_server.platform.idempotency_tables import IdempotentReplyRow
from sync_server.platform.ports import World

KEPT = timedelta(hours=24)
_NONCE_BYTES = 12


@dataclass(frozen=True, kw_only=True)
class KeptReply:
    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One request with an Idempotency-Key: what it is known by, what it asks, what opens its reply."""

    identity: bytes
    request_hash: bytes
    cipher_key: bytes


class KeptReplies:
    def __init__(self, *, session: AsyncSession, world: World, secret: str, runs_at_most: timedelta) -> None:
        """A claim older than `runs_at_most` is of a process that died: its operation runs again and finds its intent."""
        self._session = session
        self._runs_at_most = runs_at_most
        self._world = world
        self._secret = secret.encode()

    def attempt(self, *, asker: str, method: str, path: str, key: str, request: bytes) -> Attempt:
        """`asker` is the user, or the address of somebody signed out."""
        named = f"{asker}\0{method}\0{path}\0{key}".encode()
        return Attempt(
            identity=hmac.digest(self._secret, b"identity\0" + named, "sha256"),
            request_hash=hashlib.sha256(request).digest(),
            cipher_key=hmac.digest(self._secret, b"reply\0" + named, "sha256"),
        )

    async def lock(self, attempt: Attempt) -> None:
        """Until this transaction ends nobody else runs the same; who comes meanwhile is told to come again."""
        number = int.from_bytes(attempt.identity[:8], signed=True)
        if not await self._session.scalar(select(func.pg_try_advisory_xact_lock(number))):
            raise still_running()

    async def find(self, attempt: Attempt) -> KeptReply | None:
        """Raises UnprocessableError where the key was used for something else."""
        row = await self._session.get(IdempotentReplyRow, attempt.identity)
        if row is None or row.created_at <= self._world.clock() - KEPT:
            return None
        _same_request(row, attempt)
        return self._opened(row.reply, attempt) if row.reply is not None else None

    async def keep(self, attempt: Attempt, reply: KeptReply) -> None:
        sealed = self._sealed(reply, attempt)
        await self._session.execute(
            insert(IdempotentReplyRow)
            .values(
                identity=attempt.identity,
                request_hash=attempt.request_hash,
                reply=sealed,
                created_at=self._world.clock(),
            )
            .on_conflict_do_update(
                index_elements=["identity"],
                set_={
                    "reply": sealed,
                    "request_hash": attempt.request_hash,
                    "created_at": self._world.clock(),
                },
            )
        )

    async def claim(self, attempt: Attempt) -> KeptReply | None:
        """For operations of several transactions: a row says that one runs. Gives the reply of a finished one."""
        now = self._world.clock()
        claimed = await self._session.scalar(
            insert(IdempotentReplyRow)
            .values(identity=attempt.identity, request_hash=attempt.request_hash, reply=None, created_at=now)
            .on_conflict_do_nothing()
            .returning(IdempotentReplyRow.identity)
        )
        if claimed is not None:
            return None
        row = await self._session.scalar(
            select(IdempotentReplyRow)
            .where(IdempotentReplyRow.identity == attempt.identity)
            .with_for_update()
        )
        if row is None:  # given up between the two statements
            raise still_running()
        if row.created_at > now - KEPT:
            _same_request(row, attempt)
            if row.reply is not None:
                return self._opened(row.reply, attempt)
            if row.created_at > now - self._runs_at_most:
                raise still_running()
        await self._session.execute(
            update(IdempotentReplyRow)
            .where(IdempotentReplyRow.identity == attempt.identity)
            .values(request_hash=attempt.request_hash, reply=None, created_at=now)
        )
        return None

    async def give_up(self, attempt: Attempt) -> None:
        """The operation ended without a reply worth keeping: the next try runs again."""
        await self._session.execute(
            delete(IdempotentReplyRow).where(
                IdempotentReplyRow.identity == attempt.identity, IdempotentReplyRow.reply.is_(None)
            )
        )

    async def forget_old(self) -> int:
        done = await self._session.execute(
            delete(IdempotentReplyRow).where(IdempotentReplyRow.created_at <= self._world.clock() - KEPT)
        )
        return cast("CursorResult[tuple[()]]", done).rowcount

    def _sealed(self, reply: KeptReply, attempt: Attempt) -> bytes:
        head = json.dumps({"status": reply.status, "headers": dict(reply.headers)}).encode()
        nonce = self._world.new_secret(_NONCE_BYTES)
        plain = len(head).to_bytes(4) + head + reply.body
        return nonce + AESGCM(attempt.cipher_key).encrypt(nonce, plain, attempt.identity)

    def _opened(self, sealed: bytes, attempt: Attempt) -> KeptReply:
        nonce, encrypted = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        plain = AESGCM(attempt.cipher_key).decrypt(nonce, encrypted, attempt.identity)
        body_begins = 4 + int.from_bytes(plain[:4])
        head = json.loads(plain[4:body_begins])
        return KeptReply(status=head["status"], headers=head["headers"], body=plain[body_begins:])


def _same_request(row: IdempotentReplyRow, attempt: Attempt) -> None:
    if row.request_hash != attempt.request_hash:
        raise UnprocessableError(
            "This Idempotency-Key was used for another request.",
            advice="Use a new key for each operation.",
        )


def still_running() -> ConflictError:
    return ConflictError(
        "The same request is still running.",
        advice="Wait a second, then send it again with the same Idempotency-Key.",
        headers={"Retry-After": "1"},
    )
