"""How the services of accounts are built."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sync_server.accounts import tasks
from sync_server.accounts.repository import AccountRepository
from sync_server.accounts.service import (
    AccountMails,
    Accounts,
    Administration,
    Deletion,
    Entitlements,
    OneTimeTokens,
    Profiles,
    Registration,
    Sessions,
    SignIn,
    TokenAuthenticator,
)
from sync_server.platform.edge import Authenticator
from sync_server.platform.queue import TaskQueue
from sync_server.platform.work import Work

if TYPE_CHECKING:
    from sync_server.app.container import Container


def builders(container: Container) -> dict[type, Callable[[Work], Any]]:
    world, tokens = container.world, container.tokens
    return {
        AccountRepository: lambda work: AccountRepository(session=work.session),
        Accounts: lambda work: Accounts(
            repository=work.get(AccountRepository), storage=container.storage, clock=world.clock
        ),
        Sessions: lambda work: Sessions(repository=work.get(AccountRepository), tokens=tokens, world=world),
        OneTimeTokens: lambda work: OneTimeTokens(
            repository=work.get(AccountRepository),
            world=world,
            secret=container.settings.secret_key.get_secret_value(),
        ),
        AccountMails: lambda work: AccountMails(
            queue=work.get(TaskQueue),
            one_time_tokens=work.get(OneTimeTokens),
            public_url=container.settings.public_url,
        ),
        Registration: lambda work: Registration(
            repository=work.get(AccountRepository),
            entitlements=work.get(Entitlements),
            mails=work.get(AccountMails),
            world=world,
        ),
        SignIn: lambda work: SignIn(
            repository=work.get(AccountRepository),
            accounts=work.get(Accounts),
            sessions=work.get(Sessions),
            world=world,
        ),
        Profiles: lambda work: Profiles(
            repository=work.get(AccountRepository),
            entitlements=work.get(Entitlements),
            storage=container.storage,
            clock=world.clock,
        ),
        Deletion: lambda work: Deletion(
            repository=work.get(AccountRepository),
            entitlements=work.get(Entitlements),
            sessions=work.get(Sessions),
            mails=work.get(AccountMails),
            storage=container.storage,
            clock=world.clock,
        ),
        Administration: lambda work: Administration(
            repository=work.get(AccountRepository),
            entitlements=work.get(Entitlements),
            sessions=work.get(Sessions),
            world=world,
        ),
        Authenticator: lambda work: TokenAuthenticator(repository=work.get(AccountRepository), tokens=tokens),
    }


def register_tasks(container: Container) -> None:
    tasks.register(container.queue.app, transactions=container.transactions, clock=container.world.clock)
