"""Signing in: what slows an attacker down and not the owner, and what a success changes."""

from typing import NoReturn
from uuid import UUID

from shared.contracts.accounts import SignedIn
from sync_server.accounts.repository import AccountRepository
from sync_server.accounts.rules import FAILURES_WINDOW, wait_after
from sync_server.accounts.service.accounts import Accounts
from sync_server.accounts.service.sessions import Client, Sessions
from sync_server.accounts.tables import FailedSignInRow
from sync_server.platform.errors import (
    AccountSuspendedError,
    AuthenticationFailedError,
    RateLimitExceededError,
)
from sync_server.platform.ports import World


class SignIn:
    """Failures count for an address and account together, and for the account from everywhere it was never signed in.

    So a guesser waits longer and longer, whether from one place or from many, and the owner, who comes from a place
    that is known, waits only for failures of that place.
    """

    def __init__(
        self, *, repository: AccountRepository, accounts: Accounts, sessions: Sessions, world: World
    ) -> None:
        self._repository = repository
        self._accounts = accounts
        self._sessions = sessions
        self._world = world

    async def check_pace(self, email: str, client: Client) -> None:
        """Before a password is looked at. Raises RateLimitExceededError."""
        now = self._world.clock()
        failures = await self._repository.failures(email, now - FAILURES_WINDOW)
        user = await self._repository.user_by_email(email)
        known = user is not None and await self._repository.knows_address(user.id, client.address)
        counted = [row.at for row in failures if not known or row.address == client.address]
        wait = wait_after(counted, now=now)
        if wait:
            seconds = max(1, round(wait.total_seconds()))
            raise RateLimitExceededError(
                "Too many failed tries.",
                advice="Try again in {seconds} seconds, or ask for a new password.",
                details={
                    "limit": len(counted),
                    "retry_after_seconds": seconds,
                    "reset_at": (now + wait).isoformat(),
                },
                headers={"Retry-After": str(seconds)},
                seconds=seconds,
            )

    async def fail(self, email: str, client: Client) -> NoReturn:
        """Count the failure. Always raises AuthenticationFailedError, the same for every reason."""
        await self._repository.add(
            FailedSignInRow(
                id=self._world.new_id(), email=email, address=client.address, at=self._world.clock()
            )
        )
        raise AuthenticationFailedError(
            "The e-mail address or the password is wrong.", advice="Check both, or ask for a new password."
        )

    async def succeed(self, user_id: UUID, client: Client, *, is_new_user: bool = False) -> SignedIn:
        """Raises AccountSuspendedError."""
        account = await self._accounts.get(user_id)
        if account.state == "suspended":
            raise AccountSuspendedError("This account is suspended.", advice="Write to support.")
        await self._repository.forget_failures(account.email, client.address)
        await self._repository.remember_address(user_id, client.address, self._world.clock())
        pair = await self._sessions.issue(user_id, client)
        return SignedIn(
            **pair.model_dump(), user=await self._accounts.summary(user_id), is_new_user=is_new_user
        )
