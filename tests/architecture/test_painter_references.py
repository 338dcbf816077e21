"""PySide6 6.12.0 lost a reference to None at each painter call and aborted the process after some thousands."""

import sys

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter

CALLS = 1000


def test_a_thousand_painter_calls_keep_every_reference_to_none() -> None:
    target = QImage(64, 64, QImage.Format.Format_ARGB32_Premultiplied)
    target.fill(Qt.GlobalColor.transparent)
    source = target.copy()
    painter = QPainter(target)
    before = sys.getrefcount(None)
    for _ in range(CALLS):
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
        painter.setOpacity(0.5)
        painter.drawImage(0, 0, source)
        painter.fillRect(target.rect(), Qt.GlobalColor.red)
    after = sys.getrefcount(None)
    painter.end()
    assert after > before - CALLS / 10, "pin another release of PySide6: this one loses references to None"
