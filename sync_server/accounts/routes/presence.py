"""Whether it is the owner who asks, and not somebody at a desk that was left unlocked."""

from datetime import timedelta
from typing import Annotated

from fastapi import Depends
from pydantic import SecretStr

from sync_server.accounts.routes.dependencies import AskingClient, Passwords
from sync_server.accounts.service import AccountRecord, Accounts, Client, Sessions, SignIn
from sync_server.platform.edge import AllTransactions, Principal, service
from sync_server.platform.errors import AuthenticationFailedError
from sync_server.platform.ports import World
from sync_server.platform.security.passwords import PasswordHasher
from sync_server.platform.work import Transactions

RECENT = timedelta(minutes=10)


class ProofOfPresence:
    def __init__(
        self, *, client: Client, passwords: PasswordHasher, transactions: Transactions, world: World
    ) -> None:
        self._client = client
        self._passwords = passwords
        self._transactions = transactions
        self._world = world

    async def require(self, principal: Principal, password: SecretStr | None) -> AccountRecord:
        """By the password; for an account that has none, by a sign-in within ten minutes.

        A wrong password counts as a failed sign-in. Raises AuthenticationFailedError, RateLimitExceededError.
        """
        async with self._transactions.begin() as work:
            account = await work.get(Accounts).get(principal.user_id)
            found = await work.get(Accounts).password_hash(account.email)
            password_hash = found[1] if found else None
            if password_hash is None:
                await self._require_recent(work.get(Sessions), principal)
                return account
            await work.get(SignIn).check_pace(account.email, self._client)
        given = password.get_secret_value() if password else ""
        if not await self._passwords.verify(password_hash, given):
            async with self._transactions.begin() as work:
                await work.get(SignIn).count_failure(account.email, self._client)
            raise AuthenticationFailedError(
                "The present password is wrong.", advice="Type it again, or ask for a new one by mail."
            )
        return account

    async def _require_recent(self, sessions: Sessions, principal: Principal) -> None:
        began = await sessions.began(principal.session_id) if principal.session_id else None
        if began is None or self._world.clock() - began > RECENT:
            raise AuthenticationFailedError(
                "This needs a sign-in within the last ten minutes.", advice="Sign in again first."
            )


def _presence(
    client: AskingClient,
    passwords: Passwords,
    transactions: AllTransactions,
    world: Annotated[World, service(World)],
) -> ProofOfPresence:
    return ProofOfPresence(client=client, passwords=passwords, transactions=transactions, world=world)


TheProof = Annotated[ProofOfPresence, Depends(_presence)]
