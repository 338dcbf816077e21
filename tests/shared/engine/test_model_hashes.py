import hashlib
import json
import os
from pathlib import Path

from shared.engine.catalogue import describe_model
from shared.engine.model_hashes import ModelHashes
from tests.support.model_files import write_checkpoint, write_model_folder


def test_a_files_hash_is_its_sha256_and_is_remembered(tmp_path: Path) -> None:
    write_checkpoint(tmp_path / "m.safetensors")
    model = describe_model(tmp_path / "m.safetensors")
    cache = tmp_path / "cache" / "hashes.json"

    sha256 = ModelHashes(cache).sha256(model)

    assert sha256 == hashlib.sha256(model.path.read_bytes()).hexdigest()
    remembered = json.loads(cache.read_text())
    assert list(remembered.values()) == [sha256]
    cache.write_text(json.dumps(dict.fromkeys(remembered, "from the cache")))
    assert ModelHashes(cache).sha256(model) == "from the cache"


def test_a_file_that_changed_is_hashed_again(tmp_path: Path) -> None:
    write_checkpoint(tmp_path / "m.safetensors")
    model = describe_model(tmp_path / "m.safetensors")
    hashes = ModelHashes(tmp_path / "hashes.json")
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
    damaged = tmp_path / "hashes.json"
    damaged.write_bytes(b"\xff not json")
    (tmp_path / "file").write_text("")

    expected = hashlib.sha256(model.path.read_bytes()).hexdigest()
    assert ModelHashes(damaged).sha256(model) == expected
    assert ModelHashes(tmp_path / "file" / "below a file.json").sha256(model) == expected
