"""The buffer that the view shows: however it was brought there, it holds what drawing it anew would give."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF
from PySide6.QtGui import QColor, QImage, QPainter, QRegion
from PySide6.QtWidgets import QApplication

from desktop.canvas.composing import flatten
from desktop.canvas.document import Document
from desktop.canvas.navigation import Look, Navigation
from desktop.canvas.tiles import pixels_of, tiles_from_image
from desktop.canvas.viewmodels.current import CurrentDocument
from desktop.canvas.views.picture import PictureBuffer
from desktop.widgets.theme import DARK
from tests.desktop.canvas.builders import bits, counting_ids, noise_tiles, paint
from tests.support.canvas_view import OpenForMeasuring

SMALL, LARGE = QSize(320, 200), QSize(2600, 1700)


class Shown:
    """A buffer that follows its navigation, as the view lets it."""

    def __init__(self, document: Document, size: QSize) -> None:
        self.current = CurrentDocument()
        self.current.replace(OpenForMeasuring(document))  # type: ignore[arg-type]  # see there
        self.navigation = Navigation()
        self.navigation.set_document_rect(document.rect)
        self.navigation.set_view(QSizeF(size), 1.0)
        self.buffer = PictureBuffer(current=self.current, navigation=self.navigation)
        self.buffer.resize(size)
        self.buffer.replace_document()
        self.navigation.look_changed.connect(self.buffer.follow_look)

    def draw(self) -> None:
        while not self.buffer.refresh():
            pass
        self.buffer.draw(DARK)

    def at_rest(self) -> bytes:
        self.draw()
        while not self.buffer.sharpen(DARK).isEmpty():
            pass
        return bits(self.buffer.image)

    def anew(self) -> bytes:
        self.buffer.redraw_all()
        return self.at_rest()


def document_of(width: int, height: int) -> Document:
    document = Document(width=width, height=height, new_id=counting_ids())
    document.add_layer("noise", tiles=noise_tiles(3, width, height))
    return document


@settings(max_examples=25, deadline=None)
@given(
    ways=st.lists(st.tuples(st.integers(-90, 90), st.integers(-90, 90)), min_size=1, max_size=4),
    zoom=st.sampled_from([0.3, 1.0, 1.7, 5.0]),
    angle=st.sampled_from([0.0, 90.0, 23.0]),
)
def test_a_picture_that_was_moved_is_as_if_drawn_anew(
    ways: list[tuple[int, int]], zoom: float, angle: float
) -> None:
    shown = Shown(document_of(300, 260), SMALL)
    shown.navigation.look_again(Look(150, 130, zoom, angle))
    for way in ways:
        shown.navigation.pan_by(QPointF(*way))
        shown.draw()
    assert near(shown.at_rest(), shown.anew())


def near(one: bytes, other: bytes) -> bool:
    """What is sampled in other pieces rounds otherwise in the last place: a few pixels become their neighbours."""
    first, second = (np.frombuffer(each, np.uint8).astype(np.int16) for each in (one, other))
    return float((np.abs(first - second) > 8).mean()) < 1e-4


def test_a_large_view_is_drawn_at_half_its_size_while_it_turns_and_sharp_at_rest() -> None:
    shown = Shown(document_of(700, 500), LARGE)
    shown.draw()
    for angle in (5.0, 11.0):
        shown.navigation.rotate_to(angle)
        shown.draw()
        assert shown.buffer.image.size() == LARGE / 2
    resting = shown.at_rest()
    assert shown.buffer.image.size() == LARGE
    assert near(resting, shown.anew())


def test_a_stroke_right_after_a_turn_is_seen_in_full_size() -> None:
    document = document_of(700, 500)
    shown = Shown(document, LARGE)
    shown.draw()
    shown.navigation.rotate_to(7.0)
    shown.draw()
    paint(document, (300, 200), (400, 300), colour=QColor(255, 0, 0))
    shown.buffer.invalidate(QRegion(document.rect))
    shown.draw()
    at = shown.navigation.to_view(QPointF(350, 250)).toPoint()
    assert shown.buffer.image.pixelColor(at).red() > 200
    assert near(shown.at_rest(), shown.anew())


@pytest.mark.parametrize(("zoom", "angle"), [(0.5, 0.0), (0.8, 30.0), (1.3, -70.0), (3.0, 0.0), (4.0, 15.0)])
def test_the_picture_lies_where_the_navigation_says(qapp: QApplication, zoom: float, angle: float) -> None:
    """Against a painter of Qt's, on a picture without hard edges, where the kind of smoothing hardly shows."""
    document = Document(width=256, height=192, new_id=counting_ids())
    soft = QImage(256, 192, QImage.Format.Format_ARGB32_Premultiplied)
    rows, columns = np.mgrid[:192, :256]
    pixels = np.frombuffer(soft.bits(), np.uint8).reshape(192, 256, 4)
    pixels[:, :, 0] = columns // 2 + 40
    pixels[:, :, 1] = rows // 2 + 40
    pixels[:, :, 2] = 128
    pixels[:, :, 3] = 255
    document.add_layer("soft", tiles=tiles_from_image(soft))
    shown = Shown(document, SMALL)
    shown.navigation.look_again(Look(128, 96, zoom, angle))
    got = np.frombuffer(shown.at_rest(), np.uint8).reshape(SMALL.height(), SMALL.width(), 4).astype(int)
    wanted = QImage(SMALL, QImage.Format.Format_RGB32)
    wanted.fill(DARK.colour("surround"))
    painter = QPainter(wanted)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.setTransform(shown.navigation.device_transform)
    picture = flatten(document.snapshot())
    painter.drawImage(QRectF(picture.rect()), picture, QRectF(picture.rect()))
    painter.end()
    differs = np.abs(got - pixels_of(wanted).astype(int))[:, :, :3].max(axis=2)
    # Along the page's edge half pixels are rounded, and smoothed, each in its way.
    assert np.percentile(differs, 97) <= 2
