"""Lines that are seen on any picture: marching ants, brush outlines, frames."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from desktop.widgets.theme import Theme

DASH = 4.0
"""Length of one dash of the marching ants, in logical pixels."""
HANDLE_SIDE = 8.0


def draw_marching_ants(painter: QPainter, path: QPainterPath, theme: Theme, phase: float) -> None:
    """`path` in logical pixels of the view; `phase` from 0 to 2 * DASH moves the dashes."""
    painter.save()
    # Opaque hairlines with hard edges: others cost a painter some ten times as much, and an outline may be long.
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(_pen(theme.colour("marker_dark")))
    painter.drawPath(path)
    dashes = _pen(theme.colour("marker_light"))
    dashes.setDashPattern([DASH, DASH])
    dashes.setDashOffset(phase)
    painter.setPen(dashes)
    painter.drawPath(path)
    painter.restore()


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


def draw_handles(painter: QPainter, frame: QPolygonF, points: list[QPointF], theme: Theme) -> None:
    """A frame that can be taken hold of at `points`."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(_pen(theme.colour("marker_dark", 0.6), 2.0))
    painter.drawPolygon(frame)
    painter.setPen(_pen(theme.colour("marker_light")))
    painter.drawPolygon(frame)
    painter.setPen(_pen(theme.colour("marker_dark", 0.8)))
    painter.setBrush(theme.colour("marker_light"))
    half = HANDLE_SIDE / 2
    for point in points:
        painter.drawRect(QRectF(point.x() - half, point.y() - half, HANDLE_SIDE, HANDLE_SIDE))


def draw_shade_around(painter: QPainter, frame: QPolygonF, theme: Theme) -> None:
    """Darken all but the inside of the frame."""
    path = QPainterPath()
    path.addRect(QRectF(painter.viewport()))
    path.addPolygon(frame)
    path.closeSubpath()
    painter.fillPath(path, theme.colour("shade", 0.5))


def _pen(colour: QColor, width: float = 1.0) -> QPen:
    pen = QPen(colour, width)
    pen.setCosmetic(True)
    return pen
