"""The server in a test: the real application and database, a clock that the test moves, mails that it reads."""

import email
import email.policy
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from uuid import UUID

import httpx
from sqlalchemy import text

from shared.contracts.accounts import Role
from sync_server.accounts.service import Accounts
from sync_server.app.container import Container
from sync_server.platform.queue import run_waiting_tasks

PASSWORD = "correct-horse-7-battery"


class FakeClock:
    """Stands still until the test moves it."""

    def __init__(self, start: datetime = datetime(2026, 1, 15, 12, tzinfo=UTC)) -> None:
        self.now = start

    def __call__(self) -> datetime:
        return self.now

    def advance(self, step: timedelta) -> None:
        self.now += step


@dataclass(frozen=True, kw_only=True)
class SentMail:
    to: str
    subject: str
    text: str
    html: str


@dataclass(frozen=True, kw_only=True)
class SignedInUser:
    id: UUID
    email: str
    password: str
    access_token: str
    refresh_token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.access_token}"}


class Server:
    """`client` speaks to the application without a socket; the rest is what a test asks it."""

    def __init__(self, *, container: Container, client: httpx.AsyncClient, mail_folder: Path) -> None:
        self.container = container
        self.client = client
        self._mail_folder = mail_folder

    async def run_tasks(self) -> None:
        """Every task that waits now, and what those tasks defer."""
        await run_waiting_tasks(self.container.queue.app)

    def mails(self) -> list[SentMail]:
        return [_read(path) for path in sorted(self._mail_folder.glob("*.eml"))]

    async def register(
        self,
        *,
        email: str = "artist@example.com",
        password: str = PASSWORD,
        verified: bool = True,
        role: Role = "user",
        tier: str = "free",
        headers: Mapping[str, str] | None = None,
    ) -> SignedInUser:
        """Over HTTP; role, tier and verification as the test wants them, then signed in anew."""
        reply = await self.client.post(
            "/api/v1/users/auth/register", json={"email": email, "password": password}, headers=headers
        )
        assert reply.status_code == 201, reply.text
        user_id = UUID(reply.json()["data"]["user"]["id"])
        async with self.container.transactions.begin() as work:
            accounts = work.get(Accounts)
            if tier != "free":
                await accounts.set_tier(user_id, tier)
            if role != "user":
                await accounts.set_role(user_id, role)
            if verified:
                await work.session.execute(
                    text("UPDATE users SET email_verified_at = :now WHERE id = :id"),
                    {"now": self.container.world.clock(), "id": user_id},
                )
        return await self.sign_in(email=email, password=password)

    async def sign_in(self, *, email: str, password: str = PASSWORD) -> SignedInUser:
        reply = await self.client.post(
            "/api/v1/users/auth/login", json={"email": email, "password": password}
        )
        assert reply.status_code == 200, reply.text
        data = reply.json()["data"]
        return SignedInUser(
            id=UUID(data["user"]["id"]),
            email=email,
            password=password,
            access_token=data["access_token"],
            refresh_token=data["refresh_token"],
        )


def _read(path: Path) -> SentMail:
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    plain, rich = message.get_body(("plain",)), message.get_body(("html",))
    return SentMail(
        to=str(message["To"]),
        subject=str(message["Subject"]),
        text=str(plain.get_content()) if plain else "",
        html=str(rich.get_content()) if rich else "",
    )
