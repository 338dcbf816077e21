"""The pages of accounts: signing in for a program, and where the links of mails lead.

A link's page changes nothing until its button is pressed, as programs that look through mails open links too.
"""

from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query
from fastapi.responses import HTMLResponse

from sync_server.accounts.oauth_flow import Destination
from sync_server.accounts.providers import TITLES
from sync_server.accounts.routes.dependencies import Passwords, TheQueue
from sync_server.accounts.routes.new_password import redeem_new_password
from sync_server.accounts.routes.oauth import TheFlow
from sync_server.accounts.routes.password_check import ThePasswordCheck
from sync_server.accounts.rules import checked_email, email_to_look_up
from sync_server.accounts.service import Accounts, OneTimeTokens, SignedInBy, SignInCodes
from sync_server.platform.edge import AllTransactions
from sync_server.platform.errors import ServerError
from sync_server.platform.languages import current_language, translate
from sync_server.platform.rate_limits import limited
from sync_server.platform.web_pages import WebPages

router = APIRouter(include_in_schema=False)

PAGES = WebPages(Path(__file__).parents[1] / "pages")

RedirectUri = Annotated[str, Query(max_length=500)]
Challenge = Annotated[str, Query(max_length=128)]
State = Annotated[str, Query(max_length=512)]
Link = Annotated[str, Query(max_length=512)]


@router.get("/sign-in")
async def sign_in(
    flow: TheFlow, redirect_uri: RedirectUri = "", code_challenge: Challenge = "", state: State = ""
) -> HTMLResponse:
    """Opened by a program in the system's browser (RFC 8252), with its redirect address and PKCE challenge."""
    try:
        destination = flow.destination(redirect_uri, code_challenge=code_challenge, state=state)
    except ServerError as error:
        return _message("This page is opened by a program.", error=error)
    return PAGES.render("sign_in.html", **_going(flow, destination), email="")


@router.post("/sign-in", dependencies=[Depends(limited("login"))])
async def signed_in(
    flow: TheFlow,
    check: ThePasswordCheck,
    transactions: AllTransactions,
    email: Annotated[str, Form(max_length=254)],
    password: Annotated[str, Form(max_length=1024)],
    redirect_uri: Annotated[str, Form(max_length=500)],
    code_challenge: Annotated[str, Form(max_length=128)],
    state: Annotated[str, Form(max_length=512)] = "",
) -> HTMLResponse:
    """A second factor is asked for by the program, when it exchanges the code."""
    try:
        destination = flow.destination(redirect_uri, code_challenge=code_challenge, state=state)
    except ServerError as error:
        return _message("This page is opened by a program.", error=error)
    try:
        user_id = await check.account(email_to_look_up(email), password)
    except ServerError as error:
        return PAGES.refuse("sign_in.html", error, **_going(flow, destination), email=email)
    async with transactions.begin() as work:
        code = await work.get(SignInCodes).make(
            SignedInBy(user_id=user_id, is_new_user=False), code_challenge=code_challenge
        )
    return PAGES.render("signed_in.html", address=destination.with_code(code))


@router.get("/verify-email")
async def verify_email(token: Link = "") -> HTMLResponse:
    return PAGES.render("verify_email.html", token=token)


@router.post("/verify-email")
async def email_verified(
    transactions: AllTransactions, token: Annotated[str, Form(max_length=512)]
) -> HTMLResponse:
    try:
        async with transactions.begin() as work:
            redeemed = await work.get(OneTimeTokens).redeem_link("verify_email", token)
            if redeemed.user_id is not None:
                await work.get(Accounts).confirm_email(redeemed.user_id)
    except ServerError as error:
        return _message("The address is not confirmed.", error=error)
    return _message("Your address is confirmed.", text="You can close this page.")


@router.get("/reset-password")
async def reset_password(token: Link = "") -> HTMLResponse:
    return PAGES.render("reset_password.html", token=token)


@router.post("/reset-password")
async def password_reset(
    passwords: Passwords,
    transactions: AllTransactions,
    token: Annotated[str, Form(max_length=512)],
    password: Annotated[str, Form(max_length=1024)],
) -> HTMLResponse:
    try:
        await redeem_new_password(token, password, passwords=passwords, transactions=transactions)
    except ServerError as error:
        return PAGES.refuse("reset_password.html", error, token=token)
    return _message("Your new password is set. Sign in with it.", text="You can close this page.")


@router.get("/forgot-password")
async def forgot_password() -> HTMLResponse:
    return PAGES.render("forgot_password.html", email="")


@router.post("/forgot-password", dependencies=[Depends(limited("forgot-password"))])
async def link_asked_for(queue: TheQueue, email: Annotated[str, Form(max_length=254)]) -> HTMLResponse:
    """The same for every address."""
    try:
        await queue.defer("accounts.mail_reset", email=checked_email(email))
    except ServerError as error:
        return PAGES.refuse("forgot_password.html", error, email=email)
    return _message("If there is an account with this address, a mail is on its way.")


def _going(flow: TheFlow, destination: Destination) -> dict[str, Any]:
    return {
        "going": {
            "redirect_uri": destination.redirect_uri,
            "code_challenge": destination.code_challenge,
            "state": destination.state,
        },
        "providers": [(name, TITLES[name]) for name in flow.names],
    }


def _message(title: str, *, text: str = "", error: ServerError | None = None) -> HTMLResponse:
    language = current_language.get()
    values: dict[str, Any] = {
        "title": translate(title, language, {}),
        "text": translate(text, language, {}) if text else "",
    }
    if error is not None:
        return PAGES.refuse("message.html", error, done=False, **values)
    return PAGES.render("message.html", done=True, **values)
