"""Which files a person meant who dropped files and folders."""

from collections.abc import Iterable
from pathlib import Path

IMPORTED_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp", ".gif"})


def files_to_import(paths: Iterable[Path]) -> list[Path]:
    """Files as they are named, whatever they are; from folders, at any depth, those that look like pictures."""
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            files += sorted(
                file
                for file in path.rglob("*")
                if file.suffix.lower() in IMPORTED_SUFFIXES and not file.name.startswith(".")
            )
        else:
            files.append(path)
    return files
