"""Tips made of pictures, and brushes that bring theirs along."""

import json
from base64 import b64encode
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF

from desktop.canvas.brushes.brush import Brush
from desktop.canvas.brushes.own_tips import LARGEST_SIDE, tip_of_picture, title_of
from desktop.canvas.brushes.preset_store import PresetStore
from desktop.canvas.brushes.presets import BrushFileError
from desktop.canvas.composing import flatten
from desktop.canvas.dabs import DabCache
from desktop.canvas.strokes import Stroke, StrokeStyle
from desktop.canvas.tiles import pixels_of
from shared.contracts.errors import InvalidPictureError
from shared.imaging.pictures import encode_png
from tests.desktop.canvas.builders import RED, blank, counting_ids


def ring() -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Black on white, off the middle of a picture that is not square."""
    rows, columns = np.mgrid[:120, :200]
    away = np.hypot(rows - 50, columns - 60)
    pixels = np.full((120, 200, 3), 255, np.uint8)
    pixels[(away > 20) & (away < 30)] = 0
    return pixels


def store(folder: Path) -> PresetStore:
    return PresetStore(folder=folder, new_id=counting_ids())


def test_a_dark_shape_becomes_a_square_without_the_white_around_it() -> None:
    tip = tip_of_picture(ring())
    assert tip.shape == (59, 59)
    assert (tip[29, 29], tip[29, 2]) == (0, 255)


def test_a_shape_on_nothing_counts_by_its_outline_and_large_ones_are_made_small() -> None:
    pixels = np.zeros((900, 900, 4), np.uint8)
    pixels[:, :, :3] = 255
    pixels[100:800, 100:800, 3] = 255
    tip = tip_of_picture(pixels)
    assert tip.shape == (LARGEST_SIDE, LARGEST_SIDE)
    assert tip.min() == 255


def test_a_white_picture_is_no_tip() -> None:
    with pytest.raises(InvalidPictureError):
        tip_of_picture(np.full((20, 20, 3), 255, np.uint8))


def test_a_brush_paints_with_a_tip_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "my ring.png").write_bytes(encode_png(ring()))
    brushes = store(tmp_path / "own")
    name = brushes.add_tip(tmp_path / "my ring.png")
    assert title_of(name) == "my ring"
    assert brushes.tips.own_names == (name,)
    document = blank()
    layer = document.active_layer
    assert layer is not None
    style = StrokeStyle(brush=Brush(tip=name, size=90, size_pressure=None), colour=RED, seed=1)
    stroke = Stroke(document=document, layer_id=layer.id, style=style, dabs=DabCache(tips=brushes.tips))
    stroke.add(QPointF(200, 150))
    stroke.finish()
    alpha = pixels_of(flatten(document.snapshot()))[:, :, 3]
    assert alpha[150, 200] == 0
    assert alpha[150, 160] > 200


def test_a_brush_brings_its_tip_to_another_artist(tmp_path: Path) -> None:
    (tmp_path / "leaf.png").write_bytes(encode_png(ring()))
    mine, theirs = store(tmp_path / "mine"), store(tmp_path / "theirs")
    name = mine.add_tip(tmp_path / "leaf.png")
    file = mine.export_file((mine.add("Leaves", Brush(tip=name)),), tmp_path / "leaves")
    (other,) = theirs.import_file(file)
    assert other.brush.tip == name
    found, wanted = theirs.tips.bitmap(name, 500), mine.tips.bitmap(name, 500)
    assert found is not None
    assert wanted is not None
    assert np.array_equal(found, wanted)


@pytest.mark.parametrize("name", ["../../etc/x~000000000000", "leaf~000000000000", "leaf", "a/b~{digest}"])
def test_a_tip_of_another_name_than_its_own_is_refused(tmp_path: Path, name: str) -> None:
    data = {
        "format": "pentimento-brushes",
        "version": 1,
        "brushes": [{"name": "Leaves", "brush": {}}],
        "tips": {name: b64encode(encode_png(ring()[:, :, 0].copy())).decode()},
    }
    (tmp_path / "bad.brushes").write_text(json.dumps(data))
    brushes = store(tmp_path / "own")
    with pytest.raises(BrushFileError):
        brushes.import_file(tmp_path / "bad.brushes")
    assert brushes.tips.own_names == ()
    assert not brushes.load().presets
