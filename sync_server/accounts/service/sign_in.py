"""Signing in: what slows an attacker down and not the owner, and what a success changes."""

from datetime import timedelta
from uuid import UUID

from shared.contracts.accounts import SignedIn, SignedInAccount
from sync_server.accounts.ports import Entitlements
from sync_server.accounts.repository import AccountRepository
from sync_server.accounts.rules import FAILURES_WINDOW, wait_after
from sync_server.accounts.service.accounts import AccountRecord, Accounts
from sync_server.accounts.service.sessions import Client, Sessions
from sync_server.accounts.service.two_factor import TwoFactor
from sync_server.accounts.tables import FailedSignInRow
from sync_server.platform.errors import (
    AccountSuspendedError,
    AuthenticationFailedError,
    RateLimitExceededError,
    TwoFactorRequiredError,
)
from sync_server.platform.ports import World
from sync_server.platform.security.tokens import TokenSigner

CHALLENGE_LIFETIME = timedelta(minutes=10)


class SignIn:
    """Failures count for an address and account together, and for the account from everywhere it was never signed in.

    So a guesser waits longer and longer, whether from one place or from many, and the owner, who comes from a place
    that is known, waits only for failures of that place.
    """

    def __init__(
        self,
        *,
        repository: AccountRepository,
        accounts: Accounts,
        sessions: Sessions,
        two_factor: TwoFactor,
        entitlements: Entitlements,
        tokens: TokenSigner,
        world: World,
    ) -> None:
        self._repository = repository
        self._accounts = accounts
        self._sessions = sessions
        self._two_factor = two_factor
        self._entitlements = entitlements
        self._tokens = tokens
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

    async def count_failure(self, email: str, client: Client) -> None:
        await self._repository.add(
            FailedSignInRow(
                id=self._world.new_id(), email=email, address=client.address, at=self._world.clock()
            )
        )

    async def succeed(self, user_id: UUID, client: Client, *, is_new_user: bool = False) -> SignedIn:
        """By the first factor. Raises AccountSuspendedError; TwoFactorRequiredError where there is a second."""
        account = await self._accounts.get(user_id)
        if account.state != "suspended" and await self._two_factor.is_on(user_id):
            challenge = self._tokens.sign("challenge", {"sub": str(user_id)}, lifetime=CHALLENGE_LIFETIME)
            raise TwoFactorRequiredError(
                "This account asks for a second factor.",
                advice="Type the code of your authenticator app, or a recovery code.",
                details={"challenge_token": challenge, "methods": ["code", "recovery_code"]},
            )
        return await self._open(account, client, is_new_user=is_new_user)

    async def succeed_twice(
        self, challenge_token: str, client: Client, *, code: str | None, recovery_code: str | None
    ) -> SignedIn:
        """By the second factor. Raises AuthenticationFailedError, and RateLimitExceededError after some of them."""
        user_id = UUID(self._tokens.read(challenge_token, "challenge")["sub"])
        account = await self._accounts.get(user_id)
        await self.check_pace(account.email, client)
        if not await self._two_factor.accepts(user_id, code=code, recovery_code=recovery_code):
            await self.count_failure(account.email, client)
            raise AuthenticationFailedError(
                "This code is wrong or was used before.",
                advice="Wait for the next one, or use a recovery code.",
            )
        return await self._open(account, client, is_new_user=False)

    async def _open(self, account: AccountRecord, client: Client, *, is_new_user: bool) -> SignedIn:
        user_id = account.id
        if account.state == "suspended":
            raise AccountSuspendedError("This account is suspended.", advice="Write to support.")
        await self._repository.forget_failures(account.email, client.address)
        await self._repository.remember_address(user_id, client.address, self._world.clock())
        pair = await self._sessions.issue(user_id, client)
        summary = await self._accounts.summary(user_id)
        user = SignedInAccount(**summary.model_dump(), credits=await self._entitlements.available(user_id))
        return SignedIn(**pair.model_dump(), user=user, is_new_user=is_new_user)
