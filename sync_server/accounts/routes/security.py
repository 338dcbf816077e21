"""/users/me: the password and the second factor."""

from typing import Annotated

from fastapi import APIRouter

from shared.contracts.profiles import SecurityChange
from shared.contracts.ways_in import (
    Presence,
    RecoveryCodes,
    SecurityChanged,
    TwoFactorConfirmation,
    TwoFactorSetup,
)
from sync_server.accounts.routes.dependencies import Passwords
from sync_server.accounts.routes.presence import TheProof
from sync_server.accounts.rules import check_password
from sync_server.accounts.service import AccountMails, AccountRecord, Accounts, Sessions, TwoFactor
from sync_server.platform.edge import AllTransactions, InPerson, service
from sync_server.platform.errors import (
    AuthenticationFailedError,
    ConflictError,
    ForbiddenError,
    RateLimitExceededError,
    WeakPasswordError,
)
from sync_server.platform.openapi import errors
from sync_server.platform.replies import Reply
from sync_server.platform.work import Work

router = APIRouter(prefix="/me", tags=["profile"])


@router.put(
    "/settings/security",
    summary="Change the password, turn the second factor on or off",
    responses=errors(
        AuthenticationFailedError, ForbiddenError, ConflictError, WeakPasswordError, RateLimitExceededError
    ),
)
async def change_security(
    asked: SecurityChange,
    principal: InPerson,
    proof: TheProof,
    passwords: Passwords,
    transactions: AllTransactions,
) -> Reply[SecurityChanged]:
    """With the present password. A new one ends every other sign-in.

    `two_factor_enabled: true` answers with a secret for an authenticator app, and is on once a code of it was
    confirmed.
    """
    account = await proof.require(principal, asked.current_password)
    new_hash = None
    if asked.new_password is not None:
        new_password = asked.new_password.get_secret_value()
        check_password(new_password, email=account.email)
        new_hash = await passwords.hash(new_password)
    async with transactions.begin() as work:
        if new_hash is not None:
            await work.get(Accounts).set_password_hash(account.id, new_hash, changed=True)
            await work.get(Sessions).end_all(account.id, reason="password changed", but=principal.session_id)
            await work.get(AccountMails).password_changed(email=account.email, language=account.language)
        setup = await _set_two_factor(work, account, wanted=asked.two_factor_enabled)
        changed = SecurityChanged(
            two_factor_enabled=await work.get(TwoFactor).is_on(account.id), two_factor_setup=setup
        )
    return Reply(data=changed, message="Your security settings are changed.")


async def _set_two_factor(
    work: Work, account: AccountRecord, *, wanted: bool | None
) -> TwoFactorSetup | None:
    if wanted:
        return await work.get(TwoFactor).begin(account.id, email=account.email)
    if wanted is False and await work.get(TwoFactor).turn_off(account.id):
        await work.get(AccountMails).two_factor_off(email=account.email, language=account.language)
    return None


@router.post(
    "/two-factor/confirm",
    summary="Turn the second factor on with a first code",
    responses=errors(AuthenticationFailedError, ForbiddenError, ConflictError),
)
async def confirm_two_factor(
    asked: TwoFactorConfirmation,
    principal: InPerson,
    two_factor: Annotated[TwoFactor, service(TwoFactor)],
    accounts: Annotated[Accounts, service(Accounts)],
    mails: Annotated[AccountMails, service(AccountMails)],
) -> Reply[RecoveryCodes]:
    """The recovery codes are shown this once."""
    codes = await two_factor.confirm(principal.user_id, asked.code)
    account = await accounts.get(principal.user_id)
    await mails.two_factor_on(email=account.email, language=account.language)
    return Reply(data=RecoveryCodes(recovery_codes=list(codes)))


@router.post(
    "/two-factor/recovery-codes",
    summary="New recovery codes",
    responses=errors(AuthenticationFailedError, ForbiddenError, ConflictError, RateLimitExceededError),
)
async def new_recovery_codes(
    principal: InPerson, proof: TheProof, transactions: AllTransactions, asked: Presence | None = None
) -> Reply[RecoveryCodes]:
    await proof.require(principal, asked.current_password if asked else None)
    async with transactions.begin() as work:
        two_factor = work.get(TwoFactor)
        if not await two_factor.is_on(principal.user_id):
            raise ConflictError(
                "Two-factor sign-in is off.", advice="Turn it on in your security settings first."
            )
        codes = await two_factor.new_recovery_codes(principal.user_id)
    return Reply(data=RecoveryCodes(recovery_codes=list(codes)))
