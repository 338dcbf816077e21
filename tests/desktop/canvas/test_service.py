"""Whole documents as an artist handles them, with real files."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRect
from PySide6.QtGui import QColor

from desktop.canvas import selection as selections
from desktop.canvas.composing import flatten
from desktop.canvas.errors import DocumentTooLargeError, InvalidDocumentError, NothingToMergeError
from desktop.canvas.service import CanvasService
from desktop.canvas.strokes import Brush
from shared.contracts.errors import InvalidPictureError, NotFoundError, PentimentoError, StorageError
from shared.contracts.generation import Placement
from shared.imaging.blob_folder import BlobFolder
from shared.imaging.pictures import encode_png, read_mask, read_picture
from shared.imaging.recipe_pictures import encode_recipe_png
from tests.desktop.canvas.builders import NOW, begin, bits, counting_ids, paint, recipe, value


def make_service(root: Path, ids: str = "id") -> CanvasService:
    return CanvasService(
        folder=root / "documents",
        blobs=BlobFolder(root / "blobs"),
        clock=lambda: NOW,
        new_id=counting_ids(ids),
    )


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[CanvasService]:
    made = make_service(tmp_path)
    yield made
    for opened in made.opened:
        await made.close(opened, discard=False)


async def test_a_new_document_is_white_and_unmodified(service: CanvasService) -> None:
    opened = await service.new(300, 200, layer_name="Background")
    assert flatten(opened.document.snapshot()).pixelColor(299, 199) == QColor("white")
    assert not opened.modified
    assert opened.document.active_layer is not None
    with pytest.raises(DocumentTooLargeError):
        await service.new(100_000, 100_000, layer_name="Background")


async def test_save_close_open_brings_everything_back(service: CanvasService, tmp_path: Path) -> None:
    opened = await service.new(300, 200, layer_name="Background")
    paint(opened.document, (20, 20), (200, 150))
    modified, parts = [opened.modified], list[float]()
    await service.save_as(opened, tmp_path / "picture", progress=parts.append)
    modified.append(opened.modified)
    assert modified == [True, False]
    assert (opened.title, opened.file) == ("picture", tmp_path / "picture.ora")
    before = bits(flatten(opened.document.snapshot()))
    await service.close(opened, discard=True)
    assert await service.recover() == []
    again = await service.open(tmp_path / "picture.ora")
    assert bits(flatten(again.document.snapshot())) == before
    assert parts == sorted(parts)
    modified = [again.modified]
    paint(again.document, (5, 5))
    modified.append(again.modified)
    again.document.undo()
    modified.append(again.modified)
    assert modified == [False, True, False]
    await service.save(again)


async def test_a_document_without_a_file_asks_for_one(service: CanvasService) -> None:
    with pytest.raises(InvalidDocumentError):
        await service.save(await service.new(30, 20, layer_name="Background"))


async def test_a_picture_opens_with_the_recipe_that_it_carries(
    service: CanvasService, tmp_path: Path
) -> None:
    pixels = np.full((20, 30, 3), (10, 200, 30), np.uint8)
    made = recipe("a" * 64, "b" * 64)
    (tmp_path / "made.png").write_bytes(encode_recipe_png(pixels, made))
    opened = await service.open(tmp_path / "made.png")
    assert opened.document.layers[0].recipe == made
    assert (opened.document.width, opened.document.height, opened.file) == (30, 20, None)
    assert flatten(opened.document.snapshot()).pixelColor(3, 3) == QColor(10, 200, 30)


async def test_what_cannot_be_opened_is_told_in_words(service: CanvasService, tmp_path: Path) -> None:
    (tmp_path / "text.png").write_text("hello")
    (tmp_path / "text.ora").write_text("hello")
    for name, error in (
        ("text.png", InvalidPictureError),
        ("text.ora", InvalidDocumentError),
        ("none.png", NotFoundError),
        ("none.ora", StorageError),
    ):
        with pytest.raises(error):
            await service.open(tmp_path / name)
    assert service.opened == ()


async def test_what_was_open_is_found_again_as_it_was(tmp_path: Path) -> None:
    first = make_service(tmp_path, "first")
    opened = await first.new(300, 200, title="Boats", layer_name="Background")
    paint(opened.document, (20, 20), (200, 150))
    opened.document.select(selections.rectangle(300, 200, QRect(10, 10, 50, 50)))
    before = value(opened.document.snapshot())
    await first.close(opened, discard=False)

    second = make_service(tmp_path, "second")
    (found,) = await second.recover()
    assert (found.title, found.modified, found.file) == ("Boats", True, None)
    again = await second.reopen(found)
    assert value(again.document.snapshot()) == before
    assert again.modified
    assert await second.recover() == []
    paint(again.document, (5, 5))
    await again.autosave.flush()
    await second.close(again, discard=False)
    (found,) = await second.recover()
    await second.forget(found)
    assert await second.recover() == []


async def test_a_saved_document_is_found_again_as_saved(tmp_path: Path) -> None:
    first = make_service(tmp_path)
    opened = await first.new(30, 20, layer_name="Background")
    paint(opened.document, (20, 10))
    await first.save_as(opened, tmp_path / "a.ora")
    await first.close(opened, discard=False)
    (found,) = await make_service(tmp_path).recover()
    assert (found.title, found.file, found.modified) == ("a", tmp_path / "a.ora", False)


async def test_a_late_result_waits_for_the_stroke_in_hand(service: CanvasService) -> None:
    opened = await service.new(300, 200, layer_name="Background")
    document = opened.document
    stroke = begin(document, document.layers[0].id, Brush())
    stroke.add(QPointF(50, 50))
    png = encode_png(np.full((20, 30, 3), 128, np.uint8))
    made = recipe("a" * 64, "b" * 64)
    adding = asyncio.create_task(
        service.take_result(document, png, name="result", placement=Placement(x=7, y=9), recipe=made)
    )
    # The picture is read long before the stroke ends.
    await service.capture(document)
    await asyncio.to_thread(read_picture, png)
    stroke.add(QPointF(90, 90))
    assert not adding.done()
    stroke.cancel()
    layer = await adding
    assert (layer.offset.x(), layer.offset.y(), layer.recipe) == (7, 9, made)
    assert document.history.undo_labels == ("Take the result",)
    assert flatten(document.snapshot()).pixelColor(7, 9) == QColor(128, 128, 128)
    assert await service.referenced_blobs() == {"a" * 64, "b" * 64}


async def test_a_picture_without_a_place_is_centred(service: CanvasService) -> None:
    opened = await service.new(300, 200, layer_name="Background")
    layer = await service.add_picture(
        opened.document, encode_png(np.zeros((20, 30, 3), np.uint8)), name="photo"
    )
    assert (layer.offset.x(), layer.offset.y()) == (135, 90)
    assert layer.recipe is None


async def test_merging_down_is_one_step(service: CanvasService) -> None:
    opened = await service.new(300, 200, layer_name="Background")
    document = opened.document
    with pytest.raises(NothingToMergeError):
        await service.merge_down(document, document.layers[0].id)
    upper = document.add_layer("ink")
    paint(document, (20, 20), (200, 150))
    before = flatten(document.snapshot())
    await service.merge_down(document, upper.id)
    assert len(document.layers) == 1
    assert flatten(document.snapshot()) == before
    document.undo()
    assert len(document.layers) == 2


async def test_capture_gives_the_picture_and_the_mask_of_one_moment(service: CanvasService) -> None:
    opened = await service.new(300, 200, layer_name="Background", white=False)
    image, mask = await service.capture(opened.document)
    assert mask is None
    assert (read_picture(image) == 255).all()
    opened.document.select(selections.rectangle(300, 200, QRect(10, 20, 30, 40)))
    image, mask = await service.capture(opened.document)
    assert mask is not None
    assert read_mask(mask, (300, 200)).sum() == 255 * 30 * 40


async def test_a_disk_that_refuses_autosave_is_told_and_painting_goes_on(tmp_path: Path) -> None:
    (tmp_path / "documents").write_text("a file where the folder should be")
    service = make_service(tmp_path)
    opened = await service.new(300, 200, layer_name="Background")
    told: list[PentimentoError] = []
    opened.autosave.on_failure(told.append)
    paint(opened.document, (20, 20))
    with pytest.raises(StorageError):
        await opened.autosave.flush()
    (tmp_path / "documents").unlink()
    await opened.autosave.flush()
    assert told
    await service.close(opened, discard=False)
    assert len(await service.recover()) == 1
