"""Folders of other programs, recognised so that their models are used where they lie."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

Program = Literal["folder", "a1111", "comfyui", "hugging_face"]

_PATHS_FILE = "extra_model_paths.yaml"
_LARGEST_PATHS_FILE = 200_000
_NO_MODELS = {"base_path", "is_default", "custom_nodes", "configs", "download_model_base"}


@dataclass(frozen=True)
class Place:
    """A folder that the artist named: whose it is, and where in it (or elsewhere, as it says) models lie."""

    folder: Path
    program: Program
    roots: tuple[Path, ...]


def recognise(folder: Path) -> Place:
    """Any folder that is none of the known ones is looked through whole."""
    models = folder / "models"
    paths = folder / _PATHS_FILE
    if (models / "Stable-diffusion").is_dir():
        return Place(folder, "a1111", (models, folder / "embeddings"))
    if (models / "checkpoints").is_dir() or paths.is_file():
        return Place(folder, "comfyui", (models, *_other_roots(paths)))
    if _is_hub_cache(folder):
        return Place(folder, "hugging_face", (folder,))
    if _is_hub_cache(folder / "hub"):
        return Place(folder, "hugging_face", (folder / "hub",))
    return Place(folder, "folder", (folder,))


def hub_cache_folder(environment: Mapping[str, str], home: Path) -> Path:
    """Where programs that use Hugging Face's library keep what they downloaded."""
    if cache := environment.get("HF_HUB_CACHE"):
        return Path(cache).expanduser()
    if hugging_face := environment.get("HF_HOME"):
        return Path(hugging_face).expanduser() / "hub"
    cache_home = environment.get("XDG_CACHE_HOME")
    return (Path(cache_home).expanduser() if cache_home else home / ".cache") / "huggingface" / "hub"


def _is_hub_cache(folder: Path) -> bool:
    try:
        return any(child.name.startswith("models--") and child.is_dir() for child in folder.iterdir())
    except OSError:
        return False


def _other_roots(paths: Path) -> Iterator[Path]:
    """ComfyUI reads models of other programs where this file says; a line or several for each kind."""
    for section in _sections(paths):
        base = paths.parent / Path(str(section.get("base_path", ""))).expanduser()
        for name, value in section.items():
            if name not in _NO_MODELS and isinstance(value, str):
                yield from (base / line.strip() for line in value.splitlines() if line.strip())


def _sections(paths: Path) -> list[dict[str, Any]]:
    """A file that cannot be read names no folders: it is another program's, and ComfyUI tells of it."""
    try:
        if paths.stat().st_size > _LARGEST_PATHS_FILE:
            return []
        content = yaml.safe_load(paths.read_bytes())
    except (OSError, ValueError, RecursionError, yaml.YAMLError):
        return []
    sections = content.values() if isinstance(content, dict) else ()
    return [section for section in sections if isinstance(section, dict)]
