"""Lines that are seen on any picture: marching ants, brush outlines, frames."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from desktop.widgets.theme import Theme

DASH = 4.0
"""Length of one dash of the marching ants, in logical pixels."""


def draw_marching_ants(painter: QPainter, path: QPainterPath, theme: Theme, phase: float) -> None:
    """`path` in logical pixels of the view; `phase` from 0 to 2 * DASH moves the dashes."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(_pen(theme.colour("marker_dark", 0.85)))
    painter.drawPath(path)
    dashes = _pen(theme.colour("marker_light"))
    dashes.setDashPattern([DASH, DASH])
    dashes.setDashOffset(phase)
    painter.setPen(dashes)
    painter.drawPath(path)


def draw_brush_outline(painter: QPainter, ellipse: QRectF, theme: Theme) -> None:
    """Two hairlines beside each other, so that one of them shows on every ground."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(_pen(theme.colour("marker_dark", 0.6)))
    painter.drawEllipse(ellipse)
    painter.setPen(_pen(theme.colour("marker_light", 0.9)))
    painter.drawEllipse(ellipse.adjusted(1, 1, -1, -1))


def draw_frame(painter: QPainter, path: QPainterPath, theme: Theme) -> None:
    """The outline of what will be sent."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(_pen(theme.colour("marker_dark", 0.5), 3.0))
    painter.drawPath(path)
    painter.setPen(_pen(theme.colour("accent")))
    painter.drawPath(path)


def _pen(colour: QColor, width: float = 1.0) -> QPen:
    pen = QPen(colour, width)
    pen.setCosmetic(True)
    return pen
