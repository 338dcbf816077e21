"""From pointer events to the tool in hand: one gesture at a time, from its press to its release or Esc.

Some tools have more to do between gestures (a polygon, a frame that is fitted): Enter accepts it, Esc gives it up.
"""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QPainterPath

from desktop.canvas.tools.base import HoveringTool, LastingTool, Pointer, Tool, ToolName
from desktop.canvas.viewmodels.current import CurrentDocument
from desktop.canvas.viewmodels.pouring import Pouring
from desktop.canvas.viewmodels.selecting import Selecting
from desktop.canvas.viewmodels.toolbox import Toolbox
from desktop.canvas.viewmodels.tools import ToolsViewModel
from desktop.canvas.viewmodels.transforming import Transforming
from shared.contracts.errors import PentimentoError

QUEUEING_TOOLS = frozenset({ToolName.FILL, ToolName.GRADIENT, ToolName.SHAPE})
"""`Pouring` does what they ask for one after another by itself."""
LOOKING_TOOLS = frozenset({ToolName.PAN, ToolName.ROTATE})
"""They leave the picture alone, so that nothing has to wait for them, nor they for anything."""


class Gestures(QObject):
    outline_changed = Signal()
    gesture_ended = Signal()

    def __init__(
        self,
        *,
        current: CurrentDocument,
        tools: ToolsViewModel,
        selecting: Selecting,
        pouring: Pouring,
        transforming: Transforming,
        toolbox: Toolbox,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._current = current
        self._tools_viewmodel = tools
        self._selecting = selecting
        self._pouring = pouring
        self._transforming = transforming
        self._tools = toolbox
        self._tool: Tool | None = None
        self._held: list[Callable[[], None]] = []
        self._catching_up = False
        self._chosen = tools.chosen
        tools.tool_changed.connect(self._put_away)
        selecting.became_idle.connect(self._catch_up)
        pouring.busy_changed.connect(self._catch_up)
        transforming.pose_changed.connect(self._catch_up)

    @property
    def active(self) -> bool:
        return self._tool is not None

    @property
    def outline(self) -> QPainterPath:
        if self._tool is not None:
            return self._tool.outline
        pending = self._pending
        if pending is not None:
            return pending.outline
        hovering = self._hovering
        return hovering.outline if hovering is not None else QPainterPath()

    def press(self, pointer: Pointer, *, instead: ToolName | None = None) -> None:
        """`instead` is a tool for this gesture alone: pan for the middle button, erase for the pen's end."""
        name = instead or self._tools_viewmodel.tool
        if self._held and not self._catching_up:
            self._held.append(lambda: self.press(pointer, instead=name))
            return
        self.cancel()
        self._tool = self._tools[name]
        if self._must_wait(name):
            self._held.append(lambda: self._guarded(lambda tool: tool.press(pointer)))
        else:
            self._guarded(lambda tool: tool.press(pointer))

    def move(self, pointer: Pointer) -> None:
        self._in_order(lambda: self._guarded(lambda tool: tool.move(pointer)))

    def release(self, pointer: Pointer) -> None:
        def finish() -> None:
            self._guarded(lambda tool: tool.release(pointer))
            self._end()

        self._in_order(finish)

    def hover(self, pointer: Pointer) -> None:
        """The pointer moves with no button down."""
        pending = self._pending
        if self._tool is not None:
            return
        if pending is not None:
            pending.move(pointer)
            self.outline_changed.emit()
        elif self._hovering is not None and self._hovering.hover(pointer):
            self.outline_changed.emit()

    def cancel(self) -> None:
        """Leave everything as it was before the gesture."""
        if not self._catching_up:
            self._held.clear()
        self._guarded(lambda tool: tool.cancel())
        self._end()

    def forget(self) -> None:
        """The document is gone, and the gesture with it."""
        self._tool = None
        self._held.clear()
        for tool in self._tools.values():
            if isinstance(tool, HoveringTool):
                tool.forget()
        pending = self._pending
        if pending is not None:
            pending.give_up()
        self.outline_changed.emit()

    # Between gestures

    @property
    def pending(self) -> bool:
        return self._pending is not None

    def accept(self) -> None:
        self._let_pending(lambda tool: tool.accept())

    def give_up(self) -> None:
        self._let_pending(lambda tool: tool.give_up())

    def step_back(self) -> None:
        self._let_pending(lambda tool: tool.step_back())

    @property
    def _pending(self) -> LastingTool | None:
        return self._pending_of(self._tools_viewmodel.chosen)

    @property
    def _hovering(self) -> HoveringTool | None:
        tool = self._tools[self._tools_viewmodel.tool]
        return tool if isinstance(tool, HoveringTool) else None

    def _pending_of(self, name: ToolName) -> LastingTool | None:
        tool = self._tools[name]
        return tool if isinstance(tool, LastingTool) and tool.pending else None

    def _let_pending(self, action: Callable[[LastingTool], None]) -> None:
        pending = self._pending
        if pending is not None:
            self._current.attempt(lambda: action(pending))
            self.outline_changed.emit()
            self.gesture_ended.emit()

    def _put_away(self) -> None:
        before, self._chosen = self._chosen, self._tools_viewmodel.chosen
        pending = self._pending_of(before)
        if before is not self._chosen and pending is not None:
            self._current.attempt(pending.put_away)
            self.outline_changed.emit()

    # In order

    def _in_order(self, action: Callable[[], None]) -> None:
        if self._held:
            self._held.append(action)
        else:
            action()

    def _must_wait(self, name: ToolName) -> bool:
        """What is painted must be limited by the selection, and lie over the fill, that was asked for before it."""
        if name in LOOKING_TOOLS:
            return False
        if self._selecting.busy or self._transforming.finishing:
            return True
        return self._pouring.busy and name not in QUEUEING_TOOLS

    def _catch_up(self) -> None:
        self._catching_up = True
        while self._held and not (self._selecting.busy or self._pouring.busy or self._transforming.finishing):
            self._held.pop(0)()
        self._catching_up = False

    def _guarded(self, action: Callable[[Tool], None]) -> None:
        tool = self._tool
        if tool is None:
            return
        try:
            action(tool)
        except PentimentoError as error:
            tool.cancel()
            self._end()
            self._current.error_raised.emit(error.report)
        else:
            self.outline_changed.emit()

    def _end(self) -> None:
        if self._tool is not None:
            self._tool = None
            self.outline_changed.emit()
            self.gesture_ended.emit()
