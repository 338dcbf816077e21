"""Small views of large pictures: as smooth as a proper reduction, and up to date where something was painted."""

import cv2
import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QImage

from desktop.canvas.tiles import new_image, pixels_of, tiles_from_image
from desktop.canvas.views.pyramid import Pyramid
from tests.desktop.canvas.views.conftest import Studio, colour


def noise(width: int, height: int, seed: int) -> QImage:
    values = np.random.default_rng(seed).integers(0, 256, (height, width, 4), np.uint8)
    values[:, :, 3] = 255
    return QImage(values.data, width, height, width * 4, QImage.Format.Format_RGB32).convertToFormat(
        QImage.Format.Format_ARGB32_Premultiplied
    )


def test_a_level_is_the_mean_of_the_pixels_below_it() -> None:
    image = noise(256, 128, 1)
    pyramid = Pyramid(256, 128)
    pyramid.write(image.rect(), image)
    expected = pixels_of(image)
    for level in (1, 2):
        expected = cv2.resize(expected, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        small = pyramid.image(level)
        got = pixels_of(small)[: expected.shape[0], : expected.shape[1]]
        assert np.abs(got.astype(int) - expected.astype(int)).max() <= 3 * level


def test_a_plain_colour_keeps_its_value_in_every_size() -> None:
    image = new_image(256, 256)
    image.fill(QColor(201, 33, 254))
    pyramid = Pyramid(256, 256)
    pyramid.write(image.rect(), image)
    for level in range(1, 4):
        assert pyramid.image(level).pixelColor(5, 5) == QColor(201, 33, 254)


@given(
    x=st.integers(0, 299),
    y=st.integers(0, 199),
    width=st.integers(1, 120),
    height=st.integers(1, 120),
    seed=st.integers(0, 99),
)
def test_writing_a_part_gives_what_writing_all_gives(
    x: int, y: int, width: int, height: int, seed: int
) -> None:
    before, after = noise(300, 200, seed), noise(300, 200, seed + 1)
    rect = QRect(x, y, width, height).intersected(before.rect())
    mixed = before.copy()
    in_parts, whole = Pyramid(300, 200), Pyramid(300, 200)
    in_parts.write(before.rect(), before)
    in_parts.write(rect, after.copy(rect))
    for row in range(rect.top(), rect.bottom() + 1):
        for column in range(rect.left(), rect.right() + 1):
            mixed.setPixel(column, row, after.pixel(column, row))
    whole.write(mixed.rect(), mixed)
    for level in range(3):
        one, other = in_parts.image(level), whole.image(level)
        assert np.array_equal(pixels_of(one), pixels_of(other))


def test_a_large_picture_is_composed_in_pieces_until_all_of_it_is_there(studio: Studio) -> None:
    document = studio.new(2600, 2000)
    image = new_image(2600, 2000)
    image.fill(QColor("teal"))
    document.add_layer("sea", tiles=tiles_from_image(image))
    studio.view.repaint()
    for _ in range(200):
        studio.settle()
    for x, y in ((20, 20), (2580, 20), (1300, 1000), (2580, 1980)):
        at = studio.at(x, y).toPoint()
        assert colour(studio.shown(), at.x(), at.y()) == (0, 128, 128)
