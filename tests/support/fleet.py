"""A whole installation of processes: a database, API processes, workers, and accounts that may generate."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import text

from shared.contracts.ways_in import ApiKeyRequest
from sync_server.accounts.service import Accounts, ApiKeys, NewAccount, Registration
from sync_server.app.container import Container
from sync_server.app.settings import Settings
from sync_server.credits.service import CreditLedger
from tests.support.server_process import ServerProcess
from tests.support.worker_process import WorkerProcess

CREDITS = 100_000


@dataclass(frozen=True, kw_only=True)
class Client:
    user_id: UUID
    api_key: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.api_key}"}


class Fleet:
    """Processes on one database and one storage. `environment` is added to theirs, without the prefix."""

    def __init__(
        self,
        *,
        database_url: str,
        folder: Path,
        apis: int = 2,
        workers: int = 2,
        pace: float = 0.02,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.database_url = database_url
        self._data = folder / "data"
        shared = {
            "DATABASE_URL": database_url,
            "DATA_FOLDER": str(self._data),
            "PUBLIC_URL": "http://127.0.0.1",
            **(environment or {}),
        }
        self.settings = Settings(
            data_folder=self._data,
            public_url="http://127.0.0.1",
            worker_silence=float(shared.get("WORKER_SILENCE", "30")),
        )
        self.apis = [
            ServerProcess(environment=shared, log=folder / f"api-{number}.log") for number in range(apis)
        ]
        self.workers = [
            WorkerProcess(
                environment=shared,
                folder=folder / f"worker-{number}",
                log=folder / f"worker-{number}.log",
                pace=pace,
            )
            for number in range(workers)
        ]

    def start(self) -> None:
        for api in self.apis:
            api.start()
        for worker in self.workers:
            worker.start()
        for api in self.apis:
            api.wait_until_ready()

    def stop(self) -> None:
        for worker in self.workers:
            worker.stop()
        for api in self.apis:
            api.stop()

    @asynccontextmanager
    async def container(self) -> AsyncIterator[Container]:
        """The services in the test's own process, on the same database and storage."""
        container = Container(settings=self.settings, database_url=self.database_url)
        await container.start()
        try:
            yield container
        finally:
            await container.close()

    async def clients(self, count: int) -> Sequence[Client]:
        async with self.container() as container:
            found = []
            for number in range(count):
                async with container.transactions.begin() as work:
                    user_id = await work.get(Registration).register(
                        NewAccount(email=f"painter{number}@example.com", password_hash=None, verified=True)
                    )
                    await work.get(Accounts).set_tier(user_id, "enterprise")
                    await work.get(CreditLedger).grant(
                        user_id,
                        CREDITS,
                        kind="bonus",
                        key=f"start:{user_id}",
                        expires_at=None,
                        description="A gift",
                    )
                    key = await work.get(ApiKeys).make(user_id, "enterprise", ApiKeyRequest(name="a program"))
                found.append(Client(user_id=user_id, api_key=key.key))
            return found

    async def wait_for_workers(self, count: int | None = None) -> None:
        """As many as the fleet has, unless said otherwise."""
        wanted = len(self.workers) if count is None else count
        async with self.container() as container, asyncio.timeout(60):
            while True:
                async with container.transactions.begin() as work:
                    there = await work.session.scalar(text("SELECT count(*) FROM generation_workers"))
                if there and there >= wanted:
                    return
                await asyncio.sleep(0.1)
