"""Where models are looked for: other programs' folders, links, folders that can't be read."""

import json
import os
from pathlib import Path

import pytest

from shared.engine.catalogue import Catalogue
from shared.engine.layouts import hub_cache_folder, recognise
from tests.support.model_files import write_checkpoint, write_lora, write_model_folder, write_safetensors


def found(*folders: Path) -> list[tuple[str, str]]:
    return sorted((file.kind, file.name) for file in Catalogue(folders).survey().files)


def test_a1111s_folder_is_used_where_it_lies(tmp_path: Path) -> None:
    write_checkpoint(tmp_path / "models" / "Stable-diffusion" / "deep" / "er" / "paint.safetensors")
    write_lora(tmp_path / "models" / "Lora" / "ink.safetensors")
    (tmp_path / "models" / "ESRGAN").mkdir()
    (tmp_path / "models" / "ESRGAN" / "4x.pth").write_bytes(b"pickle")
    write_safetensors(tmp_path / "embeddings" / "word.safetensors", {"emb_params": (1, 768)})
    write_lora(tmp_path / "outputs" / "not_a_place.safetensors")

    assert recognise(tmp_path).program == "a1111"
    assert found(tmp_path) == [
        ("checkpoint", "paint"),
        ("embedding", "word"),
        ("lora", "ink"),
        ("upscaler", "4x"),
    ]


def test_comfyuis_folder_and_those_that_it_names_are_used(tmp_path: Path) -> None:
    comfy, other = tmp_path / "comfy", tmp_path / "webui"
    write_checkpoint(comfy / "models" / "checkpoints" / "own.safetensors")
    write_checkpoint(other / "models" / "Stable-diffusion" / "theirs.safetensors")
    write_lora(other / "more" / "ink.safetensors")
    (comfy / "extra_model_paths.yaml").write_text(
        f"a111:\n  base_path: {other}\n  checkpoints: models/Stable-diffusion\n"
        "  loras: |\n    models/Lora\n    more\n  custom_nodes: nodes\n"
    )

    assert recognise(comfy).program == "comfyui"
    assert found(comfy) == [("checkpoint", "own"), ("checkpoint", "theirs"), ("lora", "ink")]


@pytest.mark.parametrize(
    "text",
    [
        "- a\n- b",
        "a: [",
        "a: {base_path: [1], loras: {x: y}}",
        "&a [*a]",
        "!!python/object:os.system {}",
        "\x00",
    ],
)
def test_a_list_of_folders_that_makes_no_sense_names_none(tmp_path: Path, text: str) -> None:
    write_checkpoint(tmp_path / "models" / "checkpoints" / "own.safetensors")
    (tmp_path / "extra_model_paths.yaml").write_text(text)

    assert found(tmp_path) == [("checkpoint", "own")]


def hub_repository(hub: Path, repo: str, *, revision: str = "main", commit: str = "ab" * 20) -> Path:
    """An empty snapshot, named by a branch."""
    repository = hub / f"models--{repo.replace('/', '--')}"
    snapshot = repository / "snapshots" / commit
    snapshot.mkdir(parents=True)
    (repository / "refs").mkdir(exist_ok=True)
    (repository / "refs" / revision).write_text(commit)
    return snapshot


def link(snapshot: Path, name: str, content: bytes) -> None:
    """As the cache does it: the file's bytes in `blobs`, a relative link in the snapshot."""
    blob = snapshot.parents[1] / "blobs" / f"{len(content)}-{abs(hash(content))}"
    blob.parent.mkdir(exist_ok=True)
    blob.write_bytes(content)
    place = snapshot / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(os.path.relpath(blob, place.parent))


def test_hugging_faces_cache_is_read_by_its_snapshots_alone(tmp_path: Path) -> None:
    write_model_folder(tmp_path / "made")
    write_lora(tmp_path / "ink.safetensors")
    snapshot = hub_repository(tmp_path / "hub", "artist/painter")
    for file in sorted((tmp_path / "made").rglob("*.*")):
        link(snapshot, file.relative_to(tmp_path / "made").as_posix(), file.read_bytes())
    old = hub_repository(tmp_path / "hub", "artist/ink", commit="cd" * 20)
    link(old, "old.safetensors", (tmp_path / "ink.safetensors").read_bytes())
    new = hub_repository(tmp_path / "hub", "artist/ink", commit="ef" * 20)
    link(new, "ink.safetensors", (tmp_path / "ink.safetensors").read_bytes())
    part = hub_repository(tmp_path / "hub", "artist/vae")
    link(part, "config.json", json.dumps({"_class_name": "AutoencoderKL", "latent_channels": 4}).encode())
    link(part, "diffusion_pytorch_model.safetensors", (tmp_path / "ink.safetensors").read_bytes())

    assert recognise(tmp_path).program == recognise(tmp_path / "hub").program == "hugging_face"
    assert found(tmp_path / "hub") == [
        ("checkpoint", "artist/painter"),
        ("lora", "ink"),
        ("vae", "artist/vae"),
    ]


@pytest.mark.parametrize(
    ("environment", "folder"),
    [
        ({"HF_HUB_CACHE": "/a", "HF_HOME": "/b"}, Path("/a")),
        ({"HF_HOME": "/b"}, Path("/b/hub")),
        ({"XDG_CACHE_HOME": "/c"}, Path("/c/huggingface/hub")),
        ({}, Path("/people/me/.cache/huggingface/hub")),
    ],
)
def test_hugging_faces_cache_lies_where_the_environment_says(
    environment: dict[str, str], folder: Path
) -> None:
    assert hub_cache_folder(environment, Path("/people/me")) == folder


def test_links_in_circles_and_links_to_nowhere_end(tmp_path: Path) -> None:
    write_lora(tmp_path / "a" / "ink.safetensors")
    (tmp_path / "a" / "up").symlink_to(tmp_path)
    (tmp_path / "b").symlink_to(tmp_path / "a")
    (tmp_path / "itself").symlink_to(tmp_path / "itself")
    (tmp_path / "gone.safetensors").symlink_to(tmp_path / "nowhere")

    survey = Catalogue([tmp_path, tmp_path / "a"]).survey()

    assert [file.name for file in survey.files] == ["ink"], "found once, however many ways lead to it"
    assert survey.problems == []


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_read_is_told_and_the_rest_is_found(tmp_path: Path) -> None:
    write_lora(tmp_path / "ink.safetensors")
    write_lora(tmp_path / "closed" / "other.safetensors")
    (tmp_path / "closed").chmod(0)

    survey = Catalogue([tmp_path]).survey()
    (tmp_path / "closed").chmod(0o700)

    assert [file.name for file in survey.files] == ["ink"]
    assert "closed" in survey.problems[0].report.text


def test_a_file_by_itself_brings_its_notes_and_its_picture(tmp_path: Path) -> None:
    write_lora(tmp_path / "ink.safetensors")
    write_lora(tmp_path / "other.safetensors")
    (tmp_path / "ink.png").write_bytes(b"")
    (tmp_path / "ink.json").write_text(json.dumps({"activation text": "ink"}))

    (file,) = Catalogue([tmp_path / "ink.safetensors"]).survey().files

    assert (file.name, file.trigger_words, file.preview) == ("ink", ("ink",), tmp_path / "ink.png")
