"""Mails: what they say stands in `mails/`, in each language; they go by SMTP, or into a folder on one's own machine."""

import asyncio
import json
import os
from dataclasses import asdict, dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

import aiosmtplib
from jinja2 import Environment, FileSystemLoader

from sync_server.platform.errors import InvalidEmailError
from sync_server.platform.ports import World

_TEXTS = Path(__file__).parent / "mails"


@dataclass(frozen=True, kw_only=True)
class Mail:
    """`template` is a name in mails/*.json, `values` what it asks for."""

    to: str
    template: str
    language: str = "en"
    values: dict[str, str] = field(default_factory=dict)

    def as_arguments(self) -> dict[str, Any]:
        return asdict(self)


class MailSettings(Protocol):
    @property
    def smtp_url(self) -> str: ...
    @property
    def mail_from(self) -> str: ...
    @property
    def data_folder(self) -> Path: ...


class Mailer(Protocol):
    async def send(self, mail: Mail) -> None:
        """Once it returns the mail is on its way. Raises OSError or aiosmtplib.SMTPException to be tried again."""


class MailWriter:
    """Makes the message: text and HTML, in the reader's language where we have it."""

    def __init__(self, *, sender: str, world: World) -> None:
        name, address = parseaddr(sender)
        self._sender = _address(address, name)
        self._world = world
        self._texts = {
            path.stem: json.loads(path.read_text(encoding="utf-8")) for path in _TEXTS.glob("*.json")
        }
        self._layout = Environment(loader=FileSystemLoader(_TEXTS), autoescape=True).get_template(
            "layout.html"
        )

    def message(self, mail: Mail) -> EmailMessage:
        language = mail.language if mail.language in self._texts else "en"
        text = self._texts[language][mail.template]
        subject = text["subject"].format(**mail.values)
        lines = [line.format(**mail.values) for line in text["lines"]]
        action, link = text.get("action", ""), text.get("link", "").format(**mail.values)
        message = EmailMessage()
        message["From"] = self._sender
        message["To"] = _address(mail.to)
        message["Subject"] = subject
        message["Date"] = format_datetime(self._world.clock())
        message["Message-ID"] = f"<{self._world.new_id()}@{self._sender.domain}>"
        message.set_content("\n\n".join([*lines, *([f"{action}:\n{link}"] if action else [])]) + "\n")
        html = self._layout.render(subject=subject, lines=lines, action=action, link=link, language=language)
        message.add_alternative(html, subtype="html")
        return message


class FolderMailer:
    """One .eml file a mail, in the order in which they were sent."""

    def __init__(self, *, folder: Path, writer: MailWriter, world: World) -> None:
        self._folder = folder
        self._writer = writer
        self._world = world

    async def send(self, mail: Mail) -> None:
        data = self._writer.message(mail).as_bytes()
        await asyncio.to_thread(self._write, f"{self._world.new_id()}-{mail.template}.eml", data)

    def _write(self, name: str, data: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        temporary = self._folder / f".{name}"
        temporary.write_bytes(data)
        os.replace(temporary, self._folder / name)  # noqa: PTH105 - the same thing, and atomic by contract


class SmtpMailer:
    """`url`: smtp://user:password@host:587, encrypted by STARTTLS where the server offers it, or smtps://."""

    def __init__(self, *, url: str, writer: MailWriter) -> None:
        parts = urlsplit(url)
        self._host, self._encrypted = parts.hostname or "localhost", parts.scheme == "smtps"
        self._port = parts.port or (465 if self._encrypted else 587)
        self._user = unquote(parts.username) if parts.username else None
        self._password = unquote(parts.password) if parts.password else None
        self._writer = writer

    async def send(self, mail: Mail) -> None:
        await aiosmtplib.send(
            self._writer.message(mail),
            hostname=self._host,
            port=self._port,
            username=self._user,
            password=self._password,
            use_tls=self._encrypted,
            timeout=30,
        )


def open_mailer(settings: MailSettings, *, world: World) -> Mailer:
    writer = MailWriter(sender=settings.mail_from, world=world)
    if settings.smtp_url:
        return SmtpMailer(url=settings.smtp_url, writer=writer)
    return FolderMailer(folder=settings.data_folder / "mails", writer=writer, world=world)


def _address(address: str, name: str = "") -> Address:
    """Refuses what would begin another header."""
    try:
        return Address(display_name=name, addr_spec=address)
    except (ValueError, IndexError):
        raise InvalidEmailError(
            "This is not an e-mail address.", advice="Check it for a missing @ or a stray sign."
        ) from None
