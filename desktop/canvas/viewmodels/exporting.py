"""What the export dialog shows: how a flat picture will be written, how large it gets, and what it will say of itself."""

from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.canvas.document import Document
from desktop.canvas.formats.flat import ENDINGS, FlatOptions, only_recipe, provenance
from desktop.canvas.service import PSD_SUFFIXES, CanvasService
from desktop.canvas.viewmodels.current import CurrentDocument
from desktop.widgets.tasks import TaskOwner
from shared.contracts.errors import PentimentoError
from shared.imaging.encoding import Encoding, PictureKind
from shared.imaging.provenance import Origin

ESTIMATE_DELAY_MILLISECONDS = 250
LARGEST_EXPORT_SIDE = 16384


class Exporting(QObject):
    """Keeps what was chosen for the next export of this session; the size is always the document's at first."""

    options_changed = Signal()
    estimate_changed = Signal()

    def __init__(
        self,
        *,
        service: CanvasService,
        current: CurrentDocument,
        tasks: TaskOwner,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._service = service
        self._current = current
        self._tasks = tasks
        self.options = FlatOptions()
        self.layered = False
        """Whether a PSD with all layers is written instead of one flat picture."""
        self.estimate: int | None = None
        """Bytes of the file; None while they are not known."""
        self._number = 0
        self._timer = QTimer(self, singleShot=True, interval=ESTIMATE_DELAY_MILLISECONDS)
        self._timer.timeout.connect(self._start_estimate)

    @property
    def document(self) -> Document | None:
        return self._current.document

    @property
    def size(self) -> tuple[int, int]:
        """In pixels of the file."""
        document = self.document
        return self.options.size or ((document.width, document.height) if document else (1, 1))

    @property
    def origin(self) -> Origin | None:
        """How the picture will be marked, were it marked."""
        return provenance(self.document.committed) if self.document is not None else None

    @property
    def has_recipe(self) -> bool:
        """Whether there is one recipe that the file can tell."""
        return self.document is not None and only_recipe(self.document.committed) is not None

    def begin(self) -> None:
        """The dialog opens."""
        self.options = replace(self.options, size=None)
        self.options_changed.emit()
        self._estimate_again()

    def end(self) -> None:
        """The dialog is gone: nothing more is worked out."""
        self._timer.stop()
        self._number += 1

    def choose_kind(self, kind: PictureKind | None) -> None:
        """None is a PSD."""
        if (kind is None) != self.layered:
            self.layered = kind is None
            self.options_changed.emit()
        if kind is not None:
            self.change_encoding(kind=kind)

    def change(self, **values: object) -> None:
        """Of `FlatOptions`."""
        self._set(replace(self.options, **values))  # type: ignore[arg-type]  # checked by the callers' own types

    def change_encoding(self, **values: object) -> None:
        encoding: Encoding = replace(self.options.encoding, **values)  # type: ignore[arg-type]  # as above
        self._set(replace(self.options, encoding=encoding))

    def set_width(self, width: int) -> None:
        """The height follows."""
        own_width, own_height = self._own_size()
        self._set_size(width, max(1, round(width * own_height / own_width)))

    def set_height(self, height: int) -> None:
        own_width, own_height = self._own_size()
        self._set_size(max(1, round(height * own_width / own_height)), height)

    @property
    def ending(self) -> str:
        """Of the file's name."""
        return PSD_SUFFIXES[0] if self.layered else ENDINGS[self.options.encoding.kind]

    def _own_size(self) -> tuple[int, int]:
        document = self.document
        return (document.width, document.height) if document is not None else (1, 1)

    def _set_size(self, width: int, height: int) -> None:
        size = (min(width, LARGEST_EXPORT_SIDE), min(height, LARGEST_EXPORT_SIDE))
        self.change(size=None if size == self._own_size() else size)

    def _set(self, options: FlatOptions) -> None:
        if options != self.options:
            self.options = options
            self.options_changed.emit()
            self._estimate_again()

    def _estimate_again(self) -> None:
        self._number += 1
        if self.estimate is not None:
            self.estimate = None
            self.estimate_changed.emit()
        self._timer.start()

    def _start_estimate(self) -> None:
        if self.document is not None:
            self._tasks.start(self._work_out(self.document, self._number))

    async def _work_out(self, document: Document, number: int) -> None:
        try:
            size = await self._service.exported_bytes(document, self.options)
        except PentimentoError as error:
            self._current.error_raised.emit(error.report)
            return
        if number == self._number:
            self.estimate = size
            self.estimate_changed.emit()
