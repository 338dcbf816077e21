from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.desktop.gallery.room import Gallery
from tests.desktop.library.shelf import Shelf


@pytest.fixture
def gallery(tmp_path: Path, qt_run: Callable[..., Any]) -> Iterator[Gallery]:
    with Shelf(tmp_path) as shelf:
        gallery = Gallery(shelf, qt_run)
        yield gallery
        qt_run(gallery.close())
