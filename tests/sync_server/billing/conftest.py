"""A server whose payment providers are simulators, spoken to over their HTTP."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from sync_server.app.container import Container
from sync_server.app.settings import Settings
from sync_server.platform.ports import World
from sync_server.platform.security.passwords import PasswordHasher
from tests.support.lemon_squeezy_simulator import LemonSqueezySimulator
from tests.support.server import FakeClock
from tests.support.stripe_simulator import StripeSimulator
from tests.sync_server.billing.shop import Shop

PRODUCTS = {
    "lemon_squeezy:starter:monthly": "101",
    "lemon_squeezy:pro:monthly": "102",
    "lemon_squeezy:studio:monthly": "103",
    "lemon_squeezy:pro:yearly": "202",
    "lemon_squeezy:package:100": "301",
    "stripe:starter:monthly": "price_starter",
    "stripe:pro:monthly": "price_pro",
    "stripe:studio:monthly": "price_studio",
    "stripe:pro:yearly": "price_pro_year",
    "stripe:package:100": "price_100",
}


@pytest.fixture
def lemon_squeezy(clock: FakeClock) -> LemonSqueezySimulator:
    return LemonSqueezySimulator(clock=clock)


@pytest.fixture
def stripe(clock: FakeClock) -> StripeSimulator:
    return StripeSimulator(clock=clock)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        data_folder=tmp_path / "data",
        stripe_api_key="sk_test",
        stripe_webhook_secret="whsec_simulator",
        stripe_url="http://stripe.test",
        lemon_squeezy_api_key="key",
        lemon_squeezy_webhook_secret="lemon-secret",
        lemon_squeezy_store_id="1",
        lemon_squeezy_url="http://lemon.test",
        product_ids=PRODUCTS,
    )


@pytest.fixture
def container(
    database_url: str,
    settings: Settings,
    clock: FakeClock,
    lemon_squeezy: LemonSqueezySimulator,
    stripe: StripeSimulator,
) -> Container:
    return Container(
        settings=settings,
        database_url=database_url,
        world=World(clock=clock),
        passwords=PasswordHasher(memory_kib=19_456, passes=2, lanes=1),
        http=httpx.AsyncClient(
            mounts={
                "http://stripe.test": httpx.ASGITransport(app=stripe.app),
                "http://lemon.test": httpx.ASGITransport(app=lemon_squeezy.app),
            }
        ),
    )


@pytest.fixture
def shops(
    server: Any, lemon_squeezy: LemonSqueezySimulator, stripe: StripeSimulator
) -> Callable[[str], Shop]:
    def shop(name: str) -> Shop:
        return Shop(name=name, server=server, simulator=stripe if name == "stripe" else lemon_squeezy)

    return shop
