"""Whether it is the owner who asks, and not somebody at a desk that was left unlocked."""

from datetime import timedelta
from typing import Annotated

from fastapi import Depends
from pydantic import SecretStr

from sync_server.accounts.routes.password_check import PasswordCheck, ThePasswordCheck
from sync_server.accounts.service import AccountRecord, Accounts, Sessions
from sync_server.platform.edge import AllTransactions, Principal, service
from sync_server.platform.errors import AuthenticationFailedError
from sync_server.platform.ports import World
from sync_server.platform.work import Transactions

RECENT = timedelta(minutes=10)


class ProofOfPresence:
    def __init__(self, *, password_check: PasswordCheck, transactions: Transactions, world: World) -> None:
        self._password_check = password_check
        self._transactions = transactions
        self._world = world

    async def require(self, principal: Principal, password: SecretStr | None) -> AccountRecord:
        """By the password; for an account that has none, by a sign-in within ten minutes.

        A wrong password counts as a failed sign-in. Raises AuthenticationFailedError, RateLimitExceededError.
        """
        async with self._transactions.begin() as work:
            account = await work.get(Accounts).get(principal.user_id)
            found = await work.get(Accounts).password_hash(account.email)
            if found is None or found[1] is None:
                await self._require_recent(work.get(Sessions), principal)
                return account
        try:
            await self._password_check.account(account.email, password.get_secret_value() if password else "")
        except AuthenticationFailedError:
            raise AuthenticationFailedError(
                "The present password is wrong.", advice="Type it again, or ask for a new one by mail."
            ) from None
        return account

    async def _require_recent(self, sessions: Sessions, principal: Principal) -> None:
        began = await sessions.began(principal.session_id) if principal.session_id else None
        if began is None or self._world.clock() - began > RECENT:
            raise AuthenticationFailedError(
                "This needs a sign-in within the last ten minutes.", advice="Sign in again first."
            )


def _presence(
    password_check: ThePasswordCheck,
    transactions: AllTransactions,
    world: Annotated[World, service(World)],
) -> ProofOfPresence:
    return ProofOfPresence(password_check=password_check, transactions=transactions, world=world)


TheProof = Annotated[ProofOfPresence, Depends(_presence)]
