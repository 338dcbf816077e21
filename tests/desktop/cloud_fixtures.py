"""Fixtures of a live server for the desktop's tests; a conftest imports what it offers."""

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import keyring
import pytest

from desktop.account.client import CloudClient
from desktop.account.tokens import TokenStore
from shared.contracts.accounts import SignedIn
from tests.support.live_cloud import LiveCloud
from tests.support.memory_keyring import MemoryKeyring
from tests.support.network import Network
from tests.sync_server.conftest import fresh_database, postgres
from tests.sync_server.proof.shop import Shop

__all__ = ["live", "make_client", "memory_keyring", "network", "postgres"]


@pytest.fixture(scope="session")
def live(postgres: str) -> Iterator[LiveCloud]:
    """One for all tests of a run, with payment providers; each brings people of its own."""
    databases = fresh_database(postgres, template="migrated")
    shop = Shop()
    shop.start()
    with TemporaryDirectory(prefix="pentimento-live-", ignore_cleanup_errors=True) as folder:
        cloud = LiveCloud(database_url=next(databases), folder=Path(folder), shop=shop)
        cloud.start()
        try:
            yield cloud
        finally:
            cloud.stop()
            shop.stop()
            next(databases, None)


@pytest.fixture
def memory_keyring() -> Iterator[MemoryKeyring]:
    before, memory = keyring.get_keyring(), MemoryKeyring()
    keyring.set_keyring(memory)
    yield memory
    keyring.set_keyring(before)


@pytest.fixture
async def network(live: LiveCloud) -> AsyncIterator[Network]:
    """To the live server, on the test's own loop."""
    network = Network(live.url)
    await network.start()
    yield network
    await network.stop()


MakeClient = Callable[[str], CloudClient]


@pytest.fixture
async def make_client(tmp_path: Path) -> AsyncIterator[MakeClient]:
    """Of a server's address; each has its sign-in in a file of its own."""
    made: list[CloudClient] = []

    def make(server: str) -> CloudClient:
        store = TokenStore(file=tmp_path / f"sign-in-{len(made)}.json")
        made.append(CloudClient(server=server, store=store, language=lambda: "en", agent="test"))
        return made[-1]

    yield make
    for client in made:
        await client.close()


async def signed_in(client: CloudClient, who: SignedIn) -> CloudClient:
    await client.session.begin(who)
    return client
