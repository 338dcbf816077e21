"""Layers dragged out of the list: as files for other programs, and as nothing new for the canvas itself."""

import numpy as np
from PySide6.QtCore import QModelIndex, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent
from PySide6.QtWidgets import QApplication

from desktop.canvas.viewmodels.layer_mime import LAYER_MIME, LayerMimeData
from shared.imaging.pictures import read_picture
from shared.imaging.provenance import read_origin
from tests.desktop.canvas.builders import noise_tiles, recipe
from tests.desktop.canvas.views.conftest import Studio


def dragged(studio: Studio, *names: str) -> LayerMimeData:
    layers = studio.viewmodel.layers
    rows = [row for row in range(layers.rowCount()) if layers.index(row).data() in names]
    data = layers.mimeData([QModelIndex(layers.index(row)) for row in rows])
    assert isinstance(data, LayerMimeData)
    return data


def test_a_layer_becomes_a_marked_file_of_its_name_as_it_is_seen_alone(studio: Studio) -> None:
    document = studio.new()
    generated = document.add_layer(
        'a/b: "sky"', tiles=noise_tiles(1, 40, 30), x=20, y=10, recipe=recipe("a" * 64, "b" * 64)
    )
    document.set_opacity(generated.id, 0.5)
    document.set_visible(generated.id, False)
    data = dragged(studio, 'a/b: "sky"')
    assert data.hasUrls()
    (url,) = data.urls()
    file = data.dragged.files()[0]
    assert url.toLocalFile() == str(file)
    assert file.name == "a_b_ _sky_.png"
    pixels = read_picture(file)
    assert pixels.shape == (30, 40, 4)
    assert np.percentile(pixels[:, :, 3], 99) <= 128
    assert read_origin(file) == "generated"


def test_a_group_is_one_file_and_layers_of_one_name_are_two(studio: Studio) -> None:
    document = studio.new()
    first = document.add_layer("same", tiles=noise_tiles(1, 40, 30))
    second = document.add_layer("same", tiles=noise_tiles(2, 40, 30), x=100)
    names = [file.name for file in dragged(studio, "same").dragged.files()]
    assert names == ["same.png", "same 2.png"]
    document.group_layers([first.id, second.id], "both")
    files = dragged(studio, "both", "same").dragged.files()
    assert [read_picture(file).shape for file in files] == [(30, 140, 4)]


def test_an_empty_layer_brings_no_file_and_reordering_writes_none(studio: Studio) -> None:
    studio.new().add_layer("empty")
    data = dragged(studio, "empty")
    assert data.data(LAYER_MIME).toStdString() == studio.document.active_id
    assert data.dragged.files() == []


def test_the_canvas_takes_no_layers_of_its_own_as_files(studio: Studio) -> None:
    studio.new().add_layer("noise", tiles=noise_tiles(1, 40, 30))
    data = dragged(studio, "noise")
    event = QDragEnterEvent(
        QPointF(50, 50).toPoint(),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    event.ignore()
    QApplication.sendEvent(studio.view, event)
    assert not event.isAccepted()
