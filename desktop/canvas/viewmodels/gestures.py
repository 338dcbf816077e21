"""From pointer events to the tool in hand: one gesture at a time, from its press to its release or Esc."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QPainterPath

from desktop.canvas.navigation import Navigation
from desktop.canvas.tools.base import Pointer, Tool, ToolName
from desktop.canvas.tools.navigation import PanTool, RotateTool
from desktop.canvas.tools.painting import BrushTool, MoveTool
from desktop.canvas.tools.picking import PickerTool
from desktop.canvas.tools.selecting import LassoTool, MarqueeTool
from desktop.canvas.viewmodels.current import CurrentDocument
from desktop.canvas.viewmodels.painting import Painting
from desktop.canvas.viewmodels.tools import ToolsViewModel
from shared.contracts.errors import PentimentoError


class Gestures(QObject):
    outline_changed = Signal()
    gesture_ended = Signal()

    def __init__(
        self,
        *,
        current: CurrentDocument,
        tools: ToolsViewModel,
        navigation: Navigation,
        painting: Painting,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._current = current
        self._tools_viewmodel = tools
        self._tools: dict[ToolName, Tool] = {
            ToolName.BRUSH: BrushTool(target=painting, eraser=False),
            ToolName.ERASER: BrushTool(target=painting, eraser=True),
            ToolName.MARQUEE: MarqueeTool(target=current, options=tools),
            ToolName.LASSO: LassoTool(target=current, options=tools),
            ToolName.MOVE: MoveTool(target=painting),
            ToolName.PICKER: PickerTool(source=current, colours=tools),
            ToolName.PAN: PanTool(navigation=navigation),
            ToolName.ROTATE: RotateTool(navigation=navigation),
        }
        self._tool: Tool | None = None

    @property
    def active(self) -> bool:
        return self._tool is not None

    @property
    def outline(self) -> QPainterPath:
        return self._tool.outline if self._tool is not None else QPainterPath()

    def press(self, pointer: Pointer, *, instead: ToolName | None = None) -> None:
        """`instead` is a tool for this gesture alone: pan for the middle button, erase for the pen's end."""
        self.cancel()
        self._tool = self._tools[instead or self._tools_viewmodel.tool]
        self._guarded(lambda tool: tool.press(pointer))

    def move(self, pointer: Pointer) -> None:
        self._guarded(lambda tool: tool.move(pointer))

    def release(self, pointer: Pointer) -> None:
        self._guarded(lambda tool: tool.release(pointer))
        self._end()

    def cancel(self) -> None:
        """Leave everything as it was before the gesture."""
        self._guarded(lambda tool: tool.cancel())
        self._end()

    def forget(self) -> None:
        """The document is gone, and the gesture with it."""
        self._tool = None
        self.outline_changed.emit()

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
