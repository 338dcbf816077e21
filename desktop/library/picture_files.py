"""The pictures as files: names that every system takes, writes that a crash cannot halve."""

import hashlib
import os
import re
import shutil
import unicodedata
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from shared.contracts.errors import StorageError
from shared.contracts.generation import BlobId

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp"})
UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]+')
LONGEST_TITLE = 60
LONGEST_NAME = 120
RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")
TIME_FORMAT = "%Y-%m-%d %H-%M-%S"
UNFINISHED = ".unfinished"


def picture_stem(created_at: datetime, title: str) -> str:
    """The time first, so that names sort and none is a name that Windows keeps for itself."""
    return f"{created_at.strftime(TIME_FORMAT)} {safe_name(title)[:LONGEST_TITLE]}".rstrip(" .")


def safe_name(text: str) -> str:
    """Of characters that every system takes in a file's name, and not too many."""
    words = " ".join(UNSAFE.sub(" ", unicodedata.normalize("NFC", text)).split())
    words = "".join(character for character in words if character.isprintable())
    words = words[:LONGEST_NAME].strip(" .")
    return f"{words}_" if RESERVED.fullmatch(words) else words


def time_of(file: Path, now: datetime) -> datetime:
    """When a picture was made, by its name, else by the file's own time; in the time zone of `now`."""
    try:
        return datetime.strptime(file.name[:19], TIME_FORMAT).replace(tzinfo=now.tzinfo)
    except ValueError:
        return datetime.fromtimestamp(file.stat().st_mtime, tz=now.tzinfo)


def hash_of(data: bytes) -> BlobId:
    return hashlib.sha256(data).hexdigest()


def write_picture(root: Path, created_at: datetime, *, title: str, suffix: str, data: bytes) -> Path:
    """Write under a name of its own in the folder of its month; returns when it would survive a power loss."""
    folder = root / created_at.strftime("%Y") / created_at.strftime("%m")
    try:
        _make_folder(folder)
        unfinished, target = _reserve_name(folder, picture_stem(created_at, title), suffix)
        try:
            with unfinished.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(target)
        except BaseException:
            # Only then is the name still ours: once replaced, another may be holding it.
            unfinished.unlink(missing_ok=True)
            raise
        _sync_folder(folder)
    except OSError as error:
        raise StorageError(
            "The picture could not be written to {folder}: {reason}.",
            advice="Check that the disk has room and that the folder may be written, then try again.",
            folder=folder,
            reason=error.strerror or str(error),
        ) from error
    return target


def rename_picture(file: Path, created_at: datetime, title: str) -> Path:
    """Give a picture another title in its own folder. Returns where it lies."""
    try:
        unfinished, target = _reserve_name(file.parent, picture_stem(created_at, title), file.suffix)
        file.rename(target)
        unfinished.unlink()
        _sync_folder(file.parent)
    except OSError as error:
        raise StorageError(
            "The file {file} could not be renamed: {reason}.",
            advice="Check that it is there and may be written, then try again.",
            file=file,
            reason=error.strerror or str(error),
        ) from error
    return target


def list_pictures(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        folders.sort()
        for name in sorted(names):
            if not name.startswith(".") and Path(name).suffix.lower() in SUFFIXES:
                yield Path(folder) / name


def remove_unfinished(root: Path, before: datetime) -> None:
    """What a crash left of a write; younger ones may still be in another process's hand."""
    for file in root.rglob(f".*{UNFINISHED}"):
        if file.stat().st_mtime < before.timestamp():
            file.unlink(missing_ok=True)


def copy_picture(source: Path, target: Path, *, stem: str | None = None) -> Path:
    """Copy to `target`, or into it where it is a folder, never over another file. Returns where it lies.

    In a folder it is named `stem`, else as it is.
    """
    try:
        if target.is_dir():
            target /= source.name if stem is None else f"{stem}{source.suffix}"
        number = 2
        wanted = target
        while target.exists():
            target = wanted.with_stem(f"{wanted.stem} ({number})")
            number += 1
        target.parent.mkdir(parents=True, exist_ok=True)
        return shutil.copyfile(source, target)
    except OSError as error:
        raise StorageError(
            "The picture could not be copied to {target}: {reason}.",
            advice="Choose a folder that may be written and has room.",
            target=target,
            reason=error.strerror or str(error),
        ) from error


def _reserve_name(folder: Path, stem: str, suffix: str) -> tuple[Path, Path]:
    """A free name, held against other processes by its unfinished file until that is renamed."""
    number = 1
    while True:
        name = f"{stem}{suffix}" if number == 1 else f"{stem} ({number}){suffix}"
        unfinished, target = folder / f".{name}{UNFINISHED}", folder / name
        number += 1
        try:
            unfinished.touch(exist_ok=False)
        except FileExistsError:
            continue
        if not target.exists():
            return unfinished, target
        unfinished.unlink()


def _make_folder(folder: Path) -> None:
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # Windows neither needs nor allows it
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
