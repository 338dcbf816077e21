"""How the services of accounts are built."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sync_server.accounts import tasks
from sync_server.accounts.repository import AccountRepository, ProfileQuery, WaysInRepository
from sync_server.accounts.service import (
    AccountMails,
    Accounts,
    Administration,
    ApiKeys,
    Avatars,
    Connections,
    Creations,
    Deletion,
    Entitlements,
    OneTimeTokens,
    OwnerAuthenticator,
    People,
    Profiles,
    Registration,
    Sessions,
    SignIn,
    SignInCodes,
    TokenAuthenticator,
    TwoFactor,
    Usage,
)
from sync_server.billing.service import entitlement_facts
from sync_server.platform.edge import Authenticator
from sync_server.platform.queue import TaskQueue
from sync_server.platform.security.sealing import Sealer
from sync_server.platform.work import Work

if TYPE_CHECKING:
    from sync_server.app.container import Container


def builders(container: Container) -> dict[type, Callable[[Work], Any]]:
    world, tokens = container.world, container.tokens
    secret = container.settings.secret_key.get_secret_value()
    sealer = Sealer(secret=secret, purpose="two-factor secrets", world=world)
    tiers_with_keys = frozenset(name for name, tier in container.tariffs.tiers.items() if tier.api_keys)
    profile_query = ProfileQuery(entitlement_facts)
    return {
        AccountRepository: lambda work: AccountRepository(work=work),
        WaysInRepository: lambda work: WaysInRepository(work=work),
        Avatars: lambda _: Avatars(
            transactions=container.transactions,
            storage=container.storage,
            fetcher=container.fetcher,
            world=world,
        ),
        Accounts: lambda work: Accounts(
            repository=work.get(AccountRepository), storage=container.storage, clock=world.clock
        ),
        People: lambda work: People(session=work.session),
        Sessions: lambda work: Sessions(repository=work.get(AccountRepository), tokens=tokens, world=world),
        OneTimeTokens: lambda work: OneTimeTokens(
            repository=work.get(AccountRepository),
            world=world,
            secret=secret,
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
            two_factor=work.get(TwoFactor),
            entitlements=work.get(Entitlements),
            tokens=tokens,
            world=world,
        ),
        TwoFactor: lambda work: TwoFactor(
            repository=work.get(WaysInRepository), sealer=sealer, world=world, secret=secret
        ),
        SignInCodes: lambda work: SignInCodes(repository=work.get(WaysInRepository), world=world),
        Connections: lambda work: Connections(
            accounts=work.get(AccountRepository),
            ways_in=work.get(WaysInRepository),
            registration=work.get(Registration),
            clock=world.clock,
        ),
        ApiKeys: lambda work: ApiKeys(
            repository=work.get(WaysInRepository), tiers=tiers_with_keys, world=world
        ),
        Profiles: lambda work: Profiles(
            repository=work.get(AccountRepository),
            ways_in=work.get(WaysInRepository),
            entitlements=work.get(Entitlements),
            query=profile_query,
            work=work,
            storage=container.storage,
            clock=world.clock,
        ),
        Deletion: lambda work: Deletion(
            repository=work.get(AccountRepository),
            entitlements=work.get(Entitlements),
            creations=work.get(Creations),
            sessions=work.get(Sessions),
            mails=work.get(AccountMails),
            storage=container.storage,
            clock=world.clock,
        ),
        Usage: lambda work: Usage(
            accounts=work.get(Accounts),
            api_keys=work.get(ApiKeys),
            entitlements=work.get(Entitlements),
            creations=work.get(Creations),
        ),
        Administration: lambda work: Administration(
            repository=work.get(AccountRepository),
            entitlements=work.get(Entitlements),
            creations=work.get(Creations),
            sessions=work.get(Sessions),
            world=world,
        ),
        TokenAuthenticator: lambda work: TokenAuthenticator(
            repository=work.get(AccountRepository), tokens=tokens, api_keys=work.get(ApiKeys)
        ),
        Authenticator: lambda work: work.get(TokenAuthenticator),
        OwnerAuthenticator: lambda work: OwnerAuthenticator(
            authenticator=work.get(TokenAuthenticator), profiles=work.get(Profiles), tokens=tokens
        ),
    }


def register_tasks(container: Container) -> None:
    tasks.register(container.queue.app, transactions=container.transactions, clock=container.world.clock)
