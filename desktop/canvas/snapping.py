"""Snapping: what is near a line is put onto it."""

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF

from desktop.canvas.history import Guides


@dataclass(frozen=True, slots=True)
class SnapLines:
    """Lines of the document that attract: `across` are positions on the x axis, `down` on the y axis."""

    across: tuple[float, ...] = ()
    down: tuple[float, ...] = ()

    def point(self, point: QPointF, reach: float) -> QPointF:
        """The point, each way on the nearest line within `reach`."""
        return QPointF(
            point.x() + _way((point.x(),), self.across, reach),
            point.y() + _way((point.y(),), self.down, reach),
        )

    def way_of(self, rect: QRectF, reach: float) -> QPointF:
        """By how much a rectangle must move for its nearest edge or middle to lie on a line; (0, 0) if none is near."""
        xs = (rect.left(), rect.center().x(), rect.right())
        ys = (rect.top(), rect.center().y(), rect.bottom())
        return QPointF(_way(xs, self.across, reach), _way(ys, self.down, reach))


def lines_of(page: QRect, guides: Guides, others: Iterable[QRect]) -> SnapLines:
    """The page's edges and middle, the guides, and the edges of other layers."""
    rects = list(others)
    return SnapLines(
        across=(
            0.0,
            page.width() / 2,
            float(page.width()),
            *guides.vertical,
            *(float(x) for rect in rects for x in (rect.left(), rect.left() + rect.width())),
        ),
        down=(
            0.0,
            page.height() / 2,
            float(page.height()),
            *guides.horizontal,
            *(float(y) for rect in rects for y in (rect.top(), rect.top() + rect.height())),
        ),
    )


def _way(values: Iterable[float], lines: Iterable[float], reach: float) -> float:
    ways = [line - value for value in values for line in lines if abs(line - value) <= reach]
    return min(ways, key=abs, default=0.0)
