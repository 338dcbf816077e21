"""Photoshop's documents, with psd-tools' own high-level reader as the independent judge."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops
from psd_tools import PSDImage
from psd_tools.api.layers import Group, PixelLayer

from desktop.canvas.composing import flatten
from desktop.canvas.formats.ora import LoadedDocument, Note
from desktop.canvas.formats.psd.blend_modes import TO_PSD
from desktop.canvas.formats.psd.reading import load_psd
from desktop.canvas.formats.psd.writing import save_psd
from desktop.canvas.formats.rasters import straight_pixels
from desktop.canvas.history import DocumentSnapshot, Guides
from desktop.canvas.layers import BlendMode, LayerKind, LayerProperties, LayerSnapshot, Origin
from desktop.canvas.masks import mask_from_pixels
from tests.desktop.canvas.builders import bits, blank, counting_ids, noise_tiles, recipe


def _ignore(_part: float) -> None:
    pass


def save(snapshot: DocumentSnapshot, file: Path) -> tuple[Note, ...]:
    return save_psd(snapshot, file, marked=True, progress=_ignore)


def load(file: Path) -> LoadedDocument:
    return load_psd(file, new_id=counting_ids("loaded"), progress=_ignore)


def layer(number: int, **values: object) -> LayerSnapshot:
    properties = LayerProperties(name=f"layer {number}", **values)  # type: ignore[arg-type]
    return LayerSnapshot(f"l{number}", properties, noise_tiles(number, 60, 40))


def with_everything() -> DocumentSnapshot:
    rng = np.random.default_rng(4)
    mask = mask_from_pixels(rng.integers(0, 256, (30, 50), dtype=np.uint8), x=5, y=-3, background=0)
    group = LayerProperties(name="group 그룹", kind=LayerKind.GROUP, opacity=0.5, parent="outer")
    outer = LayerProperties(name="outer", kind=LayerKind.GROUP, pass_through=True, visible=False)
    masked = layer(3, parent="group", x=-20, y=70)
    return DocumentSnapshot(
        width=120,
        height=90,
        layers=(
            layer(1, x=10, y=20, opacity=0.4, locked=True),
            layer(2, clipped=True, blend=BlendMode.MULTIPLY, fill_opacity=0.6),
            LayerSnapshot(masked.id, masked.properties, masked.tiles, mask),
            layer(4, parent="group", visible=False, alpha_locked=True, position_locked=True),
            LayerSnapshot("group", group),
            layer(5, parent="outer", blend=BlendMode.LUMINOSITY),
            LayerSnapshot("outer", outer),
        ),
        active_id="l5",
        guides=Guides(vertical=(12.0,), horizontal=(30.5,)),
    )


def rows(snapshot: DocumentSnapshot) -> list[tuple[object, ...]]:
    names = {each.id: each.properties.name for each in snapshot.layers}
    found: list[tuple[object, ...]] = []
    for each in snapshot.layers:
        own = each.properties
        alone = DocumentSnapshot(
            width=400,
            height=400,
            layers=(
                LayerSnapshot(
                    "a", LayerProperties(name="a", x=own.x + 100, y=own.y + 100), each.tiles, each.mask
                ),
            ),
        )
        found.append(
            (
                own.name,
                own.kind,
                names.get(own.parent or ""),
                own.visible,
                round(own.opacity * 255),
                own.blend,
                own.clipped,
                own.pass_through,
                (own.locked, own.alpha_locked or own.locked, own.position_locked or own.locked),
                round(own.fill_opacity * 255),
                own.mask_enabled,
                bits(flatten(alone)),
            )
        )
    return found


def test_layers_groups_masks_and_clipping_come_back_as_they_were(tmp_path: Path) -> None:
    snapshot = with_everything()
    assert save(snapshot, tmp_path / "a.psd") == ()
    loaded = load(tmp_path / "a.psd")
    assert loaded.notes == ()
    for mine, theirs in zip(rows(snapshot), rows(loaded.snapshot), strict=True):
        assert mine[:8] == theirs[:8]
        assert mine[9:] == theirs[9:]
    assert loaded.snapshot.guides == snapshot.guides
    assert bits(flatten(loaded.snapshot)) == bits(flatten(snapshot))


def test_psd_tools_finds_the_same_tree_names_and_picture(tmp_path: Path) -> None:
    snapshot = with_everything()
    save(snapshot, tmp_path / "a.psd")
    psd = PSDImage.open(tmp_path / "a.psd")
    assert [each.name for each in psd] == ["layer 1", "layer 2", "outer"]
    outer = psd[2]
    assert isinstance(outer, Group)
    assert not outer.visible
    assert [each.name for each in outer] == ["group 그룹", "layer 5"]
    inner = outer[0]
    assert isinstance(inner, Group)
    assert (inner.opacity, [each.name for each in inner]) == (128, ["layer 3", "layer 4"])
    assert (psd[0].opacity, psd[1].clipping, psd[1].blend_mode.name) == (102, True, "MULTIPLY")
    masked = inner[0]
    assert masked.mask is not None
    assert masked.mask.background_color == 0
    pixels = np.asarray(masked.topil().convert("RGBA"))  # type: ignore[union-attr]
    assert pixels.shape == (40, 60, 4)
    merged = np.asarray(psd.topil().convert("RGBA")).astype(int)  # type: ignore[union-attr]
    ours = straight_pixels(flatten(snapshot)).astype(int)
    assert np.array_equal(merged[:, :, 3], ours[:, :, 3])
    # Colours come back from white, the more exactly the more opaque they are.
    seen = ours[:, :, 3] > 60
    assert seen.sum() > 100
    assert np.abs(merged - ours)[seen].max() <= 6


@settings(max_examples=20)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 9), st.sampled_from(sorted(TO_PSD)), st.integers(0, 255), st.text(max_size=40)
        ),
        min_size=1,
        max_size=4,
    )
)
def test_any_layers_keep_names_modes_and_pixels(
    tmp_path: Path, layers: list[tuple[int, BlendMode, int, str]]
) -> None:
    made = tuple(
        LayerSnapshot(
            str(place),
            LayerProperties(name=name, blend=blend, opacity=opacity / 255, x=place * 7 - 9, y=-place),
            noise_tiles(seed, 33, 21),
        )
        for place, (seed, blend, opacity, name) in enumerate(layers)
    )
    snapshot = DocumentSnapshot(width=64, height=48, layers=made)
    save(snapshot, tmp_path / "a.psd")
    loaded = load(tmp_path / "a.psd").snapshot
    assert [each.properties.name for each in loaded.layers] == [name.rstrip("\0") for *_, name in layers]
    assert [each.properties.blend for each in loaded.layers] == [blend for _, blend, *_ in layers]
    assert bits(flatten(loaded)) == bits(flatten(snapshot))


def test_what_a_psd_cannot_keep_is_told(tmp_path: Path) -> None:
    document = blank()
    made = document.add_layer("boat", tiles=noise_tiles(1, 9, 9), recipe=recipe("a" * 64, "b" * 64))
    document.set_blend(made.id, BlendMode.DESTINATION_OUT)
    messages = [note.message for note in save(document.snapshot(), tmp_path / "a.psd")]
    assert len(messages) == 2
    loaded = load(tmp_path / "a.psd").snapshot
    assert {each.properties.origin for each in loaded.layers} == {Origin.GENERATED}
    assert loaded.layers[-1].properties.blend is BlendMode.NORMAL


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK", "RGBA"])
def test_files_that_psd_tools_makes_open(tmp_path: Path, mode: str) -> None:
    colours: dict[str, Any] = {
        "RGB": (200, 40, 30),
        "L": 90,
        "CMYK": (10, 200, 220, 20),
        "RGBA": (200, 40, 30, 255),
    }
    image = Image.new(mode, (40, 30), colours[mode])
    # Photoshop keeps the ink that is missing; psd-tools writes what it is given.
    PSDImage.frompil(ImageChops.invert(image) if mode == "CMYK" else image).save(tmp_path / "flat.psd")
    loaded = load(tmp_path / "flat.psd")
    assert [each.properties.name for each in loaded.snapshot.layers] == ["flat"]
    shown = straight_pixels(flatten(loaded.snapshot))[5, 5, :3].astype(int)
    wanted = np.asarray(image.convert("RGB"))[5, 5].astype(int)
    assert np.abs(shown - wanted).max() <= 40
    if mode == "CMYK":
        assert any("CMYK" in note.values.values() for note in loaded.notes)


def test_layers_that_psd_tools_writes_come_in(tmp_path: Path) -> None:
    psd = PSDImage.new("RGB", (50, 40))
    group = Group.new(psd, "g")
    rng = np.random.default_rng(1)
    picture = Image.fromarray(rng.integers(0, 256, (20, 10, 4), dtype=np.uint8))
    PixelLayer.frompil(picture, group, "dots", top=3, left=4)
    psd.save(tmp_path / "a.psd")
    loaded = load(tmp_path / "a.psd").snapshot
    assert [(each.properties.name, each.is_group) for each in loaded.layers] == [("dots", False), ("g", True)]
    shown = straight_pixels(flatten(loaded))[3:23, 4:14]
    assert np.array_equal(shown[:, :, 3], np.asarray(picture)[:, :, 3])
