"""Accounts at other providers that open ours."""

from uuid import UUID

from sync_server.accounts.providers import Identity
from sync_server.accounts.repository import AccountRepository, WaysInRepository
from sync_server.accounts.rules import checked_email
from sync_server.accounts.service.registration import NewAccount, Registration
from sync_server.accounts.service.sign_in_codes import SignedInBy
from sync_server.accounts.tables import ConnectionRow
from sync_server.platform.errors import (
    ConflictError,
    EmailExistsError,
    NotFoundError,
    UnprocessableError,
)
from sync_server.platform.ports import Clock


class Connections:
    def __init__(
        self,
        *,
        accounts: AccountRepository,
        ways_in: WaysInRepository,
        registration: Registration,
        clock: Clock,
    ) -> None:
        self._accounts = accounts
        self._ways_in = ways_in
        self._registration = registration
        self._clock = clock

    async def sign_in(self, identity: Identity, *, language: str) -> SignedInBy:
        """The connected account; else that of the same address, where both sides have confirmed it; else a new one.

        Raises UnprocessableError where the provider knows no confirmed address, EmailExistsError where ours is not
        confirmed: whoever made that account may not be the address's owner.
        """
        known = await self._ways_in.connection(identity.provider, identity.subject)
        if known is not None:
            return SignedInBy(user_id=known.user_id, is_new_user=False)
        if identity.email is None:
            raise UnprocessableError(
                "{provider} has no confirmed e-mail address of yours.",
                advice="Confirm one there, or sign in another way.",
                provider=identity.provider_title,
            )
        email = checked_email(identity.email)
        account = await self._accounts.user_by_email(email)
        if account is None:
            new = NewAccount(
                email=email, password_hash=None, full_name=identity.name, language=language, verified=True
            )
            user_id = await self._registration.register(new)
        elif account.email_verified_at is None:
            raise EmailExistsError(
                "There is an account with this e-mail address that was never confirmed.",
                advice="Sign in to it by a code that we mail you, then connect {provider} in your settings.",
                provider=identity.provider_title,
            )
        else:
            user_id = account.id
        await self.connect(user_id, identity)
        return SignedInBy(user_id=user_id, is_new_user=account is None)

    async def connect(self, user_id: UUID, identity: Identity) -> ConnectionRow:
        """The same once more is no error. Raises ConflictError where either side is connected to another."""
        known = await self._ways_in.connection(identity.provider, identity.subject)
        if known is not None and known.user_id == user_id:
            return known
        if known is not None:
            raise ConflictError(
                "This account at {provider} is connected to another account here.",
                advice="Disconnect it there first.",
                provider=identity.provider_title,
            )
        if any(row.provider == identity.provider for row in await self._ways_in.connections(user_id)):
            raise ConflictError(
                "Your account is connected to another account at {provider}.",
                advice="Disconnect that one first.",
                provider=identity.provider_title,
            )
        row = ConnectionRow(
            user_id=user_id,
            provider=identity.provider,
            subject=identity.subject,
            email=identity.email,
            connected_at=self._clock(),
        )
        await self._ways_in.add(row)
        return row

    async def disconnect(self, user_id: UUID, provider: str) -> None:
        """Raises NotFoundError; ConflictError where it is the last way in."""
        # Locked, so that of two connections that are ended at once one stays.
        user = await self._accounts.locked_user(user_id)
        rows = await self._ways_in.connections(user_id)
        found = next((row for row in rows if row.provider == provider), None)
        if user is None or found is None:
            raise NotFoundError("Your account is not connected there.")
        if user.password_hash is None and len(rows) == 1:
            raise ConflictError(
                "This is the only way into your account.", advice="Set a password first, or connect another."
            )
        await self._ways_in.delete(found)
