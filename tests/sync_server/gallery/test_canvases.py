"""Canvases: layers as blobs, versions, and help with an area."""

import base64
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sync_server.credits.service import CreditLedger
from sync_server.gallery.service.files import Files
from tests.support.cloud import CloudWorker
from tests.support.server import FakeClock
from tests.sync_server.gallery.conftest import Gallery, picture


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def document(colour: str = "red", **changes: Any) -> dict[str, Any]:
    return {
        "name": "My drawing",
        "canvasData": encoded(picture((256, 256), colour)),
        "layers": [
            {"id": "ground", "name": "Background", "data": encoded(picture((256, 256), colour))},
            {"id": "figure", "data": encoded(picture((32, 32), "blue")), "opacity": 0.5, "x": 10, "y": -4},
        ],
        "settings": {"width": 256, "height": 256, "backgroundColor": "#ffffff"},
        "tags": ["art"],
        **changes,
    }


async def test_a_canvas_is_saved_and_comes_back(ann: Gallery) -> None:
    reply = await ann.reply("POST", "/canvases", json=document(), status=201)
    saved = reply.json()["data"]
    assert reply.headers["ETag"] == '"1"'
    assert [layer["id"] for layer in saved["layers"]] == ["ground", "figure"]
    figure = saved["layers"][1]
    assert (figure["opacity"], figure["x"], figure["y"], figure["width"]) == (0.5, 10, -4, 32)
    assert await ann.fetch(figure["url"]) == picture((32, 32), "blue")
    assert await ann.fetch(saved["url"]) == picture((256, 256), "red")
    item = await ann.ask("GET", f"/images/{saved['id']}")
    assert (item["type"], item["title"], item["tags"]) == ("canvas", "My drawing", ["art"])
    (listed,) = (await ann.ask("GET", "/images", params={"type": "canvas"}))["data"]
    assert listed["id"] == saved["id"]


async def test_changes_need_the_version_that_was_read(ann: Gallery) -> None:
    saved = await ann.ask("POST", "/canvases", json=document(), status=201)
    path = f"/canvases/{saved['id']}"
    assert (await ann.ask("PUT", path, json={"name": "B"}, status=428))["code"] == "PRECONDITION_REQUIRED"
    reply = await ann.reply("PUT", path, json={"name": "B"}, headers={"If-Match": '"1"'})
    assert reply.headers["ETag"] == '"2"'
    stale = await ann.ask("PUT", path, json={"name": "C"}, headers={"If-Match": '"1"'}, status=412)
    assert (stale["code"], stale["details"]["version"]) == ("PRECONDITION_FAILED", 2)
    layers = [{"id": "figure", "opacity": 1.0}, {"id": "new", "data": encoded(picture((8, 8), "green"))}]
    changed = await ann.ask("PUT", path, json={"layers": layers}, headers={"If-Match": '"2"'})
    assert [(layer["id"], layer["width"]) for layer in changed["layers"]] == [("figure", 32), ("new", 8)]
    nothing = [{"id": "unknown"}]
    await ann.ask("PUT", path, json={"layers": nothing}, headers={"If-Match": '"3"'}, status=400)
    other = encoded(picture((20, 20)))
    await ann.ask("PUT", path, json={"canvas_data": other}, headers={"If-Match": '"3"'}, status=400)


async def test_blobs_of_layers_are_kept_once_and_go_when_nothing_needs_them(
    ann: Gallery, clock: FakeClock
) -> None:
    container = ann.server.container
    saved = await ann.ask("POST", "/canvases", json=document(), status=201)
    again = await ann.ask("POST", "/canvases", json=document(), status=201)
    assert len(await container.storage.keys("blobs/")) == 2
    await ann.ask("DELETE", f"/canvases/{saved['id']}")
    await ann.ask("DELETE", "/trash")
    await sweep(ann, clock)
    assert len(await container.storage.keys("blobs/")) == 2
    assert ann.user is not None
    ann = Gallery(ann.server, await ann.server.sign_in(email=ann.user.email))
    await ann.ask("DELETE", f"/canvases/{again['id']}")
    await ann.ask("DELETE", "/trash")
    await sweep(ann, clock)
    assert await container.storage.keys("blobs/") == []
    assert await container.storage.keys("gallery/") == []
    assert ann.user is not None
    ann = Gallery(ann.server, await ann.server.sign_in(email=ann.user.email))
    assert (await ann.ask("GET", "/storage"))["used_bytes"] == 0


async def test_a_public_canvas_follows_its_changes(ann: Gallery, ben: Gallery) -> None:
    saved = await ann.ask("POST", "/canvases", json=document(isPublic=True), status=201)
    before = (await ben.ask("GET", f"/images/{saved['id']}"))["url"]
    new = {"canvas_data": encoded(picture((256, 256), "green"))}
    await ann.ask("PUT", f"/canvases/{saved['id']}", json=new, headers={"If-Match": '"1"'})
    after = (await ben.ask("GET", f"/images/{saved['id']}"))["url"]
    assert await ben.fetch(after) != await ben.fetch(before)
    await ben.ask("GET", f"/canvases/{saved['id']}", status=404)
    await ben.ask("PUT", f"/canvases/{saved['id']}", json=new, headers={"If-Match": '"2"'}, status=404)
    await ben.ask("DELETE", f"/canvases/{saved['id']}", status=404)


@pytest.fixture
async def worker(ann: Gallery, tmp_path: Path) -> CloudWorker:
    worker = CloudWorker(ann.server.container, tmp_path)
    await worker.offer()
    return worker


async def test_assist_repaints_an_area(ann: Gallery, worker: CloudWorker) -> None:
    assert ann.user is not None
    async with ann.server.container.transactions.begin() as work:
        await work.get(CreditLedger).grant(
            ann.user.id, 900, kind="bonus", key="start", expires_at=None, description="A gift"
        )
    saved = await ann.ask("POST", "/canvases", json=document(), status=201)
    area = {"x": 100, "y": 100, "width": 64, "height": 64}
    asked = {"prompt": "a mountain", "area": area}
    job = await ann.ask("POST", f"/canvases/{saved['id']}/assist", json=asked, status=201)
    assert job["kind"] == "inpaint"
    await worker.work_off()
    (request,) = worker.engine.requests
    assert (request.kind, request.prompt) == ("inpaint", "a mountain")
    made = (await ann.ask("GET", "/images", params={"type": "image"}))["data"]
    assert [(row["width"], row["height"], row["prompt"]) for row in made] == [(256, 256, "a mountain")]
    outside = {"prompt": "x", "area": {**area, "x": 250}}
    await ann.ask("POST", f"/canvases/{saved['id']}/assist", json=outside, status=400)
    await worker.executor.close()


async def sweep(gallery: Gallery, clock: FakeClock) -> None:
    async with gallery.server.container.transactions.begin() as work:
        files = work.get(Files)
    await files.sweep()
    clock.advance(timedelta(days=1, minutes=1))
    await files.sweep()
