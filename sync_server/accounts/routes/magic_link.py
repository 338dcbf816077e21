"""/users/auth/magic-link: a six-digit code by mail instead of a password."""

from fastapi import APIRouter, Depends, Request

from shared.contracts.accounts import MagicLinkRequest, MagicLinkVerifyRequest, SignedIn, UserCheck
from sync_server.accounts.routes.dependencies import (
    AskedLanguage,
    AskingClient,
    TheAccounts,
    TheMails,
)
from sync_server.accounts.rules import checked_email
from sync_server.accounts.service import Accounts, NewAccount, OneTimeTokens, Registration, SignIn
from sync_server.platform.edge import AllTransactions
from sync_server.platform.errors import (
    AccountSuspendedError,
    AuthenticationFailedError,
    InvalidEmailError,
    TwoFactorRequiredError,
)
from sync_server.platform.idempotency import IdempotentRoute
from sync_server.platform.openapi import errors
from sync_server.platform.rate_limits import limited
from sync_server.platform.replies import Reply

router = APIRouter(prefix="/auth/magic-link", tags=["sign-in"], route_class=IdempotentRoute)


@router.post(
    "/request",
    summary="Ask for a code",
    dependencies=[Depends(limited("forgot-password"))],
    responses=errors(InvalidEmailError),
)
async def request_code(
    asked: MagicLinkRequest, language: AskedLanguage, accounts: TheAccounts, mails: TheMails
) -> Reply[None]:
    """An address without an account gets a code too: using it makes the account."""
    email = checked_email(asked.email)
    account = await accounts.find(email)
    await mails.magic_link(
        user_id=account.id if account else None,
        email=email,
        language=account.language if account else language,
    )
    return Reply(data=None, message="A code is on its way to this address.")


@router.post(
    "/verify",
    summary="Sign in with the code",
    dependencies=[Depends(limited("login"))],
    responses=errors(
        AuthenticationFailedError, TwoFactorRequiredError, InvalidEmailError, AccountSuspendedError
    ),
)
async def verify_code(
    asked: MagicLinkVerifyRequest,
    client: AskingClient,
    language: AskedLanguage,
    transactions: AllTransactions,
) -> Reply[SignedIn]:
    email = checked_email(asked.email)
    async with transactions.begin() as work:
        await work.get(OneTimeTokens).redeem_code(email=email, code=asked.code)
        account = await work.get(Accounts).find(email)
        if account is None:
            new = NewAccount(email=email, password_hash=None, language=language, verified=True)
            user_id = await work.get(Registration).register(new)
        else:
            user_id = account.id
            await work.get(Accounts).confirm_email(user_id)
        return Reply(data=await work.get(SignIn).succeed(user_id, client, is_new_user=account is None))


@router.post(
    "/check-user",
    summary="Whether an address has an account",
    dependencies=[Depends(limited("check-user"))],
    responses=errors(InvalidEmailError),
)
async def check_user(asked: MagicLinkRequest, request: Request, accounts: TheAccounts) -> Reply[UserCheck]:
    """Where the operator keeps that to himself, the answer is always yes."""
    email = checked_email(asked.email)
    neutral: bool = request.app.state.neutral_registration
    return Reply(data=UserCheck(exists=neutral or await accounts.find(email) is not None))
