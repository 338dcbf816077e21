"""The frame for the model: its sides, and what a drag does to it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRect

from desktop.canvas.model_frame import FrameSides, Grip, dragged, drawn, fitted, grip_at, snapped_side
from desktop.canvas.tools.base import Pointer
from desktop.canvas.tools.model_frame import ModelFrameTool
from desktop.canvas.viewmodels.model_frame import GenerationFrame

SIDES = FrameSides(minimum=250, native=512, maximum=1000, multiple=64)
coordinate = st.floats(-5000, 5000)
points = st.builds(QPointF, coordinate, coordinate)


def liked(frame: QRect) -> bool:
    return all(256 <= side <= 960 and side % 64 == 0 for side in (frame.width(), frame.height()))


@given(points, points, st.sampled_from(list(Grip)), points)
def test_whatever_the_hand_does_the_model_likes_the_frame(
    start: QPointF, end: QPointF, grip: Grip, way: QPointF
) -> None:
    frame = drawn(start, end, SIDES)
    assert liked(frame)
    assert liked(dragged(frame, grip, way, SIDES))
    assert liked(fitted(QRect(3, 4, 77, 5000), SIDES))


@given(points, st.sampled_from(sorted(Grip, key=str)), points)
def test_what_is_not_held_stays(corner: QPointF, grip: Grip, way: QPointF) -> None:
    frame = QRect(corner.toPoint(), QRect(0, 0, 512, 512).size())
    after = dragged(frame, grip, way, SIDES)
    if grip is Grip.INSIDE:
        assert after.size() == frame.size()
        return
    left, top, right, bottom = grip.value
    if not left:
        assert after.left() == frame.left()
    if not top:
        assert after.top() == frame.top()
    if not right:
        assert after.right() == frame.right()
    if not bottom:
        assert after.bottom() == frame.bottom()


def test_a_side_near_the_native_one_becomes_it() -> None:
    assert [snapped_side(length, SIDES) for length in (10, 300, 460, 570, 590, 700, 9999)] == [
        256,
        320,
        512,
        512,
        576,
        704,
        960,
    ]


@pytest.mark.parametrize(
    ("point", "grip"),
    [
        ((256, 256), Grip.INSIDE),
        ((2, 256), Grip.LEFT),
        ((511, 513), Grip.BOTTOM_RIGHT),
        ((-3, 2), Grip.TOP_LEFT),
        ((600, 10), None),
    ],
)
def test_what_a_hand_holds(point: tuple[float, float], grip: Grip | None) -> None:
    assert grip_at(QRect(0, 0, 512, 512), QPointF(*point), 8) is grip


class _Scale:
    zoom = 0.5
    pixel_ratio = 1.0


def drag(tool: ModelFrameTool, *places: tuple[float, float]) -> None:
    pointers = [Pointer(QPointF(*place), QPointF(*place) / 2) for place in places]
    tool.press(pointers[0])
    for pointer in pointers[1:]:
        tool.move(pointer)
    tool.release(pointers[-1])


def test_a_frame_is_drawn_moved_resized_left_alone_and_taken_away() -> None:
    frame = GenerationFrame()
    frame.set_sides(SIDES)
    tool = ModelFrameTool(target=frame, navigation=_Scale())
    drag(tool, (-200, 0), (100, 200), (310, 500))
    assert frame.rect == QRect(-200, 0, 512, 512)
    drag(tool, (0, 100), (40, 130))
    assert frame.rect == QRect(-160, 30, 512, 512)
    drag(tool, (352, 300), (550, 300))
    assert frame.rect == QRect(-160, 30, 704, 512)
    tool.press(Pointer(QPointF(0, 100), QPointF(0, 50)))
    tool.move(Pointer(QPointF(300, 100), QPointF(150, 50)))
    tool.cancel()
    assert frame.rect == QRect(-160, 30, 704, 512)
    frame.set_sides(FrameSides(minimum=64, native=256, maximum=512, multiple=8))
    assert frame.rect is not None
    assert (frame.rect.width(), frame.rect.height()) == (512, 512)
    drag(tool, (3000, 3000), (3000, 3001))
    assert frame.rect is None
