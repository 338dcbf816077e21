"""Where a transformed rectangle lies, and how its handles change that."""

import math
from dataclasses import dataclass, replace
from enum import Enum

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPolygonF, QTransform

SMALLEST_SCALE = 0.001
ANGLE_STEP = 15.0
FLATTEST = 1e-3
"""Of the frame's area; a corner any flatter is no corner."""
NO_BEND = (QPointF(), QPointF(), QPointF(), QPointF())


class Handle(Enum):
    """The corners and sides of the frame, by where they lie on it (-1 to 1 each way)."""

    TOP_LEFT = (-1, -1)
    TOP = (0, -1)
    TOP_RIGHT = (1, -1)
    RIGHT = (1, 0)
    BOTTOM_RIGHT = (1, 1)
    BOTTOM = (0, 1)
    BOTTOM_LEFT = (-1, 1)
    LEFT = (-1, 0)

    @property
    def across(self) -> int:
        return self.value[0]

    @property
    def down(self) -> int:
        return self.value[1]

    @property
    def is_corner(self) -> bool:
        return self.across != 0 and self.down != 0


CORNERS = (Handle.TOP_LEFT, Handle.TOP_RIGHT, Handle.BOTTOM_RIGHT, Handle.BOTTOM_LEFT)


@dataclass(frozen=True, slots=True)
class Pose:
    """`source` is the rectangle as it lay; the rest says how it lies now. Angles are degrees clockwise.

    The corners are bent first (perspective), in the source's own coordinates; then scale, skew, turn and move.
    """

    source: QRectF
    centre: QPointF
    scale_x: float = 1.0
    scale_y: float = 1.0
    angle: float = 0.0
    skew: float = 0.0
    bend: tuple[QPointF, QPointF, QPointF, QPointF] = NO_BEND

    @classmethod
    def of(cls, source: QRectF) -> "Pose":
        return cls(source=source, centre=source.center())

    @property
    def is_identity(self) -> bool:
        return self == Pose.of(self.source)

    @property
    def affine(self) -> QTransform:
        middle = self.source.center()
        transform = QTransform.fromTranslate(self.centre.x(), self.centre.y())
        transform.rotate(self.angle)
        transform.shear(math.tan(math.radians(self.skew)), 0.0)
        transform.scale(self.scale_x, self.scale_y)
        transform.translate(-middle.x(), -middle.y())
        return transform

    @property
    def transform(self) -> QTransform:
        """From where the pixels lay to where they lie."""
        if self.bend == NO_BEND:
            return self.affine
        straight = _corner_points(self.source)
        bent = [point + off for point, off in zip(straight, self.bend, strict=True)]
        found: object = QTransform.quadToQuad(QPolygonF(straight), QPolygonF(bent))
        return found * self.affine if isinstance(found, QTransform) else self.affine

    @property
    def is_possible(self) -> bool:
        """Whether the frame is still one that the picture can be put into: convex, and not folded up."""
        straight = _corner_points(self.source)
        points = [point + off for point, off in zip(straight, self.bend, strict=True)]
        turns = [_turn(points[i - 2], points[i - 1], points[i]) for i in range(4)]
        return min(turns) > FLATTEST * self.source.width() * self.source.height()

    def point(self, handle: Handle) -> QPointF:
        """Where a handle lies on the document."""
        middle = self.source.center()
        across, down = self.source.width() / 2 * handle.across, self.source.height() / 2 * handle.down
        return self.transform.map(middle + QPointF(across, down))

    @property
    def frame(self) -> QPolygonF:
        return QPolygonF([self.point(handle) for handle in CORNERS])

    def affine_point(self, from_middle: QPointF) -> QPointF:
        """Where a point of the source lies, by its way from the middle, before corners are bent."""
        return self.affine.map(self.source.center() + from_middle)

    # What a hand does

    def moved(self, way: QPointF) -> "Pose":
        return replace(self, centre=self.centre + way)

    def turned(self, start: QPointF, now: QPointF, *, in_steps: bool = False) -> "Pose":
        """Turn around the centre as far as the pointer went around it."""
        before, after = start - self.centre, now - self.centre
        way = math.degrees(math.atan2(after.y(), after.x()) - math.atan2(before.y(), before.x()))
        angle = math.remainder(self.angle + way, 360.0)
        return replace(self, angle=round(angle / ANGLE_STEP) * ANGLE_STEP if in_steps else angle)

    def scaled(
        self, handle: Handle, now: QPointF, *, keep_ratio: bool = False, from_centre: bool = False
    ) -> "Pose":
        """Bring a handle to the pointer; the opposite one stays, or the centre does."""
        turned = replace(self, scale_x=1.0, scale_y=1.0, bend=NO_BEND, centre=QPointF())
        to_frame, _ = _without_move(turned).inverted()
        opposite = QPointF(-handle.across * self.source.width() / 2, -handle.down * self.source.height() / 2)
        anchor = self.centre if from_centre else self.affine_point(opposite)
        reach = to_frame.map(now - anchor)
        share = 0.5 if from_centre else 1.0
        scale_x = self._scale(self.scale_x, reach.x(), handle.across * self.source.width() * share)
        scale_y = self._scale(self.scale_y, reach.y(), handle.down * self.source.height() * share)
        if keep_ratio:
            ratios = [
                abs(new / old)
                for new, old in ((scale_x, self.scale_x), (scale_y, self.scale_y))
                if new != old
            ]
            by = max(ratios, default=1.0)
            scale_x = math.copysign(abs(self.scale_x) * by, scale_x)
            scale_y = math.copysign(abs(self.scale_y) * by, scale_y)
        scaled = replace(self, scale_x=scale_x, scale_y=scale_y)
        if from_centre:
            return scaled
        return scaled.moved(anchor - scaled.affine_point(opposite))

    def skewed(self, handle: Handle, start: QPointF, now: QPointF) -> "Pose":
        """Push a side along itself; the opposite side stays."""
        turned = QTransform().rotate(-self.angle)
        way = turned.map(now - start)
        opposite = QPointF(-handle.across * self.source.width() / 2, -handle.down * self.source.height() / 2)
        height = max(abs(self.source.height() * self.scale_y), 1.0) * math.copysign(1.0, self.scale_y)
        if handle.down == 0:
            return self
        slope = math.tan(math.radians(self.skew)) + way.x() / (height * handle.down)
        skewed = replace(self, skew=math.degrees(math.atan(slope)))
        return skewed.moved(self.affine_point(opposite) - skewed.affine_point(opposite))

    def bent(self, handle: Handle, now: QPointF) -> "Pose":
        """Pull one corner to the pointer (perspective)."""
        back, possible = self.affine.inverted()
        if not possible or handle not in CORNERS:
            return self
        corner = CORNERS.index(handle)
        bend = list(self.bend)
        bend[corner] = back.map(now) - _corner_points(self.source)[corner]
        bent = replace(self, bend=(bend[0], bend[1], bend[2], bend[3]))
        return bent if bent.is_possible else self

    def flipped(self, *, across: bool) -> "Pose":
        """Mirrored where it lies: left to right if `across`, else top to bottom."""
        return replace(
            self,
            angle=-self.angle,
            skew=-self.skew,
            scale_x=-self.scale_x if across else self.scale_x,
            scale_y=self.scale_y if across else -self.scale_y,
        )

    def quarter(self, *, clockwise: bool) -> "Pose":
        """A quarter turn around the centre, that keeps whole pixels on whole pixels."""
        turned = replace(self, angle=math.remainder(self.angle + (90.0 if clockwise else -90.0), 360.0))
        corner = turned.transform.mapRect(self.source).topLeft()
        return turned.moved(QPointF(round(corner.x()), round(corner.y())) - corner)

    @staticmethod
    def _scale(before: float, reach: float, length: float) -> float:
        """`length` is 0 where the handle does not move that way."""
        if abs(length) < SMALLEST_SCALE:
            return before
        scale = reach / length
        return scale if abs(scale) >= SMALLEST_SCALE else math.copysign(SMALLEST_SCALE, scale)


def _without_move(placement: Pose) -> QTransform:
    transform = QTransform().rotate(placement.angle)
    transform.shear(math.tan(math.radians(placement.skew)), 0.0)
    return transform


def _corner_points(rect: QRectF) -> list[QPointF]:
    return [rect.topLeft(), rect.topRight(), rect.bottomRight(), rect.bottomLeft()]


def _turn(first: QPointF, second: QPointF, third: QPointF) -> float:
    one, two = second - first, third - second
    return one.x() * two.y() - one.y() * two.x()
