"""Pictures and masks as files named by their own SHA-256, in one folder that several processes share."""

import contextlib
import hashlib
import os
import re
import tempfile
from collections.abc import Collection, Iterator
from datetime import datetime
from pathlib import Path

from shared.contracts.errors import NotFoundError, StorageError
from shared.contracts.generation import BlobId

_BLOB_NAME = re.compile(r"[0-9a-f]{64}")
_WRITING = ".writing-"
_LEAVING = ".leaving-"


class BlobFolder:
    """Content-addressed: the same bytes are kept once, a name never changes its bytes.

    Any number of threads and processes may put, read and sweep at a time. Raises StorageError where the disk
    refuses.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, data: bytes) -> BlobId:
        """Keep `data`; when this returns, it outlives a loss of power."""
        blob = hashlib.sha256(data).hexdigest()
        with self._disk_errors():
            self.root.mkdir(parents=True, exist_ok=True)
            if not self._refresh(blob, len(data)):
                self._write(blob, data)
        return blob

    def path(self, blob: BlobId) -> Path:
        """Where the blob lies, or would lie. Raises NotFoundError for what cannot be a blob's name."""
        if not _BLOB_NAME.fullmatch(blob):
            raise _not_found(blob)
        return self.root / blob

    def read(self, blob: BlobId) -> bytes:
        """Raises NotFoundError."""
        with self._disk_errors():
            for path in self._places(blob):
                with contextlib.suppress(FileNotFoundError):
                    return path.read_bytes()
        raise _not_found(blob)

    def exists(self, blob: BlobId) -> bool:
        return any(path.is_file() for path in self._places(blob))

    def sweep(self, keep: Collection[BlobId], *, unused_since: datetime) -> list[BlobId]:
        """Remove blobs that are not in `keep` and were last put before `unused_since` (aware); tell which.

        A blob that is put while this runs is kept: it is first moved aside, then its time is read, and a put
        either finds it before that and renews the time, or misses it and writes it anew.
        """
        limit = unused_since.timestamp()
        kept = frozenset(keep)
        with self._disk_errors():
            if not self.root.is_dir():
                return []
            self._recover(limit)
            return [blob for blob in self._names() if blob not in kept and self._remove(blob, limit)]

    def _places(self, blob: BlobId) -> tuple[Path, ...]:
        """Where to look for a blob that a sweep may be moving aside and back at this moment."""
        path = self.path(blob)
        return path, self.root / f"{_LEAVING}{blob}", path

    def _names(self) -> list[BlobId]:
        with os.scandir(self.root) as entries:
            return sorted(entry.name for entry in entries if _BLOB_NAME.fullmatch(entry.name))

    def _refresh(self, blob: BlobId, size: int) -> bool:
        """Renew the time of a blob that is there already, whole; tell whether it is."""
        path = self.root / blob
        try:
            if path.stat().st_size != size:
                return False
            os.utime(path)
        except FileNotFoundError:
            return False
        return True

    def _write(self, blob: BlobId, data: bytes) -> None:
        descriptor, name = tempfile.mkstemp(prefix=_WRITING, dir=self.root)
        temporary = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(self.root / blob)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        self._sync_folder()

    def _sync_folder(self) -> None:
        if os.name == "nt":  # Windows keeps no handles to folders and writes renames through.
            return
        descriptor = os.open(self.root, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _remove(self, blob: BlobId, limit: float) -> bool:
        path, aside = self.root / blob, self.root / f"{_LEAVING}{blob}"
        try:
            if path.stat().st_mtime >= limit:
                return False
            path.replace(aside)
            if aside.stat().st_mtime >= limit:
                aside.replace(path)
                return False
            aside.unlink()
        except (FileNotFoundError, PermissionError):
            # Another process swept it, or on Windows holds it open: the next sweep sees it again.
            return False
        return True

    def _recover(self, limit: float) -> None:
        """Clear up after a process that was killed: blobs moved aside come back, old half-written ones go."""
        for aside in self.root.glob(f"{_LEAVING}*"):
            with contextlib.suppress(FileNotFoundError, PermissionError):
                aside.replace(self.root / aside.name.removeprefix(_LEAVING))
        for temporary in self.root.glob(f"{_WRITING}*"):
            with contextlib.suppress(FileNotFoundError, PermissionError):
                if temporary.stat().st_mtime < limit:
                    temporary.unlink()

    @contextlib.contextmanager
    def _disk_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StorageError(
                "The folder {folder} can't be used: {reason}.",
                advice="Free some space on the disk, or make the folder writable, then try again.",
                folder=self.root,
                reason=error.strerror or error,
            ) from error


def _not_found(blob: str) -> NotFoundError:
    return NotFoundError(
        "A picture that this needs is missing: {blob}.",
        advice="Put it back from a backup, or choose the picture again.",
        blob=blob[:64],
    )
