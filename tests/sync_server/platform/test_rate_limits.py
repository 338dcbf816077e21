from datetime import timedelta
from typing import Annotated

import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI, Request

from sync_server.platform.edge import MaybeSignedIn, SignedIn
from sync_server.platform.rate_limits import (
    BAD_TOKENS,
    NAMED_LIMITS,
    Limit,
    Limiter,
    address_of,
    limited,
)
from sync_server.platform.work import Transactions
from tests.support.edge import ALICE, BOB, client_of, edge_app, token_of, transactions_on
from tests.support.server import FakeClock

TIERS = {"free": [Limit(amount=3, seconds=60), Limit(amount=5, seconds=3600)]}

router = APIRouter()


@router.get("/open")
async def opened() -> str:
    return "fine"


@router.get("/own")
async def own(principal: SignedIn) -> str:
    return str(principal.user_id)


@router.get("/either")
async def either(principal: MaybeSignedIn) -> str:
    return str(principal)


class Hasher:
    def __init__(self) -> None:
        self.runs = 0


def hasher(request: Request) -> Hasher:
    found: Hasher = request.app.state.hasher
    return found


@router.post("/login", dependencies=[Depends(limited("login"))])
async def login(costly: Annotated[Hasher, Depends(hasher)]) -> str:
    costly.runs += 1
    return "fine"


@router.post("/refresh")
async def refresh(request: Request, limiter: Limiter) -> str:
    await limiter.charge_named(request, "refresh", user_id=ALICE)
    return "fine"


def app_with(clock: FakeClock, *, transactions: Transactions | None = None, tiers: bool = True) -> FastAPI:
    app = edge_app(router, clock=clock, transactions=transactions, tiers=TIERS if tiers else {})
    app.state.hasher = Hasher()
    return app


def left(reply: httpx.Response) -> tuple[int, str, str]:
    return (
        reply.status_code,
        reply.headers["X-RateLimit-Limit"],
        reply.headers["X-RateLimit-Remaining"],
    )


async def test_signed_out_clients_have_the_free_tiers_limits_by_address(clock: FakeClock) -> None:
    app = app_with(clock)
    client = client_of(app)
    assert [left(await client.get("/open")) for _ in range(4)] == [
        (200, "3", "2"),
        (200, "3", "1"),
        (200, "3", "0"),
        (429, "3", "0"),
    ]
    assert (await client_of(app, address="192.0.2.2").get("/open")).status_code == 200


async def test_a_refusal_says_when_to_come_again(clock: FakeClock) -> None:
    client = client_of(app_with(clock))
    clock.advance(timedelta(seconds=15))
    for _ in range(3):
        await client.get("/open")
    reply = await client.get("/open")
    assert reply.headers["Retry-After"] == "45"
    assert reply.headers["X-RateLimit-Reset"] == str(int(clock().timestamp()) + 45)
    error = reply.json()["error"]
    assert error["code"] == "RATE_LIMIT_EXCEEDED"
    assert error["details"] == {
        "limit": 3,
        "retry_after_seconds": 45,
        "reset_at": "2026-01-15T12:01:00Z",
    }


async def test_the_next_minute_begins_anew_until_the_hour_is_used_up(clock: FakeClock) -> None:
    client = client_of(app_with(clock))
    for _ in range(10):
        await client.get("/open")  # what was refused used nothing of the hour
    clock.advance(timedelta(minutes=1))
    assert left(await client.get("/open")) == (200, "5", "1")
    assert left(await client.get("/open")) == (200, "5", "0")
    refused = await client.get("/open")
    assert left(refused) == (429, "5", "0")
    assert refused.json()["error"]["details"]["retry_after_seconds"] == 59 * 60
    clock.advance(timedelta(hours=1))
    assert (await client.get("/open")).status_code == 200


async def test_signed_in_clients_are_counted_by_account(clock: FakeClock, database_url: str) -> None:
    async with transactions_on(database_url, clock) as transactions:
        app = app_with(clock, transactions=transactions)
        first, second = client_of(app), client_of(app, address="192.0.2.2")
        for client in (first, second, first):
            assert (await client.get("/own", headers=token_of(ALICE))).status_code == 200
        assert (await second.get("/own", headers=token_of(ALICE))).status_code == 429
        assert (await first.get("/own", headers=token_of(BOB))).status_code == 200
        assert (await first.get("/open")).status_code == 200


async def test_a_token_on_an_operation_that_asks_for_none_saves_nobody(clock: FakeClock) -> None:
    client = client_of(app_with(clock))
    statuses = [
        (await client.get("/open", headers={"Authorization": "Bearer x"})).status_code for _ in range(4)
    ]
    assert statuses == [200, 200, 200, 429]


async def test_an_address_of_bad_tokens_is_refused_before_they_are_looked_at(
    clock: FakeClock, database_url: str
) -> None:
    async with transactions_on(database_url, clock) as transactions:
        client = client_of(app_with(clock, transactions=transactions))
        bad = {"Authorization": "Bearer bad"}
        statuses = [
            (await client.get("/either", headers=bad)).status_code for _ in range(BAD_TOKENS.amount + 1)
        ]
        assert statuses == [401] * BAD_TOKENS.amount + [429]
        clock.advance(timedelta(minutes=1))
        assert (await client.get("/either", headers=bad)).status_code == 401


async def test_ten_thousand_logins_a_minute_never_reach_the_hasher(clock: FakeClock) -> None:
    """Each tenth part from its own address; the dependency runs before the operation's."""
    app = app_with(clock, tiers=False)
    for number in range(10):
        client = client_of(app, address=f"192.0.2.{number}")
        for _ in range(100):
            await client.post("/login")
    allowed = NAMED_LIMITS["login"].limit.amount
    assert app.state.hasher.runs == 10 * allowed
    reply = await client.post("/login")
    assert left(reply) == (429, str(allowed), "0")


async def test_a_limit_by_user_holds_wherever_the_user_comes_from(clock: FakeClock) -> None:
    app = app_with(clock, tiers=False)
    statuses = [
        (await client_of(app, address=f"192.0.2.{number}").post("/refresh")).status_code
        for number in range(101)
    ]
    assert statuses == [200] * 100 + [429]


@pytest.mark.parametrize(
    ("client", "counted"),
    [
        (("192.0.2.1", 1), "192.0.2.1"),
        (("2001:db8:1:2:3:4:5:6", 1), "2001:db8:1:2::/64"),
        (("::ffff:192.0.2.1", 1), "192.0.2.1"),
        (("testclient", 1), "testclient"),
        (None, "unknown"),
    ],
)
def test_an_ipv6_network_counts_as_one_address(client: tuple[str, int] | None, counted: str) -> None:
    assert address_of({"type": "http", "client": client}) == counted
