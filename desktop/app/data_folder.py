"""Which folder holds the artist's things, and that one window at a time works in it."""

import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from platformdirs import user_cache_path, user_data_path

from desktop.library.folders import DataFolders
from shared.contracts.errors import PentimentoError, StorageError

VARIABLE = "PENTIMENTO_DATA_DIR"


class AlreadyOpenError(PentimentoError):
    code = "ALREADY_OPEN"


def find_data_folders(chosen: Path | None, environment: Mapping[str, str]) -> DataFolders:
    """The folder named on the command line, else by PENTIMENTO_DATA_DIR, else the platform's own; made if missing.

    Raises StorageError where it cannot be made.
    """
    named = chosen or (Path(environment[VARIABLE]) if environment.get(VARIABLE) else None)
    if named is not None:
        folders = DataFolders(named.expanduser().absolute())
    else:
        folders = DataFolders(
            user_data_path("Pentimento", appauthor=False),
            cache=user_cache_path("Pentimento", appauthor=False),
        )
    try:
        folders.create()
    except OSError as error:
        raise StorageError(
            "The data folder {folder} could not be made: {reason}.",
            advice="Choose another one with --data-dir or PENTIMENTO_DATA_DIR.",
            folder=folders.root,
            reason=error.strerror or error,
        ) from error
    return folders


class WindowLock:
    """Held by the one window that works in a data folder; the system frees it however that window ends.

    Raises AlreadyOpenError on entering while another window holds it. `crashed_before`: whether the window
    that held it last did not end as it should.
    """

    def __init__(self, folders: DataFolders) -> None:
        self._path = folders.root / "window.lock"
        self._file: BinaryIO | None = None
        self.crashed_before = False

    def __enter__(self) -> Self:
        file = self._path.open("ab")
        try:
            _lock(file)
        except OSError as error:
            file.close()
            raise AlreadyOpenError(
                "Pentimento is open already with the data folder {folder}.",
                advice="Use the window that is open, or start with another folder: --data-dir FOLDER.",
                folder=self._path.parent,
            ) from error
        self._file = file
        # One byte in the file says that a window is open; it is taken out at the end, unless there was none.
        self.crashed_before = self._path.stat().st_size > 0
        if not self.crashed_before:
            file.write(b"1")
            file.flush()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            if kind is None:
                self._file.truncate(0)
            self._file.close()
            self._file = None


def _lock(file: BinaryIO) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
