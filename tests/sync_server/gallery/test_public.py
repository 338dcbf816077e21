"""What is public: the feed, search, likes, views, downloads, profiles, blocking, moderation, tiers."""

from datetime import timedelta
from typing import Any

import pytest

from tests.support.server import FakeClock, Server
from tests.sync_server.gallery.conftest import Gallery, made_picture, picture
from tests.sync_server.gallery.test_items import walk


async def titles(viewer: Gallery, path: str = "/public/images", **query: Any) -> list[str]:
    return [row["title"] for row in await walk(viewer, path, **query)]


async def test_the_feed_by_every_order(
    ann: Gallery, ben: Gallery, anybody: Gallery, clock: FakeClock
) -> None:
    items = {}
    for name in ("old", "liked", "seen", "new"):
        clock.advance(timedelta(minutes=1))
        items[name] = await ann.publish(title=name)
    await ben.ask("POST", f"/images/{items['liked']['id']}/like")
    for viewer in (ben, anybody):
        await viewer.ask("GET", f"/images/{items['seen']['id']}")
        await viewer.ask("GET", f"/images/{items['seen']['id']}")
    assert await titles(anybody) == ["new", "seen", "liked", "old"]
    assert await titles(anybody, sort_by="created_at", sort_order="asc") == ["old", "liked", "seen", "new"]
    assert (await titles(anybody, sort_by="like_count"))[0] == "liked"
    assert (await titles(anybody, sort_by="view_count"))[0] == "seen"
    assert (await titles(anybody, sort_by="trending"))[:2] == ["liked", "seen"]
    page = await anybody.ask("GET", "/public/images")
    assert page["pagination"]["total_count"] is None
    seen = next(row for row in page["data"] if row["title"] == "seen")
    assert seen["view_count"] == 2, "once a person and day"
    clock.advance(timedelta(days=1))
    await anybody.ask("GET", f"/images/{items['seen']['id']}")
    assert (await anybody.ask("GET", f"/images/{items['seen']['id']}"))["view_count"] == 3


async def test_the_feed_by_every_filter(ann: Gallery, ben: Gallery, anybody: Gallery) -> None:
    await ann.publish(made_picture("a fox"), title="fox", tags=["animal", "snow"], category="animal")
    await ben.publish(title="house", tags=["snow"], category="architecture")
    assert await titles(anybody, model_id="Starter") == ["fox"]
    assert await titles(anybody, category="architecture") == ["house"]
    assert sorted(await titles(anybody, tags="snow")) == ["fox", "house"]
    assert await titles(anybody, tags="snow,animal") == ["fox"]
    name = (await anybody.ask("GET", "/public/images", params={"category": "animal"}))["data"][0]["user"][
        "username"
    ]
    assert await titles(anybody, author=name) == ["fox"]
    assert await titles(anybody, f"/users/{name}/images") == ["fox"]
    await anybody.ask("GET", "/public/images", params={"author": "nobody"}, status=404)
    await anybody.ask("GET", "/public/images", params={"category": "nonsense"}, status=400)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("sunset", ["one"]),
        ("SUNS", ["one"]),
        ("노을", ["two"]),
        ("지는", ["two"]),
        ("노", ["two"]),
        ("바다 노을", ["two"]),
        ("夕焼け", ["three"]),
        ("焼", ["three"]),
        ("ночь", ["four"]),
        ("café", ["five"]),
        ("sunset sea", ["one"]),
        ("sunset house", []),
        ("'); DROP TABLE items; --", []),
    ],
)
async def test_search_in_every_script(ann: Gallery, anybody: Gallery, asked: str, found: list[str]) -> None:
    for title, prompt, tags in (
        ("one", "a sunset over the sea", []),
        ("two", "노을이 지는 바다", []),
        ("three", "海の夕焼け", []),
        ("four", "тёмная ночь", []),
        ("five", "", ["Café"]),
    ):
        await ann.publish(title=title, prompt=prompt, tags=tags)
    assert await titles(anybody, "/public/search", q=asked) == found


async def test_likes_count_once_a_person(ann: Gallery, ben: Gallery, fred: Gallery) -> None:
    item = await ann.publish()
    path = f"/images/{item['id']}/like"
    for viewer, count in ((ben, 1), (ben, 1), (fred, 2)):
        assert await viewer.ask("POST", path) == {"image_id": item["id"], "like_count": count, "liked": True}
    assert (await ben.ask("GET", "/public/images"))["data"][0]["is_liked"]
    assert (await ben.ask("DELETE", path))["like_count"] == 1
    assert (await ben.ask("DELETE", path))["like_count"] == 1
    assert not (await ben.ask("GET", f"/images/{item['id']}"))["is_liked"]
    private = await ann.add()
    await ben.ask("POST", f"/images/{private['id']}/like", status=404)
    await ann.ask("POST", f"/images/{private['id']}/like", status=404)


async def test_downloads_are_counted_and_named(ann: Gallery, ben: Gallery, anybody: Gallery) -> None:
    item = await ann.publish(picture((1500, 300)), title="Big sky / 하늘")
    told = await ben.ask("POST", f"/images/{item['id']}/download")
    assert (told["file_name"], told["expires_in_seconds"]) == ("Big_sky_하늘.png", 3600)
    assert len(await ben.fetch(told["download_url"])) == told["file_size"]
    await ben.ask("POST", f"/images/{item['id']}/download")
    small = await anybody.ask("POST", f"/images/{item['id']}/download")
    assert small["mime_type"] == "image/webp"
    assert len(await anybody.fetch(small["download_url"])) == small["file_size"]
    await ann.ask("POST", f"/images/{item['id']}/download")
    row = (await ben.ask("GET", "/public/images"))["data"][0]
    assert (row["download_count"], row["is_downloaded"]) == (2, True)


async def test_recipes_are_shown_where_their_author_allows(ann: Gallery, ben: Gallery) -> None:
    item = await ann.publish(made_picture("a secret recipe"), prompt="A fox")
    seen = await ben.ask("GET", f"/images/{item['id']}")
    assert (seen["prompt"], seen["recipe"], seen["metadata"]["seed"]) == ("A fox", None, None)
    assert (seen["boards"], seen["share_url"], seen["generation_job"]) == ([], None, None)
    await ann.ask("PATCH", f"/images/{item['id']}", json={"allow_recipe": True})
    seen = await ben.ask("GET", f"/images/{item['id']}")
    assert (seen["recipe"]["request"]["prompt"], seen["metadata"]["seed"]) == ("a secret recipe", 7)


async def test_withdrawn_and_deleted_items_are_gone_at_once_and_keep_their_likes(
    ann: Gallery, ben: Gallery, anybody: Gallery
) -> None:
    item = await ann.publish(title="mine")
    await ben.ask("POST", f"/images/{item['id']}/like")
    for gone, back in (
        (
            ("PATCH", f"/images/{item['id']}", {"is_public": False}),
            ("PATCH", f"/images/{item['id']}", {"is_public": True}),
        ),
        (("DELETE", f"/images/{item['id']}", None), ("POST", f"/images/{item['id']}/restore", None)),
    ):
        await ann.ask(gone[0], gone[1], json=gone[2])
        assert await titles(anybody) == []
        assert await titles(anybody, "/public/search", q="mine") == []
        await ben.ask("GET", f"/images/{item['id']}", status=404)
        await ben.ask("POST", f"/images/{item['id']}/download", status=404)
        await ann.ask(back[0], back[1], json=back[2])
        assert (await ben.ask("GET", f"/images/{item['id']}"))["like_count"] == 1


async def test_sensitive_items_are_shown_to_paying_viewers(
    ann: Gallery, ben: Gallery, fred: Gallery, anybody: Gallery
) -> None:
    item = await ann.publish(title="nude study", is_sensitive=True)
    assert await titles(ben) == ["nude study"]
    for viewer in (fred, anybody):
        assert await titles(viewer) == []
        await viewer.ask("GET", f"/images/{item['id']}", status=404)
        await viewer.ask("POST", f"/images/{item['id']}/download", status=404)


async def test_profiles_and_blocking(ann: Gallery, ben: Gallery, anybody: Gallery) -> None:
    item = await ann.publish(title="by ann")
    await ben.ask("POST", f"/images/{item['id']}/like")
    name = (await anybody.ask("GET", f"/images/{item['id']}"))["user"]["username"]
    profile = await anybody.ask("GET", f"/users/{name.upper()}")
    assert (profile["public_image_count"], profile["like_count"], profile["is_blocked"]) == (1, 1, False)
    assert "email" not in profile
    await ben.ask("POST", f"/users/{name}/block")
    assert await titles(ben) == []
    await ben.ask("GET", f"/images/{item['id']}", status=404)
    assert (await ben.ask("GET", f"/users/{name}"))["is_blocked"]
    assert [person["username"] for person in await ben.ask("GET", "/blocked")] == [name]
    assert await titles(anybody) == ["by ann"]
    own = await ben.publish(title="by ben")
    assert (await ann.ask("POST", f"/images/{own['id']}/like", status=403))["code"] == "FORBIDDEN"
    await ben.ask("DELETE", f"/users/{name}/block")
    assert sorted(await titles(ben)) == ["by ann", "by ben"]
    await anybody.ask("GET", "/users/nobody", status=404)


async def test_publishing_needs_a_confirmed_address(server: Server) -> None:
    gallery = Gallery(server, await server.register(email="new@example.com", verified=False))
    item = await gallery.add()
    error = await gallery.ask("PATCH", f"/images/{item['id']}", json={"is_public": True}, status=403)
    assert error["code"] == "EMAIL_NOT_VERIFIED"
    assert not (await gallery.ask("GET", f"/images/{item['id']}"))["is_public"]


async def test_a_suspended_author_is_not_shown(
    ann: Gallery, ben: Gallery, anybody: Gallery, server: Server
) -> None:
    item = await ann.publish(title="by ann")
    admin = await server.register(email="admin@example.com", role="admin")
    assert ann.user is not None
    reply = await server.client.patch(
        f"/api/v1/users/{ann.user.id}", json={"is_active": False}, headers=admin.headers
    )
    assert reply.status_code == 200, reply.text
    assert await titles(anybody) == []
    await ben.ask("GET", f"/images/{item['id']}", status=404)
