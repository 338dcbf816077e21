"""Named brushes: what is supplied, the artist's own files, and files from strangers."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor

from assets.brushes import make_tips
from desktop.canvas.brushes.brush import Brush, Effect, limits_of
from desktop.canvas.brushes.curves import Curve
from desktop.canvas.brushes.preset_store import PresetStore
from desktop.canvas.brushes.presets import LARGEST_FILE, BrushFileError, decode_brushes, supplied_presets
from desktop.canvas.brushes.preview import draw_preview
from desktop.canvas.brushes.tips import BRUSH_FOLDER, Tips
from desktop.canvas.tiles import pixels_of
from tests.desktop.canvas.builders import counting_ids

NUMBERS = [name for name, field in Brush.model_fields.items() if field.annotation is float]


def store(folder: Path) -> PresetStore:
    return PresetStore(folder=folder, new_id=counting_ids())


@st.composite
def brushes(draw: st.DrawFn) -> Brush:
    values: dict[str, object] = {"effect": draw(st.sampled_from(Effect)), "tip": draw(st.text(max_size=20))}
    for name in draw(st.lists(st.sampled_from(NUMBERS), max_size=6, unique=True)):
        values[name] = draw(st.floats(*limits_of(name)))
    if draw(st.booleans()):
        values["flow_tilt"] = Curve(points=((0.0, draw(st.floats(0, 1))), (1.0, draw(st.floats(0, 1)))))
    return Brush.model_validate(values)


def test_every_supplied_brush_draws_a_stroke_and_has_its_tip_and_paper() -> None:
    presets = supplied_presets()
    assert len(presets) >= 15
    assert {preset.brush.effect for preset in presets} == set(Effect)
    tips = Tips()
    for preset in presets:
        brush = preset.brush
        assert not brush.tip or brush.tip in tips.tip_names
        assert not brush.paper or brush.paper in tips.paper_names
        plain = Brush(effect=brush.effect, opacity=0)
        drawn, ground = (
            pixels_of(draw_preview(each, size=QSize(120, 40), colour=QColor("black"), other=QColor("red")))
            for each in (brush, plain)
        )
        assert (drawn != ground).any(axis=2).mean() > 0.005, preset.id


def test_tips_and_papers_are_what_the_script_draws(tmp_path: Path) -> None:
    make_tips.write(tmp_path)
    ours, drawn = Tips(), Tips(tips=tmp_path / "tips", papers=tmp_path / "papers")
    assert ours.tip_names == drawn.tip_names
    assert ours.paper_names == drawn.paper_names
    for file in sorted((BRUSH_FOLDER / "tips").glob("*.png")):
        kept, made = ours.bitmap(file.stem, 1000), drawn.bitmap(file.stem, 1000)
        assert kept is not None
        assert made is not None
        assert abs(kept.astype(int) - made.astype(int)).mean() < 0.5


@given(brushes(), st.text(min_size=1, max_size=40))
def test_brushes_come_back_from_a_file_as_they_were(
    tmp_path_factory: pytest.TempPathFactory, brush: Brush, name: str
) -> None:
    folder = tmp_path_factory.mktemp("brushes")
    presets = store(folder / "own")
    try:
        kept = presets.add(name, brush)
    except BrushFileError:
        # Nothing of such a name can be seen; it is refused, and nothing is written.
        assert not store(folder / "own").load().presets
        return
    assert store(folder / "own").load().presets == (kept,)
    file = presets.export_file((kept,), folder / "mine")
    assert file.name == "mine.brushes"
    (other,) = store(folder / "theirs").import_file(file)
    assert (other.name, other.brush) == (kept.name, kept.brush)


def test_own_brushes_are_renamed_deleted_and_brought_back(tmp_path: Path) -> None:
    presets = store(tmp_path)
    kept = presets.add("Grass", Brush(size=30))
    presets.put(kept.model_copy(update={"name": "Tall grass"}))
    assert [preset.name for preset in presets.load().presets] == ["Tall grass"]
    presets.delete(kept)
    assert not presets.load().presets
    presets.put(kept)
    assert presets.load().presets == (kept,)


def hostile(**changes: object) -> bytes:
    brush = {"size": 20, **changes}
    return json.dumps(
        {"format": "pentimento-brushes", "version": 1, "brushes": [{"name": "a", "brush": brush}]}
    ).encode()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe\x00not json",
        b"[" * 100_000,
        b"{}",
        b'{"format": "other", "version": 1, "brushes": []}',
        hostile(size=1e308),
        hostile(size="1" * 5000),
        hostile(tip=["../../etc/passwd"]),
        hostile(tip="x" * 10_000),
        hostile(unknown=1),
        hostile(size_pressure={"points": [[0, 0]]}),
        hostile(size_pressure={"points": [[0, 0]] * 100_000}),
        hostile().replace(b"20", b"NaN"),
        hostile().replace(b"20", b"Infinity"),
        hostile() + b" " * LARGEST_FILE,
    ],
)
def test_a_bad_file_is_refused_in_words_and_nothing_is_kept(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "bad.brushes"
    file.write_bytes(data)
    presets = store(tmp_path / "own")
    with pytest.raises(BrushFileError) as raised:
        presets.import_file(file)
    assert "bad.brushes" in raised.value.report.text
    assert not presets.load().presets


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    with pytest.raises(BrushFileError):
        decode_brushes(data, name="any")


def test_a_tip_is_found_by_its_listed_name_alone(tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes((BRUSH_FOLDER / "tips" / "chalk.png").read_bytes())
    tips = Tips(tips=BRUSH_FOLDER / "tips")
    assert tips.bitmap("../papers/rough", 50) is None
    assert tips.bitmap(str(tmp_path / "secret"), 50) is None


def test_damaged_files_of_ones_own_are_left_out_and_named(tmp_path: Path) -> None:
    presets = store(tmp_path)
    kept = presets.add("Grass", Brush())
    (tmp_path / "torn.json").write_bytes(b'{"id": "torn", "na')
    (tmp_path / "other.json").write_bytes((tmp_path / f"{kept.id}.json").read_bytes())
    loaded = presets.load()
    assert loaded.presets == (kept,)
    assert loaded.damaged == ("other.json", "torn.json")
