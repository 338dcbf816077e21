"""Pictures of others' making: sixteen bits, bombs, lies and damage."""

import io
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from PIL import Image

from shared.contracts.errors import InvalidPictureError
from shared.imaging.encoding import Encoding, PictureKind, PictureTexts, encode_picture
from shared.imaging.pictures import read_picture
from shared.imaging.provenance import digital_source_type_xmp, read_origin
from shared.imaging.recipe_pictures import read_recipe
from tests.support.hostile_pictures import (
    jpeg_that_lies,
    png_bomb,
    png_text_bomb,
    tiff_that_lies,
    webp_that_lies,
)
from tests.support.mutations import mutated, read_or_refused, run_limited

TEXTS = PictureTexts(
    xmp=digital_source_type_xmp("generated"), parameters="a boat\nSteps: 4", png_texts={"a": "b"}
)
RANDOM = np.random.default_rng(5)
SMALL = RANDOM.integers(0, 256, (24, 32, 4), dtype=np.uint8)


def encoded(kind: PictureKind) -> bytes:
    return encode_picture(SMALL, Encoding(kind=kind), TEXTS)


VALID = {kind: encoded(kind) for kind in PictureKind}
PLAIN_WEBP = encode_picture(SMALL[:, :, :3], Encoding(kind=PictureKind.WEBP), PictureTexts())


@pytest.mark.parametrize("ending", [".png", ".tiff"])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_sixteen_bits_come_in_as_eight(ending: str, channels: int) -> None:
    values = RANDOM.integers(0, 65536, (20, 30, channels), dtype=np.uint16)
    order = {1: [0], 3: [2, 1, 0], 4: [2, 1, 0, 3]}[channels]
    data = cv2.imencode(ending, np.ascontiguousarray(values[:, :, order]))[1].tobytes()
    wanted = np.rint(values / 257).astype(int)
    pixels = read_picture(data).astype(int)
    assert np.abs(pixels - (np.repeat(wanted, 3, 2) if channels == 1 else wanted)).max() <= 1


def hostile() -> list[bytes]:
    png, jpeg, webp = (VALID[kind] for kind in (PictureKind.PNG, PictureKind.JPEG, PictureKind.WEBP))
    bomb = png_bomb()
    assert len(bomb) < 120_000
    lies = [bomb, tiff_that_lies(), jpeg_that_lies(jpeg), webp_that_lies(PLAIN_WEBP)]
    return [*lies, png[:900], jpeg[:900], webp[:300], VALID[PictureKind.TIFF][:900], b""]


CHILD = """
import sys
from pathlib import Path
from shared.contracts.errors import PentimentoError
from shared.imaging.pictures import read_picture
from shared.imaging.provenance import read_origin
from shared.imaging.recipe_pictures import read_recipe
for name in sys.argv[1:]:
    read_origin(Path(name)), read_recipe(Path(name))
    try:
        print("read", read_picture(Path(name)).shape)
    except PentimentoError as error:
        print("refused", error.report.code, bool(error.report.advice))
"""


def test_bombs_and_lies_are_refused_in_words_within_little_memory(tmp_path: Path) -> None:
    files = []
    for number, data in enumerate(hostile()):
        files.append(tmp_path / f"{number}")
        files[-1].write_bytes(data)
    printed = run_limited(CHILD, *map(str, files), megabytes=400).splitlines()
    assert printed == ["refused INVALID_PICTURE True"] * len(files)


def test_a_text_that_unpacks_to_hundreds_of_megabytes_is_not_unpacked(tmp_path: Path) -> None:
    file = tmp_path / "a.png"
    file.write_bytes(png_text_bomb(VALID[PictureKind.PNG]))
    assert run_limited(CHILD, str(file), megabytes=100).startswith(("read", "refused INVALID_PICTURE True"))


@given(mutated(list(VALID.values())))
def test_whatever_is_changed_in_a_picture_it_is_read_or_refused_in_words(data: bytes) -> None:
    read_origin(data)
    read_recipe(data)
    pixels = read_or_refused(lambda: read_picture(data))
    if pixels is not None:
        assert pixels.dtype == np.uint8
        assert pixels.shape[2] in {3, 4}


def test_a_broken_file_keeps_its_mark_or_says_nothing() -> None:
    assert [read_origin(data) for data in VALID.values()] == ["generated"] * len(VALID)
    with Image.open(io.BytesIO(VALID[PictureKind.PNG])) as image:
        assert image.info["icc_profile"]
    with pytest.raises(InvalidPictureError):
        read_picture(b"GIF89a")
