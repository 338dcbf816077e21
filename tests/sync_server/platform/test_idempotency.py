import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import timedelta

import httpx
import pytest
from fastapi import APIRouter, Response, UploadFile
from pydantic import BaseModel
from sqlalchemy import text

from sync_server.platform.edge import AllTransactions, CurrentWork, SignedIn
from sync_server.platform.errors import AuthenticationFailedError, ConflictError, ServiceUnavailableError
from sync_server.platform.idempotency import IdempotentRoute
from sync_server.platform.kept_replies import KeptReplies
from sync_server.platform.work import Transactions
from tests.support.edge import ALICE, BOB, client_of, edge_app, token_of, transactions_on
from tests.support.server import FakeClock

KEY = {"Idempotency-Key": "order-1"}


class Order(BaseModel):
    amount: int


@dataclass
class Shop:
    """Its operations leave a row each time they run; a test may let them wait."""

    runs: int = 0
    go: asyncio.Event = field(default_factory=asyncio.Event)
    inside: asyncio.Event = field(default_factory=asyncio.Event)
    error: Callable[[], Exception] | None = None

    async def run(self) -> None:
        self.runs += 1
        self.inside.set()
        await self.go.wait()

    def end(self) -> None:
        if self.error:
            raise self.error()


def routes(shop: Shop) -> APIRouter:
    router = APIRouter(prefix="/shop", route_class=IdempotentRoute)

    @router.post("/orders", status_code=201)
    async def order(body: Order, work: CurrentWork, asker: SignedIn, response: Response) -> dict[str, int]:
        await work.session.execute(text("INSERT INTO orders VALUES (:amount)"), {"amount": body.amount})
        await shop.run()
        shop.end()
        response.headers["Location"] = f"/orders/{shop.runs}"
        return {"order": shop.runs}

    @router.post("/checkouts", status_code=201)
    async def checkout(body: Order, transactions: AllTransactions, asker: SignedIn) -> dict[str, int]:
        async with transactions.begin() as work:
            await work.session.execute(text("INSERT INTO orders VALUES (:amount)"), {"amount": body.amount})
        await shop.run()
        shop.end()
        return {"order": shop.runs}

    @router.post("/guests", status_code=201)
    async def guest(work: CurrentWork) -> dict[str, int]:
        shop.runs += 1
        return {"order": shop.runs}

    @router.post("/files", status_code=201)
    async def upload(file: UploadFile, work: CurrentWork) -> dict[str, int]:
        shop.runs += 1
        return {"order": shop.runs}

    return router


@pytest.fixture
async def transactions(database_url: str, clock: FakeClock) -> AsyncIterator[Transactions]:
    async with transactions_on(database_url, clock) as opened:
        async with opened.begin() as work:
            await work.session.execute(text("CREATE TABLE orders (amount integer)"))
        yield opened


@pytest.fixture
def shop() -> Shop:
    shop = Shop()
    shop.go.set()
    return shop


@pytest.fixture
def client(shop: Shop, transactions: Transactions, clock: FakeClock) -> httpx.AsyncClient:
    return client_of(edge_app(routes(shop), clock=clock, transactions=transactions))


async def orders(transactions: Transactions) -> int:
    async with transactions.begin() as work:
        return int(await work.session.scalar(text("SELECT count(*) FROM orders")) or 0)


async def post(
    client: httpx.AsyncClient,
    path: str,
    *,
    amount: int = 5,
    user: object = ALICE,
    key: str | None = "order-1",
) -> httpx.Response:
    headers = {"Authorization": f"Bearer {user}"} | ({"Idempotency-Key": key} if key else {})
    return await client.post(path, json={"amount": amount}, headers=headers)


BOTH = pytest.mark.parametrize("path", ["/shop/orders", "/shop/checkouts"])


@BOTH
async def test_the_same_request_again_gets_the_first_reply(
    client: httpx.AsyncClient, shop: Shop, transactions: Transactions, path: str
) -> None:
    first = await post(client, path)
    again = await post(client, path)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert again.headers.get("Location") == first.headers.get("Location")
    assert again.headers["Content-Type"] == first.headers["Content-Type"]
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert (shop.runs, await orders(transactions)) == (1, 1)


@BOTH
async def test_without_a_key_each_request_runs(client: httpx.AsyncClient, shop: Shop, path: str) -> None:
    await post(client, path, key=None)
    await post(client, path, key=None)
    assert shop.runs == 2


@BOTH
async def test_another_body_is_refused(client: httpx.AsyncClient, shop: Shop, path: str) -> None:
    await post(client, path)
    other = await post(client, path, amount=6)
    assert (other.status_code, other.json()["error"]["code"]) == (422, "UNPROCESSABLE")
    assert (await post(client, path)).status_code == 201
    assert shop.runs == 1


@BOTH
async def test_a_key_belongs_to_its_user_and_its_operation(
    client: httpx.AsyncClient, shop: Shop, path: str
) -> None:
    await post(client, path)
    stranger = await post(client, path, user=BOB)
    assert stranger.json() == {"order": 2}
    assert (await post(client, path, user="nobody")).status_code == 401
    other = "/shop/checkouts" if path == "/shop/orders" else "/shop/orders"
    assert (await post(client, other)).json() == {"order": 3}


@BOTH
async def test_of_many_at_once_one_runs_and_the_others_come_again(
    client: httpx.AsyncClient, shop: Shop, transactions: Transactions, path: str
) -> None:
    shop.go.clear()
    first = asyncio.create_task(post(client, path))
    await shop.inside.wait()
    others = await asyncio.gather(*(post(client, path) for _ in range(5)))
    assert {other.status_code for other in others} == {409}
    assert {other.headers["Retry-After"] for other in others} == {"1"}
    shop.go.set()
    assert (await first).status_code == 201
    again = await asyncio.gather(*(post(client, path) for _ in range(5)))
    assert {reply.content for reply in again} <= {(await first).content} | {
        reply.content for reply in again if reply.status_code == 409
    }
    assert (shop.runs, await orders(transactions)) == (1, 1)


@BOTH
async def test_a_storm_of_the_same_request_runs_once(
    client: httpx.AsyncClient, shop: Shop, transactions: Transactions, path: str
) -> None:
    replies = await asyncio.gather(*(post(client, path) for _ in range(30)))
    assert {reply.status_code for reply in replies} <= {201, 409}
    assert len({reply.content for reply in replies if reply.status_code == 201}) == 1
    assert (shop.runs, await orders(transactions)) == (1, 1)


async def test_an_error_is_kept_while_its_work_is_undone(
    client: httpx.AsyncClient, shop: Shop, transactions: Transactions
) -> None:
    shop.error = lambda: ConflictError("This needs an account.", details={"why": "tested"})
    first = await post(client, "/shop/orders")
    shop.error = None
    again = await post(client, "/shop/orders")
    assert (first.status_code, again.status_code) == (409, 409)
    assert first.content == again.content
    assert again.headers["Idempotent-Replayed"] == "true"
    assert (shop.runs, await orders(transactions)) == (1, 0)


async def test_an_error_that_keeps_its_work_keeps_both(
    client: httpx.AsyncClient, shop: Shop, transactions: Transactions
) -> None:
    shop.error = lambda: AuthenticationFailedError("This needs an account.")
    assert (await post(client, "/shop/orders")).status_code == 401
    assert (await post(client, "/shop/orders")).headers["Idempotent-Replayed"] == "true"
    assert (shop.runs, await orders(transactions)) == (1, 1)


@BOTH
@pytest.mark.parametrize(
    "error", [lambda: ServiceUnavailableError("The server is busy."), lambda: RuntimeError("broken")]
)
async def test_our_own_failures_may_be_tried_again(
    client: httpx.AsyncClient, shop: Shop, path: str, error: Callable[[], Exception]
) -> None:
    shop.error = error
    assert (await post(client, path)).status_code >= 500
    shop.error = None
    again = await post(client, path)
    assert again.status_code == 201
    assert "Idempotent-Replayed" not in again.headers


async def test_a_bad_body_does_not_use_up_the_key(client: httpx.AsyncClient, shop: Shop) -> None:
    for path in ("/shop/orders", "/shop/checkouts"):
        headers = token_of(ALICE) | KEY
        assert (await client.post(path, json={"amount": "x"}, headers=headers)).status_code == 400
        assert (await post(client, path)).status_code == 201


async def test_replies_are_kept_for_a_day(client: httpx.AsyncClient, shop: Shop, clock: FakeClock) -> None:
    for path in ("/shop/orders", "/shop/checkouts"):
        await post(client, path)
    clock.advance(timedelta(hours=23, minutes=59))
    for path in ("/shop/orders", "/shop/checkouts"):
        assert "Idempotent-Replayed" in (await post(client, path)).headers
    clock.advance(timedelta(minutes=1))
    for path in ("/shop/orders", "/shop/checkouts"):
        assert "Idempotent-Replayed" not in (await post(client, path, amount=7)).headers
        assert "Idempotent-Replayed" in (await post(client, path, amount=7)).headers
    assert shop.runs == 4


async def test_old_replies_are_forgotten(
    client: httpx.AsyncClient, transactions: Transactions, clock: FakeClock
) -> None:
    await post(client, "/shop/orders")
    clock.advance(timedelta(hours=12))
    await post(client, "/shop/orders", key="order-2")
    clock.advance(timedelta(hours=12))
    async with transactions.begin() as work:
        assert await work.get(KeptReplies).forget_old() == 1


async def test_a_claim_of_a_process_that_died_is_taken_over(
    client: httpx.AsyncClient, shop: Shop, clock: FakeClock
) -> None:
    shop.go.clear()
    dying = asyncio.create_task(post(client, "/shop/checkouts"))
    await shop.inside.wait()
    dying.cancel()
    await asyncio.wait([dying])
    shop.go.set()
    assert (await post(client, "/shop/checkouts")).status_code == 409
    clock.advance(timedelta(minutes=2))
    assert (await post(client, "/shop/checkouts")).status_code == 201


async def test_guests_are_known_by_their_address(
    client: httpx.AsyncClient, shop: Shop, transactions: Transactions, clock: FakeClock
) -> None:
    assert (await client.post("/shop/guests", headers=KEY)).json() == {"order": 1}
    assert (await client.post("/shop/guests", headers=KEY)).json() == {"order": 1}
    stale = KEY | {"Authorization": "Bearer expired"}
    assert (await client.post("/shop/guests", headers=stale)).json() == {"order": 1}
    elsewhere = client_of(edge_app(routes(shop), clock=clock, transactions=transactions), address="192.0.2.9")
    assert (await elsewhere.post("/shop/guests", headers=KEY)).json() == {"order": 2}


async def test_an_upload_is_the_same_whatever_its_boundary(client: httpx.AsyncClient, shop: Shop) -> None:
    for content, expected in ((b"picture", 1), (b"picture", 1)):
        reply = await client.post("/shop/files", files={"file": content}, headers=KEY)
        assert reply.json() == {"order": expected}
    assert (await client.post("/shop/files", files={"file": b"another"}, headers=KEY)).status_code == 422


@pytest.mark.parametrize("key", ["", "x" * 256, "with space", "tab\t"])
async def test_a_key_must_be_visible_characters(client: httpx.AsyncClient, shop: Shop, key: str) -> None:
    reply = await client.post("/shop/guests", headers={"Idempotency-Key": key})
    assert (reply.status_code, shop.runs) == (400, 0)


async def test_the_database_reveals_neither_key_nor_reply(
    client: httpx.AsyncClient, transactions: Transactions
) -> None:
    await post(client, "/shop/orders", key="very-visible-key")
    async with transactions.begin() as work:
        rows = (
            await work.session.execute(text("SELECT identity, request_hash, reply FROM idempotent_replies"))
        ).all()
    [row] = rows
    stored = b"".join(bytes(part) for part in row)
    for hidden in (b"very-visible-key", b"order", str(ALICE).encode()):
        assert hidden not in stored
