"""The circle of the brush under the pointer: only where it was and where it is now is drawn again."""

from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from desktop.canvas.navigation import Navigation
from desktop.canvas.viewmodels.current import CurrentDocument
from desktop.canvas.viewmodels.tools import ToolsViewModel
from desktop.canvas.views.markers import draw_brush_outline
from desktop.widgets.theme import Theme

SMALLEST = 4.0
"""Logical pixels; a finer brush shows a larger circle, as its own could not be seen."""
MARGIN = 3


class PointerOutline:
    def __init__(
        self, *, view: QWidget, tools: ToolsViewModel, current: CurrentDocument, navigation: Navigation
    ) -> None:
        self._view = view
        self._tools = tools
        self._current = current
        self._navigation = navigation
        self._drawn = QRect()
        self.at: QPointF | None = None
        """In logical pixels of the view; None while the pointer is elsewhere."""

    def move_to(self, at: QPointF | None) -> None:
        self.at = at
        self.refresh()

    def refresh(self) -> None:
        """The pointer, the tool or the brush is another."""
        circle = self._circle()
        area = QRect()
        if circle is not None:
            area = circle.adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN).toAlignedRect()
        self._view.update(area.united(self._drawn))
        self._drawn = area

    def draw(self, painter: QPainter, theme: Theme) -> None:
        circle = self._circle()
        if circle is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            draw_brush_outline(painter, circle, theme)

    def _circle(self) -> QRectF | None:
        if self.at is None or not self._tools.paints or self._current.document is None:
            return None
        size = self._tools.brush.size * self._navigation.zoom / self._navigation.pixel_ratio
        half = max(size, SMALLEST) / 2
        return QRectF(self.at.x() - half, self.at.y() - half, 2 * half, 2 * half)
