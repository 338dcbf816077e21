"""Puts layers together around the active one, so that a stroke costs little on any number of layers.

On a tile where the active layer shows, three kinds of parts are kept: all blocks below its block; the layers
below it in its block; each block above. What changes is blended between them: the active layer, the rest of its
block, the blocks above as one each, and each layer of another blend mode. In a group that holds the active layer
it is the same again. All parts are what `Composer` gives, so the result is the same to the last bit.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QRect
from PySide6.QtGui import QImage, QRegion

from desktop.canvas.blending import blend_image
from desktop.canvas.composing import CORNER, Block, Composer, Node, blocks_over, shown_ids, touches
from desktop.canvas.layers import BlendMode
from desktop.canvas.tiles import TileKey, keys_over, new_image, rects_of, tile_rect

Part = tuple[str, tuple[str, ...]]
"""What was made of which layers."""


@dataclass(slots=True)
class _TilePlan:
    """What is known of a tile as long as the same layers show on it."""

    shown: tuple[str, ...]
    active_shows: bool
    blocks: dict[tuple[Node, ...], tuple[list[Block], int | None]] = field(default_factory=dict)


class CachedComposer(Composer):
    def __init__(self) -> None:
        self._plain = Composer()
        self._nodes: tuple[Node, ...] = ()
        self._path: frozenset[Node] = frozenset()
        """The active layer and what it lies in or is clipped to; where any of these is, nothing is kept."""
        self._active: Node | None = None
        self._parts: dict[TileKey, dict[Part, QImage]] = {}
        self._used: set[Part] = set()
        self._plans: dict[TileKey, _TilePlan] = {}

    def follow(self, nodes: tuple[Node, ...], active_id: str | None) -> None:
        """Work around this layer from now on."""
        path = _path_to(nodes, active_id)
        self._path = frozenset(path)
        self._active = path[-1] if path else None
        self._nodes = nodes
        self._plans.clear()

    def forget(self, dirty: QRegion, layer_ids: frozenset[str]) -> None:
        """These layers differ there."""
        painting = self._active is not None and layer_ids == {self._active.layer.id}
        for key in {key for area in rects_of(dirty) for key in keys_over(area)}:
            plan = self._plans.get(key)
            if plan is not None and not (painting and plan.active_shows == self._active_shows(key)):
                del self._plans[key]
            if not painting and key in self._parts:
                parts = self._parts[key]
                self._parts[key] = {part: parts[part] for part in parts if layer_ids.isdisjoint(part[1])}

    def shown_ids(self, key: TileKey) -> tuple[str, ...]:
        """The layers of which a tile is made."""
        return self._plan(key).shown

    def compose_tile(self, key: TileKey, area: QRect) -> QImage:
        """The whole document's layers, composed."""
        if not self._plan(key).active_shows:
            self._parts.pop(key, None)
            return self._plain.compose(self._nodes, key, area)
        self._used.clear()
        image = self.compose(self._nodes, key, area)
        parts = self._parts.get(key, {})
        self._parts[key] = {part: parts[part] for part in self._used}
        return image

    def compose(self, nodes: tuple[Node, ...], key: TileKey, area: QRect) -> QImage:
        image = new_image(area.width(), area.height())
        blocks, changing = self._blocks(nodes, key)
        below = tuple(node for block in blocks[:changing] for node in block)
        if below:
            self._lay(image, key, area, self._stack(below, key))
        if changing is not None:
            self._draw_changing(blocks[changing], image, key, area, lowest=changing == 0)
            for block in blocks[changing + 1 :]:
                if len(block) == 1:
                    self.draw_node(block[0], image, key, area)
                else:
                    self._lay(image, key, area, self._block(block, key))
        return image

    def _plan(self, key: TileKey) -> "_TilePlan":
        plan = self._plans.get(key)
        if plan is None:
            shown = shown_ids(self._nodes, tile_rect(key))
            plan = self._plans[key] = _TilePlan(shown, active_shows=self._active_shows(key))
        return plan

    def _active_shows(self, key: TileKey) -> bool:
        return self._active is not None and touches(self._active, tile_rect(key))

    def _blocks(self, nodes: tuple[Node, ...], key: TileKey) -> tuple[list[Block], int | None]:
        """How they are put together there, and which of the blocks is not kept."""
        known = self._plan(key).blocks
        if nodes not in known:
            blocks = blocks_over(nodes, key)
            changing = (index for index, block in enumerate(blocks) if not self._path.isdisjoint(block))
            known[nodes] = blocks, next(changing, None)
        return known[nodes]

    def _draw_changing(
        self, block: Block, target: QImage, key: TileKey, area: QRect, *, lowest: bool
    ) -> None:
        place = next(index for index, node in enumerate(block) if node in self._path)
        alone = target if lowest or len(block) == 1 else new_image(area.width(), area.height())
        if place > 0:
            self._lay(alone, key, area, self._block(block[:place], key))
        self.draw_nodes(block[place:], alone, key, area)
        if alone is not target:
            blend_image(target, alone, CORNER, BlendMode.NORMAL, 1.0)

    def draw_node(self, node: Node, target: QImage, key: TileKey, area: QRect) -> None:
        if node.is_plain or node in self._path:
            super().draw_node(node, target, key, area)
            return
        own = node.layer.properties
        picture = self._kept(
            "picture", [node], key, lambda: self._plain.picture_of(node, key, tile_rect(key))
        )
        inner = area.translated(-tile_rect(key).topLeft())
        blend_image(target, picture, CORNER, own.blend, own.opacity, part=inner)

    def _stack(self, nodes: tuple[Node, ...], key: TileKey) -> QImage:
        return self._kept("stack", nodes, key, lambda: self._plain.compose(nodes, key, tile_rect(key)))

    def _block(self, nodes: Block, key: TileKey) -> QImage:
        def make() -> QImage:
            image = new_image(tile_rect(key).width(), tile_rect(key).height())
            self._plain.draw_nodes(nodes, image, key, tile_rect(key))
            return image

        return self._kept("block", nodes, key, make)

    def _kept(self, kind: str, nodes: Sequence[Node], key: TileKey, make: Callable[[], QImage]) -> QImage:
        part = (kind, tuple(layer_id for node in nodes for layer_id in node.ids))
        parts = self._parts.setdefault(key, {})
        if part not in parts:
            parts[part] = make()
        self._used.add(part)
        return parts[part]

    @staticmethod
    def _lay(target: QImage, key: TileKey, area: QRect, part: QImage) -> None:
        inner = area.translated(-tile_rect(key).topLeft())
        blend_image(target, part, CORNER, BlendMode.NORMAL, 1.0, part=inner)


def _path_to(nodes: Iterable[Node], layer_id: str | None) -> list[Node]:
    """The nodes that hold a layer, outermost first, and its own; none if it isn't shown."""
    for node in nodes:
        if node.layer.id == layer_id:
            return [node]
        inner = _path_to((*node.children, *node.clipped), layer_id)
        if inner:
            return [node, *inner]
    return []
