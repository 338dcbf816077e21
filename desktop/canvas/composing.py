"""From layers to one picture, the plain way: every pixel from every layer. The compositor's caches must agree.

A long run of Normal layers is composed in blocks, each on its own and then laid on what is below. So a cache of
a block gives the very bits that composing it anew gives, and what an artist sees is what an export holds.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QImage, QPainter

from desktop.canvas.blending import CLEARING, COMPOSITION_MODES, blend_image, opaque_colours
from desktop.canvas.history import DocumentSnapshot
from desktop.canvas.layer_tree import InTree
from desktop.canvas.layers import BlendMode
from desktop.canvas.masks import limit_to_mask
from desktop.canvas.tiles import TILE_SIDE, TileKey, TileMap, keys_over, new_image, tile_rect

Mode = QPainter.CompositionMode
CORNER = QPoint(0, 0)
BLOCK = 8
"""So many Normal layers are composed as one. Painting costs at most that many blends above the active layer,
and one for each further block."""


Block = tuple["Node", ...]


class Drawable(InTree, Protocol):
    """Layers and their snapshots alike."""

    @property
    def is_group(self) -> bool: ...

    @property
    def offset(self) -> QPoint: ...

    @property
    def drawn_tiles(self) -> TileMap: ...

    @property
    def drawn_mask(self) -> tuple[TileMap, int] | None: ...


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """Something that is blended onto what is below it: a layer, with what lies in it and what is clipped to it."""

    layer: Drawable
    children: tuple["Node", ...] = ()
    clipped: tuple["Node", ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """Its own and those of all that it is made of."""
        inner = (layer_id for node in (*self.children, *self.clipped) for layer_id in node.ids)
        return (self.layer.id, *inner)

    @property
    def blend(self) -> BlendMode:
        return self.layer.properties.blend

    @property
    def is_plain(self) -> bool:
        """Whether its tiles can be drawn as they are."""
        return not (
            self.layer.is_group
            or self.clipped
            or self.layer.drawn_mask is not None
            or self.blend in CLEARING
            or self.blend not in COMPOSITION_MODES
        )


def shown_nodes(layers: Sequence[Drawable]) -> tuple[Node, ...]:
    """What is blended onto an empty page, bottom to top; hidden layers and empty groups are left out."""
    members: dict[str | None, list[Drawable]] = {}
    for layer in layers:
        members.setdefault(layer.properties.parent, []).append(layer)
    return _nodes_in(None, members)


def _nodes_in(parent: str | None, members: dict[str | None, list[Drawable]]) -> tuple[Node, ...]:
    units: list[list[Drawable]] = []
    for layer in members.get(parent, ()):
        if layer.properties.clipped and units:
            units[-1].append(layer)
        else:
            units.append([layer])
    nodes: list[Node] = []
    for base, *above in units:
        if not base.properties.visible:
            continue
        clipped = tuple(
            Node(layer, _nodes_in(layer.id, members)) for layer in above if layer.properties.visible
        )
        inside = _nodes_in(base.id, members) if base.is_group else ()
        if base.is_group and not clipped and _passes_through(base):
            nodes.extend(inside)
        else:
            nodes.append(Node(base, inside, clipped))
    return tuple(nodes)


def _passes_through(group: Drawable) -> bool:
    """A group that is faded, blended or masked must be composed alone first."""
    own = group.properties
    plain = own.opacity == own.fill_opacity == 1.0 and own.blend is BlendMode.NORMAL
    return own.pass_through and plain and group.drawn_mask is None


def touches(node: Node, rect: QRect) -> bool:
    """Whether it has tiles over `rect` of the document, so that it may show there."""
    if node.blend in CLEARING:
        return True
    if node.layer.is_group:
        return any(touches(child, rect) for child in node.children)
    tiles = node.layer.drawn_tiles
    return any(key in tiles for key in keys_over(rect.translated(-node.layer.offset)))


def shown_ids(nodes: Iterable[Node], rect: QRect) -> tuple[str, ...]:
    """All layers that show over `rect`, in the order in which they are put together."""
    found: list[str] = []
    for node in nodes:
        if touches(node, rect):
            found += [
                *shown_ids(node.children, rect),
                *(each.layer.id for each in node.clipped),
                node.layer.id,
            ]
    return tuple(found)


def blocks_over(nodes: Iterable[Node], key: TileKey) -> list[Block]:
    """How the layers that show on a tile of the document are put together: blocks of Normal ones, others singly."""
    rect = tile_rect(key)
    blocks: list[list[Node]] = []
    for node in nodes:
        if not touches(node, rect):
            continue
        last = blocks[-1] if blocks else []
        joins = node.blend is BlendMode.NORMAL and last and last[-1].blend is BlendMode.NORMAL
        if joins and len(last) < BLOCK:
            last.append(node)
        else:
            blocks.append([node])
    return [tuple(block) for block in blocks]


class Composer:
    """Puts layers together on parts of one tile of the document (`key`), of which `area` is the part."""

    def compose(self, nodes: tuple[Node, ...], key: TileKey, area: QRect) -> QImage:
        """The picture that they make on an empty page."""
        image = new_image(area.width(), area.height())
        for index, block in enumerate(blocks_over(nodes, key)):
            self.draw_block(block, image, key, area, lowest=index == 0)
        return image

    def draw_block(self, block: Block, target: QImage, key: TileKey, area: QRect, *, lowest: bool) -> None:
        """`lowest`: nothing is on `target` yet."""
        if lowest or len(block) == 1:
            self.draw_nodes(block, target, key, area)
        else:
            alone = new_image(area.width(), area.height())
            self.draw_nodes(block, alone, key, area)
            blend_image(target, alone, CORNER, BlendMode.NORMAL, 1.0)

    def draw_nodes(self, nodes: Iterable[Node], target: QImage, key: TileKey, area: QRect) -> None:
        for node in nodes:
            self.draw_node(node, target, key, area)

    def draw_node(self, node: Node, target: QImage, key: TileKey, area: QRect) -> None:
        """Blend what it shows onto `target`, of which `area` is the whole."""
        own = node.layer.properties
        if node.is_plain:
            painter = QPainter(target)
            painter.setCompositionMode(COMPOSITION_MODES[own.blend])
            painter.setOpacity(own.opacity * own.fill_opacity)
            _draw_tiles(painter, node.layer, area)
            painter.end()
        else:
            blend_image(target, self.picture_of(node, key, area), CORNER, own.blend, own.opacity)

    def picture_of(self, node: Node, key: TileKey, area: QRect) -> QImage:
        """A node by itself: its pixels or its layers, what its mask leaves of them, and what is clipped to it."""
        layer = node.layer
        if layer.is_group:
            image = self.compose(node.children, key, area)
        else:
            image = new_image(area.width(), area.height())
            painter = QPainter(image)
            _draw_tiles(painter, layer, area)
            painter.end()
        if layer.properties.fill_opacity < 1:
            image = _faded(image, layer.properties.fill_opacity)
        mask = layer.drawn_mask
        if mask is not None:
            tiles, background = mask
            limit_to_mask(image, tiles, background, area.topLeft() - layer.offset)
        return self._with_clipped(image, node.clipped, key, area) if node.clipped else image

    def _with_clipped(self, base: QImage, clipped: Iterable[Node], key: TileKey, area: QRect) -> QImage:
        """Layers blended onto the base's colours as if it were opaque; its transparency is put back afterwards."""
        image = opaque_colours(base)
        self.draw_nodes(clipped, image, key, area)
        blend_image(image, base, CORNER, BlendMode.DESTINATION_IN, 1.0)
        return image


def _draw_tiles(painter: QPainter, layer: Drawable, area: QRect) -> None:
    offset, tiles = layer.offset, layer.drawn_tiles
    local = area.translated(-offset)
    for key in keys_over(local):
        tile = tiles.get(key)
        if tile is not None:
            corner = QPoint(key[0] * TILE_SIDE, key[1] * TILE_SIDE)
            part = tile_rect(key).intersected(local)
            painter.drawImage(part.topLeft() - local.topLeft(), tile, part.translated(-corner))


def _faded(image: QImage, opacity: float) -> QImage:
    result = new_image(image.width(), image.height())
    blend_image(result, image, CORNER, BlendMode.NORMAL, opacity)
    return result


def flatten(snapshot: DocumentSnapshot, rect: QRect | None = None) -> QImage:
    """What the artist sees inside `rect` (all when None), premultiplied ARGB, from every layer. Any thread."""
    area = snapshot.rect if rect is None else rect.intersected(snapshot.rect)
    image = new_image(area.width(), area.height())
    nodes, composer = shown_nodes(snapshot.layers), Composer()
    painter = QPainter(image)
    painter.setCompositionMode(Mode.CompositionMode_Source)
    for key in keys_over(area):
        part = tile_rect(key).intersected(area)
        painter.drawImage(part.topLeft() - area.topLeft(), composer.compose(nodes, key, part))
    painter.end()
    return image
