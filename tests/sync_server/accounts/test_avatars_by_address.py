"""An avatar named by its address: fetched behind the guard, made our own, or refused in words."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from PIL import Image

from sync_server.app.container import Container
from sync_server.app.settings import Settings
from sync_server.platform.outside import OutsideFetcher
from sync_server.platform.ports import World
from sync_server.platform.security.passwords import PasswordHasher
from tests.support.server import PASSWORD, FakeClock, Server

ME = "/api/v1/users/me"
REGISTER = "/api/v1/users/auth/register"


@asynccontextmanager
async def site(body: bytes, content_type: str = "image/png") -> AsyncIterator[str]:
    """The address of a picture on loopback."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()

    listening = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with listening:
        yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/me.png"


def png(size: tuple[int, int] = (300, 200)) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, "red").save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture
def guarded() -> bool:
    """Whether loopback is refused, as it is for everybody but these tests."""
    return False


@pytest.fixture
def container(database_url: str, settings: Settings, clock: FakeClock, *, guarded: bool) -> Container:
    return Container(
        settings=settings,
        database_url=database_url,
        world=World(clock=clock),
        passwords=PasswordHasher(memory_kib=19_456, passes=2, lanes=1),
        fetcher=OutsideFetcher() if guarded else OutsideFetcher(allowed=lambda _: True, ports=None),
    )


async def shown(server: Server, address: str) -> Image.Image:
    served = await server.client.get(httpx.URL(address).raw_path.decode())
    assert served.status_code == 200
    return Image.open(io.BytesIO(served.content))


async def test_the_picture_at_an_address_is_kept_as_our_own(server: Server) -> None:
    user = await server.register()
    async with site(png()) as address:
        reply = await server.client.patch(
            ME, json={"avatar_url": address, "bio": "Paints."}, headers=user.headers
        )
    assert reply.status_code == 200, reply.text
    data = reply.json()["data"]
    assert data["bio"] == "Paints."
    picture = await shown(server, data["avatar_url"])
    assert (picture.size, picture.format) == ((256, 256), "WEBP")


async def test_what_was_given_can_be_sent_back_and_null_takes_it_away(server: Server) -> None:
    user = await server.register()
    async with site(png()) as address:
        first = await server.client.put(
            f"{ME}/settings/profile", json={"avatar": address}, headers=user.headers
        )
    given = first.json()["data"]["profile"]["avatar_url"]
    again = await server.client.patch(ME, json={"avatar_url": given, "bio": "Still."}, headers=user.headers)
    assert (again.status_code, again.json()["data"]["bio"]) == (200, "Still."), again.text
    assert (await shown(server, again.json()["data"]["avatar_url"])).size == (256, 256)
    none = await server.client.patch(ME, json={"avatar_url": None}, headers=user.headers)
    assert none.json()["data"]["avatar_url"] is None
    assert (await server.client.get(httpx.URL(given).raw_path.decode())).status_code == 404


async def test_an_account_can_begin_with_one(server: Server) -> None:
    async with site(png()) as address:
        reply = await server.client.post(
            REGISTER, json={"email": "ann@example.com", "password": PASSWORD, "avatar": address}
        )
    assert reply.status_code == 201, reply.text
    assert (await shown(server, reply.json()["data"]["user"]["avatar_url"])).size == (256, 256)


@pytest.mark.parametrize(
    ("body", "content_type", "code"),
    [
        (b"<html>", "text/html", "UNSUPPORTED_MEDIA_TYPE"),
        (b"<html>", "image/png", "UNSUPPORTED_MEDIA_TYPE"),
        (png((9000, 9000)), "image/png", "FILE_TOO_LARGE"),
        (b"x" * (5 * 1024 * 1024 + 1), "image/png", "FILE_TOO_LARGE"),
    ],
)
async def test_what_is_no_fit_picture_changes_nothing(
    server: Server, body: bytes, content_type: str, code: str
) -> None:
    user = await server.register()
    async with site(body, content_type) as address:
        reply = await server.client.patch(
            ME, json={"avatar_url": address, "bio": "Lost"}, headers=user.headers
        )
    assert reply.json()["error"]["code"] == code
    profile = (await server.client.get(ME, headers=user.headers)).json()["data"]
    assert (profile["avatar_url"], profile["bio"]) == (None, None)


async def test_a_refused_change_leaves_no_picture_behind(server: Server) -> None:
    other = await server.register(email="ann@example.com")
    await server.client.patch(f"{ME}/username", json={"username": "ann"}, headers=other.headers)
    user = await server.register()
    async with site(png()) as address:
        reply = await server.client.patch(
            ME, json={"avatar_url": address, "username": "ANN"}, headers=user.headers
        )
    assert (reply.status_code, reply.json()["error"]["code"]) == (409, "USER_EXISTS")
    assert await server.container.storage.keys("avatars/") == []


@pytest.mark.parametrize("guarded", [True])
@pytest.mark.parametrize("address", ["http://127.0.0.1/me.png", "http://[::1]/", "http://169.254.169.254/x"])
async def test_nobody_reaches_through_us_what_only_we_can_reach(server: Server, address: str) -> None:
    user = await server.register()
    reply = await server.client.patch(ME, json={"avatar_url": address}, headers=user.headers)
    assert (reply.status_code, reply.json()["error"]["code"]) == (400, "INVALID_PARAMETERS")
