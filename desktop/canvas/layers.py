"""Layers: pixels and what is known about them."""

from dataclasses import dataclass, field, replace
from enum import StrEnum

from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QPainter

from desktop.canvas.tiles import TileGrid, TileMap, tiles_bounds
from shared.contracts.generation import BlobId, Recipe


class BlendMode(StrEnum):
    """How a layer meets what lies under it. A new mode is a line here and one in each table below it."""

    NORMAL = "normal"
    MULTIPLY = "multiply"


COMPOSITION_MODES = {
    BlendMode.NORMAL: QPainter.CompositionMode.CompositionMode_SourceOver,
    BlendMode.MULTIPLY: QPainter.CompositionMode.CompositionMode_Multiply,
}


class Origin(StrEnum):
    """Where a layer's pixels come from: what an export must say of them."""

    PAINTED = "painted"
    GENERATED = "generated"
    MIXED = "mixed"


@dataclass(frozen=True, slots=True)
class LayerProperties:
    """`x` and `y` move the layer's own pixels on the document. `opacity` is 0 to 1."""

    name: str
    visible: bool = True
    opacity: float = 1.0
    blend: BlendMode = BlendMode.NORMAL
    locked: bool = False
    x: int = 0
    y: int = 0
    recipe: Recipe | None = None
    origin: Origin = Origin.PAINTED


def recipe_blobs(recipe: Recipe | None) -> tuple[BlobId, ...]:
    """The input pictures without which a recipe can't be rendered again."""
    return () if recipe is None else recipe.request.pictures


@dataclass(frozen=True, slots=True, eq=False)
class LayerSnapshot:
    """A layer as it was; the same object as long as nothing changes, so `is` tells whether anything did."""

    id: str
    properties: LayerProperties
    tiles: TileMap = field(repr=False)

    @property
    def bounds(self) -> QRect:
        """Where its tiles lie on the document; never smaller than its content."""
        return tiles_bounds(self.tiles).translated(self.properties.x, self.properties.y)

    @property
    def blobs(self) -> tuple[BlobId, ...]:
        return recipe_blobs(self.properties.recipe)


class Layer:
    """A layer of an open document. Only the document and its strokes write to it, always in a transaction."""

    def __init__(self, snapshot: LayerSnapshot) -> None:
        self.id = snapshot.id
        self.properties = snapshot.properties
        self.tiles = TileGrid(snapshot.tiles)
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
    def bounds(self) -> QRect:
        """Where its tiles lie on the document; never smaller than its content."""
        return tiles_bounds(self.tiles.items()).translated(self.offset)

    def change(self, **values: object) -> None:
        self.properties = replace(self.properties, **values)  # type: ignore[arg-type]  # checked by callers' own types

    def freeze(self) -> LayerSnapshot:
        tiles = self.tiles.freeze()
        if tiles is not self._snapshot.tiles or self.properties != self._snapshot.properties:
            self._snapshot = LayerSnapshot(self.id, self.properties, tiles)
        return self._snapshot

    def restore(self, snapshot: LayerSnapshot) -> None:
        if snapshot is not self._snapshot or self.freeze() is not snapshot:
            self.properties = snapshot.properties
            self.tiles.restore(snapshot.tiles)
            self._snapshot = snapshot
