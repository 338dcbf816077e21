from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desktop.library.shelf import Shelf


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    with Shelf(tmp_path) as shelf:
        yield shelf
