"""The process that speaks to the Hub, kept from test to test."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from desktop.models.hub.client import HubProcess


class KeptProcess(HubProcess):
    """A start takes a second; a test that gives a request up ends it all the same, and the next one starts it."""

    async def close(self) -> None:
        return


@contextmanager
def kept_hub_process() -> Iterator[KeptProcess]:
    """Its thread belongs to whoever opens this, not to the first test that asks something."""
    process = KeptProcess()
    process._threads.submit(int).result()
    yield process
    asyncio.run(HubProcess.close(process))
