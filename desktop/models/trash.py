"""The system's trash, out of which the artist can take a file again."""

from pathlib import Path

from PySide6.QtCore import QFile


def move_to_trash(path: Path) -> bool:
    """Whether it is there now; slow where the trash lies on another drive."""
    return bool(QFile.moveToTrash(str(path)))
