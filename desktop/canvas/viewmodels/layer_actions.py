"""What the panel's buttons, its menu and the keys do with the layers that are chosen."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from PySide6.QtCore import QObject

from desktop.canvas.document import Document, Transaction
from desktop.canvas.history import DocumentSnapshot
from desktop.canvas.layer_tree import children_of, roots_of
from desktop.canvas.layers import BlendMode, Layer
from desktop.canvas.masks import MaskSnapshot, mask_from_selection, selection_from_mask
from desktop.canvas.merging import Merge, flatten_layers, merge_layers, merge_visible
from desktop.canvas.service import CanvasService
from desktop.canvas.viewmodels.current import CurrentDocument
from desktop.canvas.viewmodels.layers import LayersViewModel
from desktop.widgets.tasks import TaskOwner
from desktop.widgets.translations import tr
from shared.contracts.errors import PentimentoError


class LayerActions(QObject):
    """Each is one step. What can't be done is told in words; what takes long runs on a thread."""

    def __init__(
        self,
        *,
        layers: LayersViewModel,
        current: CurrentDocument,
        service: CanvasService,
        tasks: TaskOwner,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._layers = layers
        self._current = current
        self._service = service
        self._tasks = tasks
        self._drag: Transaction | None = None
        current.document_replaced.connect(self._forget_drag)

    # Coming, going, moving

    def add(self) -> None:
        self._do(lambda document: document.add_layer(self._new_name()))

    def add_group(self) -> None:
        self._do(lambda document: document.add_group(self._new_name()))

    def _new_name(self) -> str:
        document = self._current.document
        return tr("Layer {number}", number=len(document.layers) + 1 if document is not None else 1)

    def group(self) -> None:
        """Put the chosen layers into a new group."""
        ids = self._ids()
        self._do(lambda document: document.group_layers(ids, tr("Group")))

    def ungroup(self) -> None:
        layer = self._layers.active
        if layer is not None and layer.is_group:
            self._do(lambda document: document.ungroup(layer.id))

    def duplicate(self) -> None:
        def work(document: Document) -> None:
            for layer in roots_of(document.layers, self._ids()):
                document.duplicate_layer(layer.id, tr("{name} copy", name=layer.name))

        self._do_all("Duplicate layer", work)

    def delete(self) -> None:
        ids = self._ids()
        if ids:
            self._do(lambda document: document.delete_layers(ids))

    def raise_chosen(self) -> None:
        self._shift(1)

    def lower_chosen(self) -> None:
        self._shift(-1)

    def _shift(self, step: int) -> None:
        """One place up or down in its group; at the group's end, out of it."""
        document, layer = self._current.document, self._layers.active
        if document is None or layer is None:
            return
        siblings = children_of(document.layers, layer.parent)
        place = siblings.index(layer) + step
        if 0 <= place < len(siblings):
            self._do(lambda document: document.reorder_layer(layer.id, place))
        elif layer.parent is not None:
            group = document.layer(layer.parent)
            outside = document.place_of(group.id) + (1 if step > 0 else 0)
            self._do(lambda document: document.move_layers([layer.id], parent=group.parent, place=outside))

    # Look

    def toggle_visible(self, row: int) -> None:
        """Of the layer at that row, and where it is one of those chosen, of all of them."""
        layer = self._layers.layer_at(row)
        if layer is None:
            return
        chosen = self._layers.chosen
        ids = [each.id for each in chosen] if layer in chosen else [layer.id]
        shown = not layer.visible
        label = "Show layer" if shown else "Hide layer"
        self._each(label, ids, lambda document, layer_id: document.set_visible(layer_id, shown))

    def set_blend(self, blend: BlendMode | None) -> None:
        """None: the layers of the chosen groups meet what lies under the group."""
        if blend is None:
            self._each(
                "Blend mode", self._ids(), lambda document, layer_id: document.set_pass_through(layer_id)
            )
        else:
            self._each(
                "Blend mode", self._ids(), lambda document, layer_id: document.set_blend(layer_id, blend)
            )

    def set_opacity(self, opacity: float) -> None:
        self._each(
            "Layer opacity", self._ids(), lambda document, layer_id: document.set_opacity(layer_id, opacity)
        )

    def set_fill_opacity(self, opacity: float) -> None:
        self._each(
            "Fill opacity",
            self._ids(),
            lambda document, layer_id: document.set_fill_opacity(layer_id, opacity),
        )

    def begin_drag(self, label: str) -> None:
        """All that a slider does until the end of its drag is one step."""
        document = self._current.document
        if document is not None and not document.in_transaction:
            self._drag = document.transaction(label)

    def end_drag(self) -> None:
        if self._drag is not None:
            drag, self._drag = self._drag, None
            drag.commit()

    def _forget_drag(self) -> None:
        self._drag = None

    def toggle_clipped(self) -> None:
        self._toggle("Clip layer", lambda layer: layer.clipped, Document.set_clipped)

    def toggle_locked(self) -> None:
        self._toggle("Lock layer", lambda layer: layer.locked, Document.set_locked)

    def toggle_alpha_locked(self) -> None:
        self._toggle("Lock alpha", lambda layer: layer.alpha_locked, Document.set_alpha_locked)

    def toggle_position_locked(self) -> None:
        self._toggle(
            "Lock position", lambda layer: layer.properties.position_locked, Document.set_position_locked
        )

    def _toggle(
        self, label: str, state: Callable[[Layer], bool], change: Callable[[Document, str, bool], None]
    ) -> None:
        """All get what the active one had not."""
        active = self._layers.active
        if active is not None:
            target = not state(active)
            self._each(label, self._ids(), lambda document, layer_id: change(document, layer_id, target))

    # Masks

    def add_mask(self) -> None:
        """Of what is selected; a mask that shows everything where nothing is. It is painted on then."""
        document, layer = self._current.document, self._layers.active
        if document is None or layer is None or layer.mask is not None:
            return
        selection = document.selection
        mask = mask_from_selection(selection, layer.offset) if selection is not None else MaskSnapshot()
        self._do(lambda document: document.set_mask(layer.id, mask, "Add mask"))
        self._current.paint_on_mask(on=True)

    def remove_mask(self) -> None:
        layer = self._layers.active
        if layer is not None:
            self._do(lambda document: document.set_mask(layer.id, None, "Remove mask"))

    def toggle_mask_enabled(self) -> None:
        layer = self._layers.active
        if layer is not None:
            enabled = not layer.properties.mask_enabled
            self._do(lambda document: document.set_mask_enabled(layer.id, enabled))

    def select_mask(self) -> None:
        """Select what the mask of the active layer shows."""
        document, layer = self._current.document, self._layers.active
        if document is not None and layer is not None and layer.mask is not None:
            self._start(self._select_mask(document, layer.mask.freeze(), layer))

    async def _select_mask(self, document: Document, mask: MaskSnapshot, layer: Layer) -> None:
        selection = await asyncio.to_thread(
            selection_from_mask, mask, layer.offset, document.width, document.height
        )
        await document.between_steps()
        document.set_selection(selection, "Select mask")

    def apply_mask(self) -> None:
        document, layer = self._current.document, self._layers.active
        if document is not None and layer is not None and layer.mask is not None:
            self._start(self._service.apply_mask(document, layer.id))

    def paint_on(self, row: int, *, mask: bool) -> None:
        """Activate a layer, to paint on its mask or on its pixels."""
        self._layers.activate(row)
        self._current.paint_on_mask(on=mask)

    # Merging and taking out; also for those who wait until it is done

    async def merge_down(self) -> None:
        """The chosen layers, where there are several; else the active one with the one below it."""
        document, layer, ids = self._current.document, self._layers.active, self._ids()
        if document is None or layer is None:
            return
        if len(ids) > 1:
            await self._merge(lambda state: merge_layers(state, ids))
        else:
            await self._told(self._service.merge_down(document, layer.id))

    async def merge_visible(self) -> None:
        await self._merge(merge_visible)

    async def flatten(self) -> None:
        await self._merge(flatten_layers)

    async def _merge(self, plan: Callable[[DocumentSnapshot], Merge]) -> None:
        document = self._current.document
        if document is not None:
            await self._told(self._service.merge(document, plan))

    async def copy_to_layer(self) -> None:
        """What is selected of the active layer, as a layer of its own."""
        await self._cut("Layer from selection", keep=True, copied=True)

    async def cut_to_layer(self) -> None:
        await self._cut("Layer from selection", keep=False, copied=True)

    async def clear(self) -> None:
        """Take what is selected out of the active layer; all of it where nothing is."""
        await self._cut("Clear", keep=False, copied=False)

    async def _cut(self, label: str, *, keep: bool, copied: bool) -> None:
        document, layer = self._current.document, self._layers.active
        if document is None or layer is None:
            return
        name = tr("{name} copy", name=layer.name) if copied else None
        await self._told(self._service.cut_pixels(document, layer.id, label=label, copy_name=name, keep=keep))

    # Doing

    def _ids(self) -> list[str]:
        return [layer.id for layer in self._layers.chosen]

    def _do(self, work: Callable[[Document], object]) -> None:
        document = self._current.document
        if document is not None:
            self._current.attempt(lambda: work(document))

    def _do_all(self, label: str, work: Callable[[Document], None]) -> None:
        """As one step, which may be part of one in hand."""

        def together(document: Document) -> None:
            if document.in_transaction:
                work(document)
                return
            with document.transaction(label):
                work(document)

        self._do(together)

    def _each(self, label: str, ids: Iterable[str], change: Callable[[Document, str], None]) -> None:
        def work(document: Document) -> None:
            for layer_id in ids:
                change(document, layer_id)

        self._do_all(label, work)

    def _start(self, work: Awaitable[None]) -> None:
        self._tasks.start(self._told(work))

    async def _told(self, work: Awaitable[None]) -> None:
        try:
            await work
        except PentimentoError as error:
            self._current.error_raised.emit(error.report)
