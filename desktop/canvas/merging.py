"""Several layers made into one. Any thread."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from PySide6.QtCore import QRect
from PySide6.QtGui import QImage

from desktop.canvas.composing import Composer, shown_nodes
from desktop.canvas.errors import NothingToMergeError
from desktop.canvas.history import DocumentSnapshot
from desktop.canvas.layer_tree import children_of, roots_of, with_descendants
from desktop.canvas.layers import BlendMode, LayerKind, LayerProperties, LayerSnapshot, Origin, joint_origin
from desktop.canvas.masks import limit_to_mask
from desktop.canvas.tiles import TileKey, TileMap, keys_over, pixels_of, tile_rect


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Merge:
    """`merged` takes the place of all in `taken`, where the layer `place_of` was."""

    label: str
    merged: LayerSnapshot
    taken: tuple[LayerSnapshot, ...]
    place_of: str


def merge_down(state: DocumentSnapshot, layer_id: str) -> Merge:
    """A layer with the one below it in its group, or all that lies in a group; NothingToMergeError.

    The lower layer's own opacity is painted into the pixels, as the merged layer has full opacity, so that
    it looks as before where nothing lies between. It has no recipe: no request gives these pixels.
    """
    upper = next(layer for layer in state.layers if layer.id == layer_id)
    if upper.is_group:
        return _merge(state, [upper], like=upper, label="Merge group")
    siblings = children_of(state.layers, upper.properties.parent)
    index = siblings.index(upper)
    if index == 0:
        raise NothingToMergeError(upper.properties.name)
    lower = siblings[index - 1]
    return _merge(state, [lower, upper], like=lower, label="Merge down")


def merge_layers(state: DocumentSnapshot, ids: Collection[str]) -> Merge:
    """The layers named as one Normal layer in the place of the topmost, which gives its name."""
    return _merge_as_normal(state, roots_of(state.layers, ids), label="Merge layers")


def merge_visible(state: DocumentSnapshot) -> Merge:
    """All that is shown as one layer; what is hidden stays."""
    shown = [layer for layer in children_of(state.layers, None) if layer.properties.visible]
    return _merge_as_normal(state, shown, label="Merge visible layers")


def flatten_layers(state: DocumentSnapshot) -> Merge:
    """One layer that looks like the whole picture; what is hidden goes."""
    return _merge_as_normal(state, children_of(state.layers, None), label="Flatten picture")


def _merge_as_normal(state: DocumentSnapshot, roots: Sequence[LayerSnapshot], *, label: str) -> Merge:
    if not roots or (len(roots) == 1 and not roots[0].is_group):
        raise NothingToMergeError(roots[0].properties.name if roots else "")
    top = roots[-1]
    normal = replace(
        top, properties=replace(top.properties, blend=BlendMode.NORMAL, clipped=roots[0].properties.clipped)
    )
    return _merge(state, roots, like=normal, label=label)


def _merge(
    state: DocumentSnapshot, roots: Sequence[LayerSnapshot], *, like: LayerSnapshot, label: str
) -> Merge:
    taken = with_descendants(state.layers, {layer.id for layer in roots})
    lowest = roots[0]
    root_ids = {layer.id for layer in roots}
    drawn = [replace(layer, properties=_alone(layer, root_ids, lowest, like)) for layer in taken]
    properties = replace(
        like.properties,
        x=0,
        y=0,
        opacity=1.0,
        fill_opacity=1.0,
        recipe=None,
        text=None,
        kind=LayerKind.RASTER,
        pass_through=False,
        origin=_origin_of(drawn),
    )
    merged = LayerSnapshot(like.id, properties, _tiles_of(drawn))
    return Merge(label=label, merged=merged, taken=tuple(taken), place_of=roots[-1].id)


def _alone(
    layer: LayerSnapshot, root_ids: Collection[str], lowest: LayerSnapshot, like: LayerSnapshot
) -> LayerProperties:
    """How it is drawn on an empty page, with nothing around it."""
    own = layer.properties
    if layer.id not in root_ids:
        return own
    if layer is lowest:
        # Its blend mode may stay a property of the merged layer; it must not be applied twice.
        shown = own.visible or like.id == lowest.id
        return replace(own, parent=None, clipped=False, blend=BlendMode.NORMAL, visible=shown)
    return replace(own, parent=None)


def _tiles_of(layers: Sequence[LayerSnapshot]) -> TileMap:
    nodes, composer = shown_nodes(layers), Composer()
    bounds = QRect()
    for layer in layers:
        bounds |= layer.bounds
    tiles: dict[TileKey, QImage] = {}
    for key in keys_over(bounds):
        image = composer.compose(nodes, key, tile_rect(key))
        if pixels_of(image)[:, :, 3].any():
            tiles[key] = image
    return MappingProxyType(tiles)


def _origin_of(layers: Sequence[LayerSnapshot]) -> Origin:
    return joint_origin(
        {layer.properties.origin for layer in layers if layer.properties.visible and layer.tiles}
    )


def with_mask_applied(layer: LayerSnapshot) -> LayerSnapshot:
    """The layer without its mask, and without what the mask hid of its pixels."""
    if layer.mask is None:
        return layer
    tiles: dict[TileKey, QImage] = {}
    for key, tile in layer.tiles.items():
        image = tile.copy()
        limit_to_mask(image, layer.mask.tiles, layer.mask.background, tile_rect(key).topLeft())
        if pixels_of(image)[:, :, 3].any():
            tiles[key] = image
    return replace(layer, tiles=MappingProxyType(tiles), mask=None)
