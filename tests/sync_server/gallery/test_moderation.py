"""New authors wait, others can be reported, moderators decide."""

from pathlib import Path

import pytest

from sync_server.app.settings import Settings
from tests.sync_server.gallery.conftest import Gallery
from tests.sync_server.gallery.test_public import titles


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_folder=tmp_path / "data")


async def decide(moderator: Gallery, item_id: str, decision: str) -> dict[str, object]:
    found: dict[str, object] = await moderator.ask(
        "POST", f"/moderation/images/{item_id}", json={"decision": decision, "note": "seen"}
    )
    return found


async def test_a_new_author_waits_once(
    ann: Gallery, ben: Gallery, moderator: Gallery, anybody: Gallery
) -> None:
    first = await ann.publish(title="first")
    assert (first["is_public"], first["publication"]) == (True, "waiting")
    assert await titles(anybody) == []
    await ben.ask("GET", f"/images/{first['id']}", status=404)
    assert (await moderator.ask("GET", f"/images/{first['id']}"))["title"] == "first"
    (entry,) = (await moderator.ask("GET", "/moderation/queue"))["data"]
    assert (entry["image"]["title"], entry["state"], entry["reports"]) == ("first", "waiting", [])
    assert (await decide(moderator, first["id"], "approve"))["state"] == "approved"
    assert await titles(anybody) == ["first"]
    assert (await moderator.ask("GET", "/moderation/queue"))["data"] == []
    assert (await ann.publish(title="second"))["publication"] == "approved"


async def test_reports_bring_an_item_before_a_moderator(
    ann: Gallery, ben: Gallery, fred: Gallery, moderator: Gallery, anybody: Gallery
) -> None:
    item = await ann.publish(title="odd")
    await decide(moderator, item["id"], "approve")
    for viewer in (ben, ben, fred):
        await viewer.ask(
            "POST", f"/images/{item['id']}/report", json={"reason": "spam", "note": "!"}, status=201
        )
    await ann.ask("POST", f"/images/{item['id']}/report", json={"reason": "spam"}, status=422)
    (entry,) = (await moderator.ask("GET", "/moderation/queue"))["data"]
    assert [report["reason"] for report in entry["reports"]] == ["spam", "spam"]
    assert (await decide(moderator, item["id"], "dismiss_reports"))["state"] == "approved"
    assert (await moderator.ask("GET", "/moderation/queue"))["data"] == []
    assert (await decide(moderator, item["id"], "mark_sensitive"))["is_sensitive"]
    assert await titles(anybody) == []
    await ann.ask("PATCH", f"/images/{item['id']}", json={"is_sensitive": False})
    assert await titles(anybody) == [], "a moderator's word stays"
    await decide(moderator, item["id"], "mark_safe")
    assert await titles(anybody) == ["odd"]


async def test_what_is_hidden_stays_hidden_whatever_its_author_does(
    ann: Gallery, ben: Gallery, moderator: Gallery, anybody: Gallery
) -> None:
    item = await ann.publish(title="bad")
    share = await ann.ask("POST", f"/images/{item['id']}/share", json={})
    assert (await decide(moderator, item["id"], "hide"))["state"] == "hidden"
    for change in ({"is_public": False}, {"is_public": True}, {"title": "good"}):
        await ann.ask("PATCH", f"/images/{item['id']}", json=change)
    assert await titles(anybody) == []
    await ben.ask("GET", f"/images/{item['id']}", status=404)
    await anybody.ask("GET", f"/shared/{share['share_token']}", status=404)
    assert (await ann.ask("GET", f"/images/{item['id']}"))["publication"] == "hidden"


async def test_only_moderators_moderate(ann: Gallery, moderator: Gallery) -> None:
    item = await ann.publish()
    await ann.ask("GET", "/moderation/queue", status=403)
    await ann.ask("POST", f"/moderation/images/{item['id']}", json={"decision": "approve"}, status=403)
    private = await ann.add()
    await moderator.ask(
        "POST", f"/moderation/images/{private['id']}", json={"decision": "approve"}, status=404
    )
    await moderator.ask("GET", f"/images/{private['id']}", status=404)
