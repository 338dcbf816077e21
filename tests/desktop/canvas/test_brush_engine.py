"""What a brush's settings do to pixels."""

import numpy as np
from PySide6.QtCore import QPointF, QRect
from PySide6.QtGui import QColor

from desktop.canvas import selection as selections
from desktop.canvas.brushes.brush import AngleSource, Brush, Effect
from desktop.canvas.brushes.curves import LINEAR, Curve
from desktop.canvas.brushes.tips import Tips
from desktop.canvas.composing import flatten
from desktop.canvas.dabs import DabCache
from desktop.canvas.document import Document
from desktop.canvas.masks import MaskSnapshot
from desktop.canvas.strokes import Stroke, StrokeStyle
from desktop.canvas.tiles import pixels_of, tiles_from_image
from tests.desktop.canvas.builders import RED, begin, blank, noise, noise_tiles, paint, value

STEADY = Brush(size=24, hardness=1.0, size_pressure=None)


def alpha(document: Document) -> np.ndarray:
    return pixels_of(flatten(document.snapshot()))[:, :, 3].astype(int)


def width_at(document: Document, x: int) -> float:
    return float(alpha(document)[:, x].sum() / 255)


def test_pressure_caps_what_a_touch_covers_however_often_it_is_repeated() -> None:
    document = blank()
    brush = STEADY.changed(opacity_pressure=LINEAR, spacing=0.02)
    stroke = begin(document, document.layers[0].id, brush)
    for x in (50, 200, 60, 190):
        stroke.add(QPointF(x, 100), 0.4)
    stroke.finish()
    assert abs(alpha(document)[100, 120] - 102) <= 1


def test_low_flow_reaches_full_cover_in_the_end() -> None:
    document = blank()
    brush = STEADY.changed(flow=0.02, spacing=0.02)
    paint(document, *[(100 + 40 * (number % 2), 100) for number in range(40)], brush=brush)
    assert alpha(document)[100, 120] == 255


def test_opacity_caps_the_whole_stroke() -> None:
    document = blank()
    paint(document, *[(100 + 80 * (n % 2), 100) for n in range(9)], brush=STEADY.changed(opacity=0.3))
    assert abs(alpha(document).max() - 0.3 * 255) <= 1


def test_spacing_scatter_and_roundness_show() -> None:
    apart = blank()
    paint(apart, (50, 100), (350, 100), brush=STEADY.changed(spacing=2.0))
    assert alpha(apart)[100, 50:350].min() == 0
    scattered = blank()
    paint(scattered, (50, 150), (350, 150), brush=STEADY.changed(scatter=2.0))
    rows = np.flatnonzero(alpha(scattered).any(axis=1))
    assert rows[-1] - rows[0] > 60
    flat = blank()
    brush = STEADY.changed(roundness=0.2, angle=90.0, size=40)
    paint(flat, (200, 100), brush=brush)
    area = alpha(flat)
    assert (area[100] > 127).sum() < 12
    assert 36 <= (area[:, 200] > 127).sum() <= 42


def test_a_flat_tip_follows_the_stroke() -> None:
    document = blank()
    brush = STEADY.changed(roundness=0.1, size=40, angle=90.0, angle_source=AngleSource.STROKE, spacing=0.05)
    paint(document, (50, 60), (350, 60), brush=brush)
    paint(document, (200, 120), (200, 280), brush=brush)
    assert abs(width_at(document, 150) - 40) < 3
    row = alpha(document)[200]
    assert abs(row.sum() / 255 - 40) < 3


def test_a_pen_that_only_taps_still_leaves_a_mark() -> None:
    document = blank()
    paint(document, (200, 100), brush=STEADY.changed(angle_source=AngleSource.STROKE))
    assert alpha(document)[100, 200] == 255


def test_tilt_widens_a_stroke() -> None:
    document = blank()
    brush = STEADY.changed(size_tilt=Curve(points=((0.0, 0.3), (1.0, 1.0))), size=40)
    layer = document.layers[0].id
    for x, tilt in ((60, 0.0), (200, 1.0)):
        stroke = begin(document, layer, brush)
        stroke.add(QPointF(x, 100), 1.0, tilt=tilt)
        stroke.add(QPointF(x + 80, 100), 1.0, tilt=tilt)
        stroke.finish()
    assert width_at(document, 100) < 16
    assert width_at(document, 240) > 36


def test_the_same_seed_gives_the_same_stroke_and_another_one_another() -> None:
    brush = STEADY.changed(scatter=1.0, size_jitter=0.6, opacity_jitter=0.5, angle_jitter=1.0, roundness=0.4)

    def with_seed(seed: int) -> tuple[object, ...]:
        document = blank()
        stroke = begin(document, document.layers[0].id, brush, seed=seed)
        stroke.add(QPointF(50, 100))
        stroke.add(QPointF(300, 200))
        stroke.finish()
        return value(document.snapshot())

    assert with_seed(1) == with_seed(1) != with_seed(2)


def test_the_whole_stroke_is_there_when_the_pen_lifts() -> None:
    for brush in (STEADY.changed(smoothing=1.0), STEADY.changed(string=80.0)):
        document = blank()
        paint(document, *[(50 + 5 * number, 100) for number in range(50)], brush=brush)
        assert alpha(document)[100, 294] == 255


def test_a_tip_from_a_picture_has_the_pictures_shape_and_paper_shows_under_a_light_hand() -> None:
    names = Tips().tip_names
    assert "chalk" in names
    document = blank()
    paint(document, (200, 150), brush=Brush(size=100, tip="chalk", size_pressure=None))
    covered = alpha(document)[100:200, 150:250]
    assert 0.1 < (covered > 127).mean() < 0.9
    light, heavy = blank(), blank()
    brush = Brush(
        size=60, hardness=1.0, paper="rough", paper_strength=1.0, opacity_pressure=LINEAR, size_pressure=None
    )
    for document, pressure in ((light, 0.35), (heavy, 1.0)):
        stroke = begin(document, document.layers[0].id, brush)
        stroke.add(QPointF(50, 150), pressure)
        stroke.add(QPointF(350, 150), pressure)
        stroke.finish()
    inside = np.s_[130:170, 80:320]
    assert (alpha(light)[inside] < 8).mean() > 0.2
    assert (alpha(heavy)[inside] > 200).mean() > 0.8


def test_a_wet_edge_is_darker_than_the_inside() -> None:
    document = blank()
    paint(
        document, (100, 150), (300, 150), brush=Brush(size=80, hardness=0.3, wet_edge=1.0, size_pressure=None)
    )
    column = alpha(document)[:, 200]
    assert column[150] < column.max() - 30


def two_halves() -> Document:
    """Red at the left, transparent at the right."""
    document = blank(width=200, height=100)
    image = noise(1, 200, 100)
    image.fill(0)
    for x in range(100):
        for y in range(100):
            image.setPixelColor(x, y, RED)
    layer = document.add_layer("red", tiles=tiles_from_image(image))
    document.activate(layer.id)
    return document


def test_smudging_drags_colour_along_and_fades() -> None:
    document = two_halves()
    brush = Brush(effect=Effect.SMUDGE, size=30, hardness=0.5, flow=0.9, size_pressure=None)
    paint(document, (70, 50), (180, 50), brush=brush)
    row = alpha(document)[50]
    assert row[105] > 150
    assert row[105] >= row[130] >= row[160]
    assert document.history.undo_labels[-1] == "Smudge"


def test_undo_of_every_effect_returns_the_picture_bit_for_bit() -> None:
    document = blank()
    document.add_layer("noise", tiles=noise_tiles(5), x=-31, y=17)
    for effect in Effect:
        before = value(document.snapshot())
        brush = Brush(effect=effect, size=70, hardness=0.2, scatter=0.5, paper="rough", paper_strength=0.5)
        paint(document, (10, 10), (390, 290), (300, 20), brush=brush)
        after = value(document.snapshot())
        assert after != before
        document.undo()
        assert value(document.snapshot()) == before
        document.redo()
        assert value(document.snapshot()) == after


def test_a_soft_selection_limits_a_smudge_by_its_softness() -> None:
    document = blank(width=200, height=100)
    document.add_layer("noise", tiles=noise_tiles(5, 200, 100))
    before = pixels_of(flatten(document.snapshot())).copy()
    document.select(selections.rectangle(200, 100, QRect(0, 0, 100, 100)))
    paint(document, (20, 50), (180, 50), brush=Brush(effect=Effect.SMUDGE, size=40, size_pressure=None))
    after = pixels_of(flatten(document.snapshot()))
    assert (before != after)[:, :100].any()
    assert not (before != after)[:, 100:].any()


def test_a_straight_line_is_straight_however_the_brush_smooths() -> None:
    document = blank()
    stroke = begin(document, document.layers[0].id, STEADY.changed(smoothing=1.0, string=50.0, size=10))
    stroke.draw_line(QPointF(30, 30), QPointF(330, 230))
    stroke.finish()
    covered = alpha(document)
    for part in (0.0, 0.3, 0.7, 1.0):
        assert covered[round(30 + 200 * part), round(30 + 300 * part)] == 255
    assert covered[200, 60] == 0


def test_an_eraser_uses_no_colour() -> None:
    document = two_halves()
    paint(document, (50, 50), brush=STEADY.changed(effect=Effect.ERASE), colour=QColor("blue"))
    image = pixels_of(flatten(document.snapshot()))
    assert image[50, 50].tolist() == [0, 0, 0, 0]


def test_no_brush_changes_locked_alpha_and_an_eraser_leaves_the_background_colour() -> None:
    document = blank()
    layer = document.add_layer("noise", tiles=noise_tiles(5), x=-31, y=17)
    document.set_alpha_locked(layer.id, True)
    before = pixels_of(flatten(document.snapshot())).copy()
    for effect in Effect:
        paint(document, (10, 10), (390, 290), brush=Brush(effect=effect, size=70, hardness=0.2, flow=0.6))
        after = pixels_of(flatten(document.snapshot()))
        assert (after[:, :, 3] == before[:, :, 3]).all()
        assert (after[:, :, :3] <= after[:, :, 3:]).all()
        assert (after != before).any()
    paint(document, (200, 150), brush=STEADY.changed(effect=Effect.ERASE))
    colours = pixels_of(flatten(document.snapshot()))[150, 200]
    assert (colours == colours[3]).all()


def test_a_brush_paints_on_a_mask_in_greys_and_leaves_the_pixels_alone() -> None:
    document = blank()
    layer = document.add_layer("noise", tiles=noise_tiles(5))
    document.set_mask(layer.id, MaskSnapshot())
    own, before = layer.freeze().tiles, pixels_of(flatten(document.snapshot())).copy()

    def stroke(effect: Effect, colour: QColor) -> None:
        style = StrokeStyle(brush=STEADY.changed(effect=effect), colour=colour)
        stroke = Stroke(document=document, layer_id=layer.id, style=style, dabs=DabCache(), on_mask=True)
        stroke.add(QPointF(50, 100))
        stroke.add(QPointF(350, 100))
        stroke.finish()

    stroke(Effect.ERASE, RED)
    assert not alpha(document)[100, 60:340].any()
    stroke(Effect.SMUDGE, RED)
    stroke(Effect.PAINT, QColor("white"))
    assert (pixels_of(flatten(document.snapshot()))[100, 60:340] == before[100, 60:340]).all()
    assert layer.freeze().tiles is own
    for _ in range(3):
        document.undo()
    assert (pixels_of(flatten(document.snapshot())) == before).all()
