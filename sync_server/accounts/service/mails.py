"""The mails about accounts; each is sent once its unit of work is committed."""

from datetime import datetime
from uuid import UUID

from sync_server.accounts.service.one_time_tokens import OneTimeTokens
from sync_server.platform.mail import Mail
from sync_server.platform.queue import TaskQueue


class AccountMails:
    """`public_url` is where links lead."""

    def __init__(self, *, queue: TaskQueue, one_time_tokens: OneTimeTokens, public_url: str) -> None:
        self._queue = queue
        self._tokens = one_time_tokens
        self._public_url = public_url.rstrip("/")

    async def verify_email(self, *, user_id: UUID, email: str, language: str) -> None:
        token = await self._tokens.make_link("verify_email", email=email, user_id=user_id)
        await self._send("verify_email", email, language, token=token)

    async def reset_password(self, *, user_id: UUID, email: str, language: str) -> None:
        token = await self._tokens.make_link("reset_password", email=email, user_id=user_id)
        await self._send("reset_password", email, language, token=token)

    async def magic_link(self, *, user_id: UUID | None, email: str, language: str) -> None:
        code = await self._tokens.make_code(email=email, user_id=user_id)
        await self._send("magic_link", email, language, code=code)

    async def password_changed(self, *, email: str, language: str) -> None:
        await self._send("password_changed", email, language)

    async def two_factor_on(self, *, email: str, language: str) -> None:
        await self._send("two_factor_on", email, language)

    async def two_factor_off(self, *, email: str, language: str) -> None:
        await self._send("two_factor_off", email, language)

    async def deletion_asked(self, *, email: str, language: str, due: datetime) -> None:
        await self._send("deletion_asked", email, language, date=f"{due:%Y-%m-%d}")

    async def _send(self, template: str, email: str, language: str, **values: str) -> None:
        await self._queue.send_mail(
            Mail(
                to=email,
                template=template,
                language=language,
                values={"public_url": self._public_url, **values},
            )
        )
