"""Guides and the grid of pixels over the picture, with a painter in logical pixels of the view."""

import math

from PySide6.QtCore import QLineF, QPointF
from PySide6.QtGui import QPainter, QPen

from desktop.canvas.navigation import Navigation
from desktop.canvas.viewmodels.aids import Aid, Aids
from desktop.canvas.viewmodels.current import CurrentDocument
from desktop.widgets.theme import Theme

GRID_FROM_ZOOM = 8.0
"""Device pixels of one pixel of the picture from which its edges are worth a line."""


class AidPainter:
    def __init__(self, *, aids: Aids, current: CurrentDocument, navigation: Navigation) -> None:
        self._aids = aids
        self._current = current
        self._navigation = navigation

    def draw(self, painter: QPainter, theme: Theme) -> None:
        document = self._current.document
        if document is None:
            return
        if self._aids.is_on(Aid.PIXEL_GRID) and self._navigation.zoom >= GRID_FROM_ZOOM:
            self._draw_grid(painter, theme, document.width, document.height)
        guides = self._aids.guides
        lines = [QLineF(x, 0, x, document.height) for x in guides.vertical]
        lines += [QLineF(0, y, document.width, y) for y in guides.horizontal]
        if lines:
            self._draw(painter, lines, QPen(theme.colour("marker_dark", 0.5), 3))
            self._draw(painter, lines, QPen(theme.colour("accent"), 1))

    def _draw_grid(self, painter: QPainter, theme: Theme, width: int, height: int) -> None:
        seen = self._navigation.visible_area.boundingRect()
        left, right = max(0, math.floor(seen.left())), min(width, math.ceil(seen.right()))
        top, bottom = max(0, math.floor(seen.top())), min(height, math.ceil(seen.bottom()))
        lines = [QLineF(x, top, x, bottom) for x in range(left, right + 1)]
        lines += [QLineF(left, y, right, y) for y in range(top, bottom + 1)]
        self._draw(painter, lines, QPen(theme.colour("marker_dark", 0.25), 0))

    def _draw(self, painter: QPainter, lines: list[QLineF], pen: QPen) -> None:
        pen.setCosmetic(True)
        painter.setPen(pen)
        to_view = self._navigation.transform
        painter.drawLines([_half(to_view.map(line)) for line in lines])


def _half(line: QLineF) -> QLineF:
    """In the middle of device pixels, so that a straight line is one pixel wide."""
    first, last = line.p1(), line.p2()
    if first.x() == last.x():
        x = math.floor(first.x()) + 0.5
        return QLineF(QPointF(x, first.y()), QPointF(x, last.y()))
    if first.y() == last.y():
        y = math.floor(first.y()) + 0.5
        return QLineF(QPointF(first.x(), y), QPointF(last.x(), y))
    return line
