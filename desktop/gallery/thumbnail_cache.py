"""Thumbnails as images at the very size they are painted at, read and scaled away from the UI thread."""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QImage

from desktop.library.picture import LibraryPicture
from desktop.library.thumbnails import Thumbnails
from desktop.widgets.tasks import TaskOwner
from shared.contracts.errors import InvalidPictureError, PentimentoError
from shared.contracts.generation import BlobId

MOST_BYTES = 128 * 1024 * 1024
MOST_WAITING = 150
"""More than a screen shows; who scrolls on no longer waits for what was passed."""


class ThumbnailCache(QObject):
    thumbnail_ready = Signal(str)
    """The blob of a picture whose thumbnail came, or turned out not to come."""

    def __init__(self, *, thumbnails: Thumbnails, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails
        self._tasks = TaskOwner()
        self._images: OrderedDict[BlobId, tuple[int, QImage]] = OrderedDict()
        self._bytes = 0
        self._waiting: OrderedDict[BlobId, tuple[int, asyncio.Task[None]]] = OrderedDict()
        self._missing: set[BlobId] = set()

    def image(self, picture: LibraryPicture, side: int) -> QImage | None:
        """At most `side` device pixels a side; meanwhile one of another size, or None. Asks for what it lacks."""
        kept_side, image = self._images.get(picture.blob, (0, None))
        if image is not None:
            self._images.move_to_end(picture.blob)
        if kept_side != side and picture.blob not in self._missing:
            self._ask(picture, side)
        return image

    def peek(self, picture: LibraryPicture) -> QImage | None:
        """Of whatever size there is; asks for nothing."""
        return self._images.get(picture.blob, (0, None))[1]

    def is_missing(self, picture: LibraryPicture) -> bool:
        """Whether its file is gone or damaged."""
        return picture.blob in self._missing

    @property
    def busy(self) -> bool:
        return self._tasks.busy

    async def forget(self, blobs: Iterable[BlobId]) -> None:
        """Of pictures that were deleted for good."""
        await self._thumbnails.forget(blobs)

    async def close(self) -> None:
        await self._tasks.close()

    def _ask(self, picture: LibraryPicture, side: int) -> None:
        if picture.blob in self._waiting:
            asked_side, task = self._waiting[picture.blob]
            if asked_side == side:
                return
            del self._waiting[picture.blob]
            task.cancel()
        self._waiting[picture.blob] = (side, self._tasks.start(self._load(picture, side)))
        if len(self._waiting) > MOST_WAITING:
            _, (_, oldest) = self._waiting.popitem(last=False)
            oldest.cancel()

    async def _load(self, picture: LibraryPicture, side: int) -> None:
        try:
            data = await self._thumbnails.get(picture, 256 if side <= 256 else 512)
            image = await asyncio.to_thread(_decode, data, side)
        except PentimentoError:
            self._missing.add(picture.blob)
        else:
            self._keep(picture.blob, side, image)
        asked_side, _ = self._waiting.get(picture.blob, (0, None))
        if asked_side == side:
            del self._waiting[picture.blob]
        self.thumbnail_ready.emit(picture.blob)

    def _keep(self, blob: BlobId, side: int, image: QImage) -> None:
        _, before = self._images.pop(blob, (0, QImage()))
        self._bytes += image.sizeInBytes() - before.sizeInBytes()
        self._images[blob] = (side, image)
        while self._bytes > MOST_BYTES:
            _, (_, oldest) = self._images.popitem(last=False)
            self._bytes -= oldest.sizeInBytes()


def _decode(data: bytes, side: int) -> QImage:
    image = QImage.fromData(data)
    if image.isNull():
        raise InvalidPictureError("This thumbnail cannot be read.")
    if max(image.width(), image.height()) > side:
        size = image.size().scaled(QSize(side, side), Qt.AspectRatioMode.KeepAspectRatio)
        image = image.scaled(
            size.expandedTo(QSize(1, 1)),
            Qt.AspectRatioMode.IgnoreAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
    return image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
