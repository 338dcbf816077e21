"""Layers: pixels and what is known about them."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from enum import StrEnum

from PySide6.QtCore import QPoint, QRect

from desktop.canvas.masks import LayerMask, MaskSnapshot
from desktop.canvas.texts import TextContent
from desktop.canvas.tiles import EMPTY_TILES, TileGrid, TileMap, tiles_bounds
from shared.contracts.generation import BlobId, Recipe


class BlendMode(StrEnum):
    """How a layer meets what lies under it: OpenRaster's modes. `blending` says what each one does."""

    NORMAL = "normal"
    MULTIPLY = "multiply"
    SCREEN = "screen"
    OVERLAY = "overlay"
    DARKEN = "darken"
    LIGHTEN = "lighten"
    COLOR_DODGE = "color-dodge"
    COLOR_BURN = "color-burn"
    HARD_LIGHT = "hard-light"
    SOFT_LIGHT = "soft-light"
    DIFFERENCE = "difference"
    HUE = "hue"
    SATURATION = "saturation"
    COLOR = "color"
    LUMINOSITY = "luminosity"
    PLUS = "plus"
    DESTINATION_IN = "dst-in"
    DESTINATION_OUT = "dst-out"
    SOURCE_ATOP = "src-atop"
    DESTINATION_ATOP = "dst-atop"


class LayerKind(StrEnum):
    """A group has no pixels of its own: it holds the layers whose `parent` it is."""

    RASTER = "raster"
    GROUP = "group"


class Origin(StrEnum):
    """Where a layer's pixels come from: what an export must say of them."""

    PAINTED = "painted"
    IMPORTED = "imported"
    """Brought in from a file that does not say how it was made; painting on it does not make it one's own."""
    GENERATED = "generated"
    MIXED = "mixed"


def joint_origin(origins: Collection[Origin]) -> Origin:
    """Of a picture made of parts that are of these."""
    kinds = set(origins)
    if len(kinds) == 1:
        return kinds.pop()
    if kinds & {Origin.GENERATED, Origin.MIXED}:
        return Origin.MIXED
    return Origin.IMPORTED if kinds else Origin.PAINTED


@dataclass(frozen=True, slots=True)
class LayerProperties:
    """`x` and `y` move the layer's own pixels (and its mask) on the document. Opacities are 0 to 1."""

    name: str
    visible: bool = True
    opacity: float = 1.0
    """Of the layer together with what is clipped to it; `fill_opacity` is of its own pixels alone."""
    blend: BlendMode = BlendMode.NORMAL
    locked: bool = False
    """Neither its pixels nor its place may change; of a group, also not those of its layers."""
    x: int = 0
    y: int = 0
    recipe: Recipe | None = None
    origin: Origin = Origin.PAINTED
    kind: LayerKind = LayerKind.RASTER
    parent: str | None = None
    """The id of the group that it lies in."""
    pass_through: bool = False
    """Of a group: its layers meet what lies under the group, as long as the group needs no picture of its own."""
    clipped: bool = False
    """It shows only where the nearest unclipped layer under it (in the same group) has pixels."""
    alpha_locked: bool = False
    """Painting changes colours, never the transparency."""
    position_locked: bool = False
    fill_opacity: float = 1.0
    mask_enabled: bool = True
    text: TextContent | None = None
    """What the pixels say, as long as they are those that were written."""


def recipe_blobs(recipe: Recipe | None) -> tuple[BlobId, ...]:
    """The input pictures without which a recipe can't be rendered again."""
    return () if recipe is None else recipe.request.pictures


@dataclass(frozen=True, slots=True, eq=False)
class LayerSnapshot:
    """A layer as it was; the same object as long as nothing changes, so `is` tells whether anything did."""

    id: str
    properties: LayerProperties
    tiles: TileMap = field(default_factory=lambda: EMPTY_TILES, repr=False)
    mask: MaskSnapshot | None = None

    @property
    def is_group(self) -> bool:
        return self.properties.kind is LayerKind.GROUP

    @property
    def offset(self) -> QPoint:
        """Where the layer's own (0, 0) lies on the document."""
        return QPoint(self.properties.x, self.properties.y)

    @property
    def drawn_tiles(self) -> TileMap:
        return self.tiles

    @property
    def drawn_mask(self) -> tuple[TileMap, int] | None:
        """The tiles and the background of its mask; None where no mask is in force."""
        if self.mask is None or not self.properties.mask_enabled:
            return None
        return self.mask.tiles, self.mask.background

    @property
    def bounds(self) -> QRect:
        """Where its tiles lie on the document; never smaller than its content. Empty for a group."""
        return tiles_bounds(self.tiles).translated(self.offset)

    @property
    def blobs(self) -> tuple[BlobId, ...]:
        return recipe_blobs(self.properties.recipe)


class Layer:
    """A layer of an open document. Only the document and its strokes write to it, always in a transaction."""

    def __init__(self, snapshot: LayerSnapshot) -> None:
        self.id = snapshot.id
        self.properties = snapshot.properties
        self.tiles = TileGrid(snapshot.tiles)
        self.mask = LayerMask(snapshot.mask) if snapshot.mask is not None else None
        self._snapshot = snapshot

    @property
    def name(self) -> str:
        return self.properties.name

    @property
    def visible(self) -> bool:
        return self.properties.visible

    @property
    def opacity(self) -> float:
        return self.properties.opacity

    @property
    def blend(self) -> BlendMode:
        return self.properties.blend

    @property
    def locked(self) -> bool:
        return self.properties.locked

    @property
    def is_group(self) -> bool:
        return self.properties.kind is LayerKind.GROUP

    @property
    def parent(self) -> str | None:
        return self.properties.parent

    @property
    def clipped(self) -> bool:
        return self.properties.clipped

    @property
    def alpha_locked(self) -> bool:
        return self.properties.alpha_locked

    @property
    def recipe(self) -> Recipe | None:
        """How the layer was made; None for one that was painted or imported."""
        return self.properties.recipe

    @property
    def origin(self) -> Origin:
        return self.properties.origin

    @property
    def blobs(self) -> tuple[BlobId, ...]:
        return recipe_blobs(self.properties.recipe)

    @property
    def offset(self) -> QPoint:
        """Where the layer's own (0, 0) lies on the document."""
        return QPoint(self.properties.x, self.properties.y)

    @property
    def drawn_tiles(self) -> TileMap:
        """A live view for reading within one turn of the loop."""
        return self.tiles.items()

    @property
    def drawn_mask(self) -> tuple[TileMap, int] | None:
        """The tiles (a live view) and the background of its mask; None where no mask is in force."""
        if self.mask is None or not self.properties.mask_enabled:
            return None
        return self.mask.tiles.items(), self.mask.background

    @property
    def bounds(self) -> QRect:
        """Where its tiles lie on the document; never smaller than its content."""
        return tiles_bounds(self.tiles.items()).translated(self.offset)

    def change(self, **values: object) -> None:
        self.properties = replace(self.properties, **values)  # type: ignore[arg-type]  # checked by callers' own types

    def set_mask(self, mask: MaskSnapshot | None) -> None:
        self.mask = LayerMask(mask) if mask is not None else None

    def freeze(self) -> LayerSnapshot:
        tiles, last = self.tiles.freeze(), self._snapshot
        mask = self.mask.freeze() if self.mask is not None else None
        same = self.properties is last.properties or self.properties == last.properties
        if tiles is not last.tiles or mask is not last.mask or not same:
            self._snapshot = LayerSnapshot(self.id, self.properties, tiles, mask)
        return self._snapshot

    def restore(self, snapshot: LayerSnapshot) -> None:
        if snapshot is not self._snapshot or self.freeze() is not snapshot:
            self.properties = snapshot.properties
            self.tiles.restore(snapshot.tiles)
            self.set_mask(snapshot.mask)
            self._snapshot = snapshot
