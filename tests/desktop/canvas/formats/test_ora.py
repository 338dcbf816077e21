"""OpenRaster documents: ours come back bit for bit, other people's come in."""

import contextlib
import io
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PySide6.QtCore import QRect

from desktop.canvas.composing import flatten
from desktop.canvas.document import Document
from desktop.canvas.formats.ora import LoadedDocument, load_ora, save_ora
from desktop.canvas.formats.rasters import straight_pixels
from desktop.canvas.history import Guides
from desktop.canvas.layers import BlendMode, Origin
from desktop.canvas.masks import mask_from_pixels, mask_pixels
from shared.contracts.errors import PentimentoError, StorageError
from shared.imaging.blob_folder import BlobFolder
from shared.imaging.pictures import encode_png, read_picture
from tests.desktop.canvas.builders import bits, blank, counting_ids, noise_tiles, paint, recipe


def _ignore(_part: float) -> None:
    pass


def _save(document: Document, file: Path, blobs: BlobFolder) -> None:
    save_ora(document.snapshot(), file, blobs=blobs, progress=_ignore)


def _load(file: Path, blobs: BlobFolder) -> LoadedDocument:
    return load_ora(file, blobs=blobs, new_id=counting_ids("loaded"), progress=_ignore)


def _look(document: Document | LoadedDocument) -> list[tuple[object, ...]]:
    """All that a file must keep of each layer; its own offset may move into its pixels."""
    snapshot = document.snapshot() if isinstance(document, Document) else document.snapshot
    rows: list[tuple[object, ...]] = []
    for layer in snapshot.layers:
        own = layer.properties
        alone = blank(width=snapshot.width, height=snapshot.height)
        shown = alone.add_layer("alone", tiles=layer.tiles, x=own.x, y=own.y)
        alone.set_visible(shown.id, True)
        pixels = bits(flatten(alone.snapshot()))
        rows.append(
            (own.name, own.visible, own.opacity, own.blend, own.locked, own.recipe, own.origin, pixels)
        )
    return rows


@given(
    st.lists(
        st.tuples(
            st.integers(0, 99),
            st.integers(-300, 300),
            st.integers(-200, 200),
            st.floats(0, 1),
            st.sampled_from(list(BlendMode)),
            st.booleans(),
            st.text(max_size=8),
        ),
        max_size=4,
    )
)
def test_any_document_comes_back_bit_for_bit(
    tmp_path: Path, layers: list[tuple[int, int, int, float, BlendMode, bool, str]]
) -> None:
    document, blobs = blank("empty"), BlobFolder(tmp_path / "blobs")
    for seed, x, y, opacity, blend, visible, name in layers:
        safe = name if name.isprintable() else "name"
        layer = document.add_layer(safe, tiles=noise_tiles(seed, 120, 90), x=x, y=y)
        document.set_opacity(layer.id, opacity)
        document.set_blend(layer.id, blend)
        document.set_visible(layer.id, visible)
        document.set_locked(layer.id, not visible)
    _save(document, tmp_path / "a.ora", blobs)
    loaded = _load(tmp_path / "a.ora", blobs)
    assert _look(loaded) == _look(document)
    assert loaded.notes == ()
    assert bits(flatten(loaded.snapshot)) == bits(flatten(document.snapshot()))
    active = next(layer for layer in loaded.snapshot.layers if layer.id == loaded.snapshot.active_id)
    assert document.active_layer is not None
    assert active.properties.name == document.active_layer.name


def test_recipes_travel_with_their_input_pictures_to_another_machine(tmp_path: Path) -> None:
    here, there = BlobFolder(tmp_path / "here"), BlobFolder(tmp_path / "there")
    image = here.put(encode_png(np.full((20, 30, 3), 90, np.uint8)))
    mask = here.put(encode_png(np.full((20, 30), 255, np.uint8)))
    document = blank()
    made = recipe(image, mask)
    layer = document.add_layer("boat", tiles=noise_tiles(3, 60, 60), x=40, y=50, recipe=made)
    paint(document, (60, 60))
    _save(document, tmp_path / "a.ora", here)
    loaded = _load(tmp_path / "a.ora", there)
    assert loaded.snapshot.layers[1].properties.recipe == layer.recipe == made
    assert loaded.snapshot.layers[1].properties.origin is Origin.MIXED
    assert there.read(image) == here.read(image)
    assert there.read(mask) == here.read(mask)


def test_a_missing_input_picture_is_told_and_the_recipe_stays(tmp_path: Path) -> None:
    document, blobs = blank(), BlobFolder(tmp_path / "blobs")
    document.add_layer("made", recipe=recipe("a" * 64, "b" * 64))
    _save(document, tmp_path / "a.ora", blobs)
    loaded = _load(tmp_path / "a.ora", blobs)
    assert loaded.snapshot.layers[1].properties.recipe is not None


def test_the_file_is_as_the_standard_says(tmp_path: Path) -> None:
    document = blank(width=700, height=300)
    document.add_layer("top", tiles=noise_tiles(1, 64, 32), x=10, y=20, recipe=recipe("a" * 64, "b" * 64))
    _save(document, tmp_path / "a.ora", BlobFolder(tmp_path / "blobs"))
    with zipfile.ZipFile(tmp_path / "a.ora") as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        assert archive.read("mimetype") == b"image/openraster"
        root = ET.fromstring(archive.read("stack.xml"))
        layers = root.findall("./stack/layer")
        assert (root.get("w"), root.get("h")) == ("700", "300")
        assert [layer.get("name") for layer in layers] == ["top", "Background"]
        assert (layers[0].get("x"), layers[0].get("y")) == ("10", "20")
        thumbnail = read_picture(archive.read("Thumbnails/thumbnail.png"))
        assert thumbnail.shape[:2] == (109, 256)
        merged = archive.read("mergedimage.png")
        assert np.array_equal(read_picture(merged), straight_pixels(flatten(document.snapshot())))
        assert b"TrainedAlgorithmicMedia" in merged or b"trainedAlgorithmicMedia" in merged


def write_ora(file: Path, stack: str, pictures: Sequence[tuple[str, bytes]], prefix: str = "") -> None:
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(f"{prefix}mimetype", "image/openraster")
        archive.writestr(f"{prefix}stack.xml", stack)
        for name, data in pictures:
            archive.writestr(f"{prefix}{name}", data)


def _dot(value: int = 200) -> bytes:
    return encode_png(np.full((4, 4, 4), value, np.uint8))


def test_groups_unknown_modes_and_names_with_a_slash_are_read(tmp_path: Path) -> None:
    stack = """<?xml version="1.0"?><image w="50" h="40"><stack>
      <layer name="top" src="data/a.png" composite-op="svg:linear-burn" x="3" y="4"/>
      <stack name="group" opacity="0.5" visibility="hidden" isolation="auto" x="10">
        <layer name="in" src="/data/b.png" opacity="0.5" x="1"/>
      </stack>
      <layer name="bottom" src="data/a.png" composite-op="svg:multiply"/>
    </stack></image>"""
    write_ora(tmp_path / "a.ora", stack, [("data/a.png", _dot()), ("data/b.png", _dot())], prefix="/")
    loaded = _load(tmp_path / "a.ora", BlobFolder(tmp_path / "blobs"))
    layers = loaded.snapshot.layers
    assert [each.properties.name for each in layers] == ["bottom", "in", "group", "top"]
    modes = [BlendMode.MULTIPLY, BlendMode.NORMAL, BlendMode.NORMAL, BlendMode.NORMAL]
    assert [each.properties.blend for each in layers] == modes
    inner, group, top = (each.properties for each in layers[1:])
    assert (group.opacity, group.visible, group.pass_through) == (0.5, False, True)
    assert (inner.opacity, inner.x, inner.parent) == (0.5, 11, layers[2].id)
    assert (top.x, top.y, top.parent) == (3, 4, None)
    assert [note.values["mode"] for note in loaded.notes] == ["svg:linear-burn"]
    assert loaded.snapshot.active_id == layers[-1].id


def _tree() -> Document:
    """Nested groups, masks, clipping, locks, guides."""
    document = blank("paper")
    paint(document, (10, 10), (300, 200))
    outer = document.add_group("outer")
    base = document.add_layer("base", tiles=noise_tiles(1, 120, 90), x=30, y=20)
    clipped = document.add_layer("clipped", tiles=noise_tiles(2, 300, 200))
    document.set_clipped(clipped.id, True)
    document.set_blend(clipped.id, BlendMode.LUMINOSITY)
    inner = document.add_group("inner", pass_through=False)
    masked = document.add_layer("masked", tiles=noise_tiles(3, 200, 200), x=-7, y=90)
    document.set_mask(masked.id, mask_from_pixels(_ramp(), x=5, y=-3, background=90))
    document.set_mask(inner.id, mask_from_pixels(_ramp(), x=50, y=60, background=0))
    document.set_opacity(base.id, 0.7)
    document.set_fill_opacity(base.id, 0.4)
    document.set_alpha_locked(base.id, True)
    document.set_position_locked(outer.id, True)
    document.set_guides(Guides((10.5, 200.0), (33.0,)))
    return document


def _ramp() -> NDArray[np.uint8]:
    return np.add.outer(np.arange(150), np.arange(100)).astype(np.uint8)


def test_groups_masks_clipping_locks_and_guides_come_back(tmp_path: Path) -> None:
    document, blobs = _tree(), BlobFolder(tmp_path / "blobs")
    _save(document, tmp_path / "a.ora", blobs)
    loaded = _load(tmp_path / "a.ora", blobs)
    state = document.snapshot()
    assert bits(flatten(loaded.snapshot)) == bits(flatten(state))
    assert loaded.snapshot.guides == state.guides
    assert _look(loaded) == _look(document)
    names = {layer.id: layer.properties.name for layer in loaded.snapshot.layers}
    own_names = {layer.id: layer.properties.name for layer in state.layers}
    for mine, theirs in zip(state.layers, loaded.snapshot.layers, strict=True):
        own, read = mine.properties, theirs.properties
        assert own_names.get(own.parent or "") == names.get(read.parent or "")
        assert replace(own, x=0, y=0, parent=None) == replace(read, x=0, y=0, parent=None)
        page = QRect(0, 0, 400, 300)
        if mine.mask is not None:
            assert theirs.mask is not None
            shown, read_back = (
                mask_pixels(mask, page.translated(-layer.offset))
                for mask, layer in ((mine.mask, mine), (theirs.mask, theirs))
            )
            assert np.array_equal(shown, read_back)


def test_other_programs_see_what_a_mask_leaves(tmp_path: Path) -> None:
    document = blank()
    layer = document.add_layer("masked", tiles=noise_tiles(3, 100, 100))
    document.set_mask(layer.id, mask_from_pixels(np.zeros((50, 100), np.uint8), x=0, y=0, background=255))
    _save(document, tmp_path / "a.ora", BlobFolder(tmp_path / "blobs"))
    with zipfile.ZipFile(tmp_path / "a.ora") as archive:
        pixels = read_picture(archive.read("data/layer001.png"))
    assert not pixels[:50, :, 3].any()
    assert pixels[50:, :, 3].any()


def test_recipes_that_cannot_be_read_are_told_and_the_picture_opens(tmp_path: Path) -> None:
    stack = '<image w="9" h="9"><stack><layer src="data/a.png"/></stack></image>'
    pictures = [("data/a.png", _dot()), ("pentimento/recipes.json", b'{"format": 99, "news": 1}')]
    write_ora(tmp_path / "a.ora", stack, pictures)
    loaded = _load(tmp_path / "a.ora", BlobFolder(tmp_path / "blobs"))
    assert len(loaded.snapshot.layers) == 1
    assert len(loaded.notes) == 1


def _layer_stack(inner: str, size: str = 'w="9" h="9"') -> str:
    return f"<image {size}><stack>{inner}</stack></image>"


ENTITIES = (
    '<!DOCTYPE image [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;">]>'
    '<image w="9" h="9"><stack name="&b;"/></image>'
)
HOSTILE = {
    "entities": ENTITIES,
    "an outside entity": '<!DOCTYPE i SYSTEM "file:///etc/passwd"><image w="9" h="9"><stack/></image>',
    "nesting": _layer_stack("<stack>" * 500 + "</stack>" * 500),
    "no image": "<stack/>",
    "half a file": '<image w="9" h="9"><stack>',
    "not xml": "PNG",
    "huge sides": _layer_stack("", 'w="99999999" h="9"'),
    "too many pixels": _layer_stack("", 'w="32000" h="32000"'),
    "negative sides": _layer_stack("", 'w="-5" h="9"'),
    "sides in words": _layer_stack("", 'w="nine" h="9"'),
    "no sides": _layer_stack("", ""),
    "a missing picture": _layer_stack('<layer src="data/none.png"/>'),
    "no source": _layer_stack("<layer/>"),
    "a picture that is none": _layer_stack('<layer src="data/text.png"/>'),
    "a picture that is a bomb": _layer_stack('<layer src="data/bomb.png"/>'),
    "an offset beyond reach": _layer_stack('<layer src="data/a.png" x="99999999999"/>'),
    "an offset of infinity": _layer_stack('<layer src="data/a.png" x="inf"/>'),
    "an opacity in words": _layer_stack('<layer src="data/a.png" opacity="much"/>'),
    "too many layers": _layer_stack('<layer src="data/a.png"/>' * 2500),
}


def _bomb() -> bytes:
    """A PNG of a few bytes that declares 40,000 x 40,000 pixels."""
    data = bytearray(_dot())
    data[16:24] = (40_000).to_bytes(4, "big") * 2
    import zlib

    data[29:33] = zlib.crc32(data[12:29]).to_bytes(4, "big")
    return bytes(data)


@pytest.mark.parametrize("stack", HOSTILE.values(), ids=HOSTILE)
def test_hostile_stacks_are_refused_in_words(tmp_path: Path, stack: str) -> None:
    pictures = [("data/a.png", _dot()), ("data/text.png", b"hello"), ("data/bomb.png", _bomb())]
    write_ora(tmp_path / "a.ora", stack, pictures)
    with pytest.raises(PentimentoError) as caught:
        _load(tmp_path / "a.ora", BlobFolder(tmp_path / "blobs"))
    assert caught.value.report.advice


def test_archives_that_lie_or_overflow_are_refused(tmp_path: Path) -> None:
    many, packed, plain = tmp_path / "many.ora", tmp_path / "packed.ora", tmp_path / "plain.ora"
    with zipfile.ZipFile(many, "w") as archive:
        for number in range(5000):
            archive.writestr(f"data/{number}", b"")
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "image/openraster")
        archive.writestr("stack.xml", b" " * 40_000_000)
    plain.write_bytes(b"not a zip at all")
    wrong = tmp_path / "wrong.ora"
    with zipfile.ZipFile(wrong, "w") as archive:
        archive.writestr("mimetype", "application/zip")
    for file in (many, packed, plain, wrong, tmp_path / "none.ora"):
        with pytest.raises(PentimentoError):
            _load(file, BlobFolder(tmp_path / "blobs"))


@given(st.integers(0, 2**32), st.integers(1, 12))
def test_a_damaged_file_is_refused_or_read_never_a_crash(tmp_path: Path, seed: int, count: int) -> None:
    document, file = blank(width=60, height=50), tmp_path / "a.ora"
    document.add_layer("noise", tiles=noise_tiles(1, 20, 20), recipe=recipe("a" * 64, "b" * 64))
    if not file.exists():
        _save(document, file, BlobFolder(tmp_path / "blobs"))
    data = bytearray(file.read_bytes())
    random = np.random.default_rng(seed)
    for place in random.integers(0, len(data), count):
        data[place] = random.integers(0, 256)
    damaged = tmp_path / "damaged.ora"
    damaged.write_bytes(data)
    # Any other exception fails the test.
    with contextlib.suppress(PentimentoError):
        assert _load(damaged, BlobFolder(tmp_path / "blobs")).snapshot.width > 0


def test_blobs_whose_bytes_are_others_than_their_name_says_are_not_taken(tmp_path: Path) -> None:
    blobs, document = BlobFolder(tmp_path / "blobs"), blank()
    image = blobs.put(_dot(1))
    mask = blobs.put(_dot(2))
    document.add_layer("made", recipe=recipe(image, mask))
    _save(document, tmp_path / "a.ora", blobs)
    stream = io.BytesIO()
    with zipfile.ZipFile(tmp_path / "a.ora") as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            new.writestr(name, _dot(3) if image in name else old.read(name))
    (tmp_path / "b.ora").write_bytes(stream.getvalue())
    there = BlobFolder(tmp_path / "there")
    loaded = _load(tmp_path / "b.ora", there)
    assert [there.exists(blob) for blob in (image, mask)] == [False, True]
    assert len(loaded.notes) == 1


def test_a_save_that_fails_leaves_the_old_file_and_no_litter(tmp_path: Path) -> None:
    document, blobs = blank(), BlobFolder(tmp_path / "blobs")
    file = tmp_path / "a.ora"
    _save(document, file, blobs)
    before = file.read_bytes()

    def fail(_part: float) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(StorageError):
        save_ora(document.snapshot(), file, blobs=blobs, progress=fail)
    assert file.read_bytes() == before
    assert list(tmp_path.iterdir()) == [file]
