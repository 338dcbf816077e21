"""Requests that lie at a hosted provider: kept, so that a worker that takes a job over never asks for it twice."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from sync_server.generation.providers.fal import Submission
from sync_server.generation.providers.fal_signatures import FalSignatures
from sync_server.generation.tables import HostedRequestRow
from sync_server.platform.errors import InvalidRequestError, NotFoundError, ServiceUnavailableError
from sync_server.platform.ports import Clock
from sync_server.platform.signals import Listener, Signals, Subscription
from sync_server.platform.work import Transactions


def hosted_topic(job_id: UUID) -> str:
    return f"hosted:{job_id}"


class HostedRequests:
    """Its workers call out between its transactions, so it opens its own."""

    def __init__(
        self,
        *,
        transactions: Transactions,
        listener: Listener,
        signatures: FalSignatures | None,
        clock: Clock,
    ) -> None:
        """`signatures` is None where no provider is set up."""
        self._transactions = transactions
        self._listener = listener
        self._signatures = signatures
        self._clock = clock

    async def find(self, job_id: UUID) -> Submission | None:
        async with self._transactions.begin() as work:
            row = await work.session.get(HostedRequestRow, job_id)
            if row is None:
                return None
            return Submission(
                request_id=row.request_id,
                status_url=row.status_url,
                response_url=row.response_url,
                cancel_url=row.cancel_url,
            )

    async def keep(self, job_id: UUID, submission: Submission) -> None:
        async with self._transactions.begin() as work:
            work.session.add(
                HostedRequestRow(
                    job_id=job_id,
                    request_id=submission.request_id,
                    status_url=submission.status_url,
                    response_url=submission.response_url,
                    cancel_url=submission.cancel_url,
                    outcome=None,
                    submitted_at=self._clock(),
                    told_at=None,
                )
            )

    async def forget(self, job_id: UUID) -> None:
        async with self._transactions.begin() as work:
            row = await work.session.get(HostedRequestRow, job_id)
            if row is not None:
                await work.session.delete(row)

    async def outcome(self, job_id: UUID) -> Mapping[str, Any] | None:
        """What the webhook told, where it has come."""
        async with self._transactions.begin() as work:
            row = await work.session.get(HostedRequestRow, job_id)
            return None if row is None else row.outcome

    @asynccontextmanager
    async def followed(self, job_id: UUID) -> AsyncIterator[Subscription]:
        async with self._listener.subscribe(hosted_topic(job_id)) as heard:
            yield heard

    async def receive(self, job_id: UUID, headers: Mapping[str, str], body: bytes) -> bool:
        """A webhook, from whoever sent it; False where it was told before.

        Raises UnauthorizedError, NotFoundError, InvalidRequestError, ServiceUnavailableError.
        """
        if self._signatures is None:
            raise ServiceUnavailableError("No hosted provider is set up on this server.")
        request_id = await self._signatures.check(headers, body)
        try:
            told = await asyncio.to_thread(json.loads, body)
        except (ValueError, RecursionError):
            told = None
        if not isinstance(told, dict):
            raise InvalidRequestError("This webhook is not understood.")
        async with self._transactions.begin() as work:
            row = await work.session.get(HostedRequestRow, job_id, with_for_update=True)
            if row is None or row.request_id != request_id:
                raise NotFoundError("There is no such request.")
            if row.told_at is not None:
                return False
            row.outcome, row.told_at = told, self._clock()
            await work.get(Signals).send({hosted_topic(job_id): {"type": "told"}})
        return True
