"""Money under everything at once: real processes, real PostgreSQL, several clients, kill -9 at any moment.

Every operation that was cut off is asked again with its key, so that its outcome is known; at the end each account
must be worth what a plain sum over the outcomes says.
"""

import asyncio
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any, ClassVar, Literal, cast

import pytest
from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.support.server import PASSWORD
from tests.sync_server.proof.books import Person
from tests.sync_server.proof.scene import GivenUpError, Scene
from tests.sync_server.proof.shop import Delivery, Payment

FREE_CREDITS = 100
PACKAGES = {"100": 110, "500": 575, "1000": 1200}
PLANS = {"starter": 500, "pro": 2000, "studio": 5000}

Move = Literal[
    "grant",
    "buy",
    "subscribe",
    "upgrade",
    "hold",
    "settle",
    "release",
    "refund",
    "charge back",
    "deliver",
    "replay",
    "read",
]
MOVES: tuple[Move, ...] = (
    "grant",
    "buy",
    "buy",
    "subscribe",
    "upgrade",
    "hold",
    "hold",
    "hold",
    "settle",
    "settle",
    "release",
    "refund",
    "charge back",
    "deliver",
    "deliver",
    "replay",
    "read",
)
Accident = Literal["none", "server", "ledger"]


class Customer:
    """A person, and what the person has in hand."""

    def __init__(self, *, user: str, token: str, person: Person) -> None:
        self.user = user
        self.token = token
        self.person = person
        self.payments: list[Payment] = []
        self.holds: list[str] = []
        self.plan: str | None = None
        self.subscription: Payment | None = None


class Money(RuleBasedStateMachine):
    scene: ClassVar[Scene]

    def __init__(self) -> None:
        super().__init__()
        self.customers: list[Customer] = []
        self.outbox: list[Delivery] = []
        self.delivered: list[Delivery] = []

    # What the clients do

    @initialize(count=st.integers(2, 3))
    def people(self, count: int) -> None:
        self.scene.run(self.together([self.register() for _ in range(count)]))

    @rule(
        moves=st.lists(
            st.tuples(st.sampled_from(MOVES), st.integers(0, 2), st.integers(1, 400)),
            min_size=4,
            max_size=12,
        ),
        accident=st.sampled_from(["none", "none", "none", "none", "ledger", "server"]),
        moment=st.floats(0, 0.2),
    )
    def everybody_acts(self, moves: list[tuple[Move, int, int]], accident: Accident, moment: float) -> None:
        work = [self.move(kind, who, number) for kind, who, number in moves]
        if accident == "server":
            work.append(self.scene.kill_a_server(len(moves), after=moment))
        if accident == "ledger":
            work.append(self.scene.kill_a_ledger(len(moves), after=moment))
        self.scene.run(self.together(work))

    def teardown(self) -> None:
        if self.customers:
            self.scene.run(self.check())

    async def together(self, work: list[Coroutine[Any, Any, None]]) -> None:
        for outcome in await asyncio.gather(*work, return_exceptions=True):
            if isinstance(outcome, BaseException) and not isinstance(outcome, GivenUpError):
                raise outcome

    async def move(self, kind: Move, who: int, number: int) -> None:
        customer = self.customers[who % len(self.customers)]
        match kind:
            case "grant":
                await self.grant(customer, number)
            case "buy":
                await self.buy(customer, number)
            case "subscribe":
                await self.subscribe(customer, ("starter", "pro")[number % 2], number // 2)
            case "upgrade":
                await self.upgrade(customer)
            case "hold":
                await self.hold(customer, number)
            case "settle" | "release":
                await self.end_a_hold(customer, kind, number)
            case "refund" | "charge back":
                await self.take_back(customer, kind)
            case "deliver":
                await self.deliver(number)
            case "replay":
                await self.replay(number)
            case "read":
                await self.read(customer)

    async def register(self) -> None:
        email = f"{self.scene.unique('artist')}@example.com"
        reply = await self.scene.ask(
            "POST",
            "/users/auth/register",
            body={"email": email, "password": PASSWORD},
            key=email,
            address=self.scene.address(),
        )
        assert reply.status_code == 201, reply.text
        data = reply.json()["data"]
        person = Person(name=email, grants={"free": FREE_CREDITS})
        self.scene.verify_address(data["user"]["id"])
        self.customers.append(Customer(user=data["user"]["id"], token=data["access_token"], person=person))
        self.scene.operations += 1

    async def grant(self, customer: Customer, amount: int) -> None:
        key = self.scene.unique("gift")
        customer.person.grants[key] = amount
        await asyncio.gather(
            *(self.scene.ledger("grant", user=customer.user, amount=amount, key=key) for _ in range(2))
        )

    async def buy(self, customer: Customer, number: int) -> None:
        package = list(PACKAGES)[number % len(PACKAGES)]
        key = self.scene.unique("purchase")
        reply = await self.scene.ask(
            "POST",
            "/payments/credits/purchase",
            token=customer.token,
            key=key,
            body={"package": package, "provider": self.scene.shop.any_provider(number)},
        )
        assert reply.status_code == 200, reply.text
        self.scene.operations += 1
        payment = self.scene.shop.pay(reply.json()["data"]["checkout_url"])
        self.outbox += payment.deliveries
        customer.payments.append(payment)
        customer.person.purchases[payment.id] = PACKAGES[package]

    async def subscribe(self, customer: Customer, plan: str, number: int) -> None:
        if customer.plan is not None:
            return
        customer.plan = plan
        reply = await self.scene.ask(
            "POST",
            "/payments/subscriptions/subscribe",
            token=customer.token,
            key=self.scene.unique("subscription"),
            body={
                "plan": plan,
                "billing_period": "monthly",
                "provider": self.scene.shop.any_provider(number),
            },
        )
        assert reply.status_code == 200, reply.text
        self.scene.operations += 1
        payment = self.scene.shop.pay(reply.json()["data"]["checkout_url"])
        self.outbox += payment.deliveries
        customer.subscription = payment
        customer.person.grants[payment.id] = PLANS[plan]

    async def upgrade(self, customer: Customer) -> None:
        """Not known to us before its webhook is handled: then there is nothing to upgrade.

        Whether it took place, also where a process died over it, the provider knows: it has charged for it.
        """
        if customer.subscription is None:
            return
        try:
            reply = await self.scene.ask(
                "POST",
                "/payments/subscriptions/upgrade",
                token=customer.token,
                key=self.scene.unique("upgrade"),
                body={"plan": "studio"},
            )
            assert reply.status_code in {200, 404, 409, 422}, reply.text
        finally:
            self.scene.operations += 1
            self.outbox += self.scene.shop.waiting_deliveries()
            if self.scene.shop.plan_of(customer.subscription) == "studio":
                difference = PLANS["studio"] - PLANS[cast(str, customer.plan)]
                customer.person.grants["upgrade"] = difference

    async def hold(self, customer: Customer, amount: int) -> None:
        """Asked for twice at once: one hold, or none where it was too much both times."""
        key = self.scene.unique("hold")
        outcomes = await asyncio.gather(
            *(self.scene.ledger("hold", user=customer.user, amount=amount, key=key) for _ in range(2)),
            return_exceptions=True,
        )
        holds = {outcome for outcome in outcomes if isinstance(outcome, str)}
        refusals = [outcome for outcome in outcomes if not isinstance(outcome, str)]
        assert all(repr(refusal) == "LookupError('INSUFFICIENT_CREDITS')" for refusal in refusals), refusals
        assert len(holds) <= 1
        for hold in holds:
            customer.holds.append(hold)
            customer.person.held[hold] = amount

    async def end_a_hold(self, customer: Customer, kind: Move, number: int) -> None:
        if not customer.holds:
            return
        hold = customer.holds.pop(number % len(customer.holds))
        amount = customer.person.held[hold]
        call: dict[str, Any]
        if kind == "settle":
            amount = min(amount, number)
            customer.person.settle(hold, amount)
            call = {"call": "settle", "hold": hold, "amount": amount}
        else:
            customer.person.release(hold)
            call = {"call": "release", "hold": hold}
        await asyncio.gather(*(self.scene.ledger(**call) for _ in range(2)))

    async def take_back(self, customer: Customer, kind: Move) -> None:
        if not customer.payments:
            return
        payment = customer.payments.pop(0)
        charged_back = kind == "charge back"
        self.outbox += self.scene.shop.take_back(payment, charged_back=charged_back)
        customer.person.refunds[payment.id] = customer.person.purchases[payment.id]
        self.scene.operations += 1

    async def deliver(self, number: int) -> None:
        """Some of what waits, in another order, some of it twice, at once."""
        chosen = sorted(self.outbox, key=lambda delivery: hash((delivery.body, number)))[: number % 6 + 1]
        self.outbox = [delivery for delivery in self.outbox if delivery not in chosen]
        self.delivered += chosen
        await asyncio.gather(*map(self.scene.deliver, chosen + chosen[: number % 3]))

    async def replay(self, number: int) -> None:
        if self.delivered:
            await self.scene.deliver(self.delivered[number % len(self.delivered)])

    async def read(self, customer: Customer) -> None:
        reply = await self.scene.ask("GET", "/payments/credits/balance", token=customer.token)
        self.scene.operations += 1
        data = reply.json()["data"]
        assert min(data["balance"], data["available"], data["reserved"], data["owed"]) >= 0, data
        assert data["balance"] == data["available"] + data["reserved"], data

    # What must hold in the end

    async def check(self) -> None:
        while self.outbox:
            await self.deliver(5)
        await self.scene.settle_down()
        assert await self.scene.ledger("audit") == []
        for customer in self.customers:
            found = await self.scene.ledger("balance", user=customer.user)
            person = customer.person
            note(f"{person}: {found}")
            assert found["balance"] - found["owed"] == person.worth, person
            assert found["reserved"] == person.reserved, person


@pytest.fixture
def scene(database_url: str, tmp_path: Path) -> Iterator[Scene]:
    scene = Scene(database_url=database_url, folder=tmp_path)
    try:
        scene.open()
        yield scene
    finally:
        scene.close()


def prove(scene: Scene, *, operations: int) -> None:
    machine = type("MoneyOnThisScene", (Money,), {"scene": scene})
    while scene.operations < operations:
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=3,
                stateful_step_count=8,
                deadline=None,
                phases=[Phase.generate],  # real processes can't be asked to fail the same way again
                suppress_health_check=list(HealthCheck),
                database=None,
            ),
        )


def test_three_hundred_operations(scene: Scene) -> None:
    prove(scene, operations=300)


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_ten_thousand_operations(scene: Scene) -> None:
    prove(scene, operations=10_000)
