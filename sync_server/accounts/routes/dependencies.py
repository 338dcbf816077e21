"""What the routes of accounts ask for."""

from typing import Annotated

from fastapi import Depends, Request

from sync_server.accounts.service import (
    AccountMails,
    Accounts,
    Avatars,
    Client,
    OneTimeTokens,
    Sessions,
)
from sync_server.platform.edge import calling_out, service
from sync_server.platform.languages import Language, preferred_language
from sync_server.platform.queue import TaskQueue
from sync_server.platform.rate_limits import address_of
from sync_server.platform.security.passwords import PasswordHasher


def _client(request: Request) -> Client:
    return Client(user_agent=request.headers.get("User-Agent", ""), address=address_of(request.scope))


def _language(request: Request) -> Language:
    return preferred_language(request.headers.get("Accept-Language", ""))


def _passwords(request: Request) -> PasswordHasher:
    passwords: PasswordHasher = request.app.state.passwords
    return passwords


AskingClient = Annotated[Client, Depends(_client)]
AskedLanguage = Annotated[Language, Depends(_language)]
Passwords = Annotated[PasswordHasher, Depends(_passwords)]
TheAccounts = Annotated[Accounts, service(Accounts)]
TheAvatars = Annotated[Avatars, calling_out(Avatars)]
TheSessions = Annotated[Sessions, service(Sessions)]
TheQueue = Annotated[TaskQueue, service(TaskQueue)]
TheMails = Annotated[AccountMails, service(AccountMails)]
TheOneTimeTokens = Annotated[OneTimeTokens, service(OneTimeTokens)]
