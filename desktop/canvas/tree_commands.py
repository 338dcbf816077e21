"""Commands on the tree: layers and groups come, go, move and merge."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from desktop.canvas.changes import DocumentChange
from desktop.canvas.document_state import DocumentState
from desktop.canvas.errors import LayerNotFoundError
from desktop.canvas.layer_tree import children_of, insertion_index, roots_of, with_descendants
from desktop.canvas.layers import Layer, LayerKind, LayerProperties, LayerSnapshot, Origin
from desktop.canvas.merging import Merge
from desktop.canvas.tiles import EMPTY_TILES, TileMap
from shared.contracts.generation import Recipe


class TreeCommands(DocumentState):
    def activate(self, layer_id: str) -> None:
        """Choose the layer to work on. Not a step of its own, but undo goes back to the layer of its time."""
        self.index_of(layer_id)
        if layer_id == self._active_id:
            return
        self._active_id = layer_id
        if self._transaction is None:
            self._committed = self.snapshot()
        self._notify(DocumentChange(structure=True))

    def add_layer(
        self,
        name: str,
        *,
        tiles: TileMap = EMPTY_TILES,
        x: int = 0,
        y: int = 0,
        recipe: Recipe | None = None,
        above: str | None = None,
        origin: Origin | None = None,
        label: str = "Add layer",
    ) -> Layer:
        """Add a layer above the one named (else above the active one, else on top) and make it active.

        Above a group that is active means: on top of what lies in it. `tiles` comes from
        `tiles.tiles_from_image`; (x, y) places its own (0, 0) on the document.
        `origin` of None: generated if there is a recipe, else painted.
        """
        origin = origin or (Origin.GENERATED if recipe else Origin.PAINTED)
        parent, place = self._place_above(above)
        properties = LayerProperties(
            name=name,
            x=x,
            y=y,
            recipe=recipe,
            origin=origin,
            clipped=self._is_inside_a_clip(parent, place),
        )
        return self.insert_layer(
            LayerSnapshot(self._new_id(), properties, tiles), parent=parent, place=place, label=label
        )

    def add_group(self, name: str, *, pass_through: bool = True) -> Layer:
        """Add an empty group where `add_layer` would add a layer, and make it active."""
        properties = LayerProperties(name=name, kind=LayerKind.GROUP, pass_through=pass_through)
        parent, place = self._place_above(None)
        return self.insert_layer(
            LayerSnapshot(self._new_id(), properties), parent=parent, place=place, label="Add group"
        )

    def insert_layer(self, new: LayerSnapshot, *, parent: str | None, place: int, label: str) -> Layer:
        """Put a layer at `place` (0 is lowest) in a group, None for none, and make it active."""
        layer = Layer(_put_into(new, parent))
        with self._edit(label):
            self._layers.insert(insertion_index(self._layers, parent, place), layer)
            self._active_id = layer.id
        return layer

    def _place_above(self, above: str | None) -> tuple[str | None, int]:
        """The group and the place in it for what comes above that layer, or above the active one."""
        if above is None and self.active_layer is None:
            return None, len(children_of(self._layers, None))
        if above is None and self.active_layer is not None and self.active_layer.is_group:
            return self._active_id, len(children_of(self._layers, self._active_id))
        beside = self.layer(above or self._active_id or "")
        return beside.parent, self.place_of(beside.id) + 1

    def place_of(self, layer_id: str) -> int:
        """Its number among the layers of its group; 0 is lowest."""
        siblings = children_of(self._layers, self.layer(layer_id).parent)
        return [layer.id for layer in siblings].index(layer_id)

    def _is_inside_a_clip(self, parent: str | None, place: int) -> bool:
        """Whether a layer put there would part clipped layers from their base, were it not clipped itself."""
        return any(layer.clipped for layer in children_of(self._layers, parent)[place : place + 1])

    def duplicate_layer(self, layer_id: str, name: str) -> Layer:
        """The copy lies above the layer and is active; a group is copied with all that lies in it."""
        members = [layer.freeze() for layer in with_descendants(self._layers, {layer_id})]
        new_ids = {member.id: self._new_id() for member in members}
        source, parent = members[-1], self.layer(layer_id).parent
        with self._edit("Duplicate layer"):
            index = self.index_of(layer_id) + 1
            copies = [
                Layer(
                    replace(
                        member,
                        id=new_ids[member.id],
                        properties=replace(
                            member.properties,
                            name=name if member is source else member.properties.name,
                            locked=False if member is source else member.properties.locked,
                            parent=parent if member is source else new_ids[member.properties.parent or ""],
                        ),
                    )
                )
                for member in members
            ]
            self._layers[index:index] = copies
            self._active_id = copies[-1].id
        return copies[-1]

    def delete_layer(self, layer_id: str) -> None:
        """See `delete_layers`."""
        self.delete_layers([layer_id])

    def delete_layers(self, ids: Collection[str]) -> None:
        """With all that lies in them. The layer below becomes active, else the one above, else the group around."""
        for layer_id in ids:
            self.unlocked_layer(layer_id)
        taken = with_descendants(self._layers, ids)
        for layer in taken:
            self.unlocked_layer(layer.id)
        with self._edit("Delete layer" if len(ids) == 1 else "Delete layers"):
            self._take_out(taken)

    def _take_out(self, taken: Collection[Layer]) -> None:
        active = self.active_layer
        if active in taken and active is not None:
            self._active_id = self._heir_of(active, taken)
        self._layers = [layer for layer in self._layers if layer not in taken]

    def _heir_of(self, layer: Layer, taken: Collection[Layer]) -> str | None:
        siblings = children_of(self._layers, layer.parent)
        own = siblings.index(layer)
        for beside in (*reversed(siblings[:own]), *siblings[own + 1 :]):
            if beside not in taken:
                return beside.id
        if layer.parent is None:
            return None
        group = self.layer(layer.parent)
        return self._heir_of(group, taken) if group in taken else group.id

    def reorder_layer(self, layer_id: str, index: int) -> None:
        """Put the layer at `index` from the bottom (0) of its group, counted without itself; clamped."""
        self.move_layers([layer_id], parent=self.layer(layer_id).parent, place=index)

    def move_layers(self, ids: Collection[str], *, parent: str | None, place: int) -> None:
        """Put layers into a group (None: out of all) at `place` from its bottom, counted without them; clamped.

        They keep their order. Raises LayerNotFoundError for a group that would lie in itself.
        """
        roots = roots_of(self._layers, ids)
        if parent is not None:
            group, moved = (
                self.unlocked_layer(parent),
                with_descendants(self._layers, {each.id for each in roots}),
            )
            if group in moved:
                raise LayerNotFoundError
        with self._edit("Reorder layers"):
            self._put(roots, parent, place)

    def _put(self, roots: Sequence[Layer], parent: str | None, place: int) -> None:
        moved = with_descendants(self._layers, {layer.id for layer in roots})
        rest = [layer for layer in self._layers if layer not in moved]
        index = insertion_index(rest, parent, place)
        for layer in roots:
            if layer.parent != parent:
                layer.change(parent=parent)
        self._layers = [*rest[:index], *moved, *rest[index:]]

    def group_layers(self, ids: Collection[str], name: str) -> Layer:
        """Put layers into a new group in the place of the topmost of them; the picture stays the same."""
        roots = roots_of(self._layers, ids)
        if not roots:
            raise LayerNotFoundError
        top = roots[-1]
        properties = LayerProperties(
            name=name,
            kind=LayerKind.GROUP,
            pass_through=True,
            parent=top.parent,
            clipped=roots[0].clipped,
        )
        group = Layer(LayerSnapshot(self._new_id(), properties))
        with self._edit("Group layers"):
            self._layers.insert(self.index_of(top.id) + 1, group)
            self._put(roots, group.id, 0)
            for layer in roots:
                # What the group is clipped to, its lowest layers need not be clipped to once more.
                if not layer.clipped:
                    break
                layer.change(clipped=False)
            self._active_id = group.id
        return group

    def ungroup(self, group_id: str) -> None:
        """Take a group away and leave what lies in it in its place; its own mask and opacity are lost."""
        group = self.unlocked_layer(group_id)
        members = children_of(self._layers, group_id)
        with self._edit("Ungroup layers"):
            place = self.place_of(group_id)
            self._put(members, group.parent, place)
            self._take_out([group])
            if members:
                self._active_id = members[-1].id

    def replace_merged(self, merge: Merge) -> None:
        """Put what `merging` made in the place of the layers that it was made from."""
        taken = [self.unlocked_layer(layer.id) for layer in merge.taken]
        with self._edit(merge.label):
            at = self.layer(merge.place_of)
            siblings = children_of(self._layers, at.parent)
            below = siblings[: siblings.index(at)]
            place = sum(1 for layer in below if layer not in taken)
            self._layers = [layer for layer in self._layers if layer not in taken]
            self.insert_layer(merge.merged, parent=at.parent, place=place, label=merge.label)


def _put_into(layer: LayerSnapshot, parent: str | None) -> LayerSnapshot:
    return replace(layer, properties=replace(layer.properties, parent=parent))
