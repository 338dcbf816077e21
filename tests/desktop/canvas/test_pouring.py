"""Fills, gradients and shapes: which pixels they change, and which never."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, QRect
from PySide6.QtGui import QColor
from scipy import ndimage

from desktop.canvas import selection as selections
from desktop.canvas.composing import flatten
from desktop.canvas.document import Document
from desktop.canvas.fills import ColourFill, FillOptions, find_area
from desktop.canvas.gradients import Gradient, GradientColours, GradientKind, GradientPaint, stops_of
from desktop.canvas.history import DocumentSnapshot
from desktop.canvas.masks import MaskSnapshot
from desktop.canvas.pouring import Paint, lay_tiles, poured
from desktop.canvas.shapes import ShapeFill, ShapeKind, ShapeOptions, ShapePaint, shape_path
from desktop.canvas.tile_arrays import image_of
from desktop.canvas.tiles import pixels_of, tiles_from_image
from tests.desktop.canvas.builders import RED, blank, noise_tiles, value

PLAIN = FillOptions(tolerance=0, grow_by=0, antialias=False)
BLUE = QColor(20, 40, 220)


def lay(document: Document, paint: Paint, *, label: str = "Fill", on_mask: bool = False) -> None:
    layer = document.active_layer
    assert layer is not None
    tiles = poured(layer.freeze(), paint, rect=document.rect, selection=document.selection, on_mask=on_mask)
    lay_tiles(document, layer.id, tiles, label, on_mask=on_mask)


def pixels(document: Document) -> NDArray[np.uint8]:
    return pixels_of(flatten(document.snapshot()))


def few_colours(values: NDArray[np.int64]) -> DocumentSnapshot:
    """A picture of a few opaque greys, whose levels are 40 apart."""
    grey = (values * 40).astype(np.uint8)
    opaque = np.dstack([grey, grey, grey, np.full_like(grey, 255)])
    document = blank(width=values.shape[1], height=values.shape[0])
    document.add_layer("greys", tiles=tiles_from_image(image_of(opaque)))
    return document.snapshot()


@given(
    st.integers(0, 10_000),
    st.integers(0, 2),
    st.sampled_from(["joined", "everywhere"]),
    st.integers(0, 39),
    st.integers(0, 29),
)
def test_a_fill_is_what_a_reference_flood_fill_finds(
    seed: int,
    tolerance: int,
    way: str,
    x: int,
    y: int,
) -> None:
    values = np.random.default_rng(seed).integers(0, 5, (30, 40))
    snapshot = few_colours(values)
    options = FillOptions(tolerance=tolerance * 40, contiguous=way == "joined", grow_by=0, antialias=False)
    area = find_area(snapshot, snapshot.layers[-1].id, QPoint(x, y), options)
    alike = np.abs(values - values[y, x]) <= tolerance
    if way == "joined":
        labels, _ = ndimage.label(alike)
        alike = labels == labels[y, x]
    assert area is not None
    assert ((area.full_mask() == 255) == alike).all()


def test_a_fill_does_not_run_around_a_corner_outside_the_selection() -> None:
    snapshot = few_colours(np.zeros((30, 40), np.int64))
    document = Document.from_snapshot(snapshot, new_id=lambda: "new")
    two = np.zeros((30, 40), np.uint8)
    two[:, :10] = 255
    two[:, 30:] = 255
    document.select(selections.from_mask(two))
    state = document.snapshot()
    area = find_area(state, state.layers[-1].id, QPoint(5, 5), PLAIN)
    assert area is not None
    assert area.bounds == QRect(0, 0, 10, 30)
    assert find_area(state, state.layers[-1].id, QPoint(20, 5), PLAIN) is None


def test_a_fill_samples_all_layers_or_the_one() -> None:
    document = blank(width=40, height=30)
    halves = np.zeros((30, 40), np.int64)
    halves[:, 20:] = 3
    below = few_colours(halves).layers[-1]
    document.add_layer("below", tiles=below.tiles)
    layer = document.add_layer("empty")
    state = document.snapshot()
    seen = find_area(state, layer.id, QPoint(3, 3), PLAIN)
    own = find_area(
        state, layer.id, QPoint(3, 3), FillOptions(tolerance=0, grow_by=0, all_layers=False, antialias=False)
    )
    assert seen is not None
    assert own is not None
    assert (seen.bounds, own.bounds) == (QRect(0, 0, 20, 30), document.rect)
    grown = find_area(state, layer.id, QPoint(3, 3), FillOptions(tolerance=0, grow_by=4, antialias=False))
    assert grown is not None
    assert grown.bounds.width() in {24, 25}


@pytest.mark.parametrize("kind", list(GradientKind))
def test_a_gradient_begins_and_ends_in_its_colours_without_bands(kind: GradientKind) -> None:
    document = blank(width=300, height=120)
    gradient = Gradient(
        kind, stops_of(GradientColours.TO_BACKGROUND, RED, BLUE), QPointF(20, 60), QPointF(280, 60)
    )
    lay(document, GradientPaint(gradient=gradient, rect=document.rect, seed=3), label="Gradient")
    image = flatten(document.snapshot())
    # Beside its middle a cone turns through all of its colours within a pixel.
    start = image.pixelColor(200 if kind is GradientKind.CONICAL else 21, 60)
    assert abs(start.red() - RED.red()) <= 4
    if kind is not GradientKind.CONICAL:
        assert abs(image.pixelColor(279, 60).blue() - BLUE.blue()) <= 4
    rows = pixels(document)[40:80, 140:160, 2].astype(int)
    assert len(np.unique(rows)) > 1, "neighbours differ by the dither, so that no band has an edge"
    assert np.abs(np.diff(rows, axis=1)).max() <= 3 if kind is GradientKind.LINEAR else True


def test_a_gradient_to_nothing_stays_premultiplied_and_is_the_same_with_the_same_seed() -> None:
    gradient = Gradient(
        GradientKind.RADIAL,
        stops_of(GradientColours.TO_TRANSPARENT, RED, BLUE),
        QPointF(150, 60),
        QPointF(250, 60),
    )

    def poured_with(seed: int) -> tuple[object, ...]:
        document = blank(width=300, height=120)
        lay(document, GradientPaint(gradient=gradient, rect=document.rect, seed=seed))
        image = pixels(document)
        assert (image[:, :, :3] <= image[:, :, 3:]).all()
        return value(document.snapshot())

    assert poured_with(1) == poured_with(1) != poured_with(2)


def test_shapes_cover_what_geometry_says() -> None:
    areas = {}
    for kind in ShapeKind:
        document = blank(width=300, height=200)
        options = ShapeOptions(kind=kind, width=10, sides=24)
        path = shape_path(options, QPointF(50, 50), QPointF(250, 150), even=False, from_middle=False)
        lay(document, ShapePaint.of(options, path, RED, BLUE), label="Shape")
        areas[kind] = float(pixels(document)[:, :, 3].sum() / 255)
    assert areas[ShapeKind.RECTANGLE] == 200 * 100
    assert areas[ShapeKind.ELLIPSE] == pytest.approx(np.pi * 100 * 50, rel=0.01)
    assert areas[ShapeKind.ROUNDED] == pytest.approx(200 * 100 - (4 - np.pi) * 24 * 24, rel=0.01)
    assert areas[ShapeKind.POLYGON] == pytest.approx(np.pi * 100 * 50, rel=0.03)
    assert areas[ShapeKind.LINE] == pytest.approx(10 * np.hypot(200, 100), rel=0.06)


def test_shift_makes_sides_alike_and_alt_begins_in_the_middle() -> None:
    options = ShapeOptions()
    square = shape_path(options, QPointF(50, 50), QPointF(90, 70), even=True, from_middle=False)
    assert square.boundingRect().toRect() == QRect(50, 50, 40, 40)
    middle = shape_path(options, QPointF(50, 50), QPointF(60, 70), even=False, from_middle=True)
    assert middle.boundingRect().toRect() == QRect(40, 30, 20, 40)
    line = ShapeOptions(kind=ShapeKind.LINE)
    level = shape_path(line, QPointF(0, 0), QPointF(100, 3), even=True, from_middle=False)
    assert level.currentPosition().y() == pytest.approx(0)


def test_fill_and_outline_have_their_own_colours() -> None:
    document = blank(width=100, height=100)
    options = ShapeOptions(fill=ShapeFill.BOTH, width=8, antialias=False)
    path = shape_path(options, QPointF(20, 20), QPointF(80, 80), even=False, from_middle=False)
    lay(document, ShapePaint.of(options, path, RED, BLUE))
    image = flatten(document.snapshot())
    assert image.pixelColor(50, 50) == RED
    assert image.pixelColor(20, 50) == BLUE
    assert len(np.unique(pixels(document)[:, :, 3])) == 2


def paints(document: Document) -> list[Paint]:
    everything = selections.everything(document.width, document.height)
    gradient = Gradient(
        GradientKind.LINEAR, stops_of(GradientColours.SPECTRUM, RED, BLUE), QPointF(0, 0), QPointF(300, 200)
    )
    path = shape_path(
        ShapeOptions(kind=ShapeKind.ELLIPSE),
        QPointF(-50, 10),
        QPointF(390, 290),
        even=False,
        from_middle=False,
    )
    return [
        ColourFill(cover=everything, colour=RED),
        GradientPaint(gradient=gradient, rect=document.rect, seed=1),
        ShapePaint.of(ShapeOptions(), path, RED, BLUE),
    ]


def test_the_selection_limits_everything_and_undo_returns_the_picture_bit_for_bit() -> None:
    document = blank()
    document.add_layer("noise", tiles=noise_tiles(4), x=13, y=-7)
    document.select(selections.lasso(400, 300, [QPointF(60, 40), QPointF(350, 90), QPointF(120, 290)]))
    mask = document.selection
    assert mask is not None
    for paint in paints(document):
        before, seen = value(document.snapshot()), pixels(document)
        lay(document, paint)
        changed = (seen != pixels(document)).any(axis=2)
        assert changed.any()
        assert not changed[mask.full_mask() == 0].any()
        after = value(document.snapshot())
        document.undo()
        assert value(document.snapshot()) == before
        document.redo()
        assert value(document.snapshot()) == after


def test_locked_alpha_is_never_changed() -> None:
    document = blank()
    layer = document.add_layer("noise", tiles=noise_tiles(4), x=13, y=-7)
    document.set_alpha_locked(layer.id, True)
    before = pixels(document)
    for paint in paints(document):
        lay(document, paint)
        after = pixels(document)
        assert (before[:, :, 3] == after[:, :, 3]).all()
        assert (before != after).any()


def test_a_mask_takes_paint_as_brightness() -> None:
    document = blank()
    layer = document.add_layer("noise", tiles=noise_tiles(4))
    document.set_mask(layer.id, MaskSnapshot())
    before, own = pixels(document), layer.freeze().tiles
    document.select(selections.rectangle(400, 300, QRect(0, 0, 200, 300)))
    lay(document, ColourFill(cover=selections.everything(400, 300), colour=QColor(0, 0, 0)), on_mask=True)
    after = pixels(document)
    assert not after[:, :200].any()
    assert (after[:, 200:] == before[:, 200:]).all()
    assert layer.freeze().tiles is own
    document.undo()
    assert (pixels(document) == before).all()
