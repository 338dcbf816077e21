"""Files that are either the old ones or the new ones, whenever the power goes."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from shared.contracts.errors import StorageError


@contextlib.contextmanager
def disk_errors(place: Path) -> Iterator[None]:
    """Turn the system's errors into words."""
    try:
        yield
    except OSError as error:
        raise StorageError(
            "“{file}” can't be written or read: {reason}.",
            advice="Free some space, or choose a folder that you may write to, then try again.",
            file=place,
            reason=error.strerror or error,
        ) from error


def sync_folder(folder: Path) -> None:
    """Make names in a folder outlive a power loss; Windows does so by itself and can't open folders."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def replaced_file(file: Path) -> Iterator[BinaryIO]:
    """A stream whose bytes become `file` when the block ends, and vanish if it fails."""
    with disk_errors(file):
        descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name[:40]}-", suffix=".part")
        temporary = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
            _keep_mode(file, temporary)
            temporary.replace(file)
            sync_folder(file.parent)
        finally:
            temporary.unlink(missing_ok=True)


def _keep_mode(file: Path, temporary: Path) -> None:
    """Mkstemp makes files that only their owner reads; a saved picture has the mode that it had, or the usual one."""
    try:
        mode = file.stat().st_mode & 0o777
    except FileNotFoundError:
        mode = 0o644
    temporary.chmod(mode)
