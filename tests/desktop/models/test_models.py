"""What is in the models folders, in the service: what is here, what is gone, what was moved, what is there twice."""

import asyncio
import shutil
from pathlib import Path

import pytest

from desktop.models.hashing import HashProgress, HashTaking, duplicates
from desktop.models.service import ModelLibrary
from desktop.models.words import size_text
from shared.contracts.errors import NotFoundError, StorageError
from shared.contracts.generation import ModelReference
from shared.engine.model_index import ModelIndex
from shared.engine.model_notes import ModelNotes
from tests.support.many_loras import write_many_loras
from tests.support.model_files import write_checkpoint, write_lora, write_model_folder, write_safetensors


def library(root: Path) -> ModelLibrary:
    return ModelLibrary(
        own_folder=root / "models", starter=root / "starter", index=ModelIndex(root / "models.sqlite")
    )


def put_broken_model(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "broken.safetensors").write_bytes(b"no header")


async def take_hashes(models: ModelLibrary, root: Path) -> None:
    await HashTaking(library=models, index=root / "models.sqlite").run()
    await models.scan()


async def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    models = library(tmp_path)
    told: list[int] = []
    models.changed.subscribe(lambda found: told.append(len(found)))
    await models.scan()
    assert (models.models, models.files, models.problems, told) == ((), (), (), [0])


async def test_broken_files_are_told_in_words_and_other_files_ignored(tmp_path: Path) -> None:
    models = library(tmp_path)
    put_broken_model(models.own_folder)
    write_lora(models.own_folder / "lora.safetensors")
    (models.own_folder / "notes.txt").write_text("no model")
    await models.scan()
    (problem,) = models.problems
    assert "broken.safetensors" in problem.report.text
    assert problem.report.advice_text
    assert [file.kind for file in models.files] == ["lora"]
    assert models.models == ()


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


async def test_a_folder_whose_drive_is_away_is_told_with_what_to_do(tmp_path: Path) -> None:
    models = library(tmp_path)
    write_lora(tmp_path / "drive" / "a.safetensors")
    await models.add_folder(tmp_path / "drive")
    shutil.move(tmp_path / "drive", tmp_path / "away")
    await models.scan()
    (problem,) = models.problems
    assert (problem.path, "not there now" in problem.report.text) == (tmp_path / "drive", True)
    assert [file.name for file in models.missing] == ["a"]
    shutil.move(tmp_path / "away", tmp_path / "drive")
    await models.scan()
    assert (models.problems, models.missing, len(models.files)) == ((), (), 1)


async def test_an_unwritable_place_is_an_error_in_words(tmp_path: Path) -> None:
    (tmp_path / "models").write_text("in the way")
    with pytest.raises(StorageError, match="could not be made"):
        await library(tmp_path).prepare_own_folder()


async def test_hashes_are_taken_once_with_progress_and_tell_duplicates(tmp_path: Path) -> None:
    models = library(tmp_path)
    write_lora(models.own_folder / "a.safetensors")
    shutil.copy(models.own_folder / "a.safetensors", models.own_folder / "b.safetensors")
    write_checkpoint(models.own_folder / "painter.safetensors")
    write_model_folder(models.own_folder / "whole")
    await models.scan()
    told: list[HashProgress] = []
    taking = HashTaking(library=models, index=tmp_path / "models.sqlite")
    taking.progress.subscribe(told.append)
    await taking.run()
    assert [progress.files_left for progress in told] == [4, 3, 2, 1, 0]
    assert told[0].bytes_left == sum(file.size_bytes for file in models.files)
    await models.scan()
    ((first, second),) = duplicates(models.files, models.hashes)
    assert {first.path.name, second.path.name} == {"a.safetensors", "b.safetensors"}
    told.clear()
    await taking.run()
    assert [progress.files_left for progress in told] == [0], "what is known is not read again"


async def test_taking_hashes_stops_within_a_file_and_goes_on_later(tmp_path: Path) -> None:
    models = library(tmp_path)
    for name, size in (("small", 1000), ("large", 60_000_000)):
        write_safetensors(models.own_folder / f"{name}.safetensors", {"emb_params": (size // 1536, 768)})
        write_safetensors(
            models.own_folder / f"{name}.safetensors", {"decoder.conv_in.weight": (size // 72, 4, 3, 3)}
        )
    await models.scan()
    taking = HashTaking(library=models, index=tmp_path / "models.sqlite")
    large_begun = asyncio.Event()
    taking.progress.subscribe(lambda progress: large_begun.set() if progress.current == "large" else None)
    task = asyncio.create_task(taking.run())
    await large_begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await models.scan()
    assert [path.stem for path in models.hashes] == ["small"]
    await take_hashes(models, tmp_path)
    assert sorted(path.stem for path in models.hashes) == ["large", "small"]


async def test_a_moved_model_is_known_again_by_its_content_with_what_was_chosen_for_it(
    tmp_path: Path,
) -> None:
    models = library(tmp_path)
    old, new = models.own_folder / "old.safetensors", models.own_folder / "deep" / "new name.safetensors"
    write_checkpoint(old, text_encoder="cond_stage_model.model.")
    await models.scan()
    await take_hashes(models, tmp_path)
    await models.choose(old, ModelNotes(prediction_type="epsilon"))
    reference = models.models[0].reference.model_copy(update={"sha256": models.hashes[old].sha256})
    new.parent.mkdir()
    old.rename(new)
    await models.scan()
    assert [file.path for file in models.missing] == [old]
    assert await models.take_moved() == 0, "its content is not known yet"
    await take_hashes(models, tmp_path)
    assert await models.take_moved() == 1
    assert models.missing == ()
    assert [(model.path, model.prediction_type) for model in models.models] == [(new, "epsilon")]
    found = models.find_like(reference)
    assert found is not None
    assert found.path == new, "a recipe finds it by its hash"
    assert models.find_like(ModelReference(id="x", name="new name")) == found
    assert models.find_like(ModelReference(id="x", name="other", sha256="00")) is None


async def test_a_model_goes_to_the_trash_and_a_trash_that_refuses_is_told(tmp_path: Path) -> None:
    models = library(tmp_path)
    write_lora(models.own_folder / "a.safetensors")
    await models.scan()
    (file,) = models.files
    with pytest.raises(StorageError, match="trash"):
        await models.trash(file, lambda _: False)
    (tmp_path / "trash").mkdir()

    def to_trash(path: Path) -> bool:
        path.rename(tmp_path / "trash" / path.name)
        return True

    await models.trash(file, to_trash)
    assert (models.files, models.missing) == ((), ())
    assert (tmp_path / "trash" / "a.safetensors").exists()
    with pytest.raises(NotFoundError):
        await models.trash(file, to_trash)


async def test_a_scan_that_is_overtaken_tells_nothing(tmp_path: Path) -> None:
    models = library(tmp_path)
    write_many_loras(models.own_folder, 400)
    told: list[int] = []
    models.changed.subscribe(lambda _: told.append(len(models.files)))
    await asyncio.gather(models.scan(), models.scan())
    assert told == [400]


def test_sizes_are_told_as_file_managers_do() -> None:
    assert [size_text(size) for size in (900, 50_600_000, 4_265_000_000)] == ["1 kB", "51 MB", "4.3 GB"]
