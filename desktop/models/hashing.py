"""Takes the hashes of models in the background: for duplicates, for what moved, and for what recipes name."""

import asyncio
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from desktop.library.notices import Notice
from desktop.models.service import ModelLibrary
from shared.contracts.models import ModelFile
from shared.engine.model_hashes import ModelHashes
from shared.engine.model_index import KnownHash

_SHARE = 0.5
"""Of its time a reader waits, so that painting and other programs go first."""
_SHORTEST_WAIT = 0.005


@dataclass(frozen=True)
class HashProgress:
    """Of so many files, in bytes; `current` is being read. All zero when nothing is left."""

    files_left: int = 0
    bytes_left: int = 0
    current: str = ""


class _StoppedError(Exception):
    pass


class HashTaking:
    """One at a time, the smallest first; what is taken is kept at once, so that the next start goes on there."""

    def __init__(self, *, library: ModelLibrary, index: Path) -> None:
        self.progress: Notice[HashProgress] = Notice()
        self._library = library
        self._hashes = ModelHashes(index)
        self._stopped = False

    async def run(self) -> None:
        """Until every model that is here now is hashed. Cancelling stops within the file."""
        self._stopped = False
        try:
            left = await asyncio.to_thread(_without_hash, self._library.files, self._library.hashes)
            while left:
                file = left.pop(0)
                waiting = sum(each.size_bytes for each in left)
                self.progress.tell(HashProgress(len(left) + 1, waiting + file.size_bytes, file.name))
                await asyncio.to_thread(self._take, file)
        finally:
            self._stopped = True
            self.progress.tell(HashProgress())

    def _take(self, file: ModelFile) -> None:
        began = time.monotonic()

        def wait(_read: int) -> None:
            nonlocal began
            if self._stopped:
                raise _StoppedError
            time.sleep(max(_SHORTEST_WAIT, (time.monotonic() - began) * _SHARE / (1 - _SHARE)))
            began = time.monotonic()

        try:
            self._hashes.of_place(file.path, file.layout, progress=wait)
        except (OSError, _StoppedError):
            return  # it went away, or the studio ends: another start takes it


def duplicates(
    files: Iterable[ModelFile], hashes: dict[Path, KnownHash]
) -> tuple[tuple[ModelFile, ...], ...]:
    """Groups of files with one content, each group in the order in which its files were found."""
    groups: dict[str, list[ModelFile]] = {}
    for file in files:
        if known := hashes.get(file.path):
            groups.setdefault(known.sha256, []).append(file)
    return tuple(tuple(group) for group in groups.values() if len(group) > 1)


def _without_hash(files: Sequence[ModelFile], hashes: dict[Path, KnownHash]) -> list[ModelFile]:
    """The smallest first: most are LoRAs, and most duplicates are found soon."""
    return sorted((file for file in files if not _is_known(file, hashes)), key=lambda file: file.size_bytes)


def _is_known(file: ModelFile, hashes: dict[Path, KnownHash]) -> bool:
    if file.layout == "diffusers":
        weights = [each for each in hashes if file.path in each.parents]
        return bool(weights)
    known = hashes.get(file.path)
    try:
        status = file.path.stat()
    except OSError:
        return True  # it is gone: there is nothing to read
    return known is not None and (known.size, known.changed_ns) == (status.st_size, status.st_mtime_ns)
