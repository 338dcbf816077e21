"""The real server program with its own worker on the starter model, and people who are signed in there."""

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import httpx

from shared.contracts.accounts import SignedIn
from sync_server.accounts.service import Accounts, NewAccount, Registration, SignIn
from sync_server.accounts.service.sessions import Client
from sync_server.app.container import Container
from sync_server.app.settings import Settings
from sync_server.credits.service import CreditLedger, CreditStatements, LedgerAudit
from sync_server.platform.security.passwords import PasswordHasher
from sync_server.platform.work import Work
from tests.support.server_process import ServerProcess
from tests.sync_server.proof.shop import Shop

Result = TypeVar("Result")

PASSWORD = "correct-horse-7-battery"
CREDITS = 1000
SECONDS_TILL_A_WORKER = 90


class LiveCloud:
    """What a client does goes over HTTP; what an operator does goes straight to the database."""

    def __init__(self, *, database_url: str, folder: Path, shop: Shop) -> None:
        """`shop` listens already."""
        self._database_url = database_url
        self.shop = shop
        self._settings = Settings(data_folder=folder / "data")
        self._numbers = itertools.count(1)
        self.process = ServerProcess(
            environment={
                "DATABASE_URL": database_url,
                "DATA_FOLDER": str(folder / "data"),
                "WORKERS": "1",
                **shop.environment(),
            },
            log=folder / "server.log",
        )

    @property
    def url(self) -> str:
        return self.process.url

    @property
    def mails(self) -> Path:
        return self._settings.data_folder / "mails"

    def start(self) -> None:
        """Until it answers, and its worker has said what it can paint with."""
        self.process.start()
        self.process.wait_until_ready()
        deadline = time.monotonic() + SECONDS_TILL_A_WORKER
        while not self._paints():
            assert time.monotonic() < deadline, "no worker came"
            time.sleep(0.5)

    def _paints(self) -> bool:
        models = httpx.get(f"{self.url}/api/v1/models", params={"is_active": "true"}).json()["data"]
        return any(model["name"] == "starter" for model in models)

    def stop(self) -> None:
        self.process.stop()

    async def register(self, *, tier: str = "enterprise", gift: int = CREDITS, email: str = "") -> SignedIn:
        """Somebody new, signed in, with a confirmed address and so many credits to spend."""
        address = email or f"artist-{next(self._numbers)}@example.com"

        async def do(work: Work) -> SignedIn:
            hasher = PasswordHasher(memory_kib=19_456, passes=2, lanes=1)
            user_id = await work.get(Registration).register(
                NewAccount(
                    email=address,
                    password_hash=await hasher.hash(PASSWORD),
                    language="en",
                    verified=True,
                )
            )
            if tier != "free":
                await work.get(Accounts).set_tier(user_id, tier)
            await work.get(CreditLedger).grant(
                user_id, gift, kind="bonus", key=f"gift:{user_id}", expires_at=None, description="A gift"
            )
            return await work.get(SignIn).succeed(user_id, Client(user_agent="test", address="127.0.0.1"))

        return await self.operate(do)

    def pay(self, checkout_url: str) -> None:
        """As somebody does in the browser; then the provider tells the server."""
        for delivery in self.shop.pay(checkout_url).deliveries:
            reply = httpx.post(
                f"{self.url}/api/v1{delivery.path}", content=delivery.body, headers=delivery.headers()
            )
            assert reply.status_code == 200, reply.text

    async def credits_of(self, user_id: UUID) -> tuple[int, int]:
        """Available and reserved."""

        async def do(work: Work) -> tuple[int, int]:
            balance = await work.get(CreditStatements).balance(user_id)
            return balance.available, balance.reserved

        return await self.operate(do)

    async def audit(self) -> list[Any]:
        """What is wrong in the books."""

        async def do(work: Work) -> list[Any]:
            return list(await work.get(LedgerAudit).run())

        return await self.operate(do)

    async def operate(self, do: Callable[[Work], Awaitable[Result]]) -> Result:
        """In one transaction, on a loop of its own: the test's may be Qt's."""

        async def run() -> Result:
            container = Container(settings=self._settings, database_url=self._database_url)
            await container.start()
            try:
                async with container.transactions.begin() as work:
                    return await do(work)
            finally:
                await container.close()

        return await asyncio.to_thread(lambda: asyncio.run(run()))
