"""Which tool is in hand, and how each is set: what the tool bar, its options and the colours show."""

from dataclasses import replace

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor

from desktop.canvas.brushes.brush import Brush, Effect
from desktop.canvas.brushes.symmetry import NO_SYMMETRY, Symmetry, SymmetryKind
from desktop.canvas.fills import FillOptions
from desktop.canvas.selection import SelectionMode
from desktop.canvas.selection_changes import Sampling
from desktop.canvas.shapes import ShapeOptions
from desktop.canvas.tools.base import ToolName
from desktop.canvas.viewmodels.tool_options import GradientOptions, PickerOptions

BRUSH_STEP = 1.15
"""By how much [ and ] change the size."""

COLOURING_TOOLS = frozenset({ToolName.BRUSH, ToolName.FILL, ToolName.GRADIENT, ToolName.SHAPE})
"""Those that leave the foreground colour."""
BRUSH_TOOLS = frozenset({ToolName.BRUSH, ToolName.ERASER})
SHAPE_TOOLS = frozenset({ToolName.MARQUEE, ToolName.ELLIPSE, ToolName.LASSO, ToolName.POLYGON})
SAMPLING_TOOLS = frozenset({ToolName.WAND, ToolName.COLOUR_RANGE})
SELECTION_TOOLS = SHAPE_TOOLS | SAMPLING_TOOLS


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
            ToolName.BRUSH: Brush(size=40.0, hardness=0.7),
            ToolName.ERASER: Brush(effect=Effect.ERASE, size=60.0, hardness=0.7),
        }
        self._symmetry = NO_SYMMETRY
        self._fill = FillOptions()
        self._gradient = GradientOptions()
        self._shape = ShapeOptions()
        self._picker = PickerOptions()
        self._selection_mode = SelectionMode.REPLACE
        self._sampling = Sampling()
        self._foreground = QColor(0, 0, 0)
        self._background = QColor(255, 255, 255)

    @property
    def tool(self) -> ToolName:
        return self._lent or self._chosen

    @property
    def chosen(self) -> ToolName:
        """Without what is lent for a moment."""
        return self._chosen

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
    def samples(self) -> bool:
        """Whether the tool in hand selects by the colour of a pixel."""
        return self.tool in SAMPLING_TOOLS

    @property
    def brush(self) -> Brush:
        """That of the painting tool in hand, or of the brush."""
        return self.brush_of(self.tool)

    def brush_of(self, tool: ToolName) -> Brush:
        return self._brushes.get(tool, self._brushes[ToolName.BRUSH])

    def set_brush(self, **values: object) -> None:
        """Change what is given of the painting tool in hand; numbers are brought into their range."""
        tool = self.tool if self.paints else ToolName.BRUSH
        self._take_brush(tool, self._brushes[tool].changed(**values))

    def use_brush(self, brush: Brush) -> None:
        """Take another brush in hand, with the tool that it belongs to."""
        tool = ToolName.ERASER if brush.effect is Effect.ERASE else ToolName.BRUSH
        self._take_brush(tool, brush)
        if self._chosen is not tool or self._lent is not None:
            self.choose(tool)

    def _take_brush(self, tool: ToolName, brush: Brush) -> None:
        if brush != self._brushes[tool]:
            self._brushes[tool] = brush
            self.options_changed.emit()

    def enlarge_brush(self) -> None:
        self.set_brush(size=max(self.brush.size * BRUSH_STEP, self.brush.size + 1))

    def reduce_brush(self) -> None:
        self.set_brush(size=min(self.brush.size / BRUSH_STEP, self.brush.size - 1))

    @property
    def symmetry(self) -> Symmetry:
        return self._symmetry

    def set_symmetry(self, symmetry: Symmetry) -> None:
        if symmetry != self._symmetry:
            self._symmetry = symmetry
            self.options_changed.emit()

    def choose_symmetry(self, kind: SymmetryKind) -> None:
        self.set_symmetry(replace(self._symmetry, kind=kind))

    @property
    def fill(self) -> FillOptions:
        return self._fill

    def set_fill(self, options: FillOptions) -> None:
        if options != self._fill:
            self._fill = options
            self.options_changed.emit()

    @property
    def gradient(self) -> GradientOptions:
        return self._gradient

    def set_gradient(self, options: GradientOptions) -> None:
        if options != self._gradient:
            self._gradient = options
            self.options_changed.emit()

    @property
    def shape(self) -> ShapeOptions:
        return self._shape

    def set_shape(self, options: ShapeOptions) -> None:
        if options != self._shape:
            self._shape = options
            self.options_changed.emit()

    @property
    def picker(self) -> PickerOptions:
        return self._picker

    def set_picker(self, options: PickerOptions) -> None:
        if options != self._picker:
            self._picker = options
            self.options_changed.emit()

    @property
    def selection_mode(self) -> SelectionMode:
        return self._selection_mode

    @selection_mode.setter
    def selection_mode(self, mode: SelectionMode) -> None:
        if mode is not self._selection_mode:
            self._selection_mode = mode
            self.options_changed.emit()

    @property
    def sampling(self) -> Sampling:
        """How the wand looks."""
        return self._sampling

    def set_sampling(self, sampling: Sampling) -> None:
        if sampling != self._sampling:
            self._sampling = sampling
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
