"""Copy, cut and paste, with this and with other programs. All that is slow runs in threads."""

import asyncio
from pathlib import Path

from PySide6.QtCore import QByteArray, QMimeData, QObject, QPoint, QUrl
from PySide6.QtGui import QGuiApplication, QImage

from desktop.canvas.document import Document
from desktop.canvas.formats.rasters import straight_pixels
from desktop.canvas.service import CanvasService
from desktop.canvas.viewmodels.current import CurrentDocument
from desktop.canvas.viewmodels.files import OPENABLE_ENDINGS, FilesViewModel
from desktop.widgets.translations import tr
from shared.contracts.errors import InvalidPictureError, PentimentoError
from shared.contracts.generation import Placement
from shared.imaging.pictures import encode_png

PLACE_MIME = "application/x-pentimento-place"
"""Where a copied picture lay: "x y" in pixels of its document."""
PICTURE_MIMES = ("image/png", "image/tiff", "image/webp", "image/jpeg", "image/bmp")
"""The best first: those that keep transparency and lose nothing."""


class NothingToCopyError(PentimentoError):
    code = "NOTHING_TO_COPY"


class Clipboard(QObject):
    """What can't be done is told by the current document's `error_raised`."""

    def __init__(
        self,
        *,
        service: CanvasService,
        current: CurrentDocument,
        files: FilesViewModel,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._service = service
        self._current = current
        self._files = files

    async def copy(self, *, merged: bool = False) -> bool:
        """The selected part of the active layer, or of the picture as it is seen; whether there was something."""
        document = self._current.document
        if document is None:
            return False
        layer = document.active_layer
        try:
            copied = await self._service.copied(
                document, None if merged or layer is None or layer.is_group else layer.id
            )
        except PentimentoError as error:
            self._current.error_raised.emit(error.report)
            return False
        if copied is None:
            self._current.error_raised.emit(
                NothingToCopyError(
                    "Nothing is there to be copied.",
                    advice="Choose another layer, or select something on it.",
                ).report
            )
            return False
        data = QMimeData()
        data.setData(PICTURE_MIMES[0], QByteArray(copied.png))
        # Windows and macOS hand other programs their own formats, which Qt makes from this.
        data.setImageData(copied.image)
        data.setData(PLACE_MIME, QByteArray(f"{copied.corner.x()} {copied.corner.y()}".encode()))
        QGuiApplication.clipboard().setMimeData(data)
        return True

    async def cut(self) -> None:
        document = self._current.document
        layer = document.active_layer if document is not None else None
        if document is None or layer is None:
            return
        try:
            document.paintable_layer(layer.id)
            if await self.copy():
                await self._service.cut_pixels(document, layer.id, label="Cut")
        except PentimentoError as error:
            self._current.error_raised.emit(error.report)

    async def paste(self, *, in_place: bool = False) -> None:
        """As a layer of the open document, in its middle or where it was copied; without one, as a new picture."""
        document = self._current.document
        if document is None:
            await self.paste_new()
            return
        data = QGuiApplication.clipboard().mimeData()
        files, place = _files_of(data), _place_of(data) if in_place else None
        picture = await _picture_of(data)
        try:
            if picture is not None:
                await self._add(document, picture, place)
            elif files:
                for file in files:
                    await self._add(document, file, None, name=file.stem)
            else:
                raise _nothing()
        except PentimentoError as error:
            self._current.error_raised.emit(error.report)

    async def paste_new(self) -> None:
        """As a picture of its own."""
        data = QGuiApplication.clipboard().mimeData()
        files = _files_of(data)
        picture = await _picture_of(data)
        if picture is not None:
            await self._files.open_picture(picture, title=tr("Pasted"))
        elif files:
            await self._files.open(files[0])
        else:
            self._current.error_raised.emit(_nothing().report)

    async def _add(
        self, document: Document, picture: bytes | Path, place: QPoint | None, *, name: str = ""
    ) -> None:
        placement = Placement(x=place.x(), y=place.y()) if place is not None else None
        await self._service.add_picture(document, picture, name=name or tr("Pasted"), placement=placement)


def _nothing() -> PentimentoError:
    return InvalidPictureError(
        "There is no picture to paste.", advice="Copy one first, here or in another program."
    )


async def _picture_of(data: QMimeData) -> bytes | None:
    """Reads the data before it first waits, as the clipboard may hold another by then."""
    for mime in PICTURE_MIMES:
        if data.hasFormat(mime):
            encoded = bytes(data.data(mime).data())
            if encoded:
                return encoded
    image = data.imageData() if data.hasImage() else None
    if isinstance(image, QImage) and not image.isNull():
        return await asyncio.to_thread(_encoded, image)
    return None


def _encoded(image: QImage) -> bytes:
    """What only Qt understands, for our own reader."""
    return encode_png(straight_pixels(image))


def _files_of(data: QMimeData) -> list[Path]:
    """Files that are there, by their addresses or by a text that is one."""
    urls = data.urls()
    if not urls and data.hasText():
        text = data.text().strip()
        urls = [QUrl(text)] if text.startswith("file:") else [QUrl.fromLocalFile(text)] if text else []
    files = [Path(url.toLocalFile()) for url in urls if url.isLocalFile()]
    return [file for file in files if file.suffix.lower() in OPENABLE_ENDINGS]


def _place_of(data: QMimeData) -> QPoint | None:
    try:
        x, y = map(int, bytes(data.data(PLACE_MIME).data()).split())
    except ValueError:
        return None
    return QPoint(x, y)
