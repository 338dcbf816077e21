"""A new password by the link of a mail."""

from sync_server.accounts.rules import check_password
from sync_server.accounts.service import AccountMails, Accounts, OneTimeTokens, Sessions
from sync_server.platform.security.passwords import PasswordHasher
from sync_server.platform.work import Transactions


async def redeem_new_password(
    token: str, password: str, *, passwords: PasswordHasher, transactions: Transactions
) -> None:
    """Ends every sign-in, and confirms the address. Raises ValidationFailedError, WeakPasswordError."""
    check_password(password, email="")
    password_hash = await passwords.hash(password)
    async with transactions.begin() as work:
        redeemed = await work.get(OneTimeTokens).redeem_link("reset_password", token)
        check_password(password, email=redeemed.email)
        if redeemed.user_id is not None:
            accounts = work.get(Accounts)
            await accounts.set_password_hash(redeemed.user_id, password_hash, changed=True)
            await accounts.confirm_email(redeemed.user_id)
            await work.get(Sessions).end_all(redeemed.user_id, reason="password reset")
            account = await accounts.get(redeemed.user_id)
            await work.get(AccountMails).password_changed(email=account.email, language=account.language)
