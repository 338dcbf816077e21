"""Mails in both languages, as text and HTML, through a real SMTP server (aiosmtpd) or into a folder."""

import json
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from string import Formatter
from typing import Any

import aiosmtplib
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message

import sync_server.platform.mail as mail_module
from sync_server.app.settings import Settings
from sync_server.platform.errors import InvalidEmailError
from sync_server.platform.mail import Mail, open_mailer
from sync_server.platform.ports import World
from tests.support.server import FakeClock
from tests.support.server_process import free_port

TEXTS = Path(mail_module.__file__).parent / "mails"
RESET = Mail(
    to="artist@example.com",
    template="reset_password",
    values={"public_url": "https://example.com", "token": "secret-token"},
)


class Mailbox(Message):  # type: ignore[misc]  # aiosmtpd has no types
    def __init__(self) -> None:
        super().__init__()
        self.mails: list[Any] = []

    def prepare_message(self, session: Any, envelope: Any) -> Any:
        return message_from_bytes(envelope.content, policy=default)

    def handle_message(self, message: Any) -> None:
        self.mails.append(message)


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def smtp_url(mailbox: Mailbox) -> Iterator[str]:
    controller = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield f"smtp://127.0.0.1:{controller.port}"
    controller.stop()


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


async def test_a_mail_arrives_as_text_and_html(tmp_path: Path, mailbox: Mailbox, smtp_url: str) -> None:
    settings = Settings(
        data_folder=tmp_path, smtp_url=smtp_url, mail_from="Pentimento <no-reply@example.com>"
    )
    await open_mailer(settings, world=World(clock=FakeClock())).send(RESET)
    (message,) = mailbox.mails
    assert message["To"] == "artist@example.com"
    assert message["From"] == "Pentimento <no-reply@example.com>"
    assert message["Subject"] == "Choose a new password"
    assert message["Message-ID"].endswith("@example.com>")
    link = "https://example.com/reset-password?token=secret-token"
    assert link in body(message, "plain")
    assert f'href="{link}"' in body(message, "html")


async def test_a_server_that_is_away_is_an_error_that_is_tried_again(tmp_path: Path) -> None:
    mailer = open_mailer(Settings(data_folder=tmp_path, smtp_url="smtp://127.0.0.1:9"), world=World())
    with pytest.raises((OSError, aiosmtplib.SMTPException)):
        await mailer.send(RESET)


async def test_a_reader_of_korean_gets_korean(tmp_path: Path, mailbox: Mailbox, smtp_url: str) -> None:
    mailer = open_mailer(Settings(data_folder=tmp_path, smtp_url=smtp_url), world=World())
    await mailer.send(Mail(to=RESET.to, template=RESET.template, language="ko", values=RESET.values))
    assert mailbox.mails[0]["Subject"] == "새 비밀번호를 정해 주세요"
    assert 'lang="ko"' in body(mailbox.mails[0], "html")


async def test_without_smtp_mails_lie_in_a_folder_in_order(tmp_path: Path) -> None:
    mailer = open_mailer(Settings(data_folder=tmp_path), world=World())
    for code in ("111111", "222222"):
        await mailer.send(
            Mail(to="a@example.com", template="magic_link", values={"code": code, "public_url": ""})
        )
    subjects = [
        message_from_bytes(path.read_bytes(), policy=default)["Subject"]
        for path in sorted((tmp_path / "mails").iterdir())
    ]
    assert [subject.split()[0] for subject in subjects] == ["111111", "222222"]


@pytest.mark.parametrize("to", ["a@example.com\r\nBcc: b@example.com", "no address", ""])
async def test_no_address_begins_another_header(tmp_path: Path, to: str) -> None:
    mailer = open_mailer(Settings(data_folder=tmp_path), world=World())
    with pytest.raises(InvalidEmailError):
        await mailer.send(Mail(to=to, template=RESET.template, values=RESET.values))


async def test_what_a_user_chose_is_text_in_a_mail(tmp_path: Path, mailbox: Mailbox, smtp_url: str) -> None:
    mailer = open_mailer(Settings(data_folder=tmp_path, smtp_url=smtp_url), world=World())
    await mailer.send(
        Mail(to=RESET.to, template="payment_failed", values={"public_url": "", "product": "<b>x</b>"})
    )
    assert "<b>x</b>" not in body(mailbox.mails[0], "html")


def test_every_mail_is_there_in_both_languages_with_the_same_fields() -> None:
    english, korean = (json.loads((TEXTS / f"{name}.json").read_text("utf-8")) for name in ("en", "ko"))
    assert english.keys() == korean.keys()
    for name in english:
        assert english[name].keys() == korean[name].keys(), name
        assert fields(english[name]) == fields(korean[name]), name


def fields(mail: dict[str, Any]) -> set[str]:
    text = " ".join([mail["subject"], *mail["lines"], mail.get("link", "")])
    return {name for _, name, _, _ in Formatter().parse(text) if name}
