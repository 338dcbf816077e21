"""A small picture of one layer on the page."""

from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QImage, QPainter

from desktop.canvas.layers import LayerSnapshot
from desktop.canvas.tiles import new_image, tile_rect


def layer_thumbnail(layer: LayerSnapshot, page: QRect, side: int) -> QImage:
    """The layer within `page`, its longer side `side` pixels; transparent where the layer is. Any thread."""
    size = page.size().scaled(side, side, Qt.AspectRatioMode.KeepAspectRatio)
    image = new_image(max(size.width(), 1), max(size.height(), 1))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
    scale = image.width() / page.width()
    offset = QPoint(layer.properties.x, layer.properties.y)
    for key, tile in layer.tiles.items():
        place = tile_rect(key).translated(offset)
        if not place.intersects(page):
            continue
        # Reduced in two steps: bilinear sampling alone would skip most pixels of a large document.
        rough = max(1, round(tile.width() * scale * 2))
        small = tile.scaled(
            rough, rough, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        target = QRectF(place.x() * scale, place.y() * scale, place.width() * scale, place.height() * scale)
        painter.drawImage(target, small, QRectF(small.rect()))
    painter.end()
    return image
