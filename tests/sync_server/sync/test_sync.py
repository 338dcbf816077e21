"""The protocol at the server: pushing, asking for changes, files, and what it refuses."""

import hashlib
import json
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from shared.contracts.sync import SyncRow
from shared.syncing.clocks import Stamp
from shared.syncing.merging import merged
from sync_server.gallery.service.files import Files
from tests.support.server import FakeClock, Server, SignedInUser

SYNC = "/api/v1/sync"
NOW = 1_768_478_400_000


def stamp(number: int, device: str = "aaaaaaaa") -> str:
    return str(Stamp(NOW + number, 0, device))


def row(row_id: UUID, number: int = 0, device: str = "aaaaaaaa", **fields: Any) -> SyncRow:
    return SyncRow(
        kind="picture",
        id=row_id,
        fields={name: (value, stamp(number, device)) for name, value in fields.items()},
    )


class Device:
    """A client that knows nothing but the protocol."""

    def __init__(self, server: Server, user: SignedInUser) -> None:
        self.server = server
        self.user = user

    async def push(self, rows: Sequence[SyncRow], *, status: int = 200) -> dict[str, Any]:
        body = "\n".join(row.model_dump_json(exclude_defaults=True) for row in rows)
        return await self.ask(
            "POST", "/push", status=status, content=body, headers={"Content-Type": "application/x-ndjson"}
        )

    async def changes(self, *, status: int = 200, **query: Any) -> dict[str, Any]:
        return await self.ask("GET", "/changes", status=status, params=query)

    async def everything(self, *, limit: int = 5000) -> dict[tuple[str, UUID], SyncRow]:
        found: dict[tuple[str, UUID], SyncRow] = {}
        after, more = 0, True
        while more:
            page = await self.changes(after=after, limit=limit)
            for told in page["rows"]:
                read = SyncRow.model_validate(told)
                assert (read.kind, read.id) not in found, "each once"
                found[read.kind, read.id] = read
            after, more = page["next"], page["has_more"]
        return found

    async def send(self, data: bytes) -> str:
        blob = hashlib.sha256(data).hexdigest()
        upload = await self.ask("POST", "/blobs", json={"blob": blob, "size": len(data)})
        start = 0
        for part in upload["parts"]:
            if not part["received"]:
                piece = data[start : start + part["size"]]
                reply = await put(self, part["url"], piece)
                assert reply.status_code == 204, reply.text
            start += part["size"]
        if not upload["complete"]:
            done = await self.ask("POST", "/blobs/complete", json={"blob": blob, "size": len(data)})
            assert done["complete"]
        return blob

    async def fetch(self, blob: str) -> bytes:
        address = await self.ask("GET", f"/blobs/{blob}")
        return (await self.server.client.get(address["url"])).content

    async def ask(
        self,
        method: str,
        path: str,
        *,
        status: int = 200,
        headers: dict[str, str] | None = None,
        **options: Any,
    ) -> dict[str, Any]:
        reply: httpx.Response = await self.server.client.request(
            method, SYNC + path, headers={**self.user.headers, **(headers or {})}, **options
        )
        assert reply.status_code == status, reply.text
        body = reply.json()
        found: dict[str, Any] = body["data"] if status < 300 else body["error"]
        return found


async def put(device: Device, address: str, data: bytes) -> httpx.Response:
    headers = {"Content-Type": "application/octet-stream"}
    return await device.server.client.put(address, content=data, headers=headers)


@pytest.fixture
async def device(server: Server) -> Device:
    return Device(server, await server.register(email="ann@example.com", tier="pro"))


async def test_what_one_pushes_another_is_told(device: Device) -> None:
    first, second = uuid4(), uuid4()
    pushed = await device.push([row(first, title="노을", rating=5), row(second, title="b")])
    assert (pushed["changed"], pushed["seq"]) == (2, 2)
    told = await device.changes()
    assert (told["protocol"], told["next"], told["has_more"]) == (1, 2, False)
    assert [SyncRow.model_validate(entry) for entry in told["rows"]] == [
        row(first, title="노을", rating=5),
        row(second, title="b"),
    ]
    nothing = await device.changes(after=told["next"], epoch=told["epoch"])
    assert (nothing["rows"], nothing["next"]) == ([], 2)
    assert len(json.dumps(nothing)) < 1000
    changed = row(first, 1, "bbbbbbbb", title="another")
    again = await device.push([changed])
    assert (again["changed"], again["seq"]) == (1, 3)
    (only,) = (await device.changes(after=2))["rows"]
    assert SyncRow.model_validate(only) == merged(row(first, title="노을", rating=5), changed)


async def test_pushing_again_or_what_is_older_changes_nothing(device: Device) -> None:
    one = uuid4()
    await device.push([row(one, 5, title="new")])
    for stale in (row(one, 5, title="new"), row(one, 4, "ffffffff", title="old")):
        pushed = await device.push([stale, stale])
        assert (pushed["changed"], pushed["seq"]) == (0, 1)
    assert (await device.everything())["picture", one].fields["title"][0] == "new"


async def test_the_purged_never_comes_back(device: Device) -> None:
    one = uuid4()
    await device.push([row(one, title="x")])
    await device.push([SyncRow(kind="picture", id=one, purged=stamp(1))])
    await device.push([row(one, 9, title="alive?")])
    kept = (await device.everything())["picture", one]
    assert (kept.purged, kept.fields) == (stamp(1), {})


async def test_pages_of_any_size_tell_everything_once(device: Device) -> None:
    rows = [row(uuid4(), title=str(number)) for number in range(25)]
    await device.push(rows)
    for limit in (1, 7, 25, 5000):
        assert set(await device.everything(limit=limit)) == {(entry.kind, entry.id) for entry in rows}


async def test_another_epoch_begins_anew_and_numbers_never_reached_are_refused(device: Device) -> None:
    await device.push([row(uuid4(), title="a")])
    assert len((await device.changes(after=1, epoch=str(uuid4())))["rows"]) == 1
    assert (await device.changes(after=9, status=400))["code"] == "INVALID_PARAMETERS"
    state = await device.ask("GET", "/state")
    assert (state["seq"], state["rows"], state["protocol"]) == (1, 1, 1)


async def test_nobody_sees_or_changes_what_others_sync(device: Device, server: Server) -> None:
    one = uuid4()
    blob = await device.send(b"mine")
    await device.push([row(one, title="mine", original={"blob": blob})])
    other = Device(server, await server.register(email="ben@example.com", tier="pro"))
    assert (await other.changes())["rows"] == []
    assert (await other.ask("GET", f"/blobs/{blob}", status=404))["code"] == "NOT_FOUND"
    assert (await other.ask("POST", "/blobs/missing", json={"blobs": [blob]}))["missing"] == [blob]
    await other.push([row(one, 9, title="taken over?")])
    assert (await device.everything())["picture", one].fields["title"][0] == "mine"


async def test_files_are_sent_once_and_go_on_where_they_stopped(device: Device) -> None:
    data = bytes(range(256)) * 70_000  # three parts
    blob = hashlib.sha256(data).hexdigest()
    upload = await device.ask("POST", "/blobs", json={"blob": blob, "size": len(data)})
    assert [part["received"] for part in upload["parts"]] == [False, False, False]
    first = upload["parts"][0]
    await put(device, first["url"], data[: first["size"]])
    early = await device.ask("POST", "/blobs/complete", json={"blob": blob, "size": len(data)}, status=409)
    assert early["details"]["missing_parts"] == [1, 2]
    again = await device.ask("POST", "/blobs", json={"blob": blob, "size": len(data)})
    assert [part["received"] for part in again["parts"]] == [True, False, False]
    assert await device.send(data) == blob
    assert await device.fetch(blob) == data
    known = await device.ask("POST", "/blobs", json={"blob": blob, "size": len(data)})
    assert (known["complete"], known["parts"]) == (True, [])


async def test_a_file_that_is_another_is_refused(device: Device) -> None:
    wrong = hashlib.sha256(b"told").hexdigest()
    upload = await device.ask("POST", "/blobs", json={"blob": wrong, "size": 4})
    await put(device, upload["parts"][0]["url"], b"sent")
    error = await device.ask("POST", "/blobs/complete", json={"blob": wrong, "size": 4}, status=422)
    assert error["code"] == "UNPROCESSABLE"
    await device.ask("GET", f"/blobs/{wrong}", status=404)


async def test_files_stay_while_a_row_needs_them_and_go_after(device: Device, clock: FakeClock) -> None:
    storage = device.server.container.storage
    one, blob = uuid4(), hashlib.sha256(b"needed").hexdigest()
    pushed = await device.push([row(one, original={"blob": blob})])
    assert pushed["missing_blobs"] == [blob]
    await device.send(b"needed")
    await device.send(b"needed by nothing")
    device = await later(device, clock)
    assert len(await storage.keys("blobs/")) == 1
    assert await device.fetch(blob) == b"needed"
    await device.push([SyncRow(kind="picture", id=one, purged=stamp(1))])
    device = await later(device, clock)
    assert await storage.keys("blobs/") == []
    profile = await device.server.client.get("/api/v1/users/me", headers=device.user.headers)
    assert profile.json()["data"]["storage"]["used_bytes"] == 0


async def later(device: Device, clock: FakeClock) -> Device:
    clock.advance(timedelta(days=1, minutes=1))
    async with device.server.container.transactions.begin() as work:
        files = work.get(Files)
    await files.sweep()
    return Device(device.server, await device.server.sign_in(email=device.user.email))


@pytest.mark.parametrize(
    "line",
    [
        "nonsense",
        '{"kind": "picture"}',
        '{"kind": "secret", "id": "019bc1a2-0000-7000-8000-000000000001"}',
        '{"kind": "picture", "id": "019bc1a2-0000-7000-8000-000000000001", "fields": {"a": [1, "soon"]}}',
        '{"kind": "picture", "id": "019bc1a2-0000-7000-8000-000000000001", "fields": {"a": ["\\u0000", "'
        + stamp(0)
        + '"]}}',
        '{"kind": "picture", "id": "019bc1a2-0000-7000-8000-000000000001", "fields": {"a": [{"x": NaN}, "'
        + stamp(0)
        + '"]}}',
    ],
)
async def test_rows_that_are_none_are_refused_whole(device: Device, line: str) -> None:
    good = row(uuid4(), title="a").model_dump_json(exclude_defaults=True)
    error = await device.ask(
        "POST",
        "/push",
        status=400,
        content=f"{good}\n{line}",
        headers={"Content-Type": "application/x-ndjson"},
    )
    assert error["code"] == "VALIDATION_ERROR"
    assert (await device.changes())["rows"] == []


async def test_stamps_of_the_far_future_and_too_many_rows_are_refused(device: Device) -> None:
    future = row(uuid4(), 8 * 86_400_000, title="x")
    assert (await device.push([future], status=400))["details"]["latest"] == stamp(8 * 86_400_000)
    await device.push([row(uuid4(), 86_400_000, title="a day ahead is a wrong clock, and fine")])
    many = [row(uuid4(), title="x") for _ in range(5001)]
    assert (await device.push(many, status=400))["details"]["max_rows"] == 5000


async def test_five_thousand_rows_a_push(device: Device) -> None:
    rows = [row(uuid4(), title=f"picture {number}", rating=number % 6) for number in range(5000)]
    began = time.perf_counter()
    pushed = await device.push(rows)
    assert pushed["changed"] == 5000
    took = time.perf_counter() - began
    assert len(await device.everything()) == 5000
    assert took < 30, "an order of magnitude above what it takes"


class TestWithLimits:
    @pytest.fixture
    def rate_limited(self) -> bool:
        return True

    async def test_files_have_a_quota_and_requests_have_none(self, server: Server) -> None:
        user = await server.register(email="free@example.com")
        device = Device(server, await server.sign_in(email=user.email))
        for _ in range(60):  # three times what the plan has for other requests
            await device.changes()
        blob = await device.send(b"small")
        principal_limit = server.container.tariffs.tier("free").storage_gb * 2 * 1024
        for _ in range(5):
            await device.ask("GET", f"/blobs/{blob}")
        big = {"blob": "0" * 64, "size": 512 * 1024**2}
        for _ in range(principal_limit // 512 - 1):
            await device.ask("POST", "/blobs/complete", json=big, status=409)
        assert (await device.ask("POST", "/blobs/complete", json=big, status=429))[
            "code"
        ] == "RATE_LIMIT_EXCEEDED"
