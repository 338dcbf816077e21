"""/users/auth: registration, signing in and out, and what is sent by mail for it.

Passwords are hashed and checked with no transaction open: it takes long, and would hold a connection all the while.
"""

from fastapi import APIRouter, Depends, Request

from shared.contracts.accounts import (
    ForgotPasswordRequest,
    LoginRequest,
    LogoutRequest,
    RefreshRequest,
    RegisterRequest,
    RegistrationPending,
    ResetPasswordRequest,
    SignedIn,
    TokenCheck,
    TokenPair,
    VerifyEmailRequest,
)
from shared.contracts.ways_in import SecondFactorRequest
from sync_server.accounts.routes.dependencies import (
    AskedLanguage,
    AskingClient,
    Passwords,
    TheAccounts,
    TheAvatars,
    TheMails,
    TheOneTimeTokens,
    TheQueue,
    TheSessions,
)
from sync_server.accounts.routes.new_password import redeem_new_password
from sync_server.accounts.routes.password_check import ThePasswordCheck
from sync_server.accounts.rules import check_password, checked_email, email_to_look_up
from sync_server.accounts.service import (
    AccountMails,
    Accounts,
    NewAccount,
    Registration,
    SignIn,
)
from sync_server.platform import edge
from sync_server.platform.edge import AllTransactions
from sync_server.platform.errors import (
    AccountSuspendedError,
    AuthenticationFailedError,
    ConflictError,
    FileTooLargeError,
    InvalidEmailError,
    InvalidParametersError,
    InvalidTokenError,
    NotFoundError,
    TokenExpiredError,
    TwoFactorRequiredError,
    UnsupportedMediaTypeError,
    UserExistsError,
    ValidationFailedError,
    WeakPasswordError,
)
from sync_server.platform.idempotency import IdempotentRoute
from sync_server.platform.openapi import errors
from sync_server.platform.rate_limits import Limiter, limited
from sync_server.platform.replies import Reply

router = APIRouter(prefix="/auth", tags=["sign-in"], route_class=IdempotentRoute)


@router.post(
    "/register",
    status_code=201,
    summary="Make an account",
    dependencies=[Depends(limited("register"))],
    responses=errors(
        InvalidEmailError,
        WeakPasswordError,
        UserExistsError,
        InvalidParametersError,
        FileTooLargeError,
        UnsupportedMediaTypeError,
    ),
)
async def register(
    asked: RegisterRequest,
    client: AskingClient,
    language: AskedLanguage,
    passwords: Passwords,
    avatars: TheAvatars,
    transactions: AllTransactions,
    request: Request,
) -> Reply[SignedIn | RegistrationPending]:
    """Signed in at once; a mail asks to confirm the address.

    Where the operator keeps it to himself who has an account, the reply is the same for an address that has one,
    holds no tokens, and the owner of such an address gets a code to sign in with.
    """
    email = checked_email(asked.email)
    password = asked.password.get_secret_value()
    check_password(password, email=email)
    password_hash = await passwords.hash(password)
    neutral: bool = request.app.state.neutral_registration
    async with avatars.fetched(asked.avatar_url) as avatar_key, transactions.begin() as work:
        known = await work.get(Accounts).find(email) if neutral else None
        if known is not None:
            await work.get(AccountMails).magic_link(user_id=known.id, email=email, language=known.language)
        else:
            user_id = await work.get(Registration).register(
                NewAccount(
                    email=email,
                    password_hash=password_hash,
                    username=asked.username,
                    full_name=asked.full_name,
                    language=language,
                    avatar_key=avatar_key,
                )
            )
            if not neutral:
                signed_in = await work.get(SignIn).succeed(user_id, client, is_new_user=True)
    if known is not None:
        await avatars.drop(avatar_key)
    if neutral:
        return Reply(data=RegistrationPending(email=email), message="A mail tells you how to go on.")
    return Reply(
        data=signed_in, message="Your account is made. A mail to confirm your address is on its way."
    )


@router.post(
    "/login",
    summary="Sign in with a password",
    dependencies=[Depends(limited("login"))],
    responses=errors(AuthenticationFailedError, TwoFactorRequiredError, AccountSuspendedError),
)
async def login(
    asked: LoginRequest, client: AskingClient, check: ThePasswordCheck, transactions: AllTransactions
) -> Reply[SignedIn]:
    """Whether the address exists is told neither by the words nor by the time."""
    user_id = await check.account(email_to_look_up(asked.email), asked.password.get_secret_value())
    async with transactions.begin() as work:
        return Reply(data=await work.get(SignIn).succeed(user_id, client))


@router.post(
    "/two-factor",
    summary="Sign in with the second factor",
    dependencies=[Depends(limited("login"))],
    responses=errors(
        AuthenticationFailedError, InvalidTokenError, TokenExpiredError, AccountSuspendedError, NotFoundError
    ),
)
async def second_factor(
    asked: SecondFactorRequest, client: AskingClient, transactions: AllTransactions
) -> Reply[SignedIn]:
    async with transactions.begin() as work:
        signed_in = await work.get(SignIn).succeed_twice(
            asked.challenge_token, client, code=asked.code, recovery_code=asked.recovery_code
        )
    return Reply(data=signed_in)


@router.post(
    "/refresh",
    summary="Exchange a refresh token for new tokens",
    responses=errors(InvalidTokenError, TokenExpiredError, AccountSuspendedError),
)
async def refresh(
    asked: RefreshRequest, client: AskingClient, sessions: TheSessions, limiter: Limiter, request: Request
) -> Reply[TokenPair]:
    """Each refresh token is good once; a second use ends the sign-in, as somebody else may have it."""
    while True:  # again only where the same token is used elsewhere at this very moment
        token = await sessions.refreshable(asked.refresh_token.get_secret_value(), client)
        # Over the limit nothing is exchanged.
        await limiter.charge_named(request, "refresh", user_id=token.holder.user_id)
        pair = await sessions.exchange(token, client)
        if pair is not None:
            return Reply(data=pair)


@router.post("/logout", summary="Sign out", responses=errors())
async def logout(
    principal: edge.Leaving, sessions: TheSessions, asked: LogoutRequest | None = None
) -> Reply[None]:
    if asked is not None and asked.refresh_token is not None:
        await sessions.end_by_token(principal.user_id, asked.refresh_token.get_secret_value())
    elif principal.session_id is not None:
        await sessions.end(principal.user_id, principal.session_id)
    return Reply(data=None, message="You are signed out.")


@router.post(
    "/forgot-password",
    summary="Ask for a new password",
    dependencies=[Depends(limited("forgot-password"))],
    responses=errors(InvalidEmailError),
)
async def forgot_password(asked: ForgotPasswordRequest, queue: TheQueue) -> Reply[None]:
    """A task looks for the account, so that no reply is slower for an address that has one."""
    await queue.defer("accounts.mail_reset", email=checked_email(asked.email))
    return Reply(data=None, message="If there is an account with this address, a mail is on its way.")


@router.post(
    "/reset-password",
    summary="Choose a new password with the token of the mail",
    responses=errors(ValidationFailedError, WeakPasswordError),
)
async def reset_password(
    asked: ResetPasswordRequest, passwords: Passwords, transactions: AllTransactions
) -> Reply[None]:
    """Ends every sign-in."""
    await redeem_new_password(
        asked.reset_token,
        asked.new_password.get_secret_value(),
        passwords=passwords,
        transactions=transactions,
    )
    return Reply(data=None, message="Your new password is set. Sign in with it.")


@router.post(
    "/verify-email",
    summary="Confirm the address with the token of the mail",
    responses=errors(ValidationFailedError),
)
async def verify_email(
    asked: VerifyEmailRequest, tokens: TheOneTimeTokens, accounts: TheAccounts
) -> Reply[None]:
    redeemed = await tokens.redeem_link("verify_email", asked.verification_token)
    if redeemed.user_id is not None:
        await accounts.confirm_email(redeemed.user_id)
    return Reply(data=None, message="Your address is confirmed.")


@router.post(
    "/resend-verification",
    summary="Send the mail to confirm the address again",
    dependencies=[Depends(limited("resend-verification"))],
    responses=errors(ConflictError),
)
async def resend_verification(
    principal: edge.SignedIn, accounts: TheAccounts, mails: TheMails
) -> Reply[None]:
    account = await accounts.get(principal.user_id)
    if account.email_verified:
        raise ConflictError("Your address is confirmed already.")
    await mails.verify_email(user_id=account.id, email=account.email, language=account.language)
    return Reply(data=None, message="A mail to confirm your address is on its way.")


@router.post("/verify", summary="Whether an access token is good", responses=errors())
async def verify(principal: edge.Leaving) -> Reply[TokenCheck]:
    return Reply(data=TokenCheck(user_id=principal.user_id))
