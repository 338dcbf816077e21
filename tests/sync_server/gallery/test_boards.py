"""Boards: nested, ordered, private or public, with a cover."""

from uuid import uuid4

from tests.sync_server.gallery.conftest import Gallery, picture
from tests.sync_server.gallery.test_items import walk


async def test_a_board_holds_items_in_its_order(ann: Gallery) -> None:
    board = await ann.ask("POST", "/boards", json={"name": "Sketches"}, status=201)
    assert (board["is_private"], board["image_count"], board["cover_image_url"]) == (True, 0, None)
    ids = [(await ann.add(title=str(number)))["id"] for number in range(5)]
    added = await ann.ask("POST", f"/boards/{board['id']}/images", json={"image_ids": ids}, status=201)
    assert (added["display_order"], added["image_ids"]) == (0, ids)
    again = await ann.ask("POST", f"/boards/{board['id']}/images", json={"image_id": ids[3]}, status=201)
    assert again["display_order"] == 3

    async def order() -> list[str]:
        found: list[str] = []
        cursor = None
        while True:
            shown = await ann.ask(
                "GET", f"/boards/{board['id']}", params={"limit": 2, **({"cursor": cursor} if cursor else {})}
            )
            found += [image["title"] for image in shown["images"]]
            cursor = shown["pagination"]["next_cursor"]
            if cursor is None:
                return found

    assert await order() == ["0", "1", "2", "3", "4"]
    moves = [{"image_id": ids[4], "display_order": 0}, {"image_id": ids[0], "display_order": 2}]
    await ann.ask("PATCH", f"/boards/{board['id']}/images/reorder", json={"image_orders": moves})
    assert await order() == ["4", "1", "0", "2", "3"]
    await ann.ask("DELETE", f"/boards/{board['id']}/images/{ids[1]}")
    assert await order() == ["4", "0", "2", "3"]
    await ann.ask("DELETE", f"/boards/{board['id']}/images/{ids[1]}", status=404)
    shown = await ann.ask("GET", f"/boards/{board['id']}")
    assert (shown["image_count"], shown["cover_image_id"]) == (4, ids[4])
    covered = await ann.ask("PATCH", f"/boards/{board['id']}", json={"cover_image_id": ids[2]})
    assert covered["cover_image_id"] == ids[2]
    await ann.ask("DELETE", f"/images/{ids[2]}")
    assert (await ann.ask("GET", f"/boards/{board['id']}"))["image_count"] == 3


async def test_deleting_a_board_keeps_its_pictures_and_lifts_what_lay_in_it(ann: Gallery) -> None:
    outer = await ann.ask("POST", "/boards", json={"name": "Outer"}, status=201)
    middle = await ann.ask("POST", "/boards", json={"name": "Middle", "parent_id": outer["id"]}, status=201)
    inner = await ann.ask("POST", "/boards", json={"name": "Inner", "parent_id": middle["id"]}, status=201)
    item = await ann.add(board_id=middle["id"])
    await ann.ask("DELETE", f"/boards/{middle['id']}")
    await ann.ask("GET", f"/boards/{middle['id']}", status=404)
    assert (await ann.ask("GET", f"/boards/{inner['id']}"))["parent_id"] == outer["id"]
    assert (await ann.ask("GET", f"/images/{item['id']}"))["boards"] == []
    assert {board["name"] for board in await walk(ann, "/boards")} == {"Outer", "Inner"}


async def test_boards_move_but_never_into_themselves(ann: Gallery) -> None:
    first = await ann.ask("POST", "/boards", json={"name": "First"}, status=201)
    second = await ann.ask("POST", "/boards", json={"name": "Second", "parent_id": first["id"]}, status=201)
    third = await ann.ask("POST", "/boards", json={"name": "Third"}, status=201)
    error = await ann.ask("PATCH", f"/boards/{first['id']}", json={"parent_id": second["id"]}, status=422)
    assert error["code"] == "UNPROCESSABLE"
    await ann.ask("PATCH", f"/boards/{first['id']}", json={"parent_id": first["id"]}, status=422)
    moved = await ann.ask("PATCH", f"/boards/{second['id']}", json={"parent_id": None, "position": 0})
    assert (moved["parent_id"], moved["position"]) == (None, 0)
    order = {board["name"]: board["position"] for board in await walk(ann, "/boards")}
    assert order == {"Second": 0, "First": 1, "Third": 2}
    assert third["position"] == 1
    above = first["id"]
    for number in range(9):
        above = (
            await ann.ask("POST", "/boards", json={"name": f"deep {number}", "parent_id": above}, status=201)
        )["id"]
    await ann.ask("POST", "/boards", json={"name": "too deep", "parent_id": above}, status=422)


async def test_others_see_of_public_boards_what_is_public(
    ann: Gallery, ben: Gallery, anybody: Gallery
) -> None:
    board = await ann.ask("POST", "/boards", json={"name": "Mixed", "is_private": False}, status=201)
    shown, hidden = await ann.publish(picture(), title="shown"), await ann.add(title="hidden")
    for item in (hidden, shown):
        await ann.ask("POST", f"/boards/{board['id']}/images", json={"image_id": item["id"]}, status=201)
    empty = await ann.ask("POST", "/boards", json={"name": "Nothing public", "is_private": False}, status=201)
    await ann.ask("POST", f"/boards/{empty['id']}/images", json={"image_id": hidden["id"]}, status=201)
    for viewer in (ben, anybody):
        page = await viewer.ask("GET", "/public/boards")
        (listed,) = page["data"]
        assert (listed["name"], listed["image_count"], listed["cover_image_id"]) == ("Mixed", 1, shown["id"])
        assert page["pagination"]["total_count"] is None
        seen = await viewer.ask("GET", f"/boards/{board['id']}")
        assert [image["title"] for image in seen["images"]] == ["shown"]
        assert (await viewer.ask("GET", f"/boards/{empty['id']}"))["images"] == []
    assert len((await ann.ask("GET", f"/boards/{board['id']}"))["images"]) == 2
    await ann.ask("PATCH", f"/boards/{board['id']}", json={"is_private": True})
    assert (await ben.ask("GET", "/public/boards"))["data"] == []
    await ben.ask("GET", f"/boards/{board['id']}", status=404)


async def test_nobody_puts_others_items_on_boards(ann: Gallery, ben: Gallery) -> None:
    board = await ben.ask("POST", "/boards", json={"name": "Mine"}, status=201)
    item = await ann.publish()
    for body in ({"image_id": item["id"]}, {"image_ids": [str(uuid4())]}):
        await ben.ask("POST", f"/boards/{board['id']}/images", json=body, status=404)
    await ben.ask("POST", f"/boards/{board['id']}/images", json={}, status=400)
    await ben.ask("PATCH", f"/boards/{board['id']}", json={"cover_image_id": item["id"]}, status=404)
