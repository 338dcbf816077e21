import logging
from collections.abc import AsyncIterator
from uuid import UUID

import httpx
import pytest
from fastapi import APIRouter, Request, UploadFile

from tests.support.edge import EdgeSettings, client_of, edge_app
from tests.support.server import FakeClock

router = APIRouter()


@router.get("/who")
async def who(request: Request) -> dict[str, str]:
    assert request.client
    return {"address": request.client.host, "scheme": request.url.scheme}


@router.post("/json")
async def take_json(body: dict[str, str]) -> int:
    return len(body)


@router.post("/files")
async def take_file(file: UploadFile) -> int:
    return len(await file.read())


@router.post("/raw")
async def take_raw(request: Request) -> int:
    return len(await request.body())


@router.post("/ignored")
async def ignore_body() -> str:
    return "fine"


def client(
    clock: FakeClock, *, address: str = "192.0.2.1", settings: EdgeSettings | None = None
) -> httpx.AsyncClient:
    return client_of(edge_app(router, clock=clock, settings=settings), address=address)


async def test_a_sane_request_id_is_kept_and_any_other_replaced(clock: FakeClock) -> None:
    reply = await client(clock).get("/who", headers={"X-Request-ID": "0f.a-B_9"})
    assert reply.headers["X-Request-ID"] == "0f.a-B_9"
    for odd in (b"", b"with space", b"x" * 101, "ü".encode()):
        reply = await client(clock).get("/who", headers={b"X-Request-ID": odd})
        assert UUID(reply.headers["X-Request-ID"]).version == 7


async def test_every_reply_has_the_security_headers(clock: FakeClock) -> None:
    encrypted = EdgeSettings(public_url="https://pentimento.example")
    for path in ("/who", "/nothing"):
        headers = (await client(clock, settings=encrypted).get(path)).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert headers["Cache-Control"] == "no-store"
        assert headers["Strict-Transport-Security"].startswith("max-age=63072000")
    assert "Strict-Transport-Security" not in (await client(clock).get("/who")).headers


async def test_only_listed_origins_may_call(clock: FakeClock) -> None:
    web = client(clock, settings=EdgeSettings(cors_origins=["https://app.example"]))
    ours = await web.get("/who", headers={"Origin": "https://app.example"})
    assert ours.headers["Access-Control-Allow-Origin"] == "https://app.example"
    assert "X-Request-ID" in ours.headers["Access-Control-Expose-Headers"]
    other = await web.get("/who", headers={"Origin": "https://evil.example"})
    assert "Access-Control-Allow-Origin" not in other.headers
    asked = {"Origin": "https://app.example", "Access-Control-Request-Method": "PATCH"}
    assert (await web.options("/who", headers=asked)).status_code == 200


@pytest.mark.parametrize(
    ("nearest", "forwarded", "believed"),
    [
        ("10.0.0.1", "203.0.113.5", "203.0.113.5"),
        ("10.0.0.1", "198.51.100.9, 203.0.113.5, 10.0.0.2", "203.0.113.5"),
        ("10.0.0.1", "nonsense", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "2001:db8::1", "2001:db8::1"),
        ("192.0.2.7", "203.0.113.5", "192.0.2.7"),
    ],
)
async def test_only_a_trusted_proxy_tells_the_clients_address(
    clock: FakeClock, nearest: str, forwarded: str, believed: str
) -> None:
    settings = EdgeSettings(trusted_proxies=["10.0.0.0/8"])
    reply = await client(clock, address=nearest, settings=settings).get(
        "/who", headers={"X-Forwarded-For": forwarded, "X-Forwarded-Proto": "https"}
    )
    scheme = "https" if nearest.startswith("10.") else "http"
    assert reply.json() == {"address": believed, "scheme": scheme}


async def test_an_announced_body_beyond_the_limit_is_refused_unread(clock: FakeClock) -> None:
    reads = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal reads
        reads += 1
        yield b"x"

    for path, kind in (("/json", "application/json"), ("/files", "multipart/form-data; boundary=b")):
        reply = await client(clock).post(
            path, content=body(), headers={"Content-Type": kind, "Content-Length": str(1024**3)}
        )
        assert (reply.status_code, reply.json()["error"]["code"]) == (413, "FILE_TOO_LARGE")
    assert reads == 0


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/json", "application/json"),
        ("/raw", "application/octet-stream"),
        ("/files", "multipart/form-data; boundary=b"),
    ],
)
async def test_an_unannounced_gigabyte_is_cut_off_at_the_limit(
    clock: FakeClock, path: str, kind: str
) -> None:
    """As ASGI servers hand over a chunked body: part after part, with no length."""
    sent = 0
    replies: list[dict[str, object]] = []
    begin = b'--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'

    async def receive() -> dict[str, object]:
        nonlocal sent
        part = begin if not sent and path == "/files" else b"x" * 65536
        sent += len(part)
        return {"type": "http.request", "body": part, "more_body": sent < 1024**3}

    async def send(message: dict[str, object]) -> None:
        replies.append(message)

    app = edge_app(router, clock=clock)
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": f"/api/v1{path}",
        "raw_path": f"/api/v1{path}".encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"content-type", kind.encode())],
        "client": ("192.0.2.1", 1),
        "server": ("test", 80),
    }
    await app(scope, receive, send)  # type: ignore[arg-type]  # plain dictionaries, as servers send them
    assert replies[0]["status"] == 413
    assert sent < 5 * 1024**2


async def test_a_json_body_may_be_a_megabyte_and_a_file_more(clock: FakeClock) -> None:
    small = client(clock)
    assert (await small.post("/json", json={"a": "x" * 1024**2})).status_code == 413
    file = b"x" * (2 * 1024**2)
    assert (await small.post("/files", files={"file": file})).json() == len(file)
    assert (await small.post("/ignored", content=b"fine")).status_code == 200


async def test_the_access_log_has_no_query_and_no_forged_line(
    clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="pentimento.access"):
        await client(clock).get("/who?token=hunter2")
    [record] = [record for record in caplog.records if record.name == "pentimento.access"]
    fields = vars(record)
    assert fields["path"] == "/api/v1/who"
    assert fields["status"] == 200
    assert fields["client"] == "192.0.2.1"
    assert "hunter2" not in str(fields)
