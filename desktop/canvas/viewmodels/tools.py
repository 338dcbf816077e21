"""Which tool is in hand, and how each is set: what the tool bar, its options and the colours show."""

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor

from desktop.canvas.selection import SelectionMode
from desktop.canvas.tools.base import ToolName

SMALLEST_BRUSH = 1.0
LARGEST_BRUSH = 500.0
BRUSH_STEP = 1.15
"""By how much [ and ] change the size."""

BRUSH_TOOLS = frozenset({ToolName.BRUSH, ToolName.ERASER})
SELECTION_TOOLS = frozenset({ToolName.MARQUEE, ToolName.LASSO})


@dataclass(frozen=True, slots=True)
class BrushOptions:
    """`size` is the diameter in pixels of the document; the rest from 0 to 1."""

    size: float = 40.0
    hardness: float = 0.7
    opacity: float = 1.0
    flow: float = 1.0


class ToolsViewModel(QObject):
    """Brush and eraser keep their own options. A tool can be lent for as long as a key is down."""

    tool_changed = Signal()
    options_changed = Signal()
    colours_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._chosen = ToolName.BRUSH
        self._lent: ToolName | None = None
        self._brushes = {
            ToolName.BRUSH: BrushOptions(),
            ToolName.ERASER: BrushOptions(size=60.0),
        }
        self._selection_mode = SelectionMode.REPLACE
        self._foreground = QColor(0, 0, 0)
        self._background = QColor(255, 255, 255)

    @property
    def tool(self) -> ToolName:
        return self._lent or self._chosen

    def choose(self, tool: ToolName) -> None:
        self._chosen = tool
        self._lent = None
        self.tool_changed.emit()

    def lend(self, tool: ToolName) -> None:
        """Use `tool` until it is given back; the chosen one stays chosen."""
        if self.tool is not tool:
            self._lent = tool
            self.tool_changed.emit()

    def give_back(self) -> None:
        if self._lent is not None:
            self._lent = None
            self.tool_changed.emit()

    @property
    def paints(self) -> bool:
        return self.tool in BRUSH_TOOLS

    @property
    def selects(self) -> bool:
        return self.tool in SELECTION_TOOLS

    @property
    def brush(self) -> BrushOptions:
        """The options of the painting tool in hand, or of the brush."""
        return self.brush_of(self.tool)

    def brush_of(self, tool: ToolName) -> BrushOptions:
        return self._brushes.get(tool, self._brushes[ToolName.BRUSH])

    def set_brush(
        self,
        *,
        size: float | None = None,
        hardness: float | None = None,
        opacity: float | None = None,
        flow: float | None = None,
    ) -> None:
        """Change what is given of the painting tool in hand."""
        tool = self.tool if self.paints else ToolName.BRUSH
        before = self._brushes[tool]
        after = BrushOptions(
            size=min(max(before.size if size is None else size, SMALLEST_BRUSH), LARGEST_BRUSH),
            hardness=_share(before.hardness if hardness is None else hardness),
            opacity=_share(before.opacity if opacity is None else opacity),
            flow=_share(before.flow if flow is None else flow),
        )
        if after != before:
            self._brushes[tool] = after
            self.options_changed.emit()

    def enlarge_brush(self) -> None:
        self.set_brush(size=max(self.brush.size * BRUSH_STEP, self.brush.size + 1))

    def reduce_brush(self) -> None:
        self.set_brush(size=min(self.brush.size / BRUSH_STEP, self.brush.size - 1))

    @property
    def selection_mode(self) -> SelectionMode:
        return self._selection_mode

    @selection_mode.setter
    def selection_mode(self, mode: SelectionMode) -> None:
        if mode is not self._selection_mode:
            self._selection_mode = mode
            self.options_changed.emit()

    @property
    def foreground(self) -> QColor:
        return self._foreground

    @property
    def background(self) -> QColor:
        return self._background

    def set_foreground(self, colour: QColor) -> None:
        self._set_colours(QColor(colour), self._background)

    def set_background(self, colour: QColor) -> None:
        self._set_colours(self._foreground, QColor(colour))

    def swap_colours(self) -> None:
        self._set_colours(self._background, self._foreground)

    def reset_colours(self) -> None:
        self._set_colours(QColor(0, 0, 0), QColor(255, 255, 255))

    def _set_colours(self, foreground: QColor, background: QColor) -> None:
        if (foreground, background) != (self._foreground, self._background):
            self._foreground, self._background = foreground, background
            self.colours_changed.emit()


def _share(value: float) -> float:
    return min(max(value, 0.0), 1.0)
