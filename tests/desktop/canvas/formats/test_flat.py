"""Flat pictures: what an independent reader finds in them, and that pixels are the document's."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.TiffImagePlugin import TiffImageFile

from desktop.canvas.composing import flatten
from desktop.canvas.document import Document
from desktop.canvas.formats.flat import FlatOptions, encode, export, fitted, only_recipe, provenance
from desktop.canvas.formats.rasters import straight_pixels
from desktop.canvas.layers import Origin
from desktop.canvas.merging import merge_visible
from desktop.canvas.pictures import origin_of, picture_document
from shared.contracts.errors import StorageError
from shared.contracts.generation import Recipe
from shared.imaging.encoding import Chroma, Encoding, PictureKind, TiffCompression
from shared.imaging.parameters import read_parameters
from shared.imaging.pictures import encode_png, read_picture
from shared.imaging.provenance import read_origin
from tests.desktop.canvas.builders import blank, counting_ids, noise_tiles, paint, recipe

KINDS = list(PictureKind)


def options(kind: PictureKind, **values: Any) -> FlatOptions:
    own = {
        name: values.pop(name) for name in ("quality", "chroma", "lossless", "compression") if name in values
    }
    return FlatOptions(encoding=Encoding(kind=kind, **own), **values)


def generated() -> Document:
    document = Document(width=120, height=90, new_id=iter("abcdefgh").__next__)
    document.add_layer("made", tiles=noise_tiles(1, 120, 90), recipe=recipe("a" * 64, "b" * 64))
    return document


def source_types(data: bytes) -> list[str]:
    """By Pillow's own parser of XMP."""
    found: list[str] = []

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            for name, value in node.items():
                if name == "DigitalSourceType":
                    found.append(value.rpartition("/")[2])
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(Image.open(io.BytesIO(data)).getxmp())
    return found


def comment(data: bytes) -> str:
    """The A1111 text where each kind keeps it."""
    image = Image.open(io.BytesIO(data))
    if "parameters" in image.info:
        return str(image.info["parameters"])
    if isinstance(image, TiffImageFile):
        return str(image.tag_v2.get(270, "")).encode("latin-1").decode()
    raw = image.getexif().get_ifd(0x8769).get(0x9286, b"")
    assert raw[:8] in {b"UNICODE\0", b""}
    return bytes(raw[8:]).decode("utf-16-be")


@pytest.mark.parametrize("kind", KINDS)
def test_another_reader_finds_the_mark_in_every_kind(kind: PictureKind) -> None:
    document = generated()
    assert source_types(encode(document.snapshot(), options(kind))) == ["trainedAlgorithmicMedia"]
    document.add_layer("by hand")
    paint(document, (50, 50))
    composite = encode(document.snapshot(), options(kind))
    assert source_types(composite) == ["compositeWithTrainedAlgorithmicMedia"]
    assert read_origin(composite) == "composite"
    by_hand = blank()
    paint(by_hand, (50, 50))
    assert source_types(encode(by_hand.snapshot(), options(kind))) == ["digitalCreation"]
    assert source_types(encode(document.snapshot(), options(kind, marked=False))) == []


def test_a_photo_is_not_said_to_be_made_by_hand(tmp_path: Path) -> None:
    photo = tmp_path / "photo.png"
    photo.write_bytes(encode_png(np.full((90, 120, 3), 90, np.uint8)))
    opened = picture_document(photo, layer_id="x", name="photo")
    assert opened.layers[0].properties.origin is Origin.IMPORTED
    document = Document.from_snapshot(opened, new_id=counting_ids())
    assert source_types(encode(document.snapshot(), options(PictureKind.PNG))) == ["humanEdits"]
    document.add_layer("by hand")
    paint(document, (50, 50))
    again = encode(document.snapshot(), options(PictureKind.PNG))
    assert source_types(again) == ["humanEdits"]
    assert origin_of(again) is Origin.IMPORTED
    document.replace_merged(merge_visible(document.committed))
    assert source_types(encode(document.snapshot(), options(PictureKind.PNG))) == ["humanEdits"]
    document.add_layer("model", tiles=noise_tiles(2, 9, 9), recipe=recipe("a" * 64, "b" * 64))
    marked = source_types(encode(document.snapshot(), options(PictureKind.PNG)))
    assert marked == ["compositeWithTrainedAlgorithmicMedia"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_recipe_travels_as_a1111_text_where_there_is_one(kind: PictureKind) -> None:
    document = generated()
    parsed = read_parameters(comment(encode(document.snapshot(), options(kind))))
    assert (parsed.prompt, parsed.seed) == ("a boat with a yellow sail", 7)
    assert (parsed.width, parsed.height) == (120, 90)
    assert comment(encode(document.snapshot(), options(kind, with_recipe=False))) == ""
    document.add_layer(
        "other", tiles=noise_tiles(2, 9, 9), recipe=recipe("a" * 64, "b" * 64, prompt="a tree 나무")
    )
    assert only_recipe(document.snapshot()) is None
    assert comment(encode(document.snapshot(), options(kind))) == ""
    document.set_visible(document.layers[0].id, False)
    assert read_parameters(comment(encode(document.snapshot(), options(kind)))).prompt == "a tree 나무"


def test_a_png_is_the_recipes_own_picture_only_while_nothing_was_added(tmp_path: Path) -> None:
    def opened(document: Document) -> Recipe | None:
        export(document.snapshot(), tmp_path / "a.png", FlatOptions())
        return picture_document(tmp_path / "a.png", layer_id="x", name="a").layers[0].properties.recipe

    document = generated()
    assert opened(document) == document.layers[0].recipe
    document.add_layer("by hand")
    paint(document, (50, 50))
    assert opened(document) is None
    assert origin_of(tmp_path / "a.png") is Origin.MIXED


@pytest.mark.parametrize(
    "chosen",
    [
        options(PictureKind.PNG),
        options(PictureKind.WEBP, lossless=True),
        *(options(PictureKind.TIFF, compression=compression) for compression in TiffCompression),
    ],
)
def test_what_loses_nothing_keeps_every_bit(chosen: FlatOptions) -> None:
    snapshot = generated().snapshot()
    assert np.array_equal(read_picture(encode(snapshot, chosen)), straight_pixels(flatten(snapshot)))


def test_chroma_and_quality_are_as_asked() -> None:
    snapshot = generated().snapshot()

    def sampling(chroma: Chroma) -> tuple[int, int]:
        image = Image.open(io.BytesIO(encode(snapshot, options(PictureKind.JPEG, chroma=chroma))))
        (_, horizontal, vertical, _) = image.layer[0]  # type: ignore[attr-defined]
        return horizontal, vertical

    assert [sampling(chroma) for chroma in Chroma] == [(1, 1), (2, 1), (2, 2)]
    for kind in (PictureKind.JPEG, PictureKind.WEBP):
        sizes = [len(encode(snapshot, options(kind, quality=quality))) for quality in (20, 60, 95)]
        assert sizes == sorted(sizes)


@pytest.mark.parametrize("kind", KINDS)
def test_a_background_lies_under_what_is_transparent(kind: PictureKind) -> None:
    data = encode(blank().snapshot(), options(kind, background=(10, 20, 200), quality=100))
    pixels = read_picture(data)
    assert pixels.shape[2] == 3
    assert np.abs(pixels[5, 5].astype(int) - (10, 20, 200)).max() <= 3
    plain = read_picture(encode(blank().snapshot(), options(kind)))
    assert plain[5, 5].tolist() == ([255, 255, 255] if kind is PictureKind.JPEG else [0, 0, 0, 0])


def test_a_smaller_export_has_no_fringe_of_what_is_transparent() -> None:
    document = blank()
    document.add_layer("white on nothing", tiles=noise_tiles(1, 1, 1))
    paint(document, (50, 50), (300, 200), colour=_white())
    pixels = read_picture(encode(document.snapshot(), FlatOptions(size=(100, 75))))
    assert pixels.shape == (75, 100, 4)
    shown = pixels[pixels[:, :, 3] > 40][:, :3]
    assert shown.size
    assert np.percentile(shown, 5) > 250


def _white() -> Any:
    from PySide6.QtGui import QColor

    return QColor(255, 255, 255)


@settings(max_examples=12)
@given(st.integers(1, 300), st.integers(1, 200), st.sampled_from(KINDS))
def test_any_size_can_be_asked(width: int, height: int, kind: PictureKind) -> None:
    pixels = read_picture(encode(generated().snapshot(), options(kind, size=(width, height))))
    assert pixels.shape[:2] == (height, width)


def test_the_name_decides_the_kind() -> None:
    png = options(PictureKind.PNG)
    assert fitted(Path("a.jpeg"), png)[1].encoding.kind is PictureKind.JPEG
    assert fitted(Path("a.TIF"), png)[1].encoding.kind is PictureKind.TIFF
    assert fitted(Path("a.b"), options(PictureKind.WEBP))[0] == Path("a.b.webp")


def test_what_an_export_says_follows_the_visible_layers() -> None:
    document = blank()
    assert provenance(document.snapshot()) is None
    made = document.add_layer("made", tiles=noise_tiles(1), recipe=recipe("a" * 64, "b" * 64))
    assert provenance(document.snapshot()) == "generated"
    document.activate(document.layers[0].id)
    paint(document, (50, 50))
    assert provenance(document.snapshot()) == "composite"
    document.set_visible(made.id, False)
    assert provenance(document.snapshot()) == "human"


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_that_came_marked_does_not_lose_its_mark(tmp_path: Path, kind: PictureKind) -> None:
    file = tmp_path / "a"
    file.write_bytes(encode(generated().snapshot(), options(kind)))
    document = picture_document(file, layer_id="x", name="a")
    assert provenance(document) == "generated"
    assert source_types(encode(document, FlatOptions())) == ["trainedAlgorithmicMedia"]


def test_an_export_that_cannot_be_written_is_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(StorageError):
        export(blank().snapshot(), tmp_path / "no folder" / "a.png", FlatOptions())
