"""Addresses, envelopes and refusals, against whatever may answer at an address."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.account.errors import CloudError, ServerAddressError, UnexpectedReplyError, UnreachableError
from desktop.account.wire import Question, Wire, checked_address
from shared.contracts.accounts import UserCheck
from tests.support.server_process import free_port

GET = Question(method="GET", path="/thing")


class Answers:
    """A server that gives the same raw replies in turn, the last one for ever."""

    def __init__(self) -> None:
        self.port = free_port()
        self.replies: list[tuple[str, bytes]] = []
        self.asked = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._answer, "127.0.0.1", self.port)

    async def stop(self) -> None:
        self._server.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while (await reader.readline()).strip():
            pass
        status, body = self.replies[min(self.asked, len(self.replies) - 1)]
        self.asked += 1
        writer.write(
            f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body
        )
        await writer.drain()
        writer.close()


@pytest.fixture
async def answers() -> AsyncIterator[Answers]:
    answers = Answers()
    await answers.start()
    yield answers
    await answers.stop()


@pytest.fixture
async def wire(answers: Answers) -> AsyncIterator[Wire]:
    wire = Wire(server=answers.url, language=lambda: "ko", agent="test")
    yield wire
    await wire.close()


def refusal(code: str, message: str = "No.") -> bytes:
    return json.dumps(
        {"success": False, "error": {"code": code, "message": message, "details": {"a": 1}}}
    ).encode()


async def test_the_servers_words_and_code_come_through(answers: Answers, wire: Wire) -> None:
    answers.replies = [("402 Payment Required", refusal("INSUFFICIENT_CREDITS", "{braces} and 한국어"))]
    with pytest.raises(CloudError) as caught:
        await wire.ask(GET)
    assert caught.value.report.code == "INSUFFICIENT_CREDITS"
    assert caught.value.report.text == "{braces} and 한국어"
    assert (caught.value.details, caught.value.status) == ({"a": 1}, 402)


async def test_a_busy_server_is_asked_again_where_that_does_no_harm(answers: Answers, wire: Wire) -> None:
    busy = ("503 Service Unavailable", refusal("SERVICE_UNAVAILABLE"))
    good = ("200 OK", json.dumps({"success": True, "data": {"exists": True, "new": 1}}).encode())
    answers.replies = [busy, good]
    assert (await wire.ask(GET)).read(UserCheck).exists
    answers.asked = 0
    with pytest.raises(CloudError):
        await wire.ask(Question(method="POST", path="/thing"))
    assert answers.asked == 1
    answers.asked = 0
    await wire.ask(Question(method="POST", path="/thing", key="mine"))
    assert answers.asked == 2


@pytest.mark.parametrize(
    "reply",
    [
        ("502 Bad Gateway", b"<html>nginx</html>"),
        ("200 OK", b"<html>a router's page</html>"),
        ("200 OK", b"[]"),
        ("404 Not Found", b'{"detail": "Not Found"}'),
        ("403 Forbidden", b"null"),
    ],
)
async def test_who_is_not_a_server_of_ours_is_told_so(
    answers: Answers, wire: Wire, reply: tuple[str, bytes]
) -> None:
    answers.replies = [reply]
    with pytest.raises(UnexpectedReplyError, match="not Pentimento"):
        await wire.ask(Question(method="POST", path="/thing"))


async def test_nobody_there_is_told_with_the_address() -> None:
    wire = Wire(server=f"http://127.0.0.1:{free_port()}", language=lambda: "en", agent="test")
    with pytest.raises(UnreachableError, match="cannot be reached"):
        await wire.ask(Question(method="POST", path="/thing"))
    await wire.close()


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("studio.example.com", "https://studio.example.com"),
        (" https://studio.example.com/ ", "https://studio.example.com"),
        ("https://studio.example.com/api/v1", "https://studio.example.com"),
        ("127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("localhost:8000", "http://localhost:8000"),
        ("[::1]:8000", "http://[::1]:8000"),
        ("http://10.0.0.5:8000", "http://10.0.0.5:8000"),
    ],
)
def test_an_address_is_kept_in_one_form(typed: str, address: str) -> None:
    assert checked_address(typed) == address
    assert checked_address(address) == address


@pytest.mark.parametrize(
    "typed", ["", "ftp://example.com", "https://", "https://me:secret@example.com", "http://a:99999"]
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(ServerAddressError):
        checked_address(typed)


@given(st.text())
def test_any_text_is_an_address_or_refused(typed: str) -> None:
    try:
        address = checked_address(typed)
    except ServerAddressError:
        return
    assert checked_address(address) == address
