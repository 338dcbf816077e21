"""Everything that can be done to a document, by name, each with a number that says how."""

import contextlib
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPointF, QRect

from desktop.canvas import selection as selections
from desktop.canvas.brushes.brush import Effect
from desktop.canvas.document import Document
from desktop.canvas.history import Guides
from desktop.canvas.layers import BlendMode
from desktop.canvas.masks import MaskSnapshot, mask_from_pixels, mask_from_selection, selection_from_mask
from desktop.canvas.merging import flatten_layers, merge_down, merge_layers, merge_visible, with_mask_applied
from desktop.canvas.moving import LayerMove
from desktop.canvas.selection import SelectionMode
from desktop.canvas.strokes import Brush
from shared.contracts.errors import PentimentoError
from tests.desktop.canvas.builders import HEIGHT, WIDTH, noise_tiles, paint, recipe, value

Command = Callable[[Document, int], None]


def _pick(document: Document, number: int) -> str:
    return document.layers[number % len(document.layers)].id


def _brush(document: Document, number: int) -> None:
    start = (number * 37 % WIDTH, number * 53 % HEIGHT)
    end = (number * 91 % WIDTH, number * 29 % HEIGHT)
    paint(document, start, end, brush=Brush(size=30, opacity=0.6, flow=0.5, effect=list(Effect)[number % 3]))


def _move(document: Document, number: int) -> None:
    move = LayerMove(document=document, layer_ids={_pick(document, number)})
    move.to(number % 7, 3)
    move.to(number % 50 - 25, number % 30)
    move.finish()


def _merge(document: Document, number: int) -> None:
    state, layer_id = document.committed, _pick(document, number)
    plans = [
        lambda: merge_down(state, layer_id),
        lambda: merge_layers(state, {layer_id, _pick(document, number // 7)}),
        lambda: merge_visible(state),
        lambda: flatten_layers(state),
    ]
    document.replace_merged(plans[number % 9 % len(plans)]())


def _delete(document: Document, number: int) -> None:
    if len(document.layers) > 1:
        document.delete_layer(_pick(document, number))


def _lasso(document: Document, number: int) -> None:
    points = [QPointF(number % 90, 10), QPointF(350, number % 200 + 40), QPointF(60, 280)]
    document.select(selections.lasso(WIDTH, HEIGHT, points), list(SelectionMode)[number % 4])


def _together(document: Document, number: int) -> None:
    with document.transaction("Two things"):
        document.rename_layer(_pick(document, number), f"both {number}")
        document.set_opacity(_pick(document, number + 1), number % 10 / 10)


def _cancelled(document: Document, number: int) -> None:
    before = value(document.snapshot())
    document.movable_layer(_pick(document, number))
    move = LayerMove(document=document, layer_ids={_pick(document, number)})
    move.to(11, 13)
    move.cancel()
    assert value(document.snapshot()) == before


def _add(document: Document, number: int) -> None:
    tiles = noise_tiles(number, 90, 70)
    document.add_layer("picture", tiles=tiles, x=number % 300, y=-9, recipe=recipe("a" * 64, "b" * 64))


def _group(document: Document, number: int) -> None:
    if number % 3 == 0:
        document.add_group("empty", pass_through=number % 2 == 0)
    else:
        document.group_layers({_pick(document, number), _pick(document, number // 5)}, "group")


def _ungroup(document: Document, number: int) -> None:
    groups = [layer.id for layer in document.layers if layer.is_group]
    if groups:
        document.ungroup(groups[number % len(groups)])


def _into(document: Document, number: int) -> None:
    groups = [layer.id for layer in document.layers if layer.is_group]
    parent = [None, *groups][number % (len(groups) + 1)]
    document.move_layers({_pick(document, number // 3)}, parent=parent, place=number % 4)


def _mask(document: Document, number: int) -> None:
    layer = document.layer(_pick(document, number))
    match number % 6:
        case 0:
            document.set_mask(layer.id, MaskSnapshot(background=number % 256))
        case 1 if document.selection is not None:
            document.set_mask(layer.id, mask_from_selection(document.selection, layer.offset))
        case 2 if layer.mask is not None:
            mask = layer.mask.freeze()
            document.select(selection_from_mask(mask, layer.offset, document.width, document.height))
        case 3:
            document.replace_masked(layer.id, with_mask_applied(layer.freeze()))
        case 4:
            document.set_mask_enabled(layer.id, number % 4 == 0)
        case _:
            pixels = np.random.default_rng(number).integers(0, 256, (80, 120), dtype=np.uint8)
            document.set_mask(layer.id, mask_from_pixels(pixels, x=number % 90 - 30, y=9, background=255))


def _page(document: Document, number: int) -> None:
    if number % 4:
        document.set_guides(Guides((float(number % WIDTH),), (number / 8,)))
    else:
        document.set_page(WIDTH - number % 90, HEIGHT + number % 60, dx=number % 40 - 20, dy=number % 30)


def _replace(document: Document, number: int) -> None:
    document.replace_pixels(
        _pick(document, number), noise_tiles(number, 140, 60), label="Filter", x=number % 99
    )


def _lock(document: Document, number: int) -> None:
    layer = document.layer(_pick(document, number))
    # Never for good: other commands shall have something to do.
    locks = [document.set_alpha_locked, document.set_position_locked]
    if layer.locked or number % 5 == 0:
        document.set_locked(layer.id, not layer.locked)
    else:
        locks[number % 2](layer.id, number % 3 == 0)


def _duplicate(document: Document, number: int) -> None:
    document.duplicate_layer(_pick(document, number), "copy")


COMMANDS: dict[str, Command] = {
    "brush": _brush,
    "move": _move,
    "merge": _merge,
    "delete": _delete,
    "lasso": _lasso,
    "together": _together,
    "cancelled": _cancelled,
    "activate": lambda document, number: document.activate(_pick(document, number)),
    "add": _add,
    "duplicate": _duplicate,
    "reorder": lambda document, number: document.reorder_layer(_pick(document, number), number % 5),
    "rename": lambda document, number: document.rename_layer(_pick(document, number), f"name {number}"),
    "hide": lambda document, number: document.set_visible(_pick(document, number), number % 2 == 0),
    "opacity": lambda document, number: document.set_opacity(_pick(document, number), number % 11 / 10),
    "blend": lambda document, number: document.set_blend(
        _pick(document, number), list(BlendMode)[number % len(BlendMode)]
    ),
    "rectangle": lambda document, number: document.select(
        selections.rectangle(document.width, document.height, QRect(number % 99, 20, 120, number % 150 + 1))
    ),
    "all": lambda document, _number: document.select_all(),
    "none": lambda document, _number: document.deselect(),
    "group": _group,
    "ungroup": _ungroup,
    "into": _into,
    "mask": _mask,
    "page": _page,
    "replace": _replace,
    "lock": _lock,
    "clip": lambda document, number: document.set_clipped(_pick(document, number), number % 3 != 0),
    "pass": lambda document, number: document.set_pass_through(_pick(document, number)),
    "fill": lambda document, number: document.set_fill_opacity(_pick(document, number), number % 7 / 6),
    "invert": lambda document, _number: document.invert_selection(),
}


def run(document: Document, name: str, number: int) -> None:
    """What is refused (a locked layer, nothing to merge) changes nothing."""
    with contextlib.suppress(PentimentoError):
        COMMANDS[name](document, number)
    assert not document.in_transaction
