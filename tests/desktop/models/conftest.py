from collections.abc import Iterator

import pytest

from tests.support.kept_hub import KeptProcess, kept_hub_process


@pytest.fixture(scope="module")
def kept_process() -> Iterator[KeptProcess]:
    with kept_hub_process() as process:
        yield process
