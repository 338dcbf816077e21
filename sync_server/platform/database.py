"""The PostgreSQL database: connections, sessions, and bringing its tables up to date."""

import time
from pathlib import Path
from typing import Any

import psycopg
from alembic import command
from alembic.config import Config
from sqlalchemy import event, make_url
from sqlalchemy.exc import DisconnectionError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from sync_server.platform.statements import Alone

CONNECTION_LOST = (OperationalError, InterfaceError, PoolTimeoutError, psycopg.OperationalError, OSError)
"""What a database that is away, or comes back, makes of a statement: whether it took effect is not known."""
MIGRATIONS = Path(__file__).parent.parent / "migrations"
SEARCH_PATH = "public,queue"
_IDLE_SECONDS = 1.0
"""A connection that was used so lately is not asked first whether it still lives."""
_OPTIONS = (
    f"-c search_path={SEARCH_PATH}"
    # A lost client must not hold a lock for ever, nor a slow query the pool.
    " -c statement_timeout=30s -c idle_in_transaction_session_timeout=60s"
)


def driver_url(url: str) -> str:
    """The same place, spoken to by psycopg 3, whatever driver the operator's URL names."""
    return make_url(url).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def native_url(url: str) -> str:
    """The same place as the driver itself writes it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


class Database:
    """`url` as operators write it: postgresql://user:password@host/name.

    `sessions` are for transactions, `alone` for statements that need none; each has a pool of at most `pool_size`.
    """

    def __init__(self, *, url: str, pool_size: int = 10) -> None:
        self.engine = create_async_engine(
            driver_url(url), pool_size=pool_size, max_overflow=0, connect_args={"options": _OPTIONS}
        )
        _ask_the_idle(self.engine)
        self.sessions = async_sessionmaker(self.engine, class_=AsyncSession, expire_on_commit=False)
        self.alone = Alone(url=native_url(url), pool_size=pool_size, options=_OPTIONS)

    async def close(self) -> None:
        await self.engine.dispose()
        await self.alone.close()


def _ask_the_idle(engine: AsyncEngine) -> None:
    """As SQLAlchemy's `pool_pre_ping`, which asks at each use and so costs a busy server a round trip each time."""

    def note(_: Any, record: Any) -> None:
        record.info["used_at"] = time.monotonic()

    def ask(connection: Any, record: Any, _: Any) -> None:
        if time.monotonic() - record.info.get("used_at", time.monotonic()) < _IDLE_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except psycopg.Error as error:
            raise DisconnectionError from error

    event.listen(engine.sync_engine, "checkin", note)
    event.listen(engine.sync_engine, "checkout", ask)


def migration_config(url: str) -> Config:
    """For Alembic's commands."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = driver_url(url)
    return config


def upgrade(url: str, *, revision: str = "head") -> None:
    """Bring the tables up to `revision`. Blocks: run it before the event loop, or in a thread."""
    command.upgrade(migration_config(url), revision)
