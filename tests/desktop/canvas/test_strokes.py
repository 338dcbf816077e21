"""The brush on real layers."""

import time

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRect
from PySide6.QtGui import QColor

from desktop.canvas import selection as selections
from desktop.canvas.brushes.brush import Effect
from desktop.canvas.brushes.curves import LINEAR
from desktop.canvas.brushes.placing import Touch
from desktop.canvas.composing import flatten
from desktop.canvas.compositor import Compositor
from desktop.canvas.dabs import DabCache
from desktop.canvas.document import Document
from desktop.canvas.layers import Origin
from desktop.canvas.strokes import Brush
from desktop.canvas.tiles import pixels_of
from tests.desktop.canvas.builders import RED, begin, bits, blank, noise_tiles, paint, recipe, value

HARD = Brush(size=20, hardness=1.0, size_pressure=None)


def _alpha(document: Document, x: int, y: int) -> int:
    return int(pixels_of(flatten(document.snapshot()))[y, x, 3])


def test_a_hard_stroke_has_its_colour_its_width_and_soft_edges() -> None:
    document = blank()
    paint(document, (100, 100), (200, 100), brush=HARD)
    image = flatten(document.snapshot())
    assert image.pixelColor(150, 100) == RED
    assert image.pixelColor(150, 95) == RED
    assert image.pixelColor(150, 115).alpha() == 0
    column = pixels_of(image)[:, 150, 3].astype(int)
    assert abs(column.sum() / 255 - 20) < 1


def test_flow_builds_up_inside_a_stroke_and_opacity_caps_it() -> None:
    document = blank()
    brush = Brush(size=40, hardness=1.0, opacity=0.5, flow=0.2, size_pressure=None)
    paint(document, (100, 100), brush=brush)
    once = _alpha(document, 100, 100)
    paint(document, *[(200 + 10 * (number % 2), 100) for number in range(9)], brush=brush)
    often = _alpha(document, 202, 100)
    assert 20 <= once <= 30
    assert 100 <= often <= 128
    paint(document, (200, 100), brush=Brush(size=40, hardness=1.0, opacity=0.5, size_pressure=None))
    assert _alpha(document, 202, 100) > 150, "another stroke is laid over the first"


def test_pressure_makes_a_stroke_thin_or_faint() -> None:
    document = blank()
    layer = document.active_layer
    assert layer is not None
    for y, brush in (
        (80, Brush(size=40)),
        (200, Brush(size=40, size_pressure=None, opacity_pressure=LINEAR)),
    ):
        stroke = begin(document, layer.id, brush)
        stroke.add(QPointF(50, y), 1.0)
        stroke.add(QPointF(300, y), 0.2)
        stroke.finish()
    assert _alpha(document, 60, 95) > 200
    assert _alpha(document, 290, 95) == 0
    assert _alpha(document, 60, 200) > _alpha(document, 299, 200) > 0


def test_an_eraser_takes_away_what_lies_under_it_only() -> None:
    document = blank()
    paint(document, (50, 100), (300, 100), brush=HARD)
    paint(document, (150, 80), (150, 120), brush=Brush(size=20, hardness=1.0, effect=Effect.ERASE))
    assert _alpha(document, 150, 100) == 0
    assert _alpha(document, 80, 100) == 255
    assert document.history.undo_labels[-1] == "Erase"


def test_outside_the_selection_no_bit_changes() -> None:
    document = blank()
    document.add_layer("noise", tiles=noise_tiles(4), x=13, y=-7)
    before = pixels_of(flatten(document.snapshot())).copy()
    document.select(selections.lasso(400, 300, [QPointF(60, 40), QPointF(350, 90), QPointF(120, 290)]))
    mask = document.selection
    assert mask is not None
    for effect in Effect:
        paint(document, (10, 10), (390, 290), (20, 280), brush=Brush(size=90, effect=effect))
    after = pixels_of(flatten(document.snapshot()))
    changed = (before != after).any(axis=2)
    assert changed.any()
    assert not changed[mask.full_mask() == 0].any()


def test_the_dirty_rectangle_holds_every_pixel_that_changed() -> None:
    document = blank()
    layer = document.active_layer
    assert layer is not None
    document.set_offset(layer.id, 37, -20)
    stroke = begin(document, layer.id, Brush(size=33))
    for number in range(12):
        before = pixels_of(flatten(document.snapshot())).copy()
        dirty = stroke.add(QPointF(30 + number * 29, 250 - number * 17), 0.5 + number / 30)
        changed = (before != pixels_of(flatten(document.snapshot()))).any(axis=2)
        changed[dirty.top() : dirty.bottom() + 1, dirty.left() : dirty.right() + 1] = False
        assert not changed.any()
    stroke.finish()


def test_a_cancelled_stroke_leaves_no_trace() -> None:
    document = blank()
    paint(document, (50, 50), (90, 90))
    before, labels = value(document.snapshot()), document.history.undo_labels
    layer = document.active_layer
    assert layer is not None
    stroke = begin(document, layer.id, Brush())
    stroke.add(QPointF(60, 60))
    stroke.add(QPointF(200, 200))
    stroke.cancel()
    assert value(document.snapshot()) == before
    assert document.history.undo_labels == labels


def test_a_snapshot_keeps_its_pixels_while_painting_goes_on() -> None:
    document = blank()
    paint(document, (50, 50), (90, 90))
    snapshot = document.snapshot()
    before = bits(flatten(snapshot))
    paint(document, (50, 50), (300, 200), colour=QColor(0, 200, 0))
    assert bits(flatten(snapshot)) == before


def test_painting_on_a_generated_layer_makes_it_a_mixed_one() -> None:
    document = blank()
    layer = document.add_layer("made", tiles=noise_tiles(1), recipe=recipe("a" * 64, "b" * 64))
    origins = [layer.origin]
    paint(document, (50, 50))
    origins.append(layer.origin)
    document.undo()
    origins.append(layer.origin)
    assert origins == [Origin.GENERATED, Origin.MIXED, Origin.GENERATED]
    assert layer.recipe is not None


def test_the_way_a_stroke_is_cut_into_events_does_not_show() -> None:
    results = []
    for events in (2, 31):
        document = blank()
        points = [(40 + 300 * n / (events - 1), 60 + 150 * n / (events - 1)) for n in range(events)]
        paint(document, *points, brush=Brush(size=30, flow=0.3))
        results.append(pixels_of(flatten(document.snapshot())).astype(int))
    assert np.abs(results[0] - results[1]).max() <= 20
    assert np.abs(results[0] - results[1]).mean() < 0.2


@pytest.mark.parametrize("size", [1, 2.5, 9, 60, 400])
def test_a_dab_covers_its_disc(size: float) -> None:
    _, _, cover = DabCache().place(Touch(100.3, 99.7, size, 1.0, 1.0, 0.0), Brush(size=size, hardness=1.0))
    area = cover.sum()
    assert abs(area - np.pi * (size / 2) ** 2) < 0.8 + 0.12 * np.pi * size
    assert all(edge.any() for edge in (cover[0], cover[-1], cover[:, 0], cover[:, -1]))


def _stroke_seconds(layers: int) -> float:
    document = blank(*[f"layer {number}" for number in range(layers)], width=1024, height=1024)
    for layer in document.layers:
        document.activate(layer.id)
        paint(document, (100, 100), (900, 900), brush=Brush(size=80))
    document.activate(document.layers[layers // 2].id)
    compositor = Compositor(document)
    compositor.composite(document.rect)
    layer = document.layers[layers // 2]
    stroke = begin(document, layer.id, Brush(size=60))
    seconds = []
    for number in range(80):
        start = time.thread_time()
        dirty = stroke.add(QPointF(100 + number * 10, 500))
        if not dirty.isEmpty():
            compositor.composite(dirty)
        seconds.append(time.thread_time() - start)
    stroke.finish()
    return float(np.median(seconds))


def test_an_event_costs_the_same_on_many_layers() -> None:
    few, many = _stroke_seconds(3), _stroke_seconds(24)
    assert many < 4 * few


def test_a_stroke_outside_the_document_paints_nothing() -> None:
    document = blank()
    paint(document, (-500, -500), (-400, -450))
    assert document.history.undo_labels == ("Add layer",)
    assert flatten(document.snapshot(), QRect(0, 0, 10, 10)).size().width() == 10
