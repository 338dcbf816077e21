"""The only wiring of the server: what is made once, and how each service is built for a unit of work."""

from collections.abc import Callable, Mapping
from typing import Any

import httpx

from shared.pricing.tariffs import Tariffs, load_tariffs
from sync_server.accounts.oauth_flow import OAuthFlow
from sync_server.accounts.providers import configured_providers
from sync_server.app.settings import Settings
from sync_server.app.wiring import accounts, billing, gallery, generation, platform, sync
from sync_server.app.wiring import credits as credit_ledger
from sync_server.platform.cursors import CursorSigner
from sync_server.platform.database import Database
from sync_server.platform.mail import Mailer, open_mailer
from sync_server.platform.outside import OutsideFetcher
from sync_server.platform.ports import World
from sync_server.platform.queue import Queue
from sync_server.platform.security.passwords import PasswordHasher
from sync_server.platform.security.tokens import TokenSigner
from sync_server.platform.signals import Listener
from sync_server.platform.storage import Storage, open_storage
from sync_server.platform.work import Transactions, Work

# Shorter than the five seconds after which many servers close: else a call now and then meets a closed connection.
_CONNECTIONS = httpx.Limits(keepalive_expiry=3)

Builders = Mapping[type[Any], Callable[[Work], Any]]


class Container:
    """Used alike by the API, the tasks and the command line. `start` before use, `close` after it."""

    def __init__(
        self,
        *,
        settings: Settings,
        database_url: str,
        world: World | None = None,
        passwords: PasswordHasher | None = None,
        http: httpx.AsyncClient | None = None,
        fetcher: OutsideFetcher | None = None,
    ) -> None:
        """`database_url` is the operator's, or that of the embedded PostgreSQL."""
        self.settings = settings
        self.world = world or World()
        self.database_url = database_url
        secret = settings.secret_key.get_secret_value()
        self.database = Database(url=database_url, pool_size=settings.database_pool)
        self.tariffs: Tariffs = load_tariffs()
        self.passwords = passwords or PasswordHasher()
        self.tokens = TokenSigner(secret=secret, world=self.world)
        self.cursors = CursorSigner(secret=secret)
        self.http = http or httpx.AsyncClient(timeout=20, follow_redirects=False, limits=_CONNECTIONS)
        self.storage: Storage = open_storage(settings, clock=self.world.clock)
        self.mailer: Mailer = open_mailer(settings, world=self.world)
        self.oauth_flow = OAuthFlow(
            providers=configured_providers(settings),
            tokens=self.tokens,
            world=self.world,
            secret=secret,
            redirects=settings.oauth_redirects,
            public_url=settings.public_url,
        )
        self.queue = Queue(url=database_url)
        self.listener = Listener(url=database_url)
        self.fetcher = fetcher or OutsideFetcher()
        self.transactions = Transactions(database=self.database, builders=self._builders())

    def _builders(self) -> Builders:
        return {
            **platform.builders(self),
            **accounts.builders(self),
            **credit_ledger.builders(self),
            **billing.builders(self),
            **gallery.builders(self),
            **generation.builders(self),
            **sync.builders(self),
        }

    async def start(self) -> None:
        platform.register_tasks(self)
        accounts.register_tasks(self)
        credit_ledger.register_tasks(self)
        billing.register_tasks(self)
        gallery.register_tasks(self)
        generation.register_tasks(self)
        await self.queue.open()

    async def close(self) -> None:
        await self.queue.close()
        await self.http.aclose()
        self.passwords.close()
        await self.database.close()
