"""Links: unguessable, expiring, revoked at once."""

import io
from datetime import timedelta

from PIL import Image

from tests.support.server import FakeClock
from tests.sync_server.gallery.conftest import Gallery, picture


async def test_a_link_shows_a_private_picture_until_it_is_revoked(ann: Gallery, anybody: Gallery) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Ann's secret camera"
    item = await ann.add(picture((1400, 700), form="JPEG", exif=exif), title="For Ben")
    share = await ann.ask("POST", f"/images/{item['id']}/share", json={})
    other = await ann.ask("POST", f"/images/{item['id']}/share", json={})
    assert share["share_url"].endswith(f"/s/{share['share_token']}")
    assert len(share["share_token"]) >= 32
    assert share["share_token"] != other["share_token"]
    assert (await ann.ask("GET", f"/images/{item['id']}"))["share_url"] is not None
    shown = (await anybody.ask("GET", f"/shared/{share['share_token']}"))["image"]
    assert (shown["title"], shown["is_mine"], shown["recipe"]) == ("For Ben", False, None)
    data = await anybody.fetch(shown["url"])
    assert b"secret" not in data
    assert max(Image.open(io.BytesIO(data)).size) == 1024
    assert (await anybody.ask("GET", "/public/images"))["data"] == [], "a link publishes nothing"
    await anybody.ask("GET", f"/images/{item['id']}", status=404)
    await ann.ask("DELETE", f"/shares/{share['id']}")
    await anybody.ask("GET", f"/shared/{share['share_token']}", status=404)
    await anybody.ask("GET", f"/shared/{other['share_token']}")
    await ann.ask("DELETE", f"/images/{item['id']}/share")
    await anybody.ask("GET", f"/shared/{other['share_token']}", status=404)
    assert (await ann.ask("GET", f"/images/{item['id']}"))["share_url"] is None


async def test_links_expire_and_are_listed(ann: Gallery, anybody: Gallery, clock: FakeClock) -> None:
    item = await ann.add()
    until = clock.now + timedelta(minutes=5)
    body = {"expires_at": until.isoformat()}
    share = await ann.ask("POST", f"/images/{item['id']}/share", json=body)
    (listed,) = (await ann.ask("GET", "/shares"))["data"]
    assert listed == share
    await anybody.ask("GET", f"/shared/{share['share_token']}")
    clock.advance(timedelta(minutes=5))
    await anybody.ask("GET", f"/shared/{share['share_token']}", status=404)
    assert (await ann.ask("GET", "/shares"))["data"] == []
    await ann.ask("POST", f"/images/{item['id']}/share", json=body, status=400)


async def test_a_link_to_a_board_shows_what_lies_on_it(ann: Gallery, ben: Gallery, anybody: Gallery) -> None:
    board = await ann.ask("POST", "/boards", json={"name": "For friends"}, status=201)
    item = await ann.add(picture((1400, 700)), title="one", board_id=board["id"])
    share = await ann.ask("POST", f"/boards/{board['id']}/share", json={})
    await ann.server.run_tasks()
    shown = (await anybody.ask("GET", f"/shared/{share['share_token']}"))["board"]
    assert (shown["name"], shown["is_mine"], [image["title"] for image in shown["images"]]) == (
        "For friends",
        False,
        ["one"],
    )
    assert Image.open(io.BytesIO(await anybody.fetch(shown["images"][0]["url"]))).size == (1024, 512)
    await ann.ask("DELETE", f"/images/{item['id']}")
    assert (await anybody.ask("GET", f"/shared/{share['share_token']}"))["board"]["images"] == []
    await ben.ask("POST", f"/boards/{board['id']}/share", json={}, status=404)
    await ann.ask("DELETE", f"/boards/{board['id']}/share")
    await anybody.ask("GET", f"/shared/{share['share_token']}", status=404)


async def test_guesses_open_nothing(anybody: Gallery, ann: Gallery) -> None:
    item = await ann.add()
    share = await ann.ask("POST", f"/images/{item['id']}/share", json={})
    token = share["share_token"]
    for guess in ("a" * 32, token[:-1], token.swapcase(), str(item["id"])):
        await anybody.ask("GET", f"/shared/{guess}", status=404)
    await ann.ask("DELETE", f"/images/{item['id']}")
    await anybody.ask("GET", f"/shared/{token}", status=404)
