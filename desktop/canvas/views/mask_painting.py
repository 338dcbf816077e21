"""The quick mask over the picture: a tint where it is selected, made anew only for tiles that were painted on."""

from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from desktop.canvas.navigation import Navigation
from desktop.canvas.tiles import TILE_FORMAT, TileKey, tile_rect
from desktop.canvas.viewmodels.quick_mask import QuickMask
from desktop.widgets.theme import Theme

STRENGTH = 0.55


class MaskPainter:
    def __init__(self, *, quick_mask: QuickMask, navigation: Navigation) -> None:
        self._quick_mask = quick_mask
        self._navigation = navigation
        self._tinted: dict[TileKey, tuple[int, str, QImage]] = {}

    def draw(self, painter: QPainter, theme: Theme, area: QRectF) -> None:
        """`area` is the part of the view that is painted now."""
        if not self._quick_mask.active:
            self._tinted.clear()
            return
        back, _ = self._navigation.transform.inverted()
        seen = back.mapRect(area)
        painter.save()
        painter.setTransform(self._navigation.transform, True)
        painter.setOpacity(STRENGTH)
        for key, tile in self._quick_mask.tiles.items():
            if seen.intersects(QRectF(tile_rect(key))):
                painter.drawImage(tile_rect(key).topLeft(), self._tint(key, tile, theme))
        painter.restore()

    def _tint(self, key: TileKey, tile: QImage, theme: Theme) -> QImage:
        known = self._tinted.get(key)
        if known is not None and known[:2] == (tile.cacheKey(), theme.name):
            return known[2]
        image = QImage(tile.size(), TILE_FORMAT)
        image.fill(theme.colour("accent"))
        painter = QPainter(image)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_DestinationIn)
        painter.drawImage(0, 0, tile)
        painter.end()
        self._tinted[key] = (tile.cacheKey(), theme.name, image)
        return image
