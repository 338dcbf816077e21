"""What the tools that change pixels ask for, with the brush, the colours and the symmetry in force."""

from collections.abc import Callable

from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QColor, QImage

from desktop.canvas.brushes.style import StrokeStyle
from desktop.canvas.dabs import DabCache
from desktop.canvas.strokes import Stroke
from desktop.canvas.tiles import image_from_tiles, pixels_of
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
        document, layer_id = self._current.painted_document, self._current.painted_layer()
        if document is None or layer_id is None:
            return None
        style = StrokeStyle(
            brush=self._tools.brush_of(ToolName.ERASER if eraser else ToolName.BRUSH),
            colour=self._tools.foreground,
            background=self._tools.background,
            symmetry=self._tools.symmetry,
            seed=self._new_seed(),
        )
        return Stroke(
            document=document,
            layer_id=layer_id,
            style=style,
            dabs=self._dabs,
            on_mask=self._current.on_mask,
        )

    def colour_at(self, point: QPoint) -> QColor | None:
        """The mean colour of a small square around `point`, seen or of the layer; None where nothing is."""
        document, compositor = self._current.document, self._current.compositor
        if document is None or compositor is None or not document.rect.contains(point):
            return None
        options = self._tools.picker
        half = options.side // 2
        area = QRect(point.x() - half, point.y() - half, options.side, options.side)
        area = area.intersected(document.rect)
        layer = document.active_layer
        if options.all_layers or layer is None:
            return _mean_colour(compositor.composite(area))
        return _mean_colour(image_from_tiles(layer.tiles.items(), area.translated(-layer.offset)))


def _mean_colour(image: QImage) -> QColor | None:
    """Opaque; what is more transparent counts less."""
    blue, green, red, alpha = pixels_of(image).reshape(-1, 4).astype(float).sum(axis=0)
    if alpha == 0:
        return None
    return QColor(*(min(255, round(value * 255 / alpha)) for value in (red, green, blue)))
