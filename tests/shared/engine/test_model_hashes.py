import hashlib
import os
from dataclasses import replace
from pathlib import Path

import pytest

from shared.engine.catalogue import describe_model
from shared.engine.model_hashes import ModelHashes
from shared.engine.model_index import ModelIndex
from tests.support.model_files import write_checkpoint, write_lora, write_model_folder


def test_a_files_hash_is_its_sha256_and_is_remembered(tmp_path: Path) -> None:
    write_checkpoint(tmp_path / "m.safetensors")
    model = describe_model(tmp_path / "m.safetensors")
    index = ModelIndex(tmp_path / "cache" / "models.sqlite")

    sha256 = ModelHashes(tmp_path / "cache" / "models.sqlite").sha256(model)

    assert sha256 == hashlib.sha256(model.path.read_bytes()).hexdigest()
    (remembered,) = index.hashes().values()
    assert remembered.sha256 == sha256
    index.keep_hash(model.path, replace(remembered, sha256="from the index"))
    assert ModelHashes(tmp_path / "cache" / "models.sqlite").sha256(model) == "from the index"


def test_a_loras_hash_is_that_of_what_follows_its_header(tmp_path: Path) -> None:
    for name in ("one", "renamed"):
        write_lora(tmp_path / f"{name}.safetensors", metadata={"ss_output_name": name})
    one, renamed = (
        ModelHashes(None).of_file(tmp_path / f"{name}.safetensors") for name in ("one", "renamed")
    )

    content = (tmp_path / "one.safetensors").read_bytes()
    weights = content[8 + int.from_bytes(content[:8], "little") :]
    assert one.weights_sha256 == renamed.weights_sha256 == hashlib.sha256(weights).hexdigest()
    assert one.sha256 != renamed.sha256


def test_a_hash_that_is_no_longer_wanted_stops_being_taken(tmp_path: Path) -> None:
    write_checkpoint(tmp_path / "m.safetensors")

    def stop(_read: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        ModelHashes(tmp_path / "models.sqlite").of_file(tmp_path / "m.safetensors", progress=stop)
    assert ModelIndex(tmp_path / "models.sqlite").hashes() == {}


def test_a_file_that_changed_is_hashed_again(tmp_path: Path) -> None:
    write_checkpoint(tmp_path / "m.safetensors")
    model = describe_model(tmp_path / "m.safetensors")
    hashes = ModelHashes(tmp_path / "models.sqlite")
    before = hashes.sha256(model)

    content = bytearray(model.path.read_bytes())
    content[-1] ^= 1
    model.path.write_bytes(content)
    os.utime(model.path, ns=(1, 1))

    assert hashes.sha256(model) != before


def test_a_folders_hash_depends_on_all_its_weights(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_model_folder(tmp_path / name)
    hashes = ModelHashes(None)
    first, second = (describe_model(tmp_path / name) for name in ("a", "b"))

    assert hashes.sha256(first) == hashes.sha256(second)
    weights = second.path / "vae" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\x01")
    assert hashes.sha256(first) != hashes.sha256(second)


def test_a_damaged_or_unwritable_cache_costs_only_time(tmp_path: Path) -> None:
    write_checkpoint(tmp_path / "m.safetensors")
    model = describe_model(tmp_path / "m.safetensors")
    damaged = tmp_path / "models.sqlite"
    damaged.write_bytes(b"\xff no database" * 100)
    (tmp_path / "file").write_text("")

    expected = hashlib.sha256(model.path.read_bytes()).hexdigest()
    assert ModelHashes(damaged).sha256(model) == expected
    assert len(ModelIndex(damaged).hashes()) == 1, "a new file takes its place"
    assert ModelHashes(tmp_path / "file" / "below a file.sqlite").sha256(model) == expected
