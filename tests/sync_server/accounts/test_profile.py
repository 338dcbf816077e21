"""One's own profile: what shows, what changes, and what an attacker can't sneak in."""

import io
from datetime import timedelta

import httpx
import pytest
from PIL import Image

from tests.support.server import PASSWORD, FakeClock, Server

ME = "/api/v1/users/me"


def picture(format_name: str, size: tuple[int, int] = (600, 300)) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", size, "red").save(data, format_name, exif=b"Exif\0\0secret place")
    return data.getvalue()


async def test_a_client_finds_all_it_shows_at_its_start(server: Server) -> None:
    user = await server.register(email="ann@example.com")
    me = (await server.client.get(ME, headers=user.headers)).json()["data"]
    assert (me["email"], me["tier"], me["credits"]["available"]) == ("ann@example.com", "free", 100)
    assert (me["subscription"]["plan_type"], me["limits"]["max_side"]) == ("free", 512)
    assert (me["is_active"], me["email_verified"]) == (True, True)


async def test_a_profile_changes_only_where_asked(server: Server) -> None:
    user = await server.register()
    first = {"full_name": "Ann", "bio": "Painter", "preferences": {"theme": "dark", "language": "ko"}}
    await server.client.patch(ME, json=first, headers=user.headers)
    reply = await server.client.patch(ME, json={"bio": None}, headers=user.headers)
    me = reply.json()["data"]
    assert (me["full_name"], me["bio"]) == ("Ann", None)
    assert (me["preferences"]["theme"], me["preferences"]["language"]) == ("dark", "ko")


async def test_a_switch_that_is_left_out_stays(server: Server, clock: FakeClock) -> None:
    user = await server.register()
    clock.advance(timedelta(minutes=1))
    for switches in ({"push": True}, {"trainingComplete": False}):
        body = {"preferences": {"notifications": switches}, "username": None}
        reply = await server.client.patch(ME, json=body, headers=user.headers)
    me = reply.json()["data"]
    assert me["preferences"]["notifications"] == {
        "email": True,
        "push": True,
        "generation_complete": True,
        "training_complete": False,
    }
    assert me["updated_at"] > me["created_at"]


async def test_a_sign_in_tells_tier_and_credits(server: Server) -> None:
    user = await server.register()
    reply = await server.client.post(
        "/api/v1/users/auth/login", json={"email": user.email, "password": PASSWORD}
    )
    account = reply.json()["data"]["user"]
    assert (account["tier"], account["credits"]) == ("free", 100)


async def test_the_profile_takes_a_username_by_its_own_rule(server: Server) -> None:
    user = await server.register()
    body = {"username": "new_name", "display_name": "Ann"}
    me = (await server.client.patch(ME, json=body, headers=user.headers)).json()["data"]
    assert (me["username"], me["full_name"]) == ("new_name", "Ann")
    body = {"username": "newer_name", "display_name": "Bob"}
    assert (await server.client.patch(ME, json=body, headers=user.headers)).status_code == 422
    me = (await server.client.get(ME, headers=user.headers)).json()["data"]
    assert (me["username"], me["full_name"]) == ("new_name", "Ann")


async def test_a_username_changes_once_in_thirty_days(server: Server, clock: FakeClock) -> None:
    user = await server.register()

    async def change(name: str) -> httpx.Response:
        return await server.client.patch(f"{ME}/username", json={"username": name}, headers=user.headers)

    assert (await change("first_name")).status_code == 200
    refused = await change("second_name")
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "UNPROCESSABLE")
    clock.advance(timedelta(days=30))
    again = await server.sign_in(email=user.email)
    reply = await server.client.patch(
        f"{ME}/username", json={"username": "second_name"}, headers=again.headers
    )
    assert reply.json()["data"]["username"] == "second_name"


async def test_a_taken_username_is_refused_whatever_its_case(server: Server) -> None:
    ann = await server.register(email="ann@example.com")
    await server.client.patch(f"{ME}/username", json={"username": "Painter"}, headers=ann.headers)
    bob = await server.register(email="bob@example.com")
    reply = await server.client.patch(f"{ME}/username", json={"username": "PAINTER"}, headers=bob.headers)
    assert (reply.status_code, reply.json()["error"]["code"]) == (409, "USER_EXISTS")


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP"])
async def test_an_avatar_becomes_a_small_square_without_metadata(server: Server, format_name: str) -> None:
    user = await server.register()
    reply = await server.client.post(
        f"{ME}/avatar", files={"file": ("me.gif", picture(format_name))}, headers=user.headers
    )
    address = httpx.URL(reply.json()["data"]["avatar_url"])
    served = await server.client.get(address.raw_path.decode())
    shown = Image.open(io.BytesIO(served.content))
    assert (shown.size, shown.format, served.headers["content-type"]) == ((256, 256), "WEBP", "image/webp")
    assert b"secret place" not in served.content
    forged = await server.client.get(address.raw_path.decode()[:-1] + "x")
    assert forged.status_code == 404


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"not a picture", "UNSUPPORTED_MEDIA_TYPE"),
        (picture("GIF"), "UNSUPPORTED_MEDIA_TYPE"),
        (picture("PNG")[:200], "UNSUPPORTED_MEDIA_TYPE"),
        (b"\xff" * (5 * 1024 * 1024 + 1), "FILE_TOO_LARGE"),
        (picture("PNG", (9000, 9000)), "FILE_TOO_LARGE"),
    ],
)
async def test_what_is_no_fit_avatar_is_refused_in_words(server: Server, data: bytes, code: str) -> None:
    user = await server.register()
    reply = await server.client.post(f"{ME}/avatar", files={"file": ("me.png", data)}, headers=user.headers)
    assert reply.json()["error"]["code"] == code


async def test_a_new_password_needs_the_present_one_and_ends_other_sign_ins(server: Server) -> None:
    user = await server.register()
    elsewhere = await server.sign_in(email=user.email)

    async def change(current: str) -> httpx.Response:
        passwords = {"current_password": current, "new_password": "another-7-battery"}
        return await server.client.put(f"{ME}/settings/security", json=passwords, headers=user.headers)

    assert (await change("wrong-one-9")).status_code == 401
    assert (await change(PASSWORD)).status_code == 200
    assert (await server.client.get(ME, headers=elsewhere.headers)).status_code == 401
    assert (await server.client.get(ME, headers=user.headers)).status_code == 200
    await server.sign_in(email=user.email, password="another-7-battery")
