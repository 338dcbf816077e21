"""What can be done to a selection, as functions from the document to its next selection. Any thread."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF

from desktop.canvas import selection as selections
from desktop.canvas import selection_growth as growth
from desktop.canvas.history import DocumentSnapshot
from desktop.canvas.layers import LayerSnapshot
from desktop.canvas.selection import Selection, SelectionMode, combine
from desktop.canvas.tile_arrays import Pixels
from desktop.canvas.wand import alpha_of, by_colour, layer_pixels, seen_pixels, wand

Compute = Callable[[DocumentSnapshot], Selection | None]
PIXELS_OF_A_SHAPE = 1024 * 1024
"""A shape over no more pixels is drawn and combined within a few milliseconds."""
SEARCH_COSTS = 8
"""Looking at every pixel's colour, or its distance, costs so many times as much as drawing a shape over it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectionChange:
    """`label` is English, the name of the step. `cost` counts the pixels that `compute` works through."""

    label: str
    compute: Compute
    cost: int

    @property
    def is_quick(self) -> bool:
        return self.cost <= PIXELS_OF_A_SHAPE


@dataclass(frozen=True, slots=True)
class Sampling:
    """How a wand looks: how far colours may differ, whether they must touch, and where it looks."""

    tolerance: int = 24
    contiguous: bool = True
    all_layers: bool = True


def rectangle(state: DocumentSnapshot, rect: QRect, mode: SelectionMode) -> SelectionChange:
    shape = rect.normalized().intersected(state.rect)
    return _shape(
        state, shape, mode, lambda now: selections.rectangle(now.width, now.height, shape), "Select"
    )


def ellipse(state: DocumentSnapshot, rect: QRectF, mode: SelectionMode) -> SelectionChange:
    shape = rect.normalized().toAlignedRect()
    return _shape(state, shape, mode, lambda now: selections.ellipse(now.width, now.height, rect), "Select")


def polygon(state: DocumentSnapshot, points: Sequence[QPointF], mode: SelectionMode) -> SelectionChange:
    kept = tuple(QPointF(point) for point in points)
    left, right = min(point.x() for point in kept), max(point.x() for point in kept)
    top, bottom = min(point.y() for point in kept), max(point.y() for point in kept)
    shape = QRectF(left, top, right - left, bottom - top).toAlignedRect()
    return _shape(state, shape, mode, lambda now: selections.lasso(now.width, now.height, kept), "Select")


def _shape(
    state: DocumentSnapshot, shape: QRect, mode: SelectionMode, make: Compute, label: str
) -> SelectionChange:
    area = shape.intersected(state.rect)
    if state.selection is not None and mode is not SelectionMode.REPLACE:
        area = area.united(state.selection.bounds)
    return SelectionChange(
        label=label,
        compute=lambda now: combine(now.selection, make(now), mode),
        cost=area.width() * area.height(),
    )


def by_wand(state: DocumentSnapshot, at: QPoint, mode: SelectionMode, how: Sampling) -> SelectionChange:
    def compute(now: DocumentSnapshot) -> Selection | None:
        found = wand(_sampled(now, how), at, tolerance=how.tolerance, contiguous=how.contiguous)
        return combine(now.selection, found, mode)

    return SelectionChange(
        label="Magic wand", compute=compute, cost=SEARCH_COSTS * state.width * state.height
    )


def by_likeness(state: DocumentSnapshot, at: QPoint, mode: SelectionMode, how: Sampling) -> SelectionChange:
    def compute(now: DocumentSnapshot) -> Selection | None:
        return combine(now.selection, by_colour(_sampled(now, how), at, tolerance=how.tolerance), mode)

    return SelectionChange(
        label="Select by colour", compute=compute, cost=SEARCH_COSTS * state.width * state.height
    )


def _sampled(state: DocumentSnapshot, how: Sampling) -> Pixels:
    active = active_of(state)
    if how.all_layers or active is None:
        return seen_pixels(state)
    return layer_pixels(active, state.rect)


def active_of(state: DocumentSnapshot) -> LayerSnapshot | None:
    return next((layer for layer in state.layers if layer.id == state.active_id), None)


def from_alpha(state: DocumentSnapshot, mode: SelectionMode) -> SelectionChange:
    """What is opaque on the active layer."""

    def compute(now: DocumentSnapshot) -> Selection | None:
        layer = active_of(now)
        found = alpha_of(layer, now.rect) if layer is not None else None
        return combine(now.selection, found, mode)

    return SelectionChange(
        label="Select what is opaque", compute=compute, cost=SEARCH_COSTS * state.width * state.height
    )


def everything(state: DocumentSnapshot) -> SelectionChange:
    return SelectionChange(
        label="Select all",
        compute=lambda now: selections.everything(now.width, now.height),
        cost=state.width * state.height // 4,
    )


def nothing() -> SelectionChange:
    return SelectionChange(label="Deselect", compute=lambda _now: None, cost=0)


def again(former: Selection) -> SelectionChange:
    """The selection that there was before; nothing changes if the picture has another size by now."""

    def compute(now: DocumentSnapshot) -> Selection | None:
        same = (former.width, former.height) == (now.width, now.height)
        return former if same else now.selection

    return SelectionChange(label="Reselect", compute=compute, cost=0)


def inverted(state: DocumentSnapshot) -> SelectionChange:
    """Of no selection, this selects everything."""

    def compute(now: DocumentSnapshot) -> Selection | None:
        if now.selection is None:
            return selections.everything(now.width, now.height)
        return now.selection.inverted()

    return SelectionChange(label="Invert selection", compute=compute, cost=2 * state.width * state.height)


def moved(way: QPoint) -> SelectionChange:
    """The outline alone, not what is in it."""

    def compute(now: DocumentSnapshot) -> Selection | None:
        old = now.selection
        if old is None:
            return None
        bounds = old.bounds.translated(way)
        kept = bounds.intersected(now.rect)
        part = old.part(kept.translated(-way))
        return selections.from_part(part, kept.topLeft(), old.width, old.height)

    return SelectionChange(label="Move selection", compute=compute, cost=PIXELS_OF_A_SHAPE // 2)


GROWTH = {
    "Feather selection": growth.feather,
    "Grow selection": growth.grow,
    "Shrink selection": growth.shrink,
    "Border selection": growth.border,
    "Smooth selection": growth.smooth,
}


def grown(state: DocumentSnapshot, label: str, radius: float) -> SelectionChange:
    """One of `GROWTH`, by its label; nothing where nothing is selected."""

    def compute(now: DocumentSnapshot) -> Selection | None:
        return GROWTH[label](now.selection, radius) if now.selection is not None else None

    selection = state.selection
    margin = 2 * int(radius) + 2
    area = selection.bounds.adjusted(-margin, -margin, margin, margin) if selection is not None else QRect()
    return SelectionChange(label=label, compute=compute, cost=SEARCH_COSTS * area.width() * area.height())
