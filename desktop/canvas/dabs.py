"""The single marks of which a stroke is made, drawn once and kept."""

import math
from collections import OrderedDict

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QRadialGradient

from desktop.canvas.tiles import new_image

PHASES = 4
"""Small dabs are placed to a quarter of a pixel, so that thin lines don't wobble."""

LARGEST_PHASED = 32.0
FALL_OFF = (0.0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875)
"""Points of the soft edge, between the hard core (0) and the rim (1)."""

DabKey = tuple[float, float, int, int, int]


class DabCache:
    """Ready-made dabs, the longest unused dropped first. One for the whole app serves all strokes."""

    def __init__(self, *, limit_bytes: int = 64 * 1024 * 1024) -> None:
        self._limit_bytes = limit_bytes
        self._bytes = 0
        self._dabs: OrderedDict[DabKey, QImage] = OrderedDict()

    def place(
        self, centre: QPointF, diameter: float, hardness: float, colour: QColor
    ) -> tuple[QPoint, QImage]:
        """A dab in the tiles' format and the pixel where its top left corner belongs."""
        phases = PHASES if diameter <= LARGEST_PHASED else 1
        x, y = round(centre.x() * phases), round(centre.y() * phases)
        key = (diameter, hardness, colour.rgb(), x % phases, y % phases)
        dab = self._dabs.get(key)
        if dab is None:
            dab = draw_dab(diameter, hardness, colour, QPointF(x % phases / phases, y % phases / phases))
            self._keep(key, dab)
        else:
            self._dabs.move_to_end(key)
        half = dab.width() // 2
        return QPoint(x // phases - half, y // phases - half), dab

    def _keep(self, key: DabKey, dab: QImage) -> None:
        self._dabs[key] = dab
        self._bytes += dab.sizeInBytes()
        while self._bytes > self._limit_bytes and len(self._dabs) > 1:
            _, oldest = self._dabs.popitem(last=False)
            self._bytes -= oldest.sizeInBytes()


def rounded_diameter(diameter: float) -> float:
    """Pen pressure gives any size; a difference of 2% is not seen, and far fewer dabs are drawn."""
    if diameter <= 12:
        return max(1.0, round(diameter * 4) / 4)
    return 12.0 * 1.02 ** round(math.log(diameter / 12.0, 1.02))


def draw_dab(diameter: float, hardness: float, colour: QColor, phase: QPointF) -> QImage:
    """A square of odd side; the dab's centre lies at `phase` (0 to 1) from the middle pixel's top left corner."""
    radius = diameter / 2
    half = math.ceil(radius) + 1
    image = new_image(2 * half + 1, 2 * half + 1)
    centre = QPointF(half, half) + phase
    # Even a hard tip fades over one pixel, which is its antialiasing; the rim lies half a pixel outside.
    rim = radius + 0.5
    core = max(0.0, min(hardness * radius / rim, 1.0 - 1.0 / rim))
    gradient = QRadialGradient(centre, rim)
    for step in FALL_OFF:
        shade = QColor(colour)
        shade.setAlphaF(0.5 + 0.5 * math.cos(math.pi * step))
        gradient.setColorAt(core + (1.0 - core) * step, shade)
    clear = QColor(colour)
    clear.setAlpha(0)
    gradient.setColorAt(1.0, clear)
    painter = QPainter(image)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.fillRect(image.rect(), gradient)
    painter.end()
    return image
