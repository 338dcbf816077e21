"""The whole picture cut, enlarged, resampled, turned or mirrored: from one state to the next. For a worker thread."""

from dataclasses import replace

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF
from PySide6.QtGui import QTransform

from desktop.canvas.history import DocumentSnapshot, Guides
from desktop.canvas.layers import LayerSnapshot
from desktop.canvas.transforming.lifting import laid_down, lift, transformed_mask, transformed_selection
from desktop.canvas.transforming.pose import Pose
from desktop.canvas.transforming.resampling import Resampling, is_shift


def cut_to(state: DocumentSnapshot, pose: Pose) -> DocumentSnapshot:
    """What lies in the frame becomes the page, turned straight if the frame is turned. Nothing else is lost."""
    width = max(1, round(abs(pose.scale_x) * pose.source.width()))
    height = max(1, round(abs(pose.scale_y) * pose.source.height()))
    straight = QTransform.fromTranslate(-pose.centre.x(), -pose.centre.y())
    turn = QTransform().rotate(-pose.angle)
    to_page = straight * turn * QTransform.fromTranslate(width / 2, height / 2)
    if pose.angle == 0:
        to_page = QTransform.fromTranslate(round(to_page.dx()), round(to_page.dy()))
    return through(state, to_page, width, height)


def canvas_sized(
    state: DocumentSnapshot, width: int, height: int, *, anchor: tuple[float, float]
) -> DocumentSnapshot:
    """`anchor` (0 to 1 each way) is the place that stays: (0, 0) keeps the top left corner, (0.5, 0.5) the middle."""
    dx, dy = round((width - state.width) * anchor[0]), round((height - state.height) * anchor[1])
    return through(state, QTransform.fromTranslate(dx, dy), width, height)


def resized(state: DocumentSnapshot, width: int, height: int, method: Resampling) -> DocumentSnapshot:
    scale = QTransform.fromScale(width / state.width, height / state.height)
    return through(state, scale, width, height, method)


def turned(state: DocumentSnapshot, quarters: int) -> DocumentSnapshot:
    """By quarter turns clockwise."""
    turn = QTransform().rotate(90 * (quarters % 4))
    area = turn.mapRect(QRectF(state.rect)).toRect()
    return through(state, turn * QTransform.fromTranslate(-area.x(), -area.y()), area.width(), area.height())


def mirrored(state: DocumentSnapshot, *, across: bool) -> DocumentSnapshot:
    """Left to right if `across`, else top to bottom."""
    flip = QTransform.fromScale(-1 if across else 1, 1 if across else -1)
    shift = QTransform.fromTranslate(state.width if across else 0, 0 if across else state.height)
    return through(state, flip * shift, state.width, state.height)


def through(
    state: DocumentSnapshot,
    transform: QTransform,
    width: int,
    height: int,
    method: Resampling = Resampling.BICUBIC,
) -> DocumentSnapshot:
    """All that is on the page through `transform`, on a page of that size. Locked layers too: they stay in place."""
    page = QRect(0, 0, width, height)
    return replace(
        state,
        width=width,
        height=height,
        layers=tuple(_layer(layer, transform, page, method) for layer in state.layers),
        selection=transformed_selection(state.selection, transform, page) if state.selection else None,
        guides=_guides(state.guides, transform, page),
    )


def _layer(layer: LayerSnapshot, transform: QTransform, page: QRect, method: Resampling) -> LayerSnapshot:
    if is_shift(transform):
        place = layer.offset + QPoint(round(transform.dx()), round(transform.dy()))
        return replace(layer, properties=replace(layer.properties, x=place.x(), y=place.y()))
    tiles = layer.tiles
    if tiles:
        lifted = lift(tiles, layer.offset, None)
        tiles = laid_down(lifted, layer.offset, transform, document=page, method=method)
    mask = transformed_mask(layer.mask, layer.offset, transform, page) if layer.mask is not None else None
    return replace(layer, tiles=tiles, mask=mask)


def _guides(guides: Guides, transform: QTransform, page: QRect) -> Guides:
    """Those that still run straight over the page."""
    vertical: set[float] = set()
    horizontal: set[float] = set()
    lines = [(QPointF(x, 0), QPointF(x, 1)) for x in guides.vertical]
    lines += [(QPointF(0, y), QPointF(1, y)) for y in guides.horizontal]
    for start, end in lines:
        one, other = transform.map(start), transform.map(end)
        if abs(one.x() - other.x()) < 1e-6 and 0 <= one.x() <= page.width():
            vertical.add(round(one.x(), 3))
        elif abs(one.y() - other.y()) < 1e-6 and 0 <= one.y() <= page.height():
            horizontal.add(round(one.y(), 3))
    return Guides(vertical=tuple(sorted(vertical)), horizontal=tuple(sorted(horizontal)))
