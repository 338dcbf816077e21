"""Both storages keep the same promises: a folder, and a bucket of a real S3 API (moto's server)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import boto3
import httpx
import pytest
from moto.server import ThreadedMotoServer

from sync_server.app.settings import Settings
from sync_server.platform.errors import InvalidParametersError, NotFoundError
from sync_server.platform.storage import BucketStorage, FolderStorage, open_storage
from tests.support.server import FakeClock, Server


@pytest.fixture
def bucket_url(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    bucket = f"pictures-{uuid4()}"  # what is in a bucket outlives moto's server
    client = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1")
    client.create_bucket(Bucket=bucket)
    client.close()
    yield f"s3://{bucket}?endpoint_url={endpoint}"
    server.stop()


@pytest.fixture(params=["folder", "bucket"])
def storage(
    request: pytest.FixtureRequest, tmp_path: Path, clock: FakeClock
) -> FolderStorage | BucketStorage:
    url = "" if request.param == "folder" else request.getfixturevalue("bucket_url")
    return open_storage(Settings(data_folder=tmp_path / "data", storage_url=url), clock=clock)


async def test_what_is_put_is_read_replaced_and_deleted(storage: FolderStorage | BucketStorage) -> None:
    key = "avatars/some-user/a.webp"
    await storage.put(key, b"first", "image/webp")
    assert await storage.read(key) == b"first"
    await storage.put(key, b"second", "image/webp")
    assert await storage.read(key) == b"second"
    await storage.delete(key)
    await storage.delete(key)
    with pytest.raises(NotFoundError):
        await storage.read(key)


async def test_sizes_are_told_and_nothing_has_none(storage: FolderStorage | BucketStorage) -> None:
    assert await storage.size("a/b.png") is None
    await storage.put("a/b.png", b"pixels", "image/png")
    assert await storage.size("a/b.png") == 6
    await storage.delete("a/b.png")
    assert await storage.size("a/b.png") is None


async def test_keys_and_pages_tell_what_begins_with_a_prefix(
    storage: FolderStorage | BucketStorage,
) -> None:
    for key in ("inputs/ann/1", "inputs/ann/2", "inputs/anna/3", "inputs.txt", "pictures/ann/job/0-0.png"):
        await storage.put(key, b"x", "application/octet-stream")
    assert sorted(await storage.keys("inputs/ann/")) == ["inputs/ann/1", "inputs/ann/2"]
    assert sorted(await storage.keys("inputs/ann")) == ["inputs/ann/1", "inputs/ann/2", "inputs/anna/3"]
    assert await storage.keys("nothing/") == []
    files = [file async for page in storage.pages("inputs/") for file in page]
    assert sorted(file.key for file in files) == ["inputs/ann/1", "inputs/ann/2", "inputs/anna/3"]
    assert all(abs(datetime.now(UTC) - file.modified_at) < timedelta(minutes=5) for file in files)


async def test_many_keys_come_in_pages(storage: FolderStorage | BucketStorage) -> None:
    for number in range(1003):
        await storage.put(f"many/{number:04}", b"x", "text/plain")
    pages = [[file.key for file in page] async for page in storage.pages("many/")]
    assert len(pages) > 1
    assert [key for page in pages for key in page] == [f"many/{number:04}" for number in range(1003)]


async def test_an_upload_goes_to_its_address_and_only_as_large_as_said(
    storage: FolderStorage | BucketStorage, request: pytest.FixtureRequest
) -> None:
    """A bucket's address is its own; a folder's is the API's."""
    address = await storage.upload_url("uploads/ann/part-0", size=6)
    if isinstance(storage, BucketStorage):
        async with httpx.AsyncClient() as client:
            reply = await client.put(address, content=b"pixels")
        assert reply.status_code == 200, reply.text
    else:
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        signed = {"size": 6, "expires": int(query["expires"]), "signature": query["signature"]}
        for data, changed in ((b"pixel", {}), (b"pixels", {"size": 7}), (b"pixels", {"signature": "0"})):
            with pytest.raises(NotFoundError):
                await storage.write_signed("uploads/ann/part-0", data, **(signed | changed))  # type: ignore[arg-type]
        await storage.write_signed("uploads/ann/part-0", b"pixels", **signed)  # type: ignore[arg-type]
    assert await storage.read("uploads/ann/part-0") == b"pixels"


@pytest.mark.parametrize(
    "key",
    ["", "../outside", "a/../b", "/etc/passwd", "a//b", "a\\b", ".hidden", "a/.b", "a\nb", "ä", "a" * 501],
)
async def test_no_key_leads_elsewhere(storage: FolderStorage | BucketStorage, key: str) -> None:
    with pytest.raises(InvalidParametersError):
        await storage.put(key, b"x", "text/plain")
    with pytest.raises(InvalidParametersError):
        await storage.url(key)


async def test_a_buckets_address_is_read_by_anybody_who_has_it(bucket_url: str, tmp_path: Path) -> None:
    storage = open_storage(Settings(data_folder=tmp_path / "data", storage_url=bucket_url), clock=FakeClock())
    await storage.put("a/b.png", b"pixels", "image/png")
    address = await storage.url("a/b.png", expires=timedelta(minutes=5))
    async with httpx.AsyncClient() as client:
        reply = await client.get(address)
    assert (reply.content, reply.headers["Content-Type"]) == (b"pixels", "image/png")
    query = parse_qs(urlsplit(address).query)
    assert "Signature" in query or "X-Amz-Signature" in query


async def test_a_folders_address_is_served_until_it_expires(server: Server, clock: FakeClock) -> None:
    storage = server.container.storage
    await storage.put("a/b.png", b"pixels", "image/png")
    address = urlsplit(await storage.url("a/b.png", expires=timedelta(minutes=5)))
    path = f"{address.path}?{address.query}"
    reply = await server.client.get(path)
    assert (reply.content, reply.headers["Content-Type"]) == (b"pixels", "image/png")
    for forged in (path[:-1] + ("0" if path[-1] != "0" else "1"), path.replace("b.png", "c.png")):
        assert (await server.client.get(forged)).status_code == 404
    later = path.replace("expires=", "expires=9")
    assert (await server.client.get(later)).status_code == 404
    clock.advance(timedelta(minutes=5))
    assert (await server.client.get(path)).status_code == 404


async def test_a_writer_that_is_cut_off_leaves_the_old_file(tmp_path: Path, clock: FakeClock) -> None:
    """What it had begun lies beside it under another name, and is no file of ours."""
    storage = open_storage(Settings(data_folder=tmp_path / "data"), clock=clock)
    await storage.put("a.png", b"whole", "image/png")
    (tmp_path / "data" / "files" / ".a.png.1.writing").write_bytes(b"ha")
    assert await storage.read("a.png") == b"whole"
