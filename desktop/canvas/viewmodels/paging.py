"""Changes of the whole picture: cropping by a frame, other sizes, turns. Computed on a thread, kept as one step."""

import asyncio
from collections.abc import Callable

from PySide6.QtCore import QObject, QRectF, Signal

from desktop.canvas.history import DocumentSnapshot
from desktop.canvas.tools.base import ToolName
from desktop.canvas.transforming import pages
from desktop.canvas.transforming.pose import Pose
from desktop.canvas.transforming.resampling import Resampling
from desktop.canvas.viewmodels.current import CurrentDocument
from desktop.canvas.viewmodels.overlays import Frame, Overlays
from desktop.canvas.viewmodels.tools import ToolsViewModel
from desktop.widgets.tasks import TaskOwner
from shared.contracts.errors import PentimentoError
from shared.imaging.pictures import LARGEST_PIXELS

Make = Callable[[DocumentSnapshot], DocumentSnapshot]


class PageTooLargeError(PentimentoError):
    code = "PAGE_TOO_LARGE"


class Paging(QObject):
    """The crop frame, and what is done to the page at once."""

    pose_changed = Signal()
    """The crop frame differs, begins or ends."""

    def __init__(
        self,
        *,
        current: CurrentDocument,
        tools: ToolsViewModel,
        overlays: Overlays,
        tasks: TaskOwner,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._current = current
        self._tools = tools
        self._overlays = overlays
        self._tasks = tasks
        self._pose: Pose | None = None
        self._frame: Frame | None = None
        self._ratio: float | None = None
        self._seen = tools.chosen
        tools.tool_changed.connect(self._follow_tool)
        current.document_replaced.connect(self._drop)

    # The page at once

    def resize_canvas(self, width: int, height: int, anchor: tuple[float, float]) -> None:
        self._change(
            lambda state: pages.canvas_sized(state, width, height, anchor=anchor),
            "Canvas size",
            width * height,
        )

    def resize_picture(self, width: int, height: int, method: Resampling) -> None:
        self._change(
            lambda state: pages.resized(state, width, height, method), "Picture size", width * height
        )

    def turn(self, quarters: int) -> None:
        self._change(lambda state: pages.turned(state, quarters), "Turn picture")

    def mirror(self, *, across: bool) -> None:
        self._change(lambda state: pages.mirrored(state, across=across), "Flip picture")

    def crop_to_selection(self) -> None:
        document = self._current.document
        if document is not None and document.selection is not None:
            pose = Pose.of(QRectF(document.selection.bounds))
            self._change(lambda state: pages.cut_to(state, pose), "Crop")

    def _change(self, make: Make, label: str, pixels: int = 0) -> None:
        def begin() -> None:
            if not 0 <= pixels <= LARGEST_PIXELS:
                raise PageTooLargeError(
                    "The picture would have more pixels than can be opened again.",
                    advice="Choose smaller sides: at most 89 megapixels in all.",
                )
            self._tasks.start(self._work(make, label))

        if self._current.document is not None:
            self._current.attempt(begin)

    async def _work(self, make: Make, label: str) -> None:
        """Anew, if the picture was changed meanwhile."""
        document = self._current.document
        while document is not None and document is self._current.document:
            await document.between_steps()
            state = document.snapshot()
            made = await asyncio.to_thread(make, state)
            await document.between_steps()
            if document.snapshot().same_content(state):
                document.become(made, label)
                return

    # The crop frame

    @property
    def in_hand(self) -> bool:
        return self._pose is not None

    @property
    def pose(self) -> Pose | None:
        return self._pose

    @property
    def may_bend(self) -> bool:
        return False

    @property
    def keeps_ratio(self) -> bool:
        return self._ratio is not None

    @property
    def ratio(self) -> float | None:
        """Width over height that the frame keeps; None is any."""
        return self._ratio

    def begin(self) -> None:
        document = self._current.document
        if document is not None:
            area = document.selection.bounds if document.selection is not None else document.rect
            self._pose = Pose.of(QRectF(area))
            self.set_ratio(self._ratio)
            self._show()

    def set_pose(self, pose: Pose) -> None:
        if self._pose is not None and pose.is_possible:
            self._pose = pose
            self._show()

    def set_ratio(self, ratio: float | None) -> None:
        """The largest frame of this ratio inside the one there is."""
        self._ratio = ratio
        pose = self._pose
        if pose is None or ratio is None:
            return
        width, height = abs(pose.scale_x) * pose.source.width(), abs(pose.scale_y) * pose.source.height()
        wide, high = min(width, height * ratio), min(height, width / ratio)
        corner = pose.centre
        source = QRectF(corner.x() - wide / 2, corner.y() - high / 2, wide, high)
        self._pose = Pose(source=source, centre=corner, angle=pose.angle)
        self._show()

    def accept(self) -> None:
        pose, self._pose = self._pose, None
        self._show()
        document = self._current.document
        if pose is not None and document is not None and pose != Pose.of(QRectF(document.rect)):
            pixels = abs(pose.scale_x * pose.scale_y) * pose.source.width() * pose.source.height()
            self._change(lambda state: pages.cut_to(state, pose), "Crop", round(pixels))

    def give_up(self) -> None:
        self._drop()
        if self._tools.chosen is ToolName.CROP:
            self._tools.choose(ToolName.MOVE)

    def _drop(self) -> None:
        self._pose = None
        self._show()

    def _show(self) -> None:
        if self._pose is not None:
            self._frame = Frame(self._pose, cuts=True)
            self._overlays.show_frame(self._frame)
        elif self._frame is not None:
            self._overlays.take_frame(self._frame)
            self._frame = None
        self.pose_changed.emit()

    def _follow_tool(self) -> None:
        chosen = self._tools.chosen
        if chosen is ToolName.CROP and self._seen is not ToolName.CROP:
            self.begin()
        self._seen = chosen
