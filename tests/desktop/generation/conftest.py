"""qasync's timers outlive their loop; collected later on a worker thread, they would fail another test."""

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def collect_old_loops() -> Iterator[None]:
    yield
    gc.collect()
