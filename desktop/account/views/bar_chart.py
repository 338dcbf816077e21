"""Bars over days, as quiet as the rest; each says its own number."""

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolTip, QWidget

from desktop.widgets.theme import SMALL_TEXT_SIZE, SPACE, theme_of

HEIGHT = 36 * SPACE
_FOOT = 5 * SPACE
_HEAD = 5 * SPACE


@dataclass(frozen=True)
class Bar:
    """`tip` is shown under the pointer and read to whoever can't see the bar."""

    name: str
    value: int
    tip: str


class BarChart(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.bars: tuple[Bar, ...] = ()
        self.setMouseTracking(True)
        self.setFixedHeight(HEIGHT)

    def show_bars(self, bars: tuple[Bar, ...], name: str) -> None:
        self.bars = bars
        self.setAccessibleName(name)
        self.setAccessibleDescription("; ".join(bar.tip for bar in bars if bar.value))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(120 * SPACE, HEIGHT)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent) and self.bars:
            place = int(event.pos().x() / max(1.0, self.width() / len(self.bars)))
            bar = self.bars[min(max(place, 0), len(self.bars) - 1)]
            QToolTip.showText(event.globalPos(), bar.tip, self)
            return True
        return super().event(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = theme_of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = painter.font()
        font.setPixelSize(SMALL_TEXT_SIZE)
        painter.setFont(font)
        ground = self.height() - _FOOT
        painter.fillRect(QRectF(0, ground, self.width(), 1), theme.colour("line"))
        highest = max((bar.value for bar in self.bars), default=0)
        if highest:
            self._paint_bars(painter, ground, highest)
        painter.end()

    def _paint_bars(self, painter: QPainter, ground: int, highest: int) -> None:
        theme, each = theme_of(self), self.width() / len(self.bars)
        wide = min(each * 0.7, 6.0 * SPACE)
        tallest = [bar.value for bar in self.bars].index(highest)
        named_every = max(1, round(12 * SPACE / each))
        painter.setPen(theme.colour("quiet_text"))
        for place, bar in enumerate(self.bars):
            left = place * each
            tall = (ground - _HEAD) * bar.value / highest
            painter.fillRect(
                QRectF(left + (each - wide) / 2, ground - tall, wide, tall), theme.colour("quiet_text")
            )
            if place % named_every == 0:
                self._write(painter, bar.name, left + each / 2, ground, _FOOT)
            if place == tallest:
                text = self.locale().toString(bar.value)
                self._write(painter, text, left + each / 2, ground - tall - _HEAD, _HEAD)

    def _write(self, painter: QPainter, text: str, middle: float, top: float, tall: int) -> None:
        """Around `middle`, but never beyond the sides."""
        wide = painter.fontMetrics().horizontalAdvance(text)
        left = min(max(0.0, middle - wide / 2), max(0.0, float(self.width() - wide)))
        painter.drawText(QRectF(left, top, wide + 1, tall), Qt.AlignmentFlag.AlignCenter, text)
