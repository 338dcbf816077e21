"""/users/oauth: in through Google, GitHub or Discord, and what is connected."""

from typing import Annotated

from fastapi import APIRouter, Cookie, Depends, Query, Request
from fastapi.responses import RedirectResponse

from shared.contracts.accounts import SignedIn
from shared.contracts.ways_in import CodeExchange, Connection, ConnectRequest, ProviderName
from sync_server.accounts.oauth_flow import LIFETIME, Destination, Intent, Journey, OAuthFlow
from sync_server.accounts.providers import Identity
from sync_server.accounts.routes.dependencies import AskedLanguage, AskingClient
from sync_server.accounts.service import Connections, SignIn, SignInCodes
from sync_server.platform.edge import AllTransactions, InPerson, service
from sync_server.platform.errors import (
    AccountSuspendedError,
    AuthenticationFailedError,
    ConflictError,
    EmailExistsError,
    ForbiddenError,
    InvalidParametersError,
    InvalidTokenError,
    NotFoundError,
    ServerError,
    TwoFactorRequiredError,
    UnprocessableError,
    ValidationFailedError,
)
from sync_server.platform.languages import Language, current_language, translate
from sync_server.platform.openapi import Responses, errors
from sync_server.platform.replies import Reply

router = APIRouter(tags=["sign-in"])

COOKIE = "pentimento_oauth"
_ELSEWHERE: Responses = {302: {"description": "To the provider, or back to the redirect address."}}


def _flow(request: Request) -> OAuthFlow:
    flow: OAuthFlow = request.app.state.oauth_flow
    return flow


TheFlow = Annotated[OAuthFlow, Depends(_flow)]


@router.get(
    "/oauth/{provider}/authorize",
    status_code=302,
    response_class=RedirectResponse,
    summary="Go and sign in at the provider",
    responses={**_ELSEWHERE, **errors(InvalidParametersError)},
)
async def authorize(
    provider: ProviderName,
    flow: TheFlow,
    request: Request,
    redirect_uri: Annotated[
        str,
        Query(max_length=500, description="A listed address or a loopback one; empty: the reply is JSON."),
    ] = "",
    code_challenge: Annotated[
        str, Query(max_length=128, description="S256, needed with a redirect address.")
    ] = "",
    state: Annotated[str, Query(max_length=512, description="Comes back as it is.")] = "",
    intent: Annotated[Intent, Query(description="What the code at the end is for.")] = "sign_in",
) -> RedirectResponse:
    flow.provider(provider)
    destination = None
    if redirect_uri or intent == "connect":
        destination = flow.destination(redirect_uri, code_challenge=code_challenge, state=state)
    departure = await flow.depart(provider, Journey(intent=intent, destination=destination))
    reply = RedirectResponse(departure.url, status_code=302)
    reply.set_cookie(
        COOKIE,
        departure.cookie,
        max_age=int(LIFETIME.total_seconds()),
        path=_cookie_path(request),
        secure=flow.callback(provider).startswith("https://"),
        httponly=True,
        samesite="lax",
    )
    return reply


def _cookie_path(request: Request) -> str:
    return request.url.path.partition("/oauth/")[0] + "/oauth"


@router.get(
    "/oauth/{provider}/callback",
    summary="Where the provider sends the browser back",
    response_model=Reply[SignedIn],
    responses={
        **_ELSEWHERE,
        **errors(
            ValidationFailedError,
            InvalidTokenError,
            AuthenticationFailedError,
            TwoFactorRequiredError,
            AccountSuspendedError,
            EmailExistsError,
            UnprocessableError,
        ),
    },
)
async def callback(
    provider: ProviderName,
    flow: TheFlow,
    client: AskingClient,
    language: AskedLanguage,
    transactions: AllTransactions,
    state: Annotated[str, Query(max_length=4000)],
    code: Annotated[str, Query(max_length=2000)] = "",
    error: Annotated[str, Query(max_length=200)] = "",
    browser: Annotated[str, Cookie(alias=COOKIE, max_length=200)] = "",
) -> Reply[SignedIn] | RedirectResponse:
    """With a redirect address a one-time code goes there; without one the reply holds the tokens."""
    journey = flow.arrive(provider, state=state, cookie=browser)
    try:
        if error or not code:
            raise AuthenticationFailedError("You did not sign in there.", advice="Begin again.")
        identity = await flow.provider(provider).identify(
            code=code, verifier=flow.verifier(browser), callback=flow.callback(provider)
        )
        if journey.destination is not None:
            made = await _code(transactions, journey, journey.destination, identity, language)
            return RedirectResponse(journey.destination.with_code(made), status_code=302)
        async with transactions.begin() as work:
            by = await work.get(Connections).sign_in(identity, language=language)
            signed_in = await work.get(SignIn).succeed(by.user_id, client, is_new_user=by.is_new_user)
        return Reply(data=signed_in)
    except ServerError as refused:
        if journey.destination is None:
            raise
        text = translate(refused.report.message, current_language.get(), refused.report.values)
        return RedirectResponse(journey.destination.with_error(refused.code, text), status_code=302)


async def _code(
    transactions: AllTransactions,
    journey: Journey,
    destination: Destination,
    identity: Identity,
    language: Language,
) -> str:
    async with transactions.begin() as work:
        stands_for = (
            identity
            if journey.intent == "connect"
            else await work.get(Connections).sign_in(identity, language=language)
        )
        return await work.get(SignInCodes).make(stands_for, code_challenge=destination.code_challenge)


@router.post(
    "/auth/token",
    summary="Exchange the code of a redirect for tokens",
    responses=errors(AuthenticationFailedError, TwoFactorRequiredError, AccountSuspendedError),
)
async def exchange(
    asked: CodeExchange, client: AskingClient, transactions: AllTransactions
) -> Reply[SignedIn]:
    async with transactions.begin() as work:
        by = await work.get(SignInCodes).redeem_sign_in(asked.code, code_verifier=asked.code_verifier)
        return Reply(data=await work.get(SignIn).succeed(by.user_id, client, is_new_user=by.is_new_user))


@router.post(
    "/oauth/connect",
    summary="Connect an account at a provider",
    responses=errors(AuthenticationFailedError, ForbiddenError, ConflictError),
)
async def connect(
    asked: ConnectRequest, principal: InPerson, flow: TheFlow, transactions: AllTransactions
) -> Reply[Connection]:
    """With the code that came from `authorize?intent=connect`."""
    flow.provider(asked.provider)
    async with transactions.begin() as work:
        identity = await work.get(SignInCodes).redeem_connection(
            asked.authorization_code, code_verifier=asked.code_verifier
        )
        if identity.provider != asked.provider:
            raise AuthenticationFailedError("This code is for another provider.", advice="Begin again.")
        row = await work.get(Connections).connect(principal.user_id, identity)
        return Reply(data=Connection(provider=asked.provider, connected_at=row.connected_at))


@router.delete(
    "/oauth/{provider}/disconnect",
    summary="Disconnect an account at a provider",
    responses=errors(ForbiddenError, NotFoundError, ConflictError),
)
async def disconnect(
    provider: ProviderName,
    principal: InPerson,
    connections: Annotated[Connections, service(Connections)],
) -> Reply[None]:
    await connections.disconnect(principal.user_id, provider)
    return Reply(data=None, message="That account opens yours no longer.")
