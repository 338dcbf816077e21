"""Small versions of pictures, made once and kept; whoever looks now is served before whoever looked earlier."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final, Literal

from desktop.library.picture import LibraryPicture
from shared.contracts.generation import BlobId
from shared.imaging.thumbnails import make_thumbnail

ThumbnailSide = Literal[256, 512]
SMALL: Final = 256
SIDES: tuple[ThumbnailSide, ...] = (SMALL, 512)


class Turns:
    """A semaphore whose newest waiter goes first."""

    def __init__(self, *, at_once: int) -> None:
        self._free = at_once
        self._waiting: list[asyncio.Future[None]] = []

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        if self._free > 0:
            self._free -= 1
        else:
            called: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append(called)
            try:
                await called
            except asyncio.CancelledError:
                if called in self._waiting:
                    self._waiting.remove(called)
                elif not called.cancelled():
                    self._hand_on()
                raise
        try:
            yield
        finally:
            self._hand_on()

    def _hand_on(self) -> None:
        while self._waiting:
            called = self._waiting.pop()
            if not called.done():
                called.set_result(None)
                return
        self._free += 1


class Thumbnails:
    """A cache of WebP files named by the pictures' content; may be deleted at any time."""

    def __init__(self, *, folder: Path, at_once: int = 2) -> None:
        self._folder = folder
        self._turns = Turns(at_once=at_once)

    async def get(self, picture: LibraryPicture, side: ThumbnailSide) -> bytes:
        """WebP, at most `side` pixels a side. Raises PentimentoError where the picture cannot be read."""
        async with self._turns.turn():
            return await asyncio.to_thread(self._read_or_make, picture, side)

    def put(self, blob: BlobId, side: ThumbnailSide, made: bytes) -> None:
        """Keep one that was made; what cannot be kept is made again when it is asked for."""
        file = self._file(blob, side)
        unfinished = file.with_suffix(f".{os.getpid()}.unfinished")
        with contextlib.suppress(OSError):
            file.parent.mkdir(parents=True, exist_ok=True)
            unfinished.write_bytes(made)
            unfinished.replace(file)

    async def forget(self, blobs: Iterable[BlobId]) -> None:
        for blob in blobs:
            for side in SIDES:
                await asyncio.to_thread(self._file(blob, side).unlink, missing_ok=True)

    def _file(self, blob: BlobId, side: ThumbnailSide) -> Path:
        return self._folder / str(side) / blob[:2] / f"{blob}.webp"

    def _read_or_make(self, picture: LibraryPicture, side: ThumbnailSide) -> bytes:
        file = self._file(picture.blob, side)
        if file.is_file() and (kept := file.read_bytes()):
            return kept
        made: bytes = make_thumbnail(picture.file, side)
        self.put(picture.blob, side, made)
        return made
