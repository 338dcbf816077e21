"""The public pages: what they show to anybody, what they never show, and that they need nothing from elsewhere."""

import re
from html import unescape
from urllib.parse import urlsplit

import httpx

from tests.sync_server.gallery.conftest import Gallery, made_picture, picture


async def page(viewer: Gallery, address: str, *, status: int = 200, language: str = "en") -> str:
    reply = await get(viewer, address, status=status, language=language)
    assert reply.headers["Content-Type"] == "text/html; charset=utf-8"
    text = reply.text
    assert "<script" not in text
    assert "script-src" not in reply.headers["Content-Security-Policy"]
    for found in re.findall(r'(?:src|action)="([^"]*)"', text):
        assert not urlsplit(unescape(found)).netloc, "nothing from elsewhere"
    return text


async def get(viewer: Gallery, address: str, *, status: int = 200, language: str = "en") -> httpx.Response:
    reply = await viewer.server.client.get(address, headers={"Accept-Language": language})
    assert reply.status_code == status, reply.text
    return reply


async def test_the_feed_leads_to_pictures_and_on(ann: Gallery, anybody: Gallery) -> None:
    for number in range(3):
        await ann.publish(title=f"Picture <{number}>", tags=["sea"], category="landscape")
    await ann.add(title="private")
    text = await page(anybody, "/explore")
    assert "private" not in text
    assert "Picture &lt;0&gt;" in text, "escaped"
    assert text.count("/media/") == 3
    address = re.findall(r'href="(/i/[^"]+)"', text)[0]
    shown = await page(anybody, address)
    assert 'property="og:image" content="http://127.0.0.1:8000/media/' in shown
    assert 'property="og:title" content="Picture &lt;' in shown
    media = re.findall(r'<img src="([^"]+)"', shown)[0]
    reply = await get(anybody, media)
    assert (reply.headers["Content-Type"], reply.headers["Cache-Control"]) == (
        "image/webp",
        "public, max-age=600",
    )
    again = await anybody.server.client.get(media, headers={"If-None-Match": reply.headers["ETag"]})
    assert again.status_code == 304
    kept = await get(anybody, f"{media}?download=1")
    assert kept.headers["Content-Disposition"].startswith("attachment")
    for query in ("q=picture", "tags=sea", "category=landscape", "sort=like_count", "sort=nonsense"):
        assert (await page(anybody, f"/explore?{query}")).count("/media/") == 3
    assert "Nothing here yet." in await page(anybody, "/explore?q=elephant")
    assert "아직 아무것도 없습니다." in await page(anybody, "/explore?q=elephant", language="ko")


async def test_an_empty_feed_speaks_of_other_words_only_where_some_were_asked(anybody: Gallery) -> None:
    assert "Try other words" in await page(anybody, "/explore?q=elephant")
    shown = await page(anybody, "/explore")
    assert "Pictures that artists publish appear here." in shown
    assert "Try other words" not in shown


async def test_pages_follow_each_other(ann: Gallery, anybody: Gallery) -> None:
    data = picture((16, 16))
    for number in range(61):
        await ann.publish(data, title=f"n{number}")
    first = await page(anybody, "/explore?sort=created_at")
    following = unescape(re.findall(r'rel="next" href="([^"]+)"', first)[0])
    second = await page(anybody, following)
    assert (first.count("<li style"), second.count("<li style")) == (60, 1)
    assert 'rel="next"' not in second


async def test_an_author_with_boards(ann: Gallery, anybody: Gallery) -> None:
    assert ann.user is not None
    item = await ann.publish(title="on a board")
    board = await ann.ask("POST", "/boards", json={"name": "Sea", "is_private": False}, status=201)
    await ann.ask("POST", f"/boards/{board['id']}/images", json={"image_id": item["id"]}, status=201)
    change = {"full_name": "Ann Lee", "bio": "I paint <b>", "website": "https://ann.example"}
    reply = await anybody.server.client.patch("/api/v1/users/me", json=change, headers=ann.user.headers)
    assert reply.status_code == 200, reply.text
    name = item["user"]["username"]
    text = await page(anybody, f"/u/{name}")
    assert "Ann Lee" in text
    assert "I paint &lt;b&gt;" in text
    assert 'href="https://ann.example" rel="nofollow noopener ugc"' in text
    assert "ann@example.com" not in text
    assert f'href="/b/{board["id"]}"' in text
    assert "on a board" in await page(anybody, f"/b/{board['id']}")
    await page(anybody, "/u/nobody", status=404)


async def test_a_recipe_is_shown_where_its_author_allows(ann: Gallery, anybody: Gallery) -> None:
    item = await ann.publish(made_picture("the recipe of a fox"), prompt="A fox")
    assert "the recipe of a fox" not in await page(anybody, f"/i/{item['id']}")
    await ann.ask("PATCH", f"/images/{item['id']}", json={"allow_recipe": True})
    assert "the recipe of a fox" in await page(anybody, f"/i/{item['id']}")


async def test_what_is_not_public_is_not_there(ann: Gallery, anybody: Gallery) -> None:
    private = await ann.add()
    sensitive = await ann.publish(is_sensitive=True)
    board = await ann.ask("POST", "/boards", json={"name": "mine"}, status=201)
    for address in (
        f"/i/{private['id']}",
        f"/i/{sensitive['id']}",
        f"/b/{board['id']}",
        "/i/nonsense",
        "/b/nonsense",
        "/s/nonsense",
        f"/s/nonsense/{private['id']}",
    ):
        await page(anybody, address, status=404)
    for address in (
        f"/media/{private['id']}/thumbnail",
        f"/media/{sensitive['id']}/preview",
        f"/s/nonsense/{private['id']}/media/preview",
        "/s/nonsense/media/preview",
    ):
        await get(anybody, address, status=404)


async def test_links_show_pictures_and_boards_until_they_are_revoked(ann: Gallery, anybody: Gallery) -> None:
    board = await ann.ask("POST", "/boards", json={"name": "For friends"}, status=201)
    item = await ann.add(title="secret", board_id=board["id"])
    other = await ann.add(title="not shared")
    one = (await ann.ask("POST", f"/images/{item['id']}/share", json={}))["share_token"]
    many = (await ann.ask("POST", f"/boards/{board['id']}/share", json={}))["share_token"]
    text = await page(anybody, f"/s/{one}")
    assert "secret" in text
    assert 'content="noindex, noarchive"' in text
    assert "For friends" in await page(anybody, f"/s/{many}")
    assert "secret" in await page(anybody, f"/s/{many}/{item['id']}")
    media = (f"/s/{one}/media/preview", f"/s/{many}/{item['id']}/media/thumbnail")
    for address in media:
        assert (await get(anybody, address)).headers["Cache-Control"] == "private, no-cache"
    await page(anybody, f"/s/{many}/{other['id']}", status=404)
    await get(anybody, f"/s/{many}/{other['id']}/media/preview", status=404)
    await get(anybody, f"/s/{one}/{other['id']}/media/preview", status=404)
    await ann.ask("DELETE", f"/images/{item['id']}/share")
    await ann.ask("DELETE", f"/boards/{board['id']}/share")
    for address in (f"/s/{one}", f"/s/{many}", f"/s/{many}/{item['id']}"):
        assert "This link shows nothing any more." in await page(anybody, address, status=404)
    for address in media:
        await get(anybody, address, status=404)
