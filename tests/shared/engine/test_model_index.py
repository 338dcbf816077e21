"""What was learnt once is not read again; what changed is."""

import os
import sqlite3
from pathlib import Path

import pytest

from shared.engine.catalogue import Catalogue, Survey, describe_model
from shared.engine.model_index import KnownHash, ModelIndex
from shared.engine.model_notes import ModelNotes
from tests.support.model_files import write_checkpoint, write_lora, write_model_folder, write_safetensors


class Reader:
    """A catalogue of one folder that counts the headers that it reads."""

    def __init__(self, root: Path) -> None:
        self.folder = root / "models"
        self.index = ModelIndex(root / "models.sqlite")
        self.read = 0

    def look(self) -> Survey:
        self.read = 0
        return Catalogue([self.folder], index=self.index).survey(progress=self._count)

    def _count(self, _done: int, _of: int) -> None:
        self.read += 1


def test_a_second_look_reads_only_what_changed(tmp_path: Path) -> None:
    reader = Reader(tmp_path)
    write_model_folder(reader.folder / "folder")
    write_checkpoint(reader.folder / "paint.safetensors")
    write_safetensors(reader.folder / "none_of_ours.safetensors", {"x": (1,)})
    (reader.folder / "broken.safetensors").write_bytes(b"no header")
    for name in ("a", "b"):
        write_lora(reader.folder / f"{name}.safetensors")
    first = reader.look()
    assert reader.read == 6
    again = reader.look()
    assert (reader.read, again) == (0, first)
    write_lora(reader.folder / "a.safetensors", width=2048)
    (reader.folder / "b.json").write_text('{"activation text": "boat"}')
    os.utime(reader.folder / "folder" / "unet" / "config.json", ns=(1, 1))
    changed = {file.name: file for file in reader.look().files}
    assert reader.read == 3
    assert (changed["a"].family, changed["b"].trigger_words) == ("stable_diffusion_xl", ("boat",))


def test_a_picture_beside_a_file_is_seen_without_reading_it_again(tmp_path: Path) -> None:
    reader = Reader(tmp_path)
    write_lora(reader.folder / "a.safetensors")
    reader.look()
    (reader.folder / "a.png").write_bytes(b"")
    (file,) = reader.look().files
    assert (reader.read, file.preview) == (0, reader.folder / "a.png")


def test_a_choice_is_kept_and_believed_by_whoever_reads_the_index(tmp_path: Path) -> None:
    reader = Reader(tmp_path)
    write_checkpoint(reader.folder / "second.safetensors", text_encoder="cond_stage_model.model.")
    (before,) = reader.look().models
    reader.index.choose(before.path, ModelNotes(prediction_type="epsilon"))
    (after,) = reader.look().models
    assert (before.prediction_type, after.prediction_type, after.native_side) == (None, "epsilon", 512)
    catalogue = Catalogue([reader.folder], index=ModelIndex(tmp_path / "models.sqlite"))
    assert [catalogue.find(after.id) for _ in range(2)] == [after, after]


def test_what_is_gone_is_told_until_it_is_forgotten(tmp_path: Path) -> None:
    reader = Reader(tmp_path)
    write_lora(reader.folder / "a.safetensors")
    reader.look()
    (reader.folder / "a.safetensors").unlink()
    (missing,) = reader.look().missing
    assert missing.name == "a"
    reader.index.forget([missing.path])
    assert reader.look().missing == []


def test_what_was_chosen_moves_with_a_file(tmp_path: Path) -> None:
    index = ModelIndex(tmp_path / "models.sqlite")
    old, new = tmp_path / "old.safetensors", tmp_path / "new.safetensors"
    index.choose(old, ModelNotes(family="stable_diffusion_xl"))
    index.keep_hash(old, KnownHash(1, 2, "ab"))
    index.move(old, new)
    assert index.choices() == {new: ModelNotes(family="stable_diffusion_xl")}
    assert index.hash_of(old) is None


def test_a_survey_that_is_stopped_keeps_what_it_read(tmp_path: Path) -> None:
    reader = Reader(tmp_path)
    for number in range(1200):
        write_lora(reader.folder / f"{number:04}.safetensors")

    def stop(done: int, _of: int) -> None:
        if done == 1100:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        Catalogue([reader.folder], index=reader.index).survey(progress=stop)
    assert len(reader.look().files) == 1200
    assert reader.read == 200


@pytest.mark.parametrize("content", [b"", b"no database at all, but long enough to be looked at" * 20])
def test_a_damaged_index_is_set_aside_and_made_anew(tmp_path: Path, content: bytes) -> None:
    reader = Reader(tmp_path)
    write_lora(reader.folder / "a.safetensors")
    (tmp_path / "models.sqlite").write_bytes(content)
    assert len(reader.look().files) == 1
    assert len(reader.look().files) == 1
    assert reader.read == 0
    assert (tmp_path / "models.broken.sqlite").exists() == bool(content)


def test_an_index_of_another_version_forgets_what_was_read_and_keeps_what_was_chosen(tmp_path: Path) -> None:
    reader = Reader(tmp_path)
    write_lora(reader.folder / "a.safetensors")
    reader.index.choose(tmp_path / "x", ModelNotes(name="X"))
    reader.look()
    connection = sqlite3.connect(tmp_path / "models.sqlite")
    connection.execute("PRAGMA user_version=99")
    connection.close()
    assert reader.index.readings() == {}
    assert reader.index.choices() == {tmp_path / "x": ModelNotes(name="X")}


def test_a_place_where_nothing_can_be_written_costs_only_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    write_lora(tmp_path / "models" / "a.safetensors")
    catalogue = Catalogue([tmp_path / "models"], index=ModelIndex(tmp_path / "file" / "models.sqlite"))
    assert [len(catalogue.survey().files) for _ in range(2)] == [1, 1]


def test_a_model_is_described_by_itself_as_it_was_chosen(tmp_path: Path) -> None:
    write_model_folder(tmp_path / "m")
    described = describe_model(tmp_path / "m", chosen=ModelNotes(name="Mine"))
    assert described.name == "Mine"
