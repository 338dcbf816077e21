"""A real PostgreSQL for the whole run, and for each test a fresh database that Alembic migrated."""

import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import psycopg
import pytest

from sync_server.app.container import Container
from sync_server.app.create_app import create_app
from sync_server.app.settings import Settings
from sync_server.platform.database import upgrade
from sync_server.platform.embedded_postgres import EmbeddedPostgres
from sync_server.platform.ports import World
from sync_server.platform.rate_counters import MemoryCounters
from sync_server.platform.rate_limits import RateLimiter
from sync_server.platform.security.passwords import PasswordHasher
from sync_server.platform.work import Work
from tests.support.server import FakeClock, Server

# A test's database need not outlive a loss of power.
_HASTY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def _database(url: str, name: str) -> str:
    base, _, query = url.partition("?")
    return f"{base.rsplit('/', 1)[0]}/{name}" + (f"?{query}" if query else "")


@contextmanager
def _folder() -> Iterator[Path]:
    """Pytest closes its own folders to other users each time that it starts, also beside a run that goes on; under
    root PostgreSQL is another user, and a server whose folder closes dies.
    """
    with TemporaryDirectory(prefix="pentimento-test-", ignore_cleanup_errors=True) as name:
        yield Path(name)


@pytest.fixture
def postgres_folder() -> Iterator[Path]:
    """Where a test may start a PostgreSQL of its own."""
    with _folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a running PostgreSQL, with a migrated database named `migrated`."""
    with _folder() as folder:
        postgres = EmbeddedPostgres(folder, settings=_HASTY)
        url = postgres.start()
        try:
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute("CREATE DATABASE migrated")
            upgrade(_database(url, "migrated"))
            yield url
        finally:
            postgres.stop()


@pytest.fixture
def empty_database_url(postgres: str) -> Iterator[str]:
    yield from fresh_database(postgres, template="template1")


@pytest.fixture
def database_url(postgres: str) -> Iterator[str]:
    yield from fresh_database(postgres, template="migrated")


def fresh_database(postgres: str, *, template: str) -> Iterator[str]:
    """The address of a copy of `template`, to which nobody may be connected."""
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
    yield _database(postgres, name)
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Override this fixture where a test needs other settings."""
    return Settings(data_folder=tmp_path / "data")


@pytest.fixture
def container(database_url: str, settings: Settings, clock: FakeClock) -> Container:
    return make_container(database_url, settings, clock)


def make_container(database_url: str, settings: Settings, clock: FakeClock) -> Container:
    return Container(
        settings=settings,
        database_url=database_url,
        world=World(clock=clock),
        # The least that OWASP allows, so that a suite of sign-ins stays fast.
        passwords=PasswordHasher(memory_kib=19_456, passes=2, lanes=1),
    )


@pytest.fixture
def rate_limited() -> bool:
    """Whether the server counts requests; a test's clock stands still, so most do without."""
    return False


@pytest.fixture
async def server(container: Container, *, rate_limited: bool) -> AsyncIterator[Server]:
    async with serving(container, rate_limited=rate_limited) as server:
        yield server


@asynccontextmanager
async def serving(container: Container, *, rate_limited: bool = False) -> AsyncIterator[Server]:
    unlimited = RateLimiter(
        counters=MemoryCounters(clock=container.world.clock), clock=container.world.clock, tiers={}, named={}
    )
    app = create_app(container, limiter=None if rate_limited else unlimited)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app, raise_app_exceptions=False), base_url="http://test"
        ) as client,
    ):
        yield Server(container=container, client=client, mail_folder=container.settings.data_folder / "mails")


@pytest.fixture
async def work(container: Container) -> AsyncIterator[Work]:
    """An open unit of work on a fresh database."""
    await container.start()
    async with container.transactions.begin() as work:
        yield work
    await container.close()
