"""Rectangles, ellipses, lines and polygons, filled and outlined."""

import math
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen

from desktop.canvas.tiles import new_image

ANGLE_STEP = 15.0
"""Degrees between the directions that Shift holds a line to."""
MOST_SIDES = 24


class ShapeKind(StrEnum):
    RECTANGLE = "rectangle"
    ROUNDED = "rounded"
    ELLIPSE = "ellipse"
    LINE = "line"
    POLYGON = "polygon"


class ShapeFill(StrEnum):
    """A fill is in the foreground colour; an outline alone too, and beside a fill in the background colour."""

    FILL = "fill"
    OUTLINE = "outline"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class ShapeOptions:
    """`width` of the outline and `radius` of rounded corners in pixels; `sides` of a polygon."""

    kind: ShapeKind = ShapeKind.RECTANGLE
    fill: ShapeFill = ShapeFill.FILL
    width: float = 6.0
    radius: float = 24.0
    sides: int = 5
    antialias: bool = True


def shape_path(
    options: ShapeOptions, start: QPointF, end: QPointF, *, even: bool, from_middle: bool
) -> QPainterPath:
    """From one corner to the other. `even`: a square, a circle, a line by steps; `from_middle`: `start` is the middle."""
    way = end - start
    if even:
        way = _stepped(way) if options.kind is ShapeKind.LINE else _squared(way)
    first = start - way if from_middle else start
    path = QPainterPath()
    if options.kind is ShapeKind.LINE:
        path.moveTo(first)
        path.lineTo(start + way)
        return path
    box = QRectF(first, start + way).normalized()
    match options.kind:
        case ShapeKind.ELLIPSE:
            path.addEllipse(box)
        case ShapeKind.ROUNDED:
            radius = min(options.radius, box.width() / 2, box.height() / 2)
            path.addRoundedRect(box, radius, radius)
        case ShapeKind.POLYGON:
            _add_polygon(path, box, options.sides)
        case _:
            path.addRect(box)
    return path


def _squared(way: QPointF) -> QPointF:
    side = max(abs(way.x()), abs(way.y()))
    return QPointF(math.copysign(side, way.x()), math.copysign(side, way.y()))


def _stepped(way: QPointF) -> QPointF:
    length = math.hypot(way.x(), way.y())
    step = math.radians(ANGLE_STEP)
    angle = round(math.atan2(way.y(), way.x()) / step) * step
    return QPointF(length * math.cos(angle), length * math.sin(angle))


def _add_polygon(path: QPainterPath, box: QRectF, sides: int) -> None:
    for number in range(sides):
        angle = 2 * math.pi * number / sides - math.pi / 2
        point = QPointF(
            box.center().x() + box.width() / 2 * math.cos(angle),
            box.center().y() + box.height() / 2 * math.sin(angle),
        )
        if number == 0:
            path.moveTo(point)
        else:
            path.lineTo(point)
    path.closeSubpath()


@dataclass(frozen=True, slots=True, eq=False)
class ShapePaint:
    """A path in the document with the colours of its inside and its outline; None leaves one of them out."""

    path: QPainterPath
    fill: QColor | None
    stroke: QColor | None
    width: float
    antialias: bool = True

    @classmethod
    def of(
        cls, options: ShapeOptions, path: QPainterPath, foreground: QColor, background: QColor
    ) -> "ShapePaint":
        fill = foreground if options.fill is not ShapeFill.OUTLINE else None
        stroke = {ShapeFill.FILL: None, ShapeFill.OUTLINE: foreground, ShapeFill.BOTH: background}[
            options.fill
        ]
        if options.kind is ShapeKind.LINE:
            fill, stroke = None, foreground
        return cls(path, fill, stroke, options.width, options.antialias)

    @property
    def bounds(self) -> QRect:
        margin = math.ceil(self.width if self.stroke is not None else 0) + 2
        return self.path.boundingRect().toAlignedRect().adjusted(-margin, -margin, margin, margin)

    def draw(self, painter: QPainter) -> None:
        """With a painter that works in the document's coordinates."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, self.antialias)
        painter.setBrush(self.fill if self.fill is not None else Qt.BrushStyle.NoBrush)
        painter.setPen(self._pen())
        painter.drawPath(self.path)

    def image(self, area: QRect) -> QImage:
        image = new_image(area.width(), area.height())
        painter = QPainter(image)
        painter.translate(-QPointF(area.topLeft()))
        self.draw(painter)
        painter.end()
        return image

    def _pen(self) -> QPen:
        if self.stroke is None:
            return QPen(Qt.PenStyle.NoPen)
        return QPen(
            self.stroke,
            self.width,
            Qt.PenStyle.SolidLine,
            Qt.PenCapStyle.RoundCap,
            Qt.PenJoinStyle.MiterJoin,
        )
