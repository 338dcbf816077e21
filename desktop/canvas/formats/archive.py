"""Reading ZIP files that others made, without believing what they say of themselves."""

import zipfile
import zlib
from pathlib import Path
from types import TracebackType
from typing import Self

from desktop.canvas.errors import DocumentTooLargeError, InvalidDocumentError

MOST_ENTRIES = 4096
LARGEST_ENTRY = 512 * 1024 * 1024
LARGEST_TOTAL = 4 * 1024 * 1024 * 1024
CHUNK = 1024 * 1024


def damaged(detail: str) -> InvalidDocumentError:
    return InvalidDocumentError(
        "This file is damaged or is not an OpenRaster document.",
        advice="Open it in the program that made it and save it again.",
        detail=detail,
    )


def too_large(detail: str) -> DocumentTooLargeError:
    return DocumentTooLargeError(
        "This file unpacks to more than a document may hold.",
        advice="Make the picture smaller in the program that made it.",
        detail=detail,
    )


class SafeArchive:
    """Entries by name, a leading `/` aside, each read into memory within limits; nothing is ever unpacked to disk.

    Errors: InvalidDocumentError, DocumentTooLargeError; OSError for the file itself.
    """

    def __init__(self, file: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise damaged(str(error)) from error
        infos = self._zip.infolist()
        self._entries = {info.filename.lstrip("/"): info for info in infos}
        try:
            if len(infos) > MOST_ENTRIES:
                raise too_large(f"{len(infos)} entries")
            if sum(info.file_size for info in infos) > LARGEST_TOTAL:
                raise too_large("declared sizes")
        except DocumentTooLargeError:
            self._zip.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()

    def __contains__(self, name: str) -> bool:
        return name.lstrip("/") in self._entries

    def read(self, name: str, *, limit: int = LARGEST_ENTRY) -> bytes:
        """All bytes of an entry; the real size counts, whatever the entry declares."""
        info = self._entries.get(name.lstrip("/"))
        if info is None:
            raise damaged(f"no entry {name!r}")
        if info.file_size > limit:
            raise too_large(f"{name!r} declares {info.file_size} bytes")
        data = bytearray()
        try:
            with self._zip.open(info) as stream:
                while chunk := stream.read(CHUNK):
                    data += chunk
                    if len(data) > limit:
                        raise too_large(f"{name!r} is longer than {limit} bytes")
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
            # RuntimeError: an encrypted entry.
            raise damaged(f"{name!r}: {error}") from error
        return bytes(data)
