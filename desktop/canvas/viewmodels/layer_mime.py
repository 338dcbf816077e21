"""What goes along with layers that are dragged: their ids for the list itself, and files for other programs."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from PySide6.QtCore import QByteArray, QMetaType, QMimeData, QUrl

from desktop.canvas.dragging import DraggedFiles
from desktop.canvas.history import DocumentSnapshot

LAYER_MIME = "application/x-pentimento-layer"
FILES_MIME = "text/uri-list"


class LayerMimeData(QMimeData):
    """The files are asked for where they are dropped, and by nobody while layers are put in another order."""

    def __init__(self, *, layer_ids: Sequence[str], snapshot: DocumentSnapshot, folder: Path) -> None:
        super().__init__()
        self.setData(LAYER_MIME, QByteArray("\n".join(layer_ids).encode()))
        self.dragged = DraggedFiles(snapshot=snapshot, layer_ids=layer_ids, folder=folder)

    def formats(self) -> list[str]:
        return [LAYER_MIME, FILES_MIME]

    def hasFormat(self, mime: str) -> bool:
        return mime in self.formats()

    def retrieveData(self, mime: str, preferred: QMetaType | QMetaType.Type) -> object:
        if mime != FILES_MIME:
            return super().retrieveData(mime, preferred)
        urls = [QUrl.fromLocalFile(str(file)) for file in self.dragged.files()]
        wanted = preferred.id() if isinstance(preferred, QMetaType) else preferred.value
        if wanted == QMetaType.Type.QVariantList.value:
            return urls
        return QByteArray("".join(f"{url.toString()}\r\n" for url in urls).encode())


class DragFolder:
    """Where the files of the last drag lie; they go with the next one, or with the document."""

    def __init__(self) -> None:
        self._folder: TemporaryDirectory[str] | None = None

    def fresh(self) -> Path:
        self.clear()
        self._folder = TemporaryDirectory(prefix="pentimento-", ignore_cleanup_errors=True)
        return Path(self._folder.name)

    def clear(self) -> None:
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None
