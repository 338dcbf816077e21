"""What the cloud queue costs over Procrastinate alone, how long a job is on its way, and a thousand sockets at once."""

import asyncio
import json
import resource
import statistics
import tempfile
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import httpx
import procrastinate
from sqlalchemy import text
from websockets.asyncio.client import ClientConnection, connect

import assets
from shared.contracts.events import Accepted, Completed, GenerationEvent
from shared.contracts.generation import ModelReference, PictureRequest, TextToImage
from shared.engine.catalogue import describe_model
from shared.imaging.blob_folder import BlobFolder
from sync_server.app.container import Container
from sync_server.app.settings import Settings
from sync_server.app.worker import serve_queue
from sync_server.generation.rules.sizes import Size
from sync_server.generation.service.drafts import Draft
from sync_server.generation.service.jobs import JobQueue
from sync_server.generation.service.runs import JobRuns, Taken
from sync_server.models.rules import ModelEntry, entry_of
from sync_server.platform.database import SEARCH_PATH, upgrade
from sync_server.platform.edge import Principal
from sync_server.platform.embedded_postgres import EmbeddedPostgres
from tests.support.fleet import Client, Fleet

JOBS, AT_A_TIME, ROUNDS = 160, 8, 3
SINGLE_JOBS = 40
SETTLING_SECONDS = 2.0
SOCKETS, STEPS_A_SECOND, SECONDS = 1000, 200, 10
STARTER = Path(assets.__path__[0]) / "starter_model" / "model"


class NoExecutor:
    """Every job is done at once; `begun` is when each was."""

    device, does_classic, checks_safety = "none", True, False

    def __init__(self, blobs: BlobFolder) -> None:
        self.blobs = blobs
        self.begun: dict[str, float] = {}
        self.news = asyncio.Event()

    async def models(self) -> Sequence[ModelEntry]:
        return [entry_of(describe_model(STARTER))]

    async def run(self, job_id: str, request: PictureRequest) -> AsyncGenerator[GenerationEvent, None]:
        self.begun[job_id.partition("/")[0]] = time.perf_counter()
        self.news.set()
        yield Accepted()
        yield Completed(seconds=0.0)

    async def cancel(self, job_id: str) -> None: ...

    async def close(self) -> None: ...

    async def wait_for(self, count: int) -> None:
        while len(self.begun) < count:
            self.news.clear()
            await self.news.wait()


@asynccontextmanager
async def bare_queue(url: str) -> AsyncIterator[procrastinate.App]:
    app = procrastinate.App(
        connector=procrastinate.PsycopgConnector(
            conninfo=url, kwargs={"options": f"-c search_path={SEARCH_PATH}"}, min_size=1, max_size=AT_A_TIME
        )
    )
    async with app.open_async():
        yield app


async def bare_round(url: str) -> float:
    """Jobs a second through defer, fetch and finish."""
    left, done = JOBS, asyncio.Event()
    async with bare_queue(url) as app:

        @app.task(name="bench.nothing")
        async def nothing(job_id: str) -> None:
            nonlocal left
            left -= 1
            if not left:
                done.set()

        worker = asyncio.create_task(
            app.run_worker_async(
                queues=["bench"], concurrency=AT_A_TIME, delete_jobs="always", install_signal_handlers=False
            )
        )
        await asyncio.sleep(SETTLING_SECONDS)
        began = time.perf_counter()
        await in_turns(
            lambda number: nothing.configure(queue="bench").defer_async(job_id=str(UUID(int=number)))
        )
        await done.wait()
        took = time.perf_counter() - began
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)
        return JOBS / took


async def own_round(container: Container, clients: Sequence[Client], folder: Path) -> float:
    """Jobs a second through create (with its hold), claim and complete (with its settlement)."""
    executor = NoExecutor(BlobFolder(folder))
    people = [principal(client) for client in clients]

    async def create(number: int) -> None:
        async with container.transactions.begin() as work:
            await work.get(JobQueue).create(people[number % len(people)], [draft(number)])

    async with working(container, executor):
        await asyncio.sleep(SETTLING_SECONDS)
        began = time.perf_counter()
        await in_turns(create)
        async with asyncio.timeout(120):
            while await still_open(container):
                await asyncio.sleep(0.1)
        return JOBS / (time.perf_counter() - began)


async def still_open(container: Container) -> int:
    async with container.transactions.begin() as work:
        query = text(
            "SELECT count(*) FROM generation_jobs WHERE status IN ('pending', 'queued', 'processing')"
        )
        return int(await work.session.scalar(query) or 0)


async def in_turns(make: Callable[[int], Awaitable[object]]) -> None:
    """`AT_A_TIME` clients, one job after another each."""
    numbers = iter(range(JOBS))

    async def client() -> None:
        for number in numbers:
            await make(number)

    await asyncio.gather(*(client() for _ in range(AT_A_TIME)))


@asynccontextmanager
async def working(container: Container, executor: NoExecutor) -> AsyncIterator[None]:
    """A worker of ours on a container of its own, as each process has one."""
    own = Container(settings=container.settings, database_url=container.database_url)
    worker = asyncio.create_task(
        serve_queue(own, executor, concurrency=AT_A_TIME, grace=5, patience=timedelta(seconds=60))
    )
    try:
        yield
    finally:
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)


def principal(client: Client) -> Principal:
    return Principal(
        user_id=client.user_id,
        session_id=None,
        api_key_id=None,
        role="user",
        tier="enterprise",
        state="active",
        email_verified=True,
    )


def draft(number: int) -> Draft:
    size = Size(width=64, height=64)
    request = TextToImage(
        model=ModelReference(id="starter"), prompt="a house", seed=number, width=64, height=64, steps=4
    )
    return Draft(
        kind="text_to_image",
        model="starter",
        request=request,
        size=size,
        price=1,
        seconds=1,
        prompt="a house",
        negative_prompt="",
        board_id=None,
        options={"format": "png"},
    )


async def single_jobs(fleet: Fleet, container: Container, clients: Sequence[Client], folder: Path) -> None:
    """From the request to the worker, one job after another, beside a bare task's way."""
    executor = NoExecutor(BlobFolder(folder))
    own, bare = [], []
    async with (
        working(container, executor),
        httpx.AsyncClient(base_url=fleet.apis[0].url) as http,
    ):
        await fleet.wait_for_workers(1)
        for number in range(SINGLE_JOBS):
            began = time.perf_counter()
            reply = await http.post(
                "/api/v1/generation/create",
                json={"prompt": "a house", "width": 64, "height": 64, "steps": 4},
                headers=clients[number % len(clients)].headers,
            )
            reply.raise_for_status()
            await executor.wait_for(number + 1)
            own.append(executor.begun[reply.json()["data"]["job_id"]] - began)
    begun = asyncio.Event()
    async with bare_queue(container.database_url) as app:

        @app.task(name="bench.single")
        async def nothing(job_id: str) -> None:
            begun.set()

        worker = asyncio.create_task(
            app.run_worker_async(queues=["bench"], delete_jobs="always", install_signal_handlers=False)
        )
        await asyncio.sleep(0.5)
        for number in range(SINGLE_JOBS):
            begun.clear()
            began = time.perf_counter()
            await nothing.configure(queue="bench").defer_async(job_id=str(UUID(int=number)))
            await begun.wait()
            bare.append(time.perf_counter() - began)
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)
    ours, theirs = (1000 * statistics.median(times) for times in (own, bare))
    print(
        f"{'request to worker':<22} Pentimento p50 {ours:5.1f} ms over HTTP   bare defer p50 {theirs:5.1f} ms"
        f"   added {ours - theirs:5.1f} ms   (below 30 asked)"
    )


async def sockets(fleet: Fleet, container: Container, client: Client) -> None:
    """Each follows a job; the way of a step from the worker's word to its client."""
    async with container.transactions.begin() as work:
        rows = await work.get(JobQueue).create(principal(client), [draft(n) for n in range(SOCKETS)])
        jobs = [row.id for row in rows]
        await work.session.execute(
            text(
                "UPDATE generation_jobs SET status = 'processing', attempt = 1, heard_at = now()"
                " WHERE status IN ('pending', 'queued')"
            )
        )
    address = fleet.apis[0].url.replace("http", "ws", 1) + "/ws/generation/jobs"
    said: dict[tuple[str, int], float] = {}
    took: list[float] = []

    async def follow(connection: ClientConnection) -> None:
        async for raw in connection:
            message = json.loads(raw)
            key = (message.get("job_id"), message.get("step"))
            if message["type"] == "job_status" and key in said:
                took.append(time.perf_counter() - said.pop(key))

    async with AsyncExitStack() as stack:
        connections = []
        for job in jobs:
            connection = await stack.enter_async_context(
                connect(
                    address,
                    additional_headers={"Authorization": f"Bearer {client.api_key}"},
                    proxy=None,
                    compression=None,
                )
            )
            await connection.send(json.dumps({"type": "subscribe", "job_id": str(job)}))
            await connection.recv()
            connections.append(connection)
        readers = [asyncio.create_task(follow(connection)) for connection in connections]
        preview = "x" * 1400
        for number in range(STEPS_A_SECOND * SECONDS):
            began = time.perf_counter()
            job = jobs[number % SOCKETS]
            step = number // SOCKETS + 1
            said[str(job), step] = began
            taken = Taken(
                job_id=job,
                user_id=client.user_id,
                attempt=1,
                kind="text_to_image",
                model="starter",
                pictures=1,
                request={},
                options={},
            )
            async with container.transactions.begin() as work:
                await work.get(JobRuns).tell_progress(
                    taken, stage="generating", step=step, steps=50, preview=preview
                )
            await asyncio.sleep(max(0, 1 / STEPS_A_SECOND - (time.perf_counter() - began)))
        await asyncio.sleep(1)
        for reader in readers:
            reader.cancel()
        await asyncio.gather(*readers, return_exceptions=True)
    took.sort()
    p50, p99 = (1000 * took[int(len(took) * share)] for share in (0.5, 0.99))
    print(
        f"{f'{SOCKETS} sockets':<22} {len(took)} of {STEPS_A_SECOND * SECONDS} steps heard, p50 {p50:5.1f} ms,"
        f" p99 {p99:5.1f} ms   (below 150 asked; {STEPS_A_SECOND} steps a second)"
    )


async def measure(url: str, folder: Path) -> None:
    fleet = Fleet(
        database_url=url,
        folder=folder,
        apis=1,
        workers=0,
        environment={"TRUSTED_PROXIES": '["127.0.0.1"]'},
    )
    clients = await fleet.clients(AT_A_TIME)
    container = Container(settings=Settings(data_folder=folder / "own"), database_url=url)
    await container.queue.open()
    own, bare = [], []
    for number in range(ROUNDS):
        bare.append(await bare_round(url))
        own.append(await own_round(container, clients, folder / f"round-{number}"))
    print(
        f"{'create, claim, done':<22} Pentimento {max(own):5.0f} jobs/s   Procrastinate alone {max(bare):5.0f} jobs/s"
        f"   ratio {max(own) / max(bare):.2f}   (best of {ROUNDS}; 0.60 asked)"
    )
    fleet.start()
    try:
        await single_jobs(fleet, container, clients, folder / "single")
        await sockets(fleet, container, clients[1])
    finally:
        fleet.stop()
        await container.close()


def run() -> None:
    # Each socket is an open file, here and in the server's process, which inherits this.
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        postgres = EmbeddedPostgres(Path(folder) / "postgres")
        url = postgres.start()
        try:
            upgrade(url)
            asyncio.run(measure(url, Path(folder)))
        finally:
            postgres.stop()


if __name__ == "__main__":
    run()
