"""What the tools that change pixels ask for, with the brush, the colours and the symmetry in force."""

from collections.abc import Callable

from desktop.canvas.brushes.style import StrokeStyle
from desktop.canvas.dabs import DabCache
from desktop.canvas.moving import LayerMove
from desktop.canvas.strokes import Stroke
from desktop.canvas.tools.base import ToolName
from desktop.canvas.viewmodels.current import CurrentDocument
from desktop.canvas.viewmodels.tools import ToolsViewModel


class Painting:
    """`new_seed` is asked once a stroke: what the stroke leaves to chance follows from it."""

    def __init__(
        self, *, current: CurrentDocument, tools: ToolsViewModel, dabs: DabCache, new_seed: Callable[[], int]
    ) -> None:
        self._current = current
        self._tools = tools
        self._dabs = dabs
        self._new_seed = new_seed

    def begin_stroke(self, *, eraser: bool) -> Stroke | None:
        document = self._current.document
        layer_id = self._current.layer_to_paint()
        if document is None or layer_id is None:
            return None
        style = StrokeStyle(
            brush=self._tools.brush_of(ToolName.ERASER if eraser else ToolName.BRUSH),
            colour=self._tools.foreground,
            background=self._tools.background,
            symmetry=self._tools.symmetry,
            seed=self._new_seed(),
        )
        return Stroke(document=document, layer_id=layer_id, style=style, dabs=self._dabs)

    def begin_move(self) -> LayerMove | None:
        document = self._current.document
        layer_id = self._current.layer_to_paint()
        if document is None or layer_id is None:
            return None
        return LayerMove(document=document, layer_id=layer_id)
