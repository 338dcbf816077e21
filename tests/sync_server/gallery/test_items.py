"""One's own items: adding, listing by every order and filter, changing, the trash."""

import base64
import hashlib
import io
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from PIL import Image

from shared.imaging.provenance import read_origin
from sync_server.accounts.service import Accounts
from sync_server.gallery.service.files import FileRecords, Files, blob_key
from sync_server.gallery.tasks import clean_up
from tests.support.server import FakeClock
from tests.sync_server.gallery.conftest import Gallery, made_picture, picture


async def test_a_picture_is_kept_bit_for_bit_with_what_it_tells(ann: Gallery) -> None:
    data = made_picture("a lighthouse at night", seed=11)
    item = await ann.add(data, title="Beacon", tags=["#Sea ", "night", "sea"])
    assert await ann.fetch(item["url"]) == data
    assert (item["title"], item["prompt"], item["tags"]) == (
        "Beacon",
        "a lighthouse at night",
        ["sea", "night"],
    )
    assert (item["width"], item["height"], item["mime_type"]) == (64, 48, "image/png")
    assert (item["is_public"], item["publication"], item["is_mine"]) == (False, "private", True)
    metadata = item["metadata"]
    assert (metadata["seed"], metadata["steps"], metadata["model_hash"]) == (11, 20, "a" * 64)
    assert item["recipe"]["request"]["prompt"] == "a lighthouse at night"
    thumbnail = Image.open(io.BytesIO(await ann.fetch(item["thumbnail_url"])))
    assert thumbnail.format == "WEBP"
    usage = await ann.ask("GET", "/storage")
    assert usage["used_bytes"] == usage["breakdown"]["images"] > len(data)


async def test_pictures_come_by_every_way(ann: Gallery) -> None:
    data = picture(form="JPEG")
    reply = await ann.server.client.post(
        "/api/v1/gallery/images",
        files={"image": ("a.jpg", data, "image/jpeg")},
        data={"title": "A form", "tags": '["one", "two"]'},
        headers=ann.user.headers if ann.user else {},
    )
    assert reply.status_code == 201, reply.text
    item = reply.json()["data"]
    assert (item["mime_type"], item["tags"]) == ("image/jpeg", ["one", "two"])
    again = await ann.ask("POST", "/images", json={"image": item["id"]}, status=201)
    assert await ann.fetch(again["url"]) == data


async def test_what_is_no_picture_is_refused_in_words(ann: Gallery) -> None:
    garbage = base64.b64encode(b"no picture at all").decode()
    error = await ann.ask("POST", "/images", json={"image": garbage}, status=415)
    assert error["code"] == "UNSUPPORTED_MEDIA_TYPE"
    assert (await ann.ask("GET", "/images"))["pagination"]["total_count"] == 0


async def test_no_more_is_kept_than_the_plan_has_room_for(fred: Gallery) -> None:
    assert fred.user is not None
    async with fred.server.container.transactions.begin() as work:
        await work.get(Accounts).add_stored_bytes(fred.user.id, 2 * 1024**3)
    image = base64.b64encode(picture()).decode()
    error = await fred.ask("POST", "/images", json={"image": image}, status=402)
    assert error["code"] == "STORAGE_EXCEEDED"


async def walk(gallery: Gallery, path: str, **query: Any) -> list[dict[str, Any]]:
    """A list to its end, two rows at a time."""
    found: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        page = await gallery.ask(
            "GET", path, params={**query, "limit": 2, **({"cursor": cursor} if cursor else {})}
        )
        found += page["data"]
        cursor = page["pagination"]["next_cursor"]
        assert page["pagination"]["has_more"] == (cursor is not None)
        if cursor is None:
            return found


async def test_lists_go_by_every_order_and_end(ann: Gallery, clock: FakeClock) -> None:
    made = []
    for number in range(5):
        clock.advance(timedelta(seconds=1))
        made.append((await ann.add(picture((32 + 16 * (number % 3), 32)), title=str(number)))["id"])
    for sort in ("created_at", "updated_at", "like_count", "file_size"):
        for order in ("asc", "desc"):
            rows = await walk(ann, "/images", sort_by=sort, sort_order=order)
            assert sorted(row["id"] for row in rows) == sorted(made)
            values = [row[sort] for row in rows]
            assert values == sorted(values, reverse=order == "desc")
    error = await ann.ask("GET", "/images", params={"sort_by": "colour"}, status=400)
    assert error["code"] == "INVALID_PARAMETERS"


async def test_lists_are_filtered(ann: Gallery) -> None:
    sunset = await ann.add(
        made_picture("a sunset over the sea"), title="노을이 지는 바다", tags=["sea", "evening"]
    )
    house = await ann.add(picture(), title="Red house", tags=["house"], category="architecture")
    await ann.ask("POST", f"/images/{house['id']}/star")
    board = await ann.ask("POST", "/boards", json={"name": "Places"}, status=201)
    await ann.ask("POST", f"/boards/{board['id']}/images", json={"image_id": house["id"]}, status=201)

    async def ids(**query: Any) -> list[str]:
        page = await ann.ask("GET", "/images", params=query)
        assert page["pagination"]["total_count"] == len(page["data"])
        return [row["id"] for row in page["data"]]

    assert await ids(starred=True) == [house["id"]]
    assert await ids(starred=False) == [sunset["id"]]
    assert await ids(board_id=board["id"]) == [house["id"]]
    assert await ids(tags="sea, evening") == [sunset["id"]]
    assert await ids(tag="sea", tags="house") == []
    assert await ids(category="architecture") == [house["id"]]
    assert await ids(q="노을") == [sunset["id"]]
    assert await ids(q="바다 suns") == [sunset["id"]]
    assert await ids(q="red HOUSE") == [house["id"]]
    assert await ids(type="canvas") == []
    assert await ids(board_id=str(uuid4())) == []
    summary = (await ann.ask("GET", "/images", params={"starred": True}))["data"][0]
    assert summary["boards"] == [{"id": board["id"], "name": "Places"}]
    assert (await ann.ask("GET", "/images", params={"q": "!?"}, status=400))["code"] == "INVALID_PARAMETERS"


async def test_changes_are_kept_and_found(ann: Gallery) -> None:
    item = await ann.add(made_picture("a fox"), title="Old", tags=["animal"])
    changed = await ann.ask(
        "PATCH",
        f"/images/{item['id']}",
        json={
            "title": "New",
            "description": "By the brook",
            "tags": ["Fox"],
            "prompt": "my caption",
            "is_favorited": True,
            "category": "animal",
            "licence": "CC BY 4.0",
        },
    )
    assert (changed["title"], changed["tags"], changed["prompt"]) == ("New", ["fox"], "my caption")
    assert (changed["is_starred"], changed["licence"]) == (True, "CC BY 4.0")
    assert changed["recipe"]["request"]["prompt"] == "a fox"
    cleared = await ann.ask("PATCH", f"/images/{item['id']}", json={"title": None, "category": None})
    assert (cleared["title"], cleared["category"], cleared["description"]) == (None, None, "By the brook")
    assert (await ann.ask("GET", "/images", params={"q": "Old"}))["data"] == []
    assert len((await ann.ask("GET", "/images", params={"q": "caption"}))["data"]) == 1
    many = [str(number) for number in range(31)]
    await ann.ask("PATCH", f"/images/{item['id']}", json={"tags": many}, status=400)


async def test_the_trash_gives_back_and_empties(ann: Gallery) -> None:
    first, second = await ann.add(picture()), await ann.add(picture((80, 80)))
    before = (await ann.ask("GET", "/storage"))["used_bytes"]
    await ann.ask("DELETE", f"/images/{first['id']}")
    await ann.ask("DELETE", f"/images/{second['id']}")
    await ann.ask("GET", f"/images/{first['id']}", status=404)
    assert (await ann.ask("GET", "/images"))["data"] == []
    assert len((await ann.ask("GET", "/trash"))["data"]) == 2
    usage = await ann.ask("GET", "/storage")
    assert (usage["used_bytes"], usage["breakdown"]["trash"]) == (before, before)
    back = await ann.ask("POST", f"/images/{first['id']}/restore")
    assert back["id"] == first["id"]
    emptied = await ann.ask("DELETE", "/trash")
    assert emptied["deleted"] == 1
    assert (await ann.ask("GET", "/storage"))["used_bytes"] == before - emptied["freed_bytes"]
    await ann.ask("POST", f"/images/{second['id']}/restore", status=404)
    await sweep(ann)
    await ann.fetch(second["url"], status=404)
    await ann.fetch(first["url"])


async def test_what_lay_in_the_trash_for_thirty_days_goes_for_good(ann: Gallery, clock: FakeClock) -> None:
    item = await ann.add()
    await ann.ask("DELETE", f"/images/{item['id']}")
    container = ann.server.container
    clock.advance(timedelta(days=29, hours=23))
    await clean_up(container.transactions, clock=clock)
    assert await container.storage.keys("gallery/")
    clock.advance(timedelta(hours=2))
    await clean_up(container.transactions, clock=clock)
    await sweep(ann)
    assert await container.storage.keys("gallery/") == []
    assert ann.user is not None
    signed_in = await ann.server.sign_in(email=ann.user.email)
    assert (await Gallery(ann.server, signed_in).ask("GET", "/storage"))["used_bytes"] == 0


async def test_a_crash_between_file_and_row_leaves_nothing_after_the_sweep(
    ann: Gallery, clock: FakeClock
) -> None:
    container = ann.server.container
    assert ann.user is not None
    kept = await ann.add()
    async with container.transactions.begin() as work:
        files = work.get(Files)
    await files.put(f"gallery/{ann.user.id}/lost.png", b"never got its row", "image/png")
    blob = await files.put_blob(ann.user.id, b"never used")
    await sweep(ann)
    assert await container.storage.size(f"gallery/{ann.user.id}/lost.png") is not None, "too early"
    clock.advance(timedelta(days=1, minutes=1))
    await sweep(ann)
    assert await container.storage.size(f"gallery/{ann.user.id}/lost.png") is None
    assert await container.storage.size(f"blobs/{ann.user.id}/{blob}") is None
    left = await container.storage.keys(f"gallery/{ann.user.id}/")
    assert len(left) == 2, left
    assert kept["id"] in left[0]


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
async def test_public_copies_tell_nothing_but_the_mark(
    ann: Gallery, ben: Gallery, fred: Gallery, form: str
) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Ann's secret camera"
    exif.get_ifd(0x8825)[1] = "N"
    data = picture((1500, 1200), form=form, exif=exif)
    item = await ann.publish(data)
    assert b"secret camera" in await ann.fetch(item["url"])
    seen = await ben.ask("GET", f"/images/{item['id']}")
    whole = await ben.fetch(seen["url"])
    assert b"secret" not in whole
    assert Image.open(io.BytesIO(whole)).size == (1500, 1200)
    small = await ben.fetch((await fred.ask("GET", f"/images/{item['id']}"))["url"])
    assert b"secret" not in small
    assert Image.open(io.BytesIO(small)).size == (1024, 819)
    generated = await ann.publish(made_picture("a fox"))
    for viewer in (ben, fred):
        shown = await viewer.ask("GET", f"/images/{generated['id']}")
        copy = await viewer.fetch(shown["url"])
        assert read_origin(copy) == "generated"
        assert b"fox" not in copy


async def sweep(gallery: Gallery) -> None:
    async with gallery.server.container.transactions.begin() as work:
        files = work.get(Files)
    await files.sweep()


async def test_an_upload_becomes_an_item_if_it_is_what_was_announced(ann: Gallery) -> None:
    data = made_picture("by parts")
    client, headers = ann.server.client, ann.user.headers if ann.user else {}

    async def upload(sha256: str, sent: bytes) -> httpx.Response:
        body = {"size": len(sent), "sha256": sha256}
        begun = (await client.post("/api/v1/uploads", json=body, headers=headers)).json()["data"]
        for part in begun["parts"]:
            kind = {"Content-Type": "application/octet-stream"}
            await client.put(part["url"], content=sent, headers=kind)
        return await client.post(f"/api/v1/uploads/{begun['id']}/complete", headers=headers)

    done = await upload(hashlib.sha256(data).hexdigest(), data)
    assert done.status_code == 200, done.text
    item = await ann.ask("POST", "/images", json={"image": done.json()["data"]["id"]}, status=201)
    assert item["prompt"] == "by parts"
    other = await upload(hashlib.sha256(b"another").hexdigest(), data)
    assert (other.status_code, other.json()["error"]["code"]) == (422, "UNPROCESSABLE")


async def test_a_file_that_two_send_at_once_is_not_swept(ann: Gallery, clock: FakeClock) -> None:
    container = ann.server.container
    assert ann.user is not None
    async with container.transactions.begin() as work:
        files = work.get(Files)
    blob = await files.put_blob(ann.user.id, b"sent by two")
    async with container.transactions.begin() as work:
        records = work.get(FileRecords)
        await records.set_uses(ann.user.id, {"sync:picture:1": [blob]})
        await records.doom([blob_key(ann.user.id, blob)])  # the other began before the first had finished
    await sweep(ann)
    assert await container.storage.read(blob_key(ann.user.id, blob)) == b"sent by two"
