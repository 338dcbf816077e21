from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from desktop.canvas.compositor import flatten
from desktop.canvas.errors import InvalidDocumentError
from desktop.canvas.formats.flat import export, provenance
from desktop.canvas.formats.rasters import straight_pixels
from shared.contracts.errors import StorageError
from shared.imaging.pictures import read_picture
from tests.desktop.canvas.builders import blank, noise_tiles, paint, recipe


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp"])
def test_every_kind_of_export_is_marked_and_shows_the_document(tmp_path: Path, suffix: str) -> None:
    document = blank()
    document.add_layer("made", tiles=noise_tiles(1), recipe=recipe("a" * 64, "b" * 64))
    file = tmp_path / f"a{suffix}"
    export(document.snapshot(), file, quality=90)
    pixels = read_picture(file)
    assert pixels.shape[:2] == (document.height, document.width)
    assert b"digitalsourcetype/trainedAlgorithmicMedia" in file.read_bytes()
    if suffix == ".png":
        assert np.array_equal(pixels, straight_pixels(flatten(document.snapshot())))


def test_a_jpeg_lies_on_white(tmp_path: Path) -> None:
    export(blank().snapshot(), tmp_path / "a.jpg", quality=95)
    assert Image.open(tmp_path / "a.jpg").getpixel((5, 5)) == (255, 255, 255)


def test_what_an_export_says_follows_the_visible_layers() -> None:
    document = blank()
    assert provenance(document.snapshot()) is None
    made = document.add_layer("made", tiles=noise_tiles(1), recipe=recipe("a" * 64, "b" * 64))
    assert provenance(document.snapshot()) == "generated"
    document.activate(document.layers[0].id)
    paint(document, (50, 50))
    assert provenance(document.snapshot()) == "composite"
    document.set_visible(made.id, False)
    assert provenance(document.snapshot()) is None


def test_exports_that_cannot_be_are_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(InvalidDocumentError):
        export(blank().snapshot(), tmp_path / "a.gif", quality=90)
    with pytest.raises(StorageError):
        export(blank().snapshot(), tmp_path / "no folder" / "a.png", quality=90)
