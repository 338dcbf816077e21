"""Rows of what opens an account besides its password: providers, codes for programs, second factors, API keys."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from sync_server.accounts.tables import (
    ApiCallsRow,
    ApiKeyRow,
    ConnectionRow,
    RecoveryCodeRow,
    SignInCodeRow,
    TwoFactorRow,
    UserRow,
)
from sync_server.platform.work import Work


class WaysInRepository:
    def __init__(self, *, work: Work) -> None:
        self._work = work

    @property
    def session(self) -> AsyncSession:
        return self._work.session

    async def add(self, row: object) -> None:
        self.session.add(row)
        await self.session.flush()

    async def delete(self, row: object) -> None:
        await self.session.delete(row)
        await self.session.flush()

    async def connection(self, provider: str, subject: str) -> ConnectionRow | None:
        query = select(ConnectionRow).where(
            ConnectionRow.provider == provider, ConnectionRow.subject == subject
        )
        return await self.session.scalar(query)

    async def connections(self, user_id: UUID) -> Sequence[ConnectionRow]:
        query = select(ConnectionRow).where(ConnectionRow.user_id == user_id)
        return (await self.session.scalars(query.order_by(ConnectionRow.provider))).all()

    async def locked_sign_in_code(self, code_hash: bytes) -> SignInCodeRow | None:
        query = select(SignInCodeRow).where(SignInCodeRow.hash == code_hash).with_for_update()
        return await self.session.scalar(query)

    async def two_factor(self, user_id: UUID) -> TwoFactorRow | None:
        return await self.session.get(TwoFactorRow, user_id)

    async def locked_two_factor(self, user_id: UUID) -> TwoFactorRow | None:
        query = select(TwoFactorRow).where(TwoFactorRow.user_id == user_id).with_for_update()
        return await self.session.scalar(query.execution_options(populate_existing=True))

    async def set_recovery_codes(self, user_id: UUID, hashes: Iterable[bytes]) -> None:
        """In place of all earlier ones."""
        await self.session.execute(delete(RecoveryCodeRow).where(RecoveryCodeRow.user_id == user_id))
        self.session.add_all(RecoveryCodeRow(user_id=user_id, hash=hashed) for hashed in hashes)
        await self.session.flush()

    async def spend_recovery_code(self, user_id: UUID, code_hash: bytes, now: datetime) -> bool:
        spent = await self.session.scalar(
            update(RecoveryCodeRow)
            .where(
                RecoveryCodeRow.user_id == user_id,
                RecoveryCodeRow.hash == code_hash,
                RecoveryCodeRow.used_at.is_(None),
            )
            .values(used_at=now)
            .returning(RecoveryCodeRow.user_id)
        )
        return spent is not None

    async def recovery_codes_left(self, user_id: UUID) -> int:
        query = select(func.count()).where(
            RecoveryCodeRow.user_id == user_id, RecoveryCodeRow.used_at.is_(None)
        )
        return int(await self.session.scalar(query) or 0)

    async def api_keys(self, user_id: UUID) -> Sequence[ApiKeyRow]:
        query = select(ApiKeyRow).where(ApiKeyRow.user_id == user_id)
        return (await self.session.scalars(query.order_by(ApiKeyRow.created_at, ApiKeyRow.id))).all()

    async def api_key_with_user(self, key_hash: bytes) -> tuple[ApiKeyRow, UserRow] | None:
        query = select(ApiKeyRow, UserRow).join(UserRow, UserRow.id == ApiKeyRow.user_id)
        row = (await self.session.execute(query.where(ApiKeyRow.hash == key_hash))).one_or_none()
        return (row[0], row[1]) if row else None

    async def delete_api_key(self, user_id: UUID, key_id: UUID) -> bool:
        deleted = await self.session.scalar(
            delete(ApiKeyRow)
            .where(ApiKeyRow.user_id == user_id, ApiKeyRow.id == key_id)
            .returning(ApiKeyRow.id)
        )
        return deleted is not None

    async def count_api_call(self, user_id: UUID, day: date) -> None:
        counted = insert(ApiCallsRow).values(user_id=user_id, day=day, calls=1)
        await self.session.execute(
            counted.on_conflict_do_update(
                index_elements=["user_id", "day"], set_={"calls": ApiCallsRow.calls + 1}
            )
        )

    async def api_calls(self, user_id: UUID, *, since: date, until: date) -> int:
        query = select(func.coalesce(func.sum(ApiCallsRow.calls), 0)).where(
            ApiCallsRow.user_id == user_id, ApiCallsRow.day >= since, ApiCallsRow.day <= until
        )
        return int(await self.session.scalar(query) or 0)

    async def clear_old(self, before: datetime) -> None:
        await self.session.execute(delete(SignInCodeRow).where(SignInCodeRow.expires_at < before))
