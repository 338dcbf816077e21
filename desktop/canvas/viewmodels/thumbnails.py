"""A small picture of one layer on the page."""

from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QImage, QPainter

from desktop.canvas.layers import LayerSnapshot
from desktop.canvas.masks import MASK_FORMAT
from desktop.canvas.tiles import TileMap, new_image, tile_rect


def layer_thumbnail(layer: LayerSnapshot, page: QRect, side: int) -> QImage:
    """The layer within `page`, its longer side `side` pixels; transparent where the layer is. Any thread."""
    image = new_image(*_small(page, side))
    _draw(image, layer.tiles, layer.offset, page)
    return image


def mask_thumbnail(layer: LayerSnapshot, page: QRect, side: int) -> QImage | None:
    """Its mask within `page`, white where it shows; None without one. Any thread."""
    if layer.mask is None:
        return None
    image = QImage(*_small(page, side), MASK_FORMAT)
    image.fill(layer.mask.background)
    _draw(image, layer.mask.tiles, layer.offset, page)
    return image


def _small(page: QRect, side: int) -> tuple[int, int]:
    size = page.size().scaled(side, side, Qt.AspectRatioMode.KeepAspectRatio)
    return max(size.width(), 1), max(size.height(), 1)


def _draw(image: QImage, tiles: TileMap, offset: QPoint, page: QRect) -> None:
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
    scale = image.width() / page.width()
    for key, tile in tiles.items():
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
