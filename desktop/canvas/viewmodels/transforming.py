"""A transformation of the chosen layers, or of what is selected on them: seen live, kept as one step."""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from PySide6.QtCore import QObject, QPoint, QPointF, QRect, QRectF, QTimer, Signal

from desktop.canvas.document import Document
from desktop.canvas.layer_tree import with_descendants
from desktop.canvas.layers import LayerSnapshot
from desktop.canvas.masks import MaskSnapshot
from desktop.canvas.selection import Selection
from desktop.canvas.tiles import TileMap
from desktop.canvas.tools.base import ToolName
from desktop.canvas.transactions import Transaction
from desktop.canvas.transforming.lifting import (
    Lifted,
    laid_down,
    lift,
    moved_offset,
    preview_of,
    transformed_mask,
    transformed_selection,
)
from desktop.canvas.transforming.pose import Pose
from desktop.canvas.transforming.resampling import Resampling
from desktop.canvas.viewmodels.current import CurrentDocument
from desktop.canvas.viewmodels.overlays import Frame, Overlays, PlacedImage
from desktop.canvas.viewmodels.tools import ToolsViewModel
from desktop.widgets.tasks import TaskOwner
from shared.contracts.errors import PentimentoError

PREVIEW_PIXELS = 1024 * 1024
REST_MILLISECONDS = 250
"""After so long without a move the exact result is put into the picture, under the layers above it."""
LABEL = "Transform"


class NothingToTransformError(PentimentoError):
    code = "NOTHING_TO_TRANSFORM"


@dataclass(slots=True, eq=False)
class _Session:
    document: Document
    transaction: Transaction
    layers: tuple[LayerSnapshot, ...]
    selection: Selection | None
    label: str
    lifted: dict[str, Lifted] = field(default_factory=dict)
    floats: tuple[PlacedImage, ...] = ()
    pose: Pose | None = None
    settled: Pose | None = None
    """The pose whose exact result the picture holds now."""
    way: QPointF = field(default_factory=QPointF)
    """How far it was shifted before there was a pose."""
    accepted: bool = False
    """Before there was a pose."""
    ending: bool = False


class Transforming(QObject):
    """Begins when its tool is chosen, and gives the tool before it back at its end."""

    pose_changed = Signal()
    """Also when a transformation begins or ends."""

    def __init__(
        self,
        *,
        current: CurrentDocument,
        tools: ToolsViewModel,
        overlays: Overlays,
        chosen: Callable[[], Collection[str]],
        tasks: TaskOwner,
        parent: QObject | None = None,
    ) -> None:
        """`chosen` are the ids of the layers that are worked on."""
        super().__init__(parent)
        self._chosen_layers = chosen
        self._current = current
        self._tools = tools
        self._overlays = overlays
        self._tasks = tasks
        self._session: _Session | None = None
        self._frame: Frame | None = None
        self._before = ToolName.MOVE
        self._seen = tools.chosen
        self._rest = QTimer(self, singleShot=True, interval=REST_MILLISECONDS)
        self._rest.timeout.connect(self._settle)
        tools.tool_changed.connect(self._follow_tool)
        current.document_replaced.connect(self._forget)

    @property
    def in_hand(self) -> bool:
        return self._session is not None

    @property
    def pose(self) -> Pose | None:
        """None until there is something to take hold of."""
        return self._session.pose if self._session is not None and not self._session.ending else None

    @property
    def may_bend(self) -> bool:
        return True

    @property
    def keeps_ratio(self) -> bool:
        return False

    @property
    def finishing(self) -> bool:
        """Accepted, and not yet in the picture."""
        session = self._session
        return session is not None and (session.ending or session.accepted)

    def begin(self) -> None:
        """Take up the pixels; what can't be transformed is told in words."""
        self._current.attempt(self.take_up)

    def take_up(self, label: str = LABEL) -> None:
        """Raises where it can't; `label` is English, the name of the step."""
        document = self._current.document
        if document is None or self._session is not None:
            return
        active = document.active_layer
        if active is None:
            raise NothingToTransformError(
                "This picture has no layer to work on.", advice="Add a layer first."
            )
        wanted = {active.id, *self._chosen_layers()}
        for layer_id in wanted:
            document.movable_layer(layer_id)
        members = with_descendants(document.snapshot().layers, wanted)
        session = _Session(
            label=label,
            document=document,
            transaction=document.transaction(label),
            layers=tuple(members),
            selection=document.selection,
        )
        self._session = session
        self._tasks.start(self._lift(session))

    async def _lift(self, session: _Session) -> None:
        rect = QRect()
        for layer in session.layers:
            if not layer.is_group:
                lifted = await asyncio.to_thread(lift, layer.tiles, layer.offset, session.selection)
                session.lifted[layer.id] = lifted
                rect = rect.united(lifted.rect) if lifted.pixels.size else rect
        floats = await asyncio.to_thread(preview_of, session.lifted, largest=PREVIEW_PIXELS)
        if session is not self._session:
            return
        if rect.isEmpty():
            self.give_up()
            raise NothingToTransformError(
                "There is nothing to transform here.", advice="Choose a layer that has something on it."
            )
        session.floats = tuple(PlacedImage(image, QRectF(area)) for image, area in floats)
        session.settled = session.pose = Pose.of(QRectF(rect))
        if not session.way.isNull():
            self.shift(session.way)
        self._show()
        if session.accepted:
            self.accept()

    def set_pose(self, pose: Pose) -> None:
        session = self._session
        if session is None or session.ending or session.pose is None or not pose.is_possible:
            return
        session.pose = pose
        if session.settled is not None:
            session.settled = None
            for layer_id, lifted in session.lifted.items():
                self._put(session, layer_id, lifted.left, None)
        self._rest.start()
        self._show()

    def shift(self, way: QPointF) -> None:
        """So far from where it lay, as soon as the pixels are taken up."""
        session = self._session
        if session is None or session.pose is None:
            if session is not None:
                session.way = way
            return
        self.set_pose(Pose.of(session.pose.source).moved(way))

    def accept(self) -> None:
        session = self._session
        if session is None or session.ending:
            return
        if session.pose is None:
            session.accepted = True
            return
        if session.pose.is_identity:
            self.give_up()
            return
        session.ending = True
        self._rest.stop()
        self._tasks.start(self._finish(session))

    def give_up(self) -> None:
        session = self._session
        if session is not None:
            self._close(session.transaction.rollback)

    async def _finish(self, session: _Session) -> None:
        pose = session.pose
        if pose is None:
            return
        try:
            await self._put_exact(session, pose)
            if session.selection is not None:
                selection = await asyncio.to_thread(
                    transformed_selection, session.selection, pose.transform, session.document.rect
                )
                if session is self._session:
                    session.document.set_selection(selection, session.label)
        except BaseException:
            self.give_up()
            raise
        if session is self._session:
            self._close(session.transaction.commit)

    def _settle(self) -> None:
        session = self._session
        if session is not None and session.pose is not None and not session.ending:
            self._tasks.start(self._put_exact(session, session.pose))

    async def _put_exact(self, session: _Session, pose: Pose) -> None:
        """Put the result for this pose into the picture, unless there is another one by now."""
        if session.settled == pose:
            return
        done = []
        for layer in session.layers:
            done.append((layer, await asyncio.to_thread(_result, layer, session, pose)))
            if session is not self._session or session.pose != pose:
                return
        for layer, result in done:
            if layer.id in session.lifted:
                self._put(session, layer.id, result.tiles, result.offset)
            if result.mask is not None:
                session.document.set_mask(layer.id, result.mask, session.label)
        session.settled = pose
        self._show()

    def _put(self, session: _Session, layer_id: str, tiles: TileMap, offset: QPoint | None) -> None:
        place = offset or next(layer.offset for layer in session.layers if layer.id == layer_id)
        session.document.replace_pixels(layer_id, tiles, label=session.label, x=place.x(), y=place.y())

    def _show(self) -> None:
        session = self._session
        if session is not None and session.pose is not None:
            floats = session.floats if session.settled is None else ()
            self._frame = Frame(session.pose, floats)
            self._overlays.show_frame(self._frame)
        elif self._frame is not None:
            self._overlays.take_frame(self._frame)
            self._frame = None
        self.pose_changed.emit()

    def _close(self, end: Callable[[], None]) -> None:
        """`end` the step before anybody hears of it who may begin the next."""
        self._rest.stop()
        self._session = None
        end()
        self._show()
        if self._tools.chosen is ToolName.TRANSFORM:
            self._tools.choose(self._before)

    def _follow_tool(self) -> None:
        chosen = self._tools.chosen
        if chosen is self._seen:
            return
        if chosen is ToolName.TRANSFORM:
            self._before = self._seen
            self.begin()
        self._seen = chosen

    def _forget(self) -> None:
        if self._session is not None:
            self._close(lambda: None)


@dataclass(frozen=True, slots=True, eq=False)
class _Result:
    tiles: TileMap
    offset: QPoint
    mask: MaskSnapshot | None


def _result(layer: LayerSnapshot, session: _Session, pose: Pose) -> _Result:
    """In a worker thread."""
    page, transform = session.transaction.before.rect, pose.transform
    lifted = session.lifted.get(layer.id)
    moved = moved_offset(lifted, transform) if lifted is not None else None
    if moved is not None:
        # The mask lies in the layer's own coordinates and moves with it.
        return _Result(layer.tiles, layer.offset + moved, None)
    tiles = layer.tiles
    if lifted is not None:
        tiles = laid_down(lifted, layer.offset, transform, document=page, method=Resampling.BICUBIC)
    mask = layer.mask if session.selection is None else None
    if mask is not None:
        mask = transformed_mask(mask, layer.offset, transform, page)
    return _Result(tiles, layer.offset, mask)
