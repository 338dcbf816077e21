"""What lies over the picture, painted onto an image of its own."""

from PySide6.QtCore import QRect, QRectF, QSizeF
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath
from PySide6.QtWidgets import QApplication

from desktop.canvas.navigation import Navigation
from desktop.canvas.viewmodels.overlays import Overlays, Sending
from desktop.canvas.views.overlay_painting import OverlayPainter
from desktop.widgets.theme import DARK

SIDE = 64


def painted(overlays: Overlays, navigation: Navigation) -> QColor:
    image = QImage(SIDE, SIDE, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(QColor("white"))
    painter = QPainter(image)
    overlay = OverlayPainter(overlays=overlays, navigation=navigation)
    overlay.draw(painter, DARK, phase=0.0, gesture=QPainterPath())
    painter.end()
    return image.pixelColor(SIDE // 2, SIDE // 2)


def test_what_will_be_sent_is_tinted_until_a_result_lies_over_it(qapp: QApplication) -> None:
    rect = QRect(0, 0, SIDE, SIDE)
    navigation, overlays = Navigation(), Overlays()
    navigation.set_view(QSizeF(SIDE, SIDE), 1.0)
    navigation.set_document_rect(rect)
    tint = QImage(SIDE, SIDE, QImage.Format.Format_Alpha8)
    tint.fill(255)
    overlays.show_sending(Sending(frame=rect, tint=tint))
    assert painted(overlays, navigation) != QColor("white")
    result = QImage(SIDE, SIDE, QImage.Format.Format_ARGB32_Premultiplied)
    result.fill(QColor("blue"))
    overlays.show_candidate(result, QRectF(rect))
    assert painted(overlays, navigation) == QColor("blue")
