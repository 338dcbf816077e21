"""Commands on one layer: what it is called, how it looks, where it lies, what its pixels are."""

from desktop.canvas.document_state import DocumentState
from desktop.canvas.errors import GroupHasNoPixelsError, LayerLockedError
from desktop.canvas.layer_tree import ancestors_of, with_descendants
from desktop.canvas.layers import BlendMode, Layer, Origin
from desktop.canvas.texts import TextContent
from desktop.canvas.tiles import TileMap
from shared.contracts.generation import Recipe


class LayerCommands(DocumentState):
    # Look

    def rename_layer(self, layer_id: str, name: str) -> None:
        self._change(layer_id, "Rename layer", name=name)

    def set_visible(self, layer_id: str, visible: bool) -> None:  # noqa: FBT001  # the name says which way
        self._change(layer_id, "Show layer" if visible else "Hide layer", visible=visible)

    def set_opacity(self, layer_id: str, opacity: float) -> None:
        """0 to 1; clamped. For a slider that is dragged, open a transaction around the whole drag."""
        self._change(layer_id, "Layer opacity", opacity=min(max(opacity, 0.0), 1.0))

    def set_fill_opacity(self, layer_id: str, opacity: float) -> None:
        """Of the layer's own pixels, not of what is clipped to it; 0 to 1, clamped."""
        self._change(layer_id, "Fill opacity", fill_opacity=min(max(opacity, 0.0), 1.0))

    def set_blend(self, layer_id: str, blend: BlendMode) -> None:
        """Of a group, this also ends its passing through."""
        self._change(layer_id, "Blend mode", blend=blend, pass_through=False)

    def set_pass_through(self, layer_id: str) -> None:
        """Let the layers of a group meet what lies under it, as if there were no group."""
        if self.layer(layer_id).is_group:
            self._change(layer_id, "Blend mode", blend=BlendMode.NORMAL, pass_through=True)

    def set_clipped(self, layer_id: str, clipped: bool) -> None:  # noqa: FBT001  # the name says which way
        self._change(layer_id, "Clip layer" if clipped else "Unclip layer", clipped=clipped)

    # Locks

    def set_locked(self, layer_id: str, locked: bool) -> None:  # noqa: FBT001  # the name says which way
        self._change(layer_id, "Lock layer" if locked else "Unlock layer", locked=locked)

    def set_alpha_locked(self, layer_id: str, locked: bool) -> None:  # noqa: FBT001  # the name says which way
        self._change(layer_id, "Lock alpha" if locked else "Unlock alpha", alpha_locked=locked)

    def set_position_locked(self, layer_id: str, locked: bool) -> None:  # noqa: FBT001  # the name says which way
        self._change(layer_id, "Lock position" if locked else "Unlock position", position_locked=locked)

    def _change(self, layer_id: str, label: str, **values: object) -> None:
        layer = self.layer(layer_id)
        with self._edit(label):
            layer.change(**values)

    # Place

    def set_offset(self, layer_id: str, x: int, y: int) -> None:
        """Move a layer's content so that its own (0, 0) lies at (x, y); all that lies in a group moves with it."""
        layer = self.movable_layer(layer_id)
        dx, dy = x - layer.properties.x, y - layer.properties.y
        with self._edit("Move layer"):
            for member in with_descendants(self._layers, {layer_id}):
                member.change(x=member.properties.x + dx, y=member.properties.y + dy)

    def movable_layer(self, layer_id: str) -> Layer:
        """The layer, if nothing holds it, or anything in it, in its place."""
        layer = self.unlocked_layer(layer_id)
        holding = (*with_descendants(self._layers, {layer_id}), *ancestors_of(self._layers, layer_id))
        for each in holding:
            if each.locked or each.properties.position_locked:
                raise LayerLockedError(each.name)
        return layer

    # Pixels

    def paintable_layer(self, layer_id: str) -> Layer:
        """The layer, if it has pixels of its own and none of them is locked."""
        layer = self.unlocked_layer(layer_id)
        if layer.is_group:
            raise GroupHasNoPixelsError(layer.name)
        return layer

    def replace_result(self, layer_id: str, tiles: TileMap, *, x: int, y: int, recipe: Recipe) -> None:
        """Another rendering in the place of a recipe layer's own; all else that is set of the layer stays."""
        layer = self.paintable_layer(layer_id)
        with self._edit("Render again"):
            layer.tiles.restore(tiles)
            layer.change(x=x, y=y, recipe=recipe, origin=Origin.GENERATED)

    def replace_pixels(
        self,
        layer_id: str,
        tiles: TileMap,
        *,
        label: str,
        x: int | None = None,
        y: int | None = None,
        text: TextContent | None = None,
    ) -> None:
        """Put other tiles in the place of all that the layer has; (x, y) places their (0, 0), if it moves.

        `text` is what they say, where they were written; other pixels are no longer that of a text.
        """
        layer = self.paintable_layer(layer_id)
        with self._edit(label):
            layer.tiles.restore(tiles)
            layer.change(
                x=layer.properties.x if x is None else x,
                y=layer.properties.y if y is None else y,
                text=text,
            )
