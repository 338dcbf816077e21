"""Documents and their files: new, open, save, export, and finding back what was open."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from desktop.canvas.formats.flat import FlatOptions, fitted
from desktop.canvas.service import PSD_SUFFIXES, CanvasService, OpenDocument, Recoverable
from desktop.canvas.viewmodels.current import CurrentDocument
from desktop.canvas.viewmodels.working import Working
from desktop.canvas.work import Work, WorkCancelledError
from desktop.widgets.translations import tr
from shared.contracts.errors import PentimentoError

DOCUMENT_ENDING = ".ora"
PICTURE_ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff")
LAYERED_ENDINGS = (DOCUMENT_ENDING, *PSD_SUFFIXES)
"""Of files that are documents by themselves."""
OPENABLE_ENDINGS = (*LAYERED_ENDINGS, *PICTURE_ENDINGS)


class FilesViewModel(QObject):
    """One document at a time. What was not saved is never asked for: it can be opened again from `recoverable`.

    All methods that are coroutines tell their errors by the current document's `error_raised`.
    """

    busy_changed = Signal()
    title_changed = Signal()
    """Also when the document begins or ceases to differ from its file."""
    document_saved = Signal(object)
    """The Path it was saved to."""
    recoverable_changed = Signal()

    def __init__(
        self,
        *,
        service: CanvasService,
        current: CurrentDocument,
        working: Working,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._service = service
        self._works = working
        self._current = current
        self._busy = 0
        self._recoverable: list[Recoverable] = []
        current.document_replaced.connect(self.title_changed)
        current.history_changed.connect(self.title_changed)

    @property
    def busy(self) -> bool:
        """Whether a file is read or written just now."""
        return self._busy > 0

    @property
    def title(self) -> str:
        opened = self._current.opened
        if opened is None:
            return ""
        return opened.title or tr("Untitled")

    @property
    def modified(self) -> bool:
        return self._current.opened is not None and self._current.opened.modified

    @property
    def file(self) -> Path | None:
        return self._current.opened.file if self._current.opened is not None else None

    @property
    def recoverable(self) -> tuple[Recoverable, ...]:
        """Documents that were left open or unsaved, newest first."""
        return tuple(self._recoverable)

    @asynccontextmanager
    async def _working(self, label: str = "") -> AsyncIterator[Work]:
        """What has a label (translated) may take long: it is shown, and can be cancelled."""
        self._busy += 1
        self.busy_changed.emit()
        try:
            with self._works.begin(label) as work:
                yield work
        except WorkCancelledError:
            """Nothing has happened."""
        except PentimentoError as error:
            self._current.error_raised.emit(error.report)
        finally:
            self._busy -= 1
            self.busy_changed.emit()

    async def restore(self) -> None:
        """At the start of the app: the document that was open last comes back as it was."""
        async with self._working():
            self._recoverable = await self._service.recover()
            if self._current.opened is None and self._recoverable:
                await self._show(await self._service.reopen(self._recoverable[0]))
        self.recoverable_changed.emit()

    async def reopen(self, recoverable: Recoverable) -> None:
        async with self._working():
            await self._show(await self._service.reopen(recoverable))

    async def new(self, width: int, height: int) -> None:
        async with self._working():
            await self._show(await self._service.new(width, height, layer_name=tr("Background"), white=True))

    async def new_empty(self, width: int, height: int, *, title: str = "") -> None:
        """A transparent page, for a picture that brings its own ground."""
        async with self._working():
            await self._show(
                await self._service.new(
                    width, height, title=title, layer_name=tr("Layer {number}", number=1), white=False
                )
            )

    async def open(self, file: Path) -> None:
        async with self._working(tr("Opening “{file}”…", file=file.name)) as work:
            opened = await self._service.open(file, progress=work.tell)
            if work.cancelled:
                await self._service.close(opened, discard=True)
                return
            await self._show(opened)
            for note in opened.notes:
                self._current.note_raised.emit(note)

    async def open_picture(self, picture: bytes, *, title: str) -> None:
        """One that lies in no file."""
        async with self._working():
            await self._show(await self._service.open_bytes(picture, title=title))

    async def save(self) -> None:
        """Write back to the document's own .ora; `needs_file` tells before whether there is one."""
        opened = self._current.opened
        if opened is None:
            return
        async with self._working(_saving(opened.file) if opened.file is not None else "") as work:
            await self._service.save(opened, progress=work.tell)
            self.document_saved.emit(opened.file)
        self.title_changed.emit()

    @property
    def needs_file(self) -> bool:
        file = self.file
        return file is None or file.suffix.lower() != DOCUMENT_ENDING

    async def save_as(self, file: Path) -> None:
        opened = self._current.opened
        if opened is None:
            return
        async with self._working(_saving(file)) as work:
            await self._service.save_as(opened, file, progress=work.tell)
            self.document_saved.emit(opened.file)
        self.title_changed.emit()

    async def export(self, file: Path, options: FlatOptions) -> None:
        document = self._current.document
        if document is None:
            return
        file, options = fitted(file, options)
        async with self._working():
            await self._service.export(document, file, options)
            self.document_saved.emit(file)

    async def export_layers(self, file: Path, *, marked: bool) -> None:
        """A PSD; what it can't keep is told."""
        document = self._current.document
        if document is None:
            return
        target = file if file.suffix.lower() in PSD_SUFFIXES else file.with_name(file.name + PSD_SUFFIXES[0])
        async with self._working(_saving(target)) as work:
            notes = await self._service.export_layers(document, target, marked=marked, progress=work.tell)
            self.document_saved.emit(target)
            for note in notes:
                self._current.note_raised.emit(note)

    async def close(self) -> None:
        """Close the document; if it differs from its file, it waits among `recoverable`."""
        async with self._working():
            await self._show(None)

    async def shut_down(self) -> None:
        """At the end of the app: the document stays to be found at the next start, saved or not."""
        opened = self._current.opened
        if opened is None:
            return
        async with self._working():
            await self._service.close(opened, discard=False)
            self._current.replace(None)

    async def _show(self, opened: OpenDocument | None) -> None:
        before = self._current.opened
        self._current.replace(opened)
        if before is not None:
            await self._service.close(before, discard=not before.modified)
        self._recoverable = await self._service.recover()
        self.recoverable_changed.emit()


def _saving(file: Path) -> str:
    return tr("Saving “{file}”…", file=file.name)
