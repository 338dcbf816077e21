"""What is in the models folders, in the service, the viewmodel and the view."""

import asyncio
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton

from desktop.models.service import ModelLibrary
from desktop.models.view import FolderRow, ModelRow, ModelsView, ProblemRow
from desktop.models.viewmodel import ModelList
from desktop.models.words import size_text
from desktop.widgets.tasks import TaskOwner
from shared.contracts.errors import StorageError
from tests.conftest import QtRun
from tests.support.model_files import write_checkpoint, write_model_folder, write_safetensors

"""The offscreen platform says so whenever a window shows."""


def library(root: Path) -> ModelLibrary:
    return ModelLibrary(own_folder=root / "models", starter=root / "starter")


def put_broken_model(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "broken.safetensors").write_bytes(b"no header")


async def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    models = library(tmp_path)
    told: list[int] = []
    models.changed.subscribe(lambda found: told.append(len(found)))
    await models.scan()
    assert (models.models, models.problems, told) == ((), (), [0])


async def test_broken_files_are_told_in_words_and_other_files_ignored(tmp_path: Path) -> None:
    models = library(tmp_path)
    put_broken_model(models.own_folder)
    write_safetensors(models.own_folder / "lora.safetensors", {"lora.weight": (3,)})
    (models.own_folder / "notes.txt").write_text("no model")
    await models.scan()
    (problem,) = models.problems
    assert "broken.safetensors" in problem.text
    assert problem.advice_text


async def test_the_artists_own_models_come_before_the_starter(tmp_path: Path) -> None:
    models = library(tmp_path)
    write_model_folder(tmp_path / "starter", notes={"id": "starter", "name": "Landscapes"})
    write_checkpoint(models.own_folder / "Painter.safetensors")
    await models.scan()
    assert [model.name for model in models.models] == ["Painter", "Landscapes"]
    assert models.find("starter") == models.models[1]
    assert models.find("gone") is None


async def test_added_folders_are_looked_into_once_and_only_forgotten(tmp_path: Path) -> None:
    models = library(tmp_path)
    elsewhere = tmp_path / "elsewhere"
    put_broken_model(elsewhere)
    await models.add_folder(elsewhere)
    await models.add_folder(elsewhere)
    assert models.added_folders == (elsewhere,)
    found = [len(models.problems)]
    await models.remove_folder(elsewhere)
    found.append(len(models.problems))
    assert found == [1, 0]
    assert (elsewhere / "broken.safetensors").exists()


async def test_an_unwritable_place_is_an_error_in_words(tmp_path: Path) -> None:
    (tmp_path / "models").write_text("in the way")
    with pytest.raises(StorageError, match="could not be made"):
        await library(tmp_path).prepare_own_folder()


def test_the_view_tells_what_is_there_and_what_cannot_be_used(qt_run: QtRun, tmp_path: Path) -> None:
    async def story() -> None:
        models = library(tmp_path)
        put_broken_model(models.own_folder)
        put_broken_model(tmp_path / "elsewhere")
        write_checkpoint(tmp_path / "elsewhere" / "Painter.safetensors", in_channels=9)
        tasks = TaskOwner()
        viewmodel = ModelList(library=models, tasks=tasks)
        view = ModelsView(models=viewmodel)
        view.show()
        assert any("No model was found yet." in label.text() for label in view.findChildren(QLabel))
        kept: list[object] = []
        viewmodel.folders_changed.connect(kept.append)
        viewmodel.add_folder(tmp_path / "elsewhere")
        await asyncio.gather(*tasks._tasks)
        assert kept == [(tmp_path / "elsewhere",)]
        (model,) = view.findChildren(ModelRow)
        assert model.accessibleName().startswith("Painter, Stable Diffusion 1  ·  paints best at 512 × 512")
        assert model.accessibleName().endswith("made for inpainting")
        assert len(view.findChildren(ProblemRow)) == 2
        (folder,) = view.findChildren(FolderRow)
        folder.findChildren(QToolButton)[0].click()
        await asyncio.gather(*tasks._tasks)
        assert len(view.findChildren(ProblemRow)) == 1
        assert view.look_again.isEnabled()
        for button in view.findChildren(QPushButton):
            assert button.accessibleName() or not button.isVisible()
        view.close()
        viewmodel.close()

    qt_run(story())


def test_sizes_are_told_as_file_managers_do() -> None:
    assert [size_text(50_600_000), size_text(4_265_000_000)] == ["51 MB", "4.3 GB"]
