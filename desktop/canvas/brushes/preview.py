"""What a brush looks like: a stroke drawn by the engine itself, on a page of its own. Any thread."""

import math

from PySide6.QtCore import QPointF, QRect, QSize
from PySide6.QtGui import QColor, QImage, QPainter

from desktop.canvas.brushes.brush import AngleSource, Brush, Effect
from desktop.canvas.brushes.style import StrokeStyle
from desktop.canvas.brushes.tips import Tips
from desktop.canvas.composing import flatten
from desktop.canvas.dabs import DabCache
from desktop.canvas.document import Document
from desktop.canvas.strokes import Stroke
from desktop.canvas.tiles import new_image, tiles_from_image

STEPS = 48
SEED = 1


def draw_preview(
    brush: Brush, *, size: QSize, colour: QColor, other: QColor, tips: Tips | None = None
) -> QImage:
    """An S from a light touch to a firm one, on nothing. A smudge and an eraser meet bands of both colours."""
    document = Document(width=size.width(), height=size.height(), new_id=lambda: "preview")
    layer = document.add_layer("", tiles=tiles_from_image(_ground(brush, size, colour, other)))
    style = StrokeStyle(brush=_fitted(brush, size.height()), colour=colour, seed=SEED)
    stroke = Stroke(document=document, layer_id=layer.id, style=style, dabs=DabCache(tips=tips))
    margin = 0.5 * style.brush.size + 3
    width, middle = size.width() - 2 * margin, size.height() / 2
    for step in range(STEPS + 1):
        part = step / STEPS
        point = QPointF(margin + width * part, middle - 0.22 * size.height() * math.sin(2 * math.pi * part))
        stroke.add(point, min(part / 0.6, (1 - part) / 0.25, 1.0), tilt=0.4)
    stroke.finish()
    return flatten(document.snapshot())


def _fitted(brush: Brush, height: int) -> Brush:
    """As large as the page lets it be, and never so small that nothing is seen."""
    share = 0.3 if brush.angle_source is AngleSource.FIXED and not brush.scatter else 0.36
    return brush.changed(size=min(max(brush.size, 3.0), share * height), smoothing=0.0, string=0.0)


def _ground(brush: Brush, size: QSize, colour: QColor, other: QColor) -> QImage:
    image = new_image(size.width(), size.height())
    if brush.effect is Effect.PAINT:
        return image
    painter = QPainter(image)
    if brush.effect is Effect.ERASE:
        painter.fillRect(image.rect().adjusted(0, size.height() // 5, 0, -size.height() // 5), colour)
    else:
        wide = max(4, size.width() // 14)
        for number, left in enumerate(range(0, size.width(), wide)):
            painter.fillRect(
                QRect(left, size.height() // 5, wide, 3 * size.height() // 5), other if number % 2 else colour
            )
    painter.end()
    return image
