"""The canvas as a whole: the parts that the views show, and what the rest of the studio asks of it."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QObject, QPoint, QPointF, QRect, QRectF, QSize, Signal
from PySide6.QtGui import QImage, QImageReader

from desktop.canvas.brushes.preset_store import PresetStore
from desktop.canvas.dabs import DabCache
from desktop.canvas.document import Document, DocumentChange
from desktop.canvas.navigation import Navigation
from desktop.canvas.service import CanvasService
from desktop.canvas.tools.base import ToolName
from desktop.canvas.viewmodels.adjusting import Adjusting
from desktop.canvas.viewmodels.aids import Aids
from desktop.canvas.viewmodels.brushes import BrushList
from desktop.canvas.viewmodels.clipboard import Clipboard
from desktop.canvas.viewmodels.comparing import Comparing
from desktop.canvas.viewmodels.current import CurrentDocument
from desktop.canvas.viewmodels.exporting import Exporting
from desktop.canvas.viewmodels.files import LAYERED_ENDINGS, FilesViewModel
from desktop.canvas.viewmodels.gestures import Gestures
from desktop.canvas.viewmodels.history import HistoryViewModel
from desktop.canvas.viewmodels.layer_actions import LayerActions
from desktop.canvas.viewmodels.layers import LayersViewModel
from desktop.canvas.viewmodels.model_frame import GenerationFrame
from desktop.canvas.viewmodels.moving import Moving
from desktop.canvas.viewmodels.outlining import Outlining
from desktop.canvas.viewmodels.overlays import Overlays
from desktop.canvas.viewmodels.paging import Paging
from desktop.canvas.viewmodels.painting import Painting
from desktop.canvas.viewmodels.palette import Palette
from desktop.canvas.viewmodels.pouring import Pouring
from desktop.canvas.viewmodels.quick_mask import QuickMask
from desktop.canvas.viewmodels.selecting import Selecting
from desktop.canvas.viewmodels.toolbox import make_tools
from desktop.canvas.viewmodels.tools import COLOURING_TOOLS, ToolsViewModel
from desktop.canvas.viewmodels.transforming import Transforming
from desktop.canvas.viewmodels.working import Working
from desktop.canvas.viewmodels.writing import Writing
from desktop.generation.canvas_port import CanvasCapture, CanvasSituation, LayerCapture
from desktop.widgets.tasks import TaskOwner
from desktop.widgets.translations import tr
from shared.contracts.errors import InvalidPictureError, PentimentoError
from shared.contracts.generation import Inpaint, Outpaint, Placement, Recipe
from shared.imaging.inpainting import InpaintPlan


class CanvasViewModel(QObject):
    """Owns the open document and all state that the canvas shows. Implements generation's `CanvasSource` and `LayerSource`."""

    situation_changed = Signal()
    """What `situation()` answers may differ."""
    error_raised = Signal(object)
    """An ErrorReport."""
    layer_task_asked = Signal(str)
    """What shall be made of the active layer in one step."""
    recipe_opened = Signal(object, str)
    """The artist wants to change and render the Recipe of a layer again; and the layer's id."""

    def __init__(
        self,
        *,
        service: CanvasService,
        tasks: TaskOwner,
        new_seed: Callable[[], int],
        presets: PresetStore,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._service = service
        self.tasks = tasks
        self.navigation = Navigation(self)
        self.tools = ToolsViewModel(self)
        self.palette = Palette(self)
        self.brushes = BrushList(store=presets, tools=self.tools, tasks=tasks, parent=self)
        self.current = CurrentDocument(self)
        self.painting = Painting(
            current=self.current, tools=self.tools, dabs=DabCache(tips=presets.tips), new_seed=new_seed
        )
        self.overlays = Overlays(self)
        self.working = Working(self)
        self.pouring = Pouring(
            current=self.current,
            tools=self.tools,
            overlays=self.overlays,
            working=self.working,
            tasks=tasks,
            new_seed=new_seed,
            parent=self,
        )
        self.outlining = Outlining(
            current=self.current, overlays=self.overlays, tools=self.tools, tasks=tasks, parent=self
        )
        self.writing = Writing(
            current=self.current, tools=self.tools, layer_name=tr("Text"), tasks=tasks, parent=self
        )
        self.frame = GenerationFrame(self)
        self.selecting = Selecting(current=self.current, tools=self.tools, tasks=tasks, parent=self)
        self.layers = LayersViewModel(current=self.current, tasks=tasks, parent=self)
        self.transforming = Transforming(
            current=self.current,
            tools=self.tools,
            overlays=self.overlays,
            chosen=lambda: [layer.id for layer in self.layers.chosen],
            tasks=tasks,
            parent=self,
        )
        self.paging = Paging(
            current=self.current, tools=self.tools, overlays=self.overlays, tasks=tasks, parent=self
        )
        self.aids = Aids(current=self.current, navigation=self.navigation, tasks=tasks, parent=self)
        self.moving = Moving(
            current=self.current, layers=self.layers, transforming=self.transforming, aids=self.aids
        )
        self.comparing = Comparing(current=self.current, overlays=self.overlays, tasks=tasks, parent=self)
        self.adjusting = Adjusting(current=self.current, tasks=tasks, parent=self)
        self.quick_mask = QuickMask(current=self.current, selecting=self.selecting, tasks=tasks, parent=self)
        self.gestures = Gestures(
            current=self.current,
            tools=self.tools,
            selecting=self.selecting,
            pouring=self.pouring,
            transforming=self.transforming,
            toolbox=make_tools(
                current=self.current,
                tools=self.tools,
                navigation=self.navigation,
                painting=self.painting,
                moving=self.moving,
                pouring=self.pouring,
                writing=self.writing,
                selecting=self.selecting,
                overlays=self.overlays,
                transforming=self.transforming,
                paging=self.paging,
                aids=self.aids,
                frame=self.frame,
            ),
            parent=self,
        )
        self.layer_actions = LayerActions(
            layers=self.layers, current=self.current, service=service, tasks=tasks, parent=self
        )
        self.history = HistoryViewModel(current=self.current, parent=self)
        self.files = FilesViewModel(service=service, current=self.current, working=self.working, parent=self)
        self.clipboard = Clipboard(service=service, current=self.current, files=self.files, parent=self)
        self.exporting = Exporting(service=service, current=self.current, tasks=tasks, parent=self)
        self.frame.changed.connect(self._on_frame_changed)
        self.gestures.gesture_ended.connect(self._tell_situation)
        self._situation = self.situation()
        self.current.error_raised.connect(self.error_raised)
        self.current.document_replaced.connect(self._on_replaced)
        self.current.document_changed.connect(self._on_changed)
        self.gestures.gesture_ended.connect(self._note_colour)

    # What generation asks (CanvasSource)

    def situation(self) -> CanvasSituation:
        opened = self.current.opened
        if opened is None:
            return CanvasSituation(width=0, height=0, has_picture=False)
        document = opened.document
        selection = document.selection
        bounds = None
        if selection is not None:
            rect = selection.bounds
            bounds = (rect.x(), rect.y(), rect.width(), rect.height())
        frame = self.frame.rect
        return CanvasSituation(
            width=document.width,
            height=document.height,
            has_picture=self.current.has_picture,
            selection_bounds=bounds,
            frame=(frame.x(), frame.y(), frame.width(), frame.height()) if frame is not None else None,
            origin=document.origin,
            document_id=opened.id,
        )

    async def capture(self) -> CanvasCapture:
        """Raises InvalidPictureError while no document is open."""
        document = self.current.document
        if document is None:
            raise InvalidPictureError("No picture is open.", advice="Make a new one, or open one.")
        image, mask = await self._service.capture(document, self.frame.rect)
        return CanvasCapture(image_png=image, mask_png=mask)

    async def capture_layer(self) -> LayerCapture | None:
        opened = self.current.opened
        layer = None if opened is None else opened.document.active_layer
        if opened is None or layer is None:
            return None
        captured = await self._service.capture_layer(opened.document, layer.id)
        if captured is None:
            return None
        return LayerCapture(
            image_png=captured.image,
            mask_png=captured.mask,
            placement=_from_origin(opened.document, captured.rect.topLeft()),
            document_id=opened.id,
            recipe=layer.recipe,
        )

    # Results

    async def add_result(
        self,
        image: bytes | Path,
        *,
        placement: Placement,
        recipe: Recipe | None,
        name: str,
        replaces: str | None = None,
    ) -> bool:
        """Take a picture (PNG) as a recipe layer, on a new page of its size if none is open; whether it worked.

        `placement` counts from the document's origin. `replaces` is the layer whose place it takes.
        """
        self.overlays.clear_preview()
        self.overlays.clear_candidate()
        size = await _picture_size(image)
        if self.current.document is None:
            if not size.isValid():
                self.error_raised.emit(_unreadable().report)
                return False
            await self.files.new_empty(size.width(), size.height())
        document = self.current.document
        if document is None:
            return False
        place = QRect(QPoint(placement.x, placement.y) + QPoint(*document.origin), size)
        framed = self.frame.rect is not None and self.frame.rect.contains(place)
        continues = recipe is not None and isinstance(recipe.request, Inpaint | Outpaint)
        try:
            await self._service.take_result(
                document,
                image,
                name=name,
                placement=placement,
                recipe=recipe,
                grows=framed or continues,
                replaces=replaces,
            )
        except PentimentoError as error:
            self.error_raised.emit(error.report)
            return False
        if framed:
            self.frame.show(None)
        return True

    async def add_files(self, files: Sequence[Path]) -> None:
        """What is dropped on the canvas: a document is opened, pictures become layers of the open one."""
        for file in files:
            document = self.current.document
            if document is None or file.suffix.lower() in LAYERED_ENDINGS:
                await self.files.open(file)
                continue
            try:
                await self._service.add_picture(document, file, name=file.stem)
            except PentimentoError as error:
                self.error_raised.emit(error.report)

    def undo(self) -> None:
        """What is in hand is given up first."""
        if self.gestures.pending:
            self.gestures.give_up()
        else:
            self.selecting.after(self.current.undo)

    def redo(self) -> None:
        self.selecting.after(self.current.redo)

    def nudge(self, dx: int, dy: int) -> None:
        """Arrow keys: the frame in hand, the layer under the move tool, or the outline under one that selects."""
        tool = self.tools.chosen
        pose = self.transforming.pose if tool is ToolName.TRANSFORM else self.paging.pose
        if tool in {ToolName.TRANSFORM, ToolName.CROP}:
            if pose is not None:
                session = self.transforming if tool is ToolName.TRANSFORM else self.paging
                session.set_pose(pose.moved(QPointF(dx, dy)))
        elif tool is ToolName.MOVE:
            self.current.attempt(lambda: self._nudge_layer(dx, dy))
        elif self.tools.selects:
            self.selecting.move(QPoint(dx, dy))

    def _nudge_layer(self, dx: int, dy: int) -> None:
        move = self.moving.begin_move()
        if move is not None:
            move.to(dx, dy)
            move.finish()

    def open_recipe(self, row: int) -> None:
        """Hand the recipe of the layer at this row of the list to who renders it."""
        layer = self.layers.layer_at(row)
        if layer is not None and layer.recipe is not None:
            self.recipe_opened.emit(layer.recipe, layer.id)

    def place_from_origin(self, layer_id: str) -> Placement:
        """Where a layer's own picture lies, as jobs count it."""
        document = self.current.document
        if document is None or not document.has_layer(layer_id):
            return Placement()
        return _from_origin(document, document.layer(layer_id).offset)

    # What lies over the picture

    def show_preview(self, image: QImage, rect: QRect | QRectF) -> None:
        """A picture that forms, over `rect` of the document; without a document, the view makes room for it."""
        self._make_room(rect)
        self.overlays.show_preview(image, QRectF(rect))

    def show_candidate(self, image: QImage, rect: QRect | QRectF) -> None:
        """A staged result, shown where it would be taken to."""
        self._make_room(rect)
        self.overlays.clear_preview()
        self.overlays.show_candidate(image, QRectF(rect))

    def clear_preview(self) -> None:
        self.overlays.clear_preview()

    def clear_candidate(self) -> None:
        self.overlays.clear_candidate()

    def set_sending_overlay(self, plan: InpaintPlan | None) -> None:
        """Show what a request with this plan would send and change; None shows nothing. Late answers are dropped."""
        self.outlining.set_sending(plan)

    def _make_room(self, rect: QRect | QRectF) -> None:
        if self.current.document is None:
            self.navigation.set_document_rect(QRectF(rect).toAlignedRect())
            if self.overlays.preview is None and self.overlays.candidate is None:
                self.navigation.fit()

    # Following the document

    def _on_frame_changed(self) -> None:
        self.overlays.show_model_frame(self.frame.rect)
        if not self.gestures.active:
            self._tell_situation()

    def _on_replaced(self) -> None:
        self.frame.show(None)
        self.gestures.forget()
        self.tools.set_symmetry(replace(self.tools.symmetry, centre=None))
        self.overlays.clear_preview()
        self.overlays.clear_candidate()
        document = self.current.document
        self.navigation.set_document_rect(document.rect if document is not None else QRect())
        self.navigation.fit()
        self._tell_situation()

    def _on_changed(self, change: DocumentChange) -> None:
        document = self.current.document
        if document is None:
            return
        if change.size:
            shift = QPointF(QPoint(*document.origin) - QPoint(*self._situation.origin))
            self.navigation.follow_page(document.rect, shift)
            if self.frame.rect is not None:
                self.frame.show(self.frame.rect.translated(shift.toPoint()))
        if not document.in_transaction:
            self._tell_situation()

    def _note_colour(self) -> None:
        if self.current.document is not None and self.tools.tool in COLOURING_TOOLS:
            self.palette.was_used(self.tools.foreground)

    def _tell_situation(self) -> None:
        situation = self.situation()
        if situation != self._situation:
            self._situation = situation
            self.situation_changed.emit()


def _from_origin(document: Document, place: QPoint) -> Placement:
    """As jobs count: see `DocumentSnapshot.origin`."""
    corner = place - QPoint(*document.origin)
    return Placement(x=corner.x(), y=corner.y())


async def _picture_size(image: bytes | Path) -> QSize:
    """Read from the file's head alone."""
    if isinstance(image, Path):
        return await asyncio.to_thread(lambda: QImageReader(str(image)).size())
    data = QByteArray(image)
    buffer = QBuffer(data)
    return QImageReader(buffer).size()


def _unreadable() -> InvalidPictureError:
    return InvalidPictureError(
        "The picture could not be read.", advice="Try the job again, or choose another picture."
    )
