"""Leaving: asked for, taken back within thirty days, and then carried out."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sync_server.accounts.ports import Creations, Entitlements
from sync_server.accounts.repository import AccountRepository
from sync_server.accounts.service.mails import AccountMails
from sync_server.accounts.service.sessions import Sessions
from sync_server.platform.errors import ConflictError, NotFoundError
from sync_server.platform.ports import Clock
from sync_server.platform.storage import Storage

DELAY = timedelta(days=30)


class Deletion:
    def __init__(
        self,
        *,
        repository: AccountRepository,
        entitlements: Entitlements,
        creations: Creations,
        sessions: Sessions,
        mails: AccountMails,
        storage: Storage,
        clock: Clock,
    ) -> None:
        self._repository = repository
        self._entitlements = entitlements
        self._creations = creations
        self._sessions = sessions
        self._mails = mails
        self._storage = storage
        self._clock = clock

    async def ask(self, user_id: UUID, *, session_id: UUID | None) -> datetime:
        """When it will be carried out. Every other sign-in ends."""
        row = await self._repository.user(user_id)
        if row is None:
            raise NotFoundError("There is no such account.")
        row.state, row.deletion_requested_at = "deleting", self._clock()
        due = row.deletion_requested_at + DELAY
        await self._sessions.end_all(user_id, reason="deletion", but=session_id)
        await self._mails.deletion_asked(email=row.email, language=row.language, due=due)
        return due

    async def take_back(self, user_id: UUID) -> None:
        """Raises ConflictError where none was asked for."""
        row = await self._repository.user(user_id)
        if row is None or row.state != "deleting":
            raise ConflictError("The deletion of this account was not asked for.")
        row.state, row.deletion_requested_at = "active", None
        await self._repository.session.flush()

    async def due(self, *, limit: int) -> Sequence[UUID]:
        return await self._repository.users_to_delete(self._clock() - DELAY, limit=limit)

    async def erase(self, user_id: UUID) -> None:
        """Everything of the person; the ledger's entries stay without them."""
        row = await self._repository.locked_user(user_id)
        if row is None or row.deletion_requested_at is None:
            return
        if row.deletion_requested_at > self._clock() - DELAY:
            return
        await self._entitlements.erase(user_id)
        await self._creations.erase(user_id)
        if row.avatar_key:
            await self._storage.delete(row.avatar_key)
        await self._repository.forget_email(row.email)
        await self._repository.session.delete(row)
        await self._repository.session.flush()
