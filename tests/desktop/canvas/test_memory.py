"""A document of 64 layers and 4096 pixels a side fits into a gigabyte, with its composite and its undo."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
GIBIBYTE = 1024**3
SCRIPT = """
import sys
from PySide6.QtGui import QGuiApplication
application = QGuiApplication(sys.argv)
import psutil
from desktop.canvas.composing import flatten
from desktop.canvas.compositor import Compositor
from desktop.canvas.document import Document
from desktop.canvas.tiles import keys_over
from desktop.canvas.undo_spool import FileSpool
from pathlib import Path
from tests.desktop.canvas.builders import counting_ids, noise_tiles, paint
spool = FileSpool(Path(sys.argv[1]))
document = Document(width=4096, height=4096, new_id=counting_ids(), spool=spool)
source = noise_tiles(1, 1024, 1024)
for number in range(64):
    # A patch of 1024 x 1024 pixels at another place on each, and a stroke beside it.
    x, y = number * 613 % 3072, number * 431 % 3072
    tiles = {key: tile.copy() for key, tile in source.items()}
    document.add_layer(f"layer {number}", tiles=tiles, x=x, y=y)
    paint(document, (4000.0 - x, 100.0), (3500.0 - x, 700.0))
compositor = Compositor(document)
document.activate(document.layers[20].id)
for key in keys_over(document.rect):
    compositor.tile(key)
for stroke in range(20):
    paint(document, (100.0, stroke * 200.0), (900.0, stroke * 150.0))
    compositor.composite(document.rect)
flatten(document.snapshot())
print(psutil.Process().memory_info().rss)
document.history.close()
"""


@pytest.mark.slow
def test_a_sparse_document_of_64_layers_takes_less_than_a_gigabyte(tmp_path: Path) -> None:
    process = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path / "undo")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=200,
        check=True,
    )
    assert int(process.stdout) < GIBIBYTE
