"""What following costs: a hundred thousand pictures told and heard, a round with nothing new, files beside bare boto3."""

import hashlib
import logging
import os
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from typing import Any
from uuid import UUID

import boto3
import httpx
import psutil
import psycopg
from moto.server import ThreadedMotoServer

from shared.contracts.sync import MOST_ROWS, SyncRow
from shared.syncing.clocks import Stamp
from sync_server.platform.database import upgrade
from sync_server.platform.embedded_postgres import EmbeddedPostgres
from tests.support.server_process import ServerProcess

PICTURES = 100_000
FILES, FILE_BYTES, AT_ONCE = 200, 1_000_000, 4
PASSWORD = "correct-horse-7-battery"
API = "/api/v1/sync"


def row(number: int) -> SyncRow:
    """As a picture's row is: its marks, its words, its file and thumbnail."""
    stamp = str(Stamp(1_768_478_400_000 + number, 0, "aaaaaaaa"))
    blob = hashlib.sha256(str(number).encode()).hexdigest()
    fields: dict[str, Any] = {
        "prompt": f"a picture of number {number}, oil on canvas, warm evening light over the sea",
        "original": {"blob": blob, "size": 1_500_000},
        "width": 1024,
        "height": 1024,
        "starred": number % 10 == 0,
        "rating": number % 6,
        "notes": "",
        "created_at": 1_768_478_400_000_000 + number,
    }
    return SyncRow(
        kind="picture",
        id=UUID(int=number + 1),
        fields={name: (value, stamp) for name, value in fields.items()},
        members={"boards": {str(UUID(int=number % 50 + 1)): ("a0", stamp)}},
    )


class Client:
    def __init__(self, server: ServerProcess, database_url: str) -> None:
        self.http = httpx.Client(base_url=server.url, timeout=300)
        self.storage = httpx.Client(timeout=60)
        body = {"email": "ann@example.com", "password": PASSWORD}
        self.http.post("/api/v1/users/auth/register", json=body).raise_for_status()
        with psycopg.connect(database_url) as connection:
            connection.execute("UPDATE users SET email_verified_at = now(), tier = 'studio'")
        token = self.http.post("/api/v1/users/auth/login", json=body).json()["data"]["access_token"]
        self.http.headers["Authorization"] = f"Bearer {token}"

    def push(self, rows: Sequence[SyncRow]) -> None:
        lines = "\n".join(entry.model_dump_json(exclude_defaults=True) for entry in rows)
        self.http.post(
            f"{API}/push", content=lines, headers={"Content-Type": "application/x-ndjson"}
        ).raise_for_status()

    def changes(self, after: int) -> tuple[dict[str, Any], int]:
        reply = self.http.get(f"{API}/changes", params={"after": after})
        reply.raise_for_status()
        return reply.json()["data"], len(reply.content)

    def send(self, data: bytes) -> None:
        told = {"blob": hashlib.sha256(data).hexdigest(), "size": len(data)}
        upload = self.http.post(f"{API}/blobs", json=told).json()["data"]
        for part in upload["parts"]:
            self.storage.put(part["url"], content=data).raise_for_status()
        self.http.post(f"{API}/blobs/complete", json=told).raise_for_status()


def rows_there_and_back(client: Client, server: ServerProcess) -> None:
    memory = [_memory(server)]
    began = time.perf_counter()
    for start in range(0, PICTURES, MOST_ROWS):
        client.push([row(number) for number in range(start, start + MOST_ROWS)])
        memory.append(_memory(server))
    told = time.perf_counter() - began
    began, after, heard, more = time.perf_counter(), 0, 0, True
    while more:
        page, _ = client.changes(after)
        rows = [SyncRow.model_validate(entry) for entry in page["rows"]]
        heard, after, more = heard + len(rows), page["next"], page["has_more"]
        memory.append(_memory(server))
    took = time.perf_counter() - began
    assert heard == PICTURES
    print(f"  told   {PICTURES / told:8.0f} rows a second, made and written as JSON by the same machine")
    print(f"  heard  {PICTURES / took:8.0f} rows a second, read and checked (at least 5,000)")
    print(
        f"  memory of the server: {memory[0]} MB before, {memory[2]} MB after a page, {max(memory)} MB at most"
    )
    times, size = [], 0
    for _ in range(20):
        began = time.perf_counter()
        _, size = client.changes(after)
        times.append(1000 * (time.perf_counter() - began))
    print(f"  nothing new: {median(times):.1f} ms, {size} bytes (at most 300 ms, 5,000 bytes)")


def files_beside_boto3(client: Client, address: str) -> None:
    bare = boto3.client("s3", endpoint_url=address, region_name="us-east-1")
    fresh = [os.urandom(FILE_BYTES) for _ in range(FILES)]
    others = [os.urandom(FILE_BYTES) for _ in range(FILES)]

    def put(entry: tuple[int, bytes]) -> None:
        bare.put_object(Bucket="pictures", Key=f"bare/{entry[0]}", Body=entry[1])

    with ThreadPoolExecutor(AT_ONCE) as pool:
        began = time.perf_counter()
        list(pool.map(put, enumerate(others)))
        by_boto3 = time.perf_counter() - began
        began = time.perf_counter()
        list(pool.map(client.send, fresh))
        synced = time.perf_counter() - began
    print(
        f"  files: {FILES / synced:.0f} MB/s, boto3 alone {FILES / by_boto3:.0f} MB/s:"
        f" {100 * by_boto3 / synced:.0f} % (at least 70)"
    )


def _memory(server: ServerProcess) -> int:
    assert server.pid is not None
    process = psutil.Process(server.pid)
    return sum(each.memory_info().rss for each in [process, *process.children(recursive=True)]) // 1024**2


def main() -> None:
    os.environ |= {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    moto.start()
    host, port = moto.get_host_and_port()
    address = f"http://{host}:{port}"
    boto3.client("s3", endpoint_url=address, region_name="us-east-1").create_bucket(Bucket="pictures")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        postgres = EmbeddedPostgres(folder / "postgres")
        url = postgres.start()
        upgrade(url)
        server = ServerProcess(
            environment={
                "DATABASE_URL": url,
                "DATA_FOLDER": str(folder / "data"),
                "STORAGE_URL": f"s3://pictures?endpoint_url={address}",
            },
            log=folder / "log",
        )
        server.start()
        server.wait_until_ready()
        try:
            client = Client(server, url)
            rows_there_and_back(client, server)
            files_beside_boto3(client, address)
        finally:
            server.stop()
            postgres.stop()
            moto.stop()


if __name__ == "__main__":
    main()
