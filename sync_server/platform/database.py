"""The PostgreSQL database: connections, sessions, and bringing its tables up to date."""

from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from sqlalchemy import make_url
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

CONNECTION_LOST = (OperationalError, InterfaceError, PoolTimeoutError, psycopg.OperationalError, OSError)
"""What a database that is away, or comes back, makes of a statement: whether it took effect is not known."""
MIGRATIONS = Path(__file__).parent.parent / "migrations"
SEARCH_PATH = "public,queue"


def driver_url(url: str) -> str:
    """The same place, spoken to by psycopg 3, whatever driver the operator's URL names."""
    return make_url(url).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


class Database:
    """`url` as operators write it: postgresql://user:password@host/name."""

    def __init__(self, *, url: str, pool_size: int = 10) -> None:
        self.engine = create_async_engine(
            driver_url(url),
            pool_size=pool_size,
            max_overflow=0,
            pool_pre_ping=True,
            connect_args={
                # A lost client must not hold a lock for ever, nor a slow query the pool.
                "options": f"-c search_path={SEARCH_PATH} -c statement_timeout=30s"
                " -c idle_in_transaction_session_timeout=60s",
            },
        )
        self.sessions = async_sessionmaker(self.engine, class_=AsyncSession, expire_on_commit=False)

    async def close(self) -> None:
        await self.engine.dispose()


def migration_config(url: str) -> Config:
    """For Alembic's commands."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = driver_url(url)
    return config


def upgrade(url: str, *, revision: str = "head") -> None:
    """Bring the tables up to `revision`. Blocks: run it before the event loop, or in a thread."""
    command.upgrade(migration_config(url), revision)
