"""Text layers: written anew as often as wanted, and kept as text by every file of ours."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QApplication

from desktop.canvas.autosave import Autosave
from desktop.canvas.composing import flatten
from desktop.canvas.document import Document
from desktop.canvas.errors import TextTooLargeError
from desktop.canvas.formats.ora import load_ora, save_ora
from desktop.canvas.journal import read_journal
from desktop.canvas.layers import Layer
from desktop.canvas.texts import TextAlign, TextContent
from desktop.canvas.tiles import content_bounds, pixels_of
from desktop.canvas.writing import TextEdit, write
from shared.imaging.blob_folder import BlobFolder
from tests.desktop.canvas.builders import NOW, blank, counting_ids, paint, value

HELLO = TextContent(text="Hello\nworld", size=40, colour="#c83228")


def written(document: Document, content: TextContent = HELLO) -> Layer:
    edit = TextEdit(document=document, layer_id=None, at=QPointF(60.7, 40.2), name="Text")
    edit.show(content)
    edit.finish()
    layer = document.active_layer
    assert layer is not None
    return layer


def test_text_is_painted_in_its_colour_where_it_was_put_as_one_step(qapp: QApplication) -> None:
    document = blank()
    before = value(document.snapshot())
    layer = written(document)
    assert (layer.name, layer.properties.text) == ("Hello world", HELLO)
    bounds = content_bounds(layer.tiles.items()).translated(layer.offset)
    assert abs(bounds.left() - 60) < 8
    assert 40 <= bounds.top() < 70
    assert bounds.height() > 60
    pixels = pixels_of(flatten(document.snapshot()))
    solid = pixels[pixels[:, :, 3] == 255]
    assert (solid == [0x28, 0x32, 0xC8, 255]).all()
    assert document.history.undo_labels[-1] == "Text"
    document.undo()
    assert value(document.snapshot()) == before


def test_alignment_spacing_and_size_show(qapp: QApplication) -> None:
    left, middle, right = (
        content_bounds(write(HELLO.model_copy(update={"align": align}))) for align in TextAlign
    )
    assert left.left() >= -4
    assert abs(middle.center().x()) <= 4
    assert right.right() <= 4
    wide = content_bounds(write(HELLO.model_copy(update={"line_spacing": 3.0})))
    assert wide.height() > left.height() + 60
    large = content_bounds(write(HELLO.model_copy(update={"size": 80})))
    assert large.width() == pytest.approx(2 * left.width(), rel=0.1)


def test_a_text_is_changed_in_its_place_and_taken_back(qapp: QApplication) -> None:
    document = blank()
    layer = written(document)
    document.set_offset(layer.id, 100, 80)
    before = value(document.snapshot())
    edit = TextEdit(document=document, layer_id=layer.id, at=QPointF(), name="")
    edit.show(HELLO.model_copy(update={"text": "Bye"}))
    edit.cancel()
    assert value(document.snapshot()) == before
    edit = TextEdit(document=document, layer_id=layer.id, at=QPointF(), name="")
    edit.show(HELLO.model_copy(update={"text": "Bye"}))
    edit.finish()
    assert (layer.name, layer.offset.x(), layer.offset.y()) == ("Hello world", 100, 80)
    assert layer.properties.text is not None
    assert layer.properties.text.text == "Bye"
    document.undo()
    assert value(document.snapshot()) == before


def test_a_new_text_that_says_nothing_leaves_nothing(qapp: QApplication) -> None:
    document = blank()
    before, steps = value(document.snapshot()), document.history.undo_labels
    written(document, TextContent(text=" \n"))
    assert value(document.snapshot()) == before
    assert document.history.undo_labels == steps


def test_other_pixels_are_no_text_any_more_until_undo(qapp: QApplication) -> None:
    document = blank()
    layer = written(document)
    paint(document, (80, 60), (120, 60))
    texts = [layer.properties.text]
    document.undo()
    texts.append(layer.properties.text)
    assert texts == [None, HELLO]


def test_a_monstrous_text_is_refused_and_what_was_there_stays(qapp: QApplication) -> None:
    document = blank()
    edit = TextEdit(document=document, layer_id=None, at=QPointF(), name="Text")
    edit.show(HELLO)
    before = value(document.snapshot())
    with pytest.raises(TextTooLargeError):
        edit.show(TextContent(text="W" * 5000, size=2000))
    assert value(document.snapshot()) == before
    edit.cancel()


@pytest.mark.parametrize(
    "wrong", [{"size": 0}, {"size": float("nan")}, {"colour": "red"}, {"text": "x" * 5001}]
)
def test_wrong_contents_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        TextContent.model_validate(wrong)


def test_text_survives_the_file_with_its_place(qapp: QApplication, tmp_path: Path) -> None:
    document = blank()
    layer = written(document)
    document.set_offset(layer.id, 33, -7)
    seen = pixels_of(flatten(document.snapshot()))
    blobs = BlobFolder(tmp_path / "blobs")
    save_ora(document.snapshot(), tmp_path / "a.ora", blobs=blobs, progress=lambda _part: None)
    loaded = load_ora(tmp_path / "a.ora", blobs=blobs, new_id=counting_ids(), progress=lambda _part: None)
    read = loaded.snapshot.layers[-1]
    assert read.properties == replace(layer.properties, alpha_locked=False)
    assert (pixels_of(flatten(loaded.snapshot)) == seen).all()
    again = Document.from_snapshot(loaded.snapshot, new_id=counting_ids("more"))
    edit = TextEdit(document=again, layer_id=read.id, at=QPointF(), name="")
    edit.show(HELLO)
    edit.finish()
    difference = np.abs(pixels_of(flatten(again.snapshot())).astype(int) - seen.astype(int))
    assert difference.max() <= 1


async def test_text_survives_the_journal(qapp: QApplication, tmp_path: Path) -> None:
    document = blank()
    autosave = Autosave(
        document=document, folder=tmp_path / "j", title="", file=None, modified=True, clock=lambda: NOW
    )
    written(document)
    await autosave.flush()
    kept = read_journal(tmp_path / "j")
    await autosave.close(discard=False)
    assert kept is not None
    assert kept.layers[-1].properties.text == HELLO
