"""A password that somebody gives, held against the one that is kept."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends

from sync_server.accounts.routes.dependencies import AskingClient, Passwords
from sync_server.accounts.service import Accounts, Client, SignIn
from sync_server.platform.edge import AllTransactions
from sync_server.platform.errors import AuthenticationFailedError
from sync_server.platform.security.passwords import PasswordHasher
from sync_server.platform.work import Transactions


class PasswordCheck:
    """At the pace of failed sign-ins; no transaction is open while it is hashed."""

    def __init__(self, *, client: Client, passwords: PasswordHasher, transactions: Transactions) -> None:
        self._client = client
        self._passwords = passwords
        self._transactions = transactions

    async def account(self, email: str, password: str) -> UUID:
        """Whose it is. Neither the words nor the time tell whether the address has an account.

        Raises AuthenticationFailedError, RateLimitExceededError.
        """
        async with self._transactions.begin() as work:
            await work.get(SignIn).check_pace(email, self._client)
            found = await work.get(Accounts).password_hash(email)
        kept_hash = found[1] if found else None
        right = await self._passwords.verify(kept_hash, password)
        if not right or found is None or kept_hash is None:
            async with self._transactions.begin() as work:
                await work.get(SignIn).count_failure(email, self._client)
            raise AuthenticationFailedError(
                "The e-mail address or the password is wrong.",
                advice="Check both, or ask for a new password.",
            )
        if self._passwords.needs_rehash(kept_hash):
            newer_hash = await self._passwords.hash(password)
            async with self._transactions.begin() as work:
                await work.get(Accounts).set_password_hash(found[0], newer_hash, changed=False)
        return found[0]


def _password_check(
    client: AskingClient, passwords: Passwords, transactions: AllTransactions
) -> PasswordCheck:
    return PasswordCheck(client=client, passwords=passwords, transactions=transactions)


ThePasswordCheck = Annotated[PasswordCheck, Depends(_password_check)]
