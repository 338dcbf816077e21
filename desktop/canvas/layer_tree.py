"""The tree in a flat list: layers bottom to top, the layers of a group right before the group itself.

Read from its end, the list is the panel's: a group, then what lies in it, topmost first.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Protocol, TypeVar

from desktop.canvas.layers import LayerProperties


class InTree(Protocol):
    """Layers and their snapshots alike."""

    @property
    def id(self) -> str: ...

    @property
    def properties(self) -> LayerProperties: ...


AnyLayer = TypeVar("AnyLayer", bound=InTree)


def children_of(layers: Iterable[AnyLayer], parent: str | None) -> list[AnyLayer]:
    """The layers that lie directly in a group (None: in the document), bottom to top."""
    return [layer for layer in layers if layer.properties.parent == parent]


def ancestors_of(layers: Sequence[AnyLayer], layer_id: str) -> list[AnyLayer]:
    """The groups around a layer, innermost first."""
    by_id = {layer.id: layer for layer in layers}
    found: list[AnyLayer] = []
    parent = by_id[layer_id].properties.parent
    while parent is not None:
        found.append(by_id[parent])
        parent = by_id[parent].properties.parent
    return found


def with_descendants(layers: Sequence[AnyLayer], ids: Collection[str]) -> list[AnyLayer]:
    """The layers named and all that lies in them, bottom to top."""
    taken = set(ids)
    # From the top down a group is met before what lies in it.
    for layer in reversed(layers):
        if layer.properties.parent in taken:
            taken.add(layer.id)
    return [layer for layer in layers if layer.id in taken]


def roots_of(layers: Sequence[AnyLayer], ids: Collection[str]) -> list[AnyLayer]:
    """The layers named without those that lie in another one named, bottom to top."""
    chosen = set(ids)
    return [
        layer
        for layer in layers
        if layer.id in chosen and chosen.isdisjoint(each.id for each in ancestors_of(layers, layer.id))
    ]


def shown_layers(layers: Sequence[AnyLayer]) -> list[AnyLayer]:
    """The layers that are hidden neither themselves nor by a group around them, bottom to top."""
    hidden = with_descendants(layers, {layer.id for layer in layers if not layer.properties.visible})
    return [layer for layer in layers if layer not in hidden]


def insertion_index(layers: Sequence[AnyLayer], parent: str | None, place: int) -> int:
    """Where in the flat list a layer goes that shall be number `place` (0 is lowest) in a group; clamped."""
    siblings = children_of(layers, parent)
    if place < len(siblings):
        first = with_descendants(layers, {siblings[max(place, 0)].id})[0]
        return _position(layers, first.id)
    return len(layers) if parent is None else _position(layers, parent)


def _position(layers: Sequence[AnyLayer], layer_id: str) -> int:
    return next(index for index, layer in enumerate(layers) if layer.id == layer_id)
