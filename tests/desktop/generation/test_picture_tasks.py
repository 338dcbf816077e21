"""A layer or a picture of the library made larger, better, cut out or varied, through the one queue."""

from pathlib import Path

from desktop.generation.picture_tasks import PictureTask
from shared.contracts.errors import ErrorReport
from shared.contracts.generation import (
    Enhance,
    GenerationRequest,
    Placement,
    RemoveBackground,
    Upscale,
    Variations,
)
from tests.conftest import QtRun
from tests.desktop.generation.room import Room, opened
from tests.desktop.generation.studio import text_request


async def asked(room: Room, task: PictureTask) -> GenerationRequest:
    before = len(room.studio.queue.jobs)
    await room.picture_tasks.of_layer(task)
    assert len(room.studio.queue.jobs) == before + 1
    return room.studio.queue.jobs[-1].request


def test_each_task_of_a_layer_becomes_a_job_where_the_layer_lies(qt_run: QtRun, tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path) as room:
            room.canvas.paint()
            room.editor.change(prompt="a boat", count=1)

            larger = await asked(room, "upscale_4")
            varied = await asked(room, "variations")
            better = await asked(room, "enhance")
            cut = await asked(room, "remove_background")

            assert isinstance(larger, Upscale)
            assert (larger.factor, larger.method, larger.prompt, larger.count) == (4, "model", "a boat", 1)
            assert isinstance(varied, Variations)
            assert varied.count == 4
            assert isinstance(better, Enhance)
            assert better.sharpen > 0
            assert isinstance(cut, RemoveBackground)
            assert cut.mask is None
            await room.studio.until_idle()
            assert all(job.document_id == "document" for job in room.studio.queue.jobs)
            assert {candidate.placement for candidate in room.staging.candidates} == {Placement(x=10, y=20)}

    qt_run(story())


def test_a_selection_says_where_the_subject_is(qt_run: QtRun, tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path) as room:
            room.canvas.select(0, 0, 50, 50)
            cut = await asked(room, "remove_background")
            assert isinstance(cut, RemoveBackground)
            assert cut.mask is not None
            assert room.studio.blobs.exists(cut.mask)

    qt_run(story())


def test_an_empty_layer_is_told_in_words(qt_run: QtRun, tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path) as room:
            errors: list[ErrorReport] = []
            room.picture_tasks.failed.connect(errors.append)
            await room.picture_tasks.of_layer("enhance")
            assert not room.studio.queue.jobs
            assert errors[0].advice

    qt_run(story())


def test_a_picture_of_the_library_keeps_its_words(qt_run: QtRun, tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path) as room:
            await room.studio.queue.add(text_request("a lighthouse"))
            await room.studio.until_idle()
            (picture,) = await room.studio.library.page()
            room.editor.change(prompt="something else")

            await room.picture_tasks.of_picture("upscale_2", picture)

            request = room.studio.queue.jobs[-1].request
            assert isinstance(request, Upscale)
            assert request.prompt == "a lighthouse"
            await room.studio.until_idle()
            newest = (await room.studio.library.page())[0]
            assert newest.kind == "upscale"
            assert newest.parent == request.image

    qt_run(story())


def test_a_picture_that_is_gone_is_told_in_words(qt_run: QtRun, tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path) as room:
            await room.studio.queue.add(text_request("a lighthouse"))
            await room.studio.until_idle()
            (picture,) = await room.studio.library.page()
            picture.file.unlink()
            errors: list[ErrorReport] = []
            room.picture_tasks.failed.connect(errors.append)
            await room.picture_tasks.of_picture("enhance", picture)
            assert errors[0].code == "NOT_FOUND"

    qt_run(story())
