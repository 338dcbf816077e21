"""What the handles do to a frame."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF

from desktop.canvas.transforming.pose import CORNERS, Handle, Pose
from desktop.canvas.transforming.resampling import is_exact

SOURCE = QRectF(20, 10, 101, 61)

poses = st.builds(
    lambda x, y, sx, sy, angle, skew: Pose(
        source=SOURCE, centre=QPointF(x, y), scale_x=sx, scale_y=sy, angle=angle, skew=skew
    ),
    st.floats(-200, 300),
    st.floats(-200, 300),
    st.floats(0.2, 4) | st.floats(-4, -0.2),
    st.floats(0.2, 4) | st.floats(-4, -0.2),
    st.floats(-180, 180),
    st.floats(-50, 50),
)
points = st.builds(QPointF, st.floats(-300, 400), st.floats(-300, 400))
handles = st.sampled_from(list(Handle))


def near(one: QPointF, other: QPointF, tolerance: float = 1e-4) -> bool:
    return (one - other).manhattanLength() < tolerance


@given(poses, st.sampled_from(CORNERS), points)
def test_a_corner_comes_to_the_pointer_and_the_opposite_one_stays(
    pose: Pose, handle: Handle, to: QPointF
) -> None:
    scaled = pose.scaled(handle, to)
    assume(abs(scaled.scale_x) > 0.01 and abs(scaled.scale_y) > 0.01)
    opposite = Handle((-handle.across, -handle.down))
    assert near(scaled.point(handle), to)
    assert near(scaled.point(opposite), pose.point(opposite))


@given(poses, handles, points)
def test_scaling_from_the_centre_keeps_it(pose: Pose, handle: Handle, to: QPointF) -> None:
    assert near(pose.scaled(handle, to, from_centre=True).centre, pose.centre)


@given(poses, st.sampled_from(CORNERS), points)
def test_the_ratio_is_kept(pose: Pose, handle: Handle, to: QPointF) -> None:
    scaled = pose.scaled(handle, to, keep_ratio=True)
    before, after = pose.scale_x / pose.scale_y, scaled.scale_x / scaled.scale_y
    assert abs(after) == pytest.approx(abs(before), rel=1e-6)


@given(poses, points, points)
def test_turning_follows_the_pointer_around_the_centre(pose: Pose, start: QPointF, now: QPointF) -> None:
    assume((start - pose.centre).manhattanLength() > 1 and (now - pose.centre).manhattanLength() > 1)
    turned = pose.turned(start, now)
    assert near(turned.centre, pose.centre)
    back = turned.turned(now, start)
    assert abs((back.angle - pose.angle + 180) % 360 - 180) < 1e-6


@given(poses, st.sampled_from([Handle.TOP, Handle.BOTTOM]), points)
def test_skewing_leaves_the_opposite_side(pose: Pose, handle: Handle, way: QPointF) -> None:
    skewed = pose.skewed(handle, pose.point(handle), pose.point(handle) + way)
    opposite = Handle((0, -handle.down))
    assume(abs(skewed.skew) < 85)
    assert near(skewed.point(opposite), pose.point(opposite))


@given(poses, st.sampled_from(CORNERS), points)
def test_bending_moves_one_corner_or_nothing(pose: Pose, handle: Handle, to: QPointF) -> None:
    bent = pose.bent(handle, to)
    if bent != pose:
        assert near(bent.point(handle), to, 1e-2)
        for other in CORNERS:
            if other is not handle:
                assert near(bent.point(other), pose.point(other), 1e-2)
    assert bent.is_possible


@given(poses)
def test_flipping_mirrors_the_frame_where_it_lies(pose: Pose) -> None:
    flipped = pose.flipped(across=True)
    for handle in CORNERS:
        expected = pose.point(handle)
        expected.setX(2 * pose.centre.x() - expected.x())
        assert near(flipped.point(handle), expected)
    assert near(flipped.flipped(across=True).point(Handle.TOP), pose.point(Handle.TOP))


@given(st.lists(st.sampled_from(["clockwise", "back", "across", "down"]), max_size=6))
def test_quarter_turns_and_flips_of_a_picture_are_exact(deeds: list[str]) -> None:
    pose = Pose.of(SOURCE)
    for deed in deeds:
        if deed in {"clockwise", "back"}:
            pose = pose.quarter(clockwise=deed == "clockwise")
        else:
            pose = pose.flipped(across=deed == "across")
    assert is_exact(pose.transform)


def test_a_new_pose_says_nothing() -> None:
    pose = Pose.of(SOURCE)
    assert pose.is_identity
    assert pose.transform.isIdentity()
    assert not pose.moved(QPointF(1, 0)).is_identity
