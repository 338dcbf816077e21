"""A person's own profile and settings."""

from datetime import timedelta
from typing import cast
from uuid import UUID
from zoneinfo import available_timezones

from shared.contracts.accounts import AccountState, Role
from shared.contracts.billing import StorageView
from shared.contracts.profiles import (
    AccountSettings,
    LanguageName,
    Notifications,
    Preferences,
    PreferencesChange,
    Profile,
    ProfileChange,
    Theme,
    UsernameChanged,
)
from shared.contracts.ways_in import Connection, ProviderName
from sync_server.accounts.ports import Entitlements
from sync_server.accounts.repository import AccountRepository, Asking, ProfileQuery, WaysInRepository
from sync_server.accounts.service.deletion import DELAY
from sync_server.accounts.tables import UserRow
from sync_server.platform.errors import (
    NotFoundError,
    UnprocessableError,
    UserExistsError,
    ValidationFailedError,
)
from sync_server.platform.ports import Clock
from sync_server.platform.statements import Row
from sync_server.platform.storage import Storage
from sync_server.platform.work import Work

USERNAME_REST = timedelta(days=30)


class Profiles:
    def __init__(
        self,
        *,
        repository: AccountRepository,
        ways_in: WaysInRepository,
        entitlements: Entitlements,
        query: ProfileQuery,
        work: Work,
        storage: Storage,
        clock: Clock,
    ) -> None:
        self._repository = repository
        self._ways_in = ways_in
        self._entitlements = entitlements
        self._query = query
        self._work = work
        self._storage = storage
        self._clock = clock

    async def profile(self, user_id: UUID) -> Profile:
        row = await self._query.of_user(self._work, user_id, self._clock())
        if row is None:
            raise _no_account()
        return await self._profile(row)

    async def of_session(self, session_id: UUID) -> tuple[Asking, Profile] | None:
        """None where the session has ended."""
        row = await self._query.of_session(self._work, session_id, self._clock())
        return (row, await self._profile(row)) if row else None

    async def _profile(self, row: Row) -> Profile:
        overview = await self._entitlements.overview_from(row.id, row.facts)
        return Profile(
            id=row.id,
            email=row.email,
            username=row.username,
            full_name=row.full_name,
            avatar_url=await self._storage.url(row.avatar_key) if row.avatar_key else None,
            bio=row.bio,
            website=row.website,
            role=cast(Role, row.role),
            state=cast(AccountState, row.state),
            is_active=row.state == "active",
            email_verified=row.email_verified_at is not None,
            email_verified_at=row.email_verified_at,
            last_login_at=row.last_login_at,
            created_at=row.created_at,
            updated_at=row.updated_at,
            deletion_due_at=row.deletion_requested_at + DELAY if row.deletion_requested_at else None,
            preferences=_preferences(row),
            oauth_connections=[
                Connection(provider=one["provider"], connected_at=one["connected_at"])
                for one in row.connections or ()
            ],
            tier=overview.tier,
            credits=overview.credits,
            storage=StorageView(used_bytes=row.stored_bytes, quota_bytes=overview.storage_quota_bytes),
            subscription=overview.subscription,
            features=overview.features,
            limits=overview.limits,
        )

    async def change(self, user_id: UUID, change: ProfileChange) -> None:
        row = await self._row(user_id)
        for name in change.model_fields_set - {"preferences", "username", "avatar_url"}:
            setattr(row, name, getattr(change, name))
        if change.preferences is not None:
            _set_preferences(row, change.preferences)
        await self._changed(row)

    async def change_preferences(self, user_id: UUID, change: PreferencesChange) -> Preferences:
        row = await self._row(user_id)
        _set_preferences(row, change)
        await self._changed(row)
        return _preferences(row)

    async def change_username(self, user_id: UUID, username: str) -> UsernameChanged:
        """Raises UnprocessableError before that, UserExistsError for a taken name."""
        row = await self._row(user_id)
        now = self._clock()
        next_change = row.username_changed_at + USERNAME_REST if row.username_changed_at else now
        if now < next_change:
            raise UnprocessableError(
                "A username can change once in 30 days.",
                advice="It can change again on {date}.",
                details={"next_allowed_change": next_change.isoformat()},
                date=next_change.date(),
            )
        if username.lower() != row.username.lower() and await self._repository.username_taken(username):
            raise UserExistsError("The name {name} is taken.", advice="Choose another.", name=username)
        row.username, row.username_changed_at = username, now
        await self._changed(row)
        return UsernameChanged(username=username, updated_at=now, next_allowed_change=now + USERNAME_REST)

    async def avatar(self, user_id: UUID) -> str | None:
        return (await self._row(user_id)).avatar_key

    async def set_avatar(self, user_id: UUID, key: str | None) -> str | None:
        """The key of the one before, which nobody shows any more."""
        row = await self._row(user_id)
        before, row.avatar_key = row.avatar_key, key
        await self._changed(row)
        return before

    async def settings(self, user_id: UUID) -> AccountSettings:
        row = await self._row(user_id)
        two_factor = await self._ways_in.two_factor(user_id)
        return AccountSettings(
            profile={
                "username": row.username,
                "full_name": row.full_name,
                "email": row.email,
                "avatar_url": await self._storage.url(row.avatar_key) if row.avatar_key else None,
                "bio": row.bio,
                "website": row.website,
            },
            preferences=_preferences(row),
            security={
                "has_password": row.password_hash is not None,
                "last_password_change": row.password_changed_at.isoformat()
                if row.password_changed_at
                else None,
                "two_factor_enabled": two_factor is not None and two_factor.confirmed_at is not None,
                "recovery_codes_left": await self._ways_in.recovery_codes_left(user_id),
                "oauth_connections": [
                    connection.model_dump(mode="json") for connection in await self._connections(user_id)
                ],
            },
        )

    async def _changed(self, row: UserRow) -> None:
        row.updated_at = self._clock()
        await self._repository.session.flush()

    async def _connections(self, user_id: UUID) -> list[Connection]:
        return [
            Connection(provider=cast(ProviderName, row.provider), connected_at=row.connected_at)
            for row in await self._ways_in.connections(user_id)
        ]

    async def _row(self, user_id: UUID) -> UserRow:
        row = await self._repository.user(user_id)
        if row is None:
            raise _no_account()
        return row


def _no_account() -> NotFoundError:
    return NotFoundError("There is no such account.")


def _preferences(row: UserRow | Row) -> Preferences:
    return Preferences(
        theme=cast(Theme, row.theme),
        language=cast(LanguageName, row.language),
        timezone=row.timezone,
        notifications=Notifications.model_validate(row.preferences.get("notifications", {})),
    )


def _set_preferences(row: UserRow, change: PreferencesChange) -> None:
    if change.timezone is not None and change.timezone not in available_timezones():
        raise ValidationFailedError(
            "There is no time zone {name}.",
            advice="Use a name such as Asia/Seoul or UTC.",
            details={"fields": [{"path": "timezone", "message": "unknown"}]},
            name=change.timezone,
        )
    row.theme = change.theme or row.theme
    row.language = change.language or row.language
    row.timezone = change.timezone or row.timezone
    if change.notifications is not None:
        switches = row.preferences.get("notifications", {})
        asked = change.notifications.model_dump(exclude_unset=True)
        row.preferences = {**row.preferences, "notifications": {**switches, **asked}}
