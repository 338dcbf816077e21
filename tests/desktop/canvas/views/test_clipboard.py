"""Copy, cut and paste: pixels, places and marks survive, from here and from other programs."""

import io

import numpy as np
from PIL import Image
from PySide6.QtCore import QByteArray, QMimeData, QRect, QUrl
from PySide6.QtGui import QColor, QGuiApplication

from desktop.canvas.formats.rasters import straight_pixels
from desktop.canvas.layers import Origin
from desktop.canvas.selection import rectangle
from shared.contracts.generation import Placement
from shared.imaging.pictures import read_picture
from tests.desktop.canvas.builders import recipe
from tests.desktop.canvas.views.conftest import Studio, colour
from tests.desktop.canvas.views.test_documents import GREY_PNG


def clipboard_png() -> bytes:
    return bytes(QGuiApplication.clipboard().mimeData().data("image/png").data())


def select(studio: Studio, rect: QRect) -> None:
    document = studio.document
    document.select(rectangle(document.width, document.height, rect))


def test_a_selected_part_is_copied_and_pasted_where_it_was(studio: Studio) -> None:
    studio.new(200, 150)
    studio.viewmodel.tools.set_foreground(QColor("blue"))
    studio.drag((40, 40), (90, 60))
    seen = straight_pixels(studio.picture())
    select(studio, QRect(30, 35, 50, 20))
    assert studio.run(studio.viewmodel.clipboard.copy())
    assert np.array_equal(read_picture(clipboard_png())[:, :, :3], seen[35:55, 30:80, :3])
    studio.run(studio.viewmodel.clipboard.paste(in_place=True))
    layer = studio.document.layers[-1]
    assert (layer.offset.x(), layer.offset.y()) == (30, 35)
    assert np.array_equal(straight_pixels(studio.picture()), seen)
    studio.run(studio.viewmodel.clipboard.paste())
    centred = studio.document.layers[-1]
    assert (centred.offset.x(), centred.offset.y()) == (75, 65)


def test_cutting_copies_and_is_one_step(studio: Studio) -> None:
    studio.new(200, 150)
    before = straight_pixels(studio.picture())
    select(studio, QRect(10, 20, 30, 40))
    steps = len(studio.document.history.undo_labels)
    studio.run(studio.viewmodel.clipboard.cut())
    after = straight_pixels(studio.picture())
    assert (after[20:60, 10:40, 3] == 0).all()
    assert (after[60:, :, 3] == 255).all()
    assert len(studio.document.history.undo_labels) == steps + 1
    studio.run(studio.viewmodel.clipboard.paste(in_place=True))
    assert np.array_equal(straight_pixels(studio.picture()), before)


def test_what_is_seen_is_copied_from_all_layers_and_stays_marked(studio: Studio) -> None:
    studio.new(120, 90)
    made = recipe("a" * 64, "b" * 64)
    studio.run(studio.viewmodel.add_result(GREY_PNG, placement=Placement(), recipe=made, name="sea"))
    seen = straight_pixels(studio.picture())
    assert studio.run(studio.viewmodel.clipboard.copy(merged=True))
    assert np.array_equal(read_picture(clipboard_png()), seen)
    studio.run(studio.viewmodel.clipboard.paste_new())
    assert (studio.document.width, studio.document.height) == (120, 90)
    assert np.array_equal(straight_pixels(studio.picture()), seen)
    assert studio.document.layers[0].origin is Origin.MIXED


def test_other_programs_pictures_files_and_addresses_come_in(studio: Studio) -> None:
    studio.new(120, 90)
    count = len(studio.document.layers)
    tiff = io.BytesIO()
    Image.new("RGB", (8, 6), (1, 2, 3)).save(tiff, "TIFF")
    (studio.folder / "grey.png").write_bytes(GREY_PNG)
    address = QUrl.fromLocalFile(str(studio.folder / "grey.png"))
    for name, value in (
        ("image/tiff", tiff.getvalue()),
        ("text/uri-list", address.toEncoded().data()),
        ("text/plain", address.toString().encode()),
        ("text/plain", str(studio.folder / "grey.png").encode()),
    ):
        data = QMimeData()
        data.setData(name, QByteArray(value))
        QGuiApplication.clipboard().setMimeData(data)
        studio.run(studio.viewmodel.clipboard.paste())
        count += 1
        assert len(studio.document.layers) == count, name
    image = QMimeData()
    image.setImageData(studio.picture())
    QGuiApplication.clipboard().setMimeData(image)
    studio.run(studio.viewmodel.clipboard.paste())
    assert len(studio.document.layers) == count + 1
    assert colour(studio.picture(), 60, 45) == (128, 128, 128)
    assert not studio.errors


def test_what_cannot_be_pasted_or_copied_is_told(studio: Studio) -> None:
    studio.new(60, 40)
    text = QMimeData()
    text.setText("a boat with a yellow sail")
    QGuiApplication.clipboard().setMimeData(text)
    studio.run(studio.viewmodel.clipboard.paste())
    broken = QMimeData()
    broken.setData("image/png", QByteArray(b"\x89PNG\r\n\x1a\nbroken"))
    QGuiApplication.clipboard().setMimeData(broken)
    studio.run(studio.viewmodel.clipboard.paste())
    studio.document.add_layer("empty")
    assert not studio.run(studio.viewmodel.clipboard.copy())
    assert [report.code for report in studio.errors] == [
        "INVALID_PICTURE",
        "INVALID_PICTURE",
        "NOTHING_TO_COPY",
    ]
