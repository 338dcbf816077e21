"""What an artist does with whole documents: new, open, save, export, close, and finding back after a crash."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, QSize

from desktop.canvas import journal, pictures
from desktop.canvas.autosave import Autosave
from desktop.canvas.copying import Copied, copied_layer, copied_picture
from desktop.canvas.document import Document
from desktop.canvas.errors import InvalidDocumentError
from desktop.canvas.formats import flat
from desktop.canvas.formats.flat import FlatOptions
from desktop.canvas.formats.ora import LoadedDocument, Note, load_ora, save_ora
from desktop.canvas.formats.psd.reading import load_psd
from desktop.canvas.formats.psd.writing import save_psd
from desktop.canvas.growing import grow_page
from desktop.canvas.history import DocumentSnapshot
from desktop.canvas.layer_pixels import inside, outside
from desktop.canvas.layers import Layer, Origin
from desktop.canvas.merging import Merge, merge_down, with_mask_applied
from desktop.canvas.open_document import OpenDocument, Recoverable
from desktop.canvas.tiles import TileMap, tiles_from_image
from desktop.canvas.undo_spool import FileSpool
from shared.contracts.generation import BlobId, Placement, Recipe
from shared.imaging.blob_folder import BlobFolder

__all__ = ["CanvasService", "Note", "OpenDocument", "Recoverable"]

DOCUMENT_SUFFIX = ".ora"
PSD_SUFFIXES = (".psd", ".psb")
UNDO_FOLDER = "undo"
"""Beside the journal of a document: what its undo has no room for in memory."""

ProgressCallback = Callable[[float], None]
"""Told a part done, 0 to 1, in a worker thread; what it raises ends the work and leaves all as it was."""


def _ignore(_part: float) -> None:
    """Nobody watches."""


class CanvasService:
    """Call it in the event loop of the UI; all long parts run in threads.

    Errors: InvalidDocumentError, InvalidPictureError, DocumentTooLargeError, NotFoundError, StorageError.
    """

    def __init__(
        self, *, folder: Path, blobs: BlobFolder, clock: Callable[[], datetime], new_id: Callable[[], str]
    ) -> None:
        """`folder` holds the autosaves (`DataFolders.documents`)."""
        self._folder = folder
        self._blobs = blobs
        self._clock = clock
        self._new_id = new_id
        self._opened: list[OpenDocument] = []

    @property
    def opened(self) -> tuple[OpenDocument, ...]:
        return tuple(self._opened)

    async def new(
        self, width: int, height: int, *, title: str = "", layer_name: str, white: bool = True
    ) -> OpenDocument:
        """A document with one layer of that name, white or transparent."""

        def make() -> DocumentSnapshot:
            return pictures.blank_document(
                width, height, layer_id=self._new_id(), name=layer_name, white=white
            )

        return self._start(await asyncio.to_thread(make), title=title)

    async def open(self, file: Path, *, progress: ProgressCallback = _ignore) -> OpenDocument:
        """An .ora, a .psd, or any picture that we read (as one layer with the recipe that the picture carries).

        Only an .ora is a `file` to save back to, as a save would replace any other by a document.
        """
        if file.suffix.lower() in PSD_SUFFIXES:
            psd = await asyncio.to_thread(lambda: load_psd(file, new_id=self._new_id, progress=progress))
            return self._start(psd.snapshot, title=file.stem, notes=psd.notes)
        if file.suffix.lower() != DOCUMENT_SUFFIX:
            snapshot = await asyncio.to_thread(
                pictures.picture_document, file, layer_id=self._new_id(), name=file.stem
            )
            return self._start(snapshot, title=file.stem)

        def load() -> LoadedDocument:
            return load_ora(file, blobs=self._blobs, new_id=self._new_id, progress=progress)

        loaded = await asyncio.to_thread(load)
        return self._start(loaded.snapshot, title=file.stem, file=file, notes=loaded.notes)

    async def save(self, opened: OpenDocument, *, progress: ProgressCallback = _ignore) -> None:
        """Write back to its file, whole or not at all; strokes go on meanwhile. InvalidDocumentError without a file."""
        if opened.file is None:
            raise InvalidDocumentError(
                "This document has no file yet.", advice="Choose “Save as” and a name for it."
            )
        await self.save_as(opened, opened.file, progress=progress)

    async def save_as(
        self, opened: OpenDocument, file: Path, *, progress: ProgressCallback = _ignore
    ) -> None:
        """Write an .ora and make it the document's file; a missing ending is added."""
        target = (
            file if file.suffix.lower() == DOCUMENT_SUFFIX else file.with_name(file.name + DOCUMENT_SUFFIX)
        )
        snapshot = opened.document.committed
        await asyncio.to_thread(lambda: save_ora(snapshot, target, blobs=self._blobs, progress=progress))
        opened.was_saved(snapshot, target)

    async def export(self, document: Document, file: Path, options: FlatOptions) -> None:
        """One flat picture, replaced as a whole."""
        await asyncio.to_thread(flat.export, document.committed, file, options)

    async def export_layers(
        self, document: Document, file: Path, *, marked: bool, progress: ProgressCallback = _ignore
    ) -> tuple[Note, ...]:
        """A PSD; the notes say what it could not keep."""
        snapshot = document.committed
        return await asyncio.to_thread(lambda: save_psd(snapshot, file, marked=marked, progress=progress))

    async def exported_bytes(self, document: Document, options: FlatOptions) -> int:
        """How large a file `export` would write."""
        return len(await asyncio.to_thread(flat.encode, document.committed, options))

    async def add_picture(
        self,
        document: Document,
        picture: bytes | Path,
        *,
        name: str,
        placement: Placement | None = None,
    ) -> Layer:
        """Add a picture as a layer, top left at `placement`; None centres it."""

        def read() -> tuple[QSize, TileMap, Origin]:
            image = pictures.read_image(picture)
            return image.size(), tiles_from_image(image), pictures.origin_of(picture)

        size, tiles, origin = await asyncio.to_thread(read)
        place = placement or Placement(
            x=(document.width - size.width()) // 2, y=(document.height - size.height()) // 2
        )
        await document.between_steps()
        return document.add_layer(
            name,
            tiles=tiles,
            x=place.x,
            y=place.y,
            origin=origin,
            label="Add picture",
        )

    async def merge(self, document: Document, plan: Callable[[DocumentSnapshot], Merge]) -> None:
        """Merge layers as one step (`plan` is a function of `merging`); starts anew if one changes meanwhile."""
        while True:
            await document.between_steps()
            state = document.committed
            merge = await asyncio.to_thread(plan, state)
            for layer in merge.taken:
                document.unlocked_layer(layer.id)
            await document.between_steps()
            if _still_there(merge, document.committed):
                document.replace_merged(merge)
                return

    async def merge_down(self, document: Document, layer_id: str) -> None:
        """Merge a layer with the one below it, or all of a group; NothingToMergeError, LayerLockedError."""
        document.unlocked_layer(layer_id)
        await self.merge(document, lambda state: merge_down(state, layer_id))

    async def copied(self, document: Document, layer_id: str | None) -> Copied | None:
        """The selected part of a layer, or with None of the picture as it is seen; None where nothing is there."""
        snapshot = document.committed
        if layer_id is None:
            return await asyncio.to_thread(copied_picture, snapshot)
        return await asyncio.to_thread(copied_layer, snapshot, layer_id)

    async def open_bytes(self, picture: bytes, *, title: str) -> OpenDocument:
        """A picture without a file, as a document of its size."""
        snapshot = await asyncio.to_thread(
            pictures.picture_document, picture, layer_id=self._new_id(), name=title
        )
        return self._start(snapshot, title=title)

    async def cut_pixels(
        self,
        document: Document,
        layer_id: str,
        *,
        label: str,
        copy_name: str | None = None,
        keep: bool = False,
    ) -> None:
        """Take what is selected (all, where nothing is) from a layer, as one step.

        With a `copy_name` it becomes a layer of its own; `keep` leaves it on the old one too.
        """
        await document.between_steps()
        layer, selection = document.paintable_layer(layer_id).freeze(), document.selection
        taken = await asyncio.to_thread(inside, layer, selection) if copy_name is not None else None
        left = await asyncio.to_thread(outside, layer, selection) if not keep else None
        await document.between_steps()
        own = document.paintable_layer(layer_id).properties
        with document.transaction(label):
            if left is not None:
                document.replace_pixels(layer_id, left, label=label)
            if taken is not None and copy_name is not None:
                document.add_layer(
                    copy_name, tiles=taken, x=own.x, y=own.y, above=layer_id, origin=own.origin, label=label
                )

    async def apply_mask(self, document: Document, layer_id: str) -> None:
        """Take away from a layer's pixels what its mask hides, and the mask with it."""
        await document.between_steps()
        layer = document.paintable_layer(layer_id).freeze()
        masked = await asyncio.to_thread(with_mask_applied, layer)
        await document.between_steps()
        document.replace_masked(layer_id, masked)

    async def take_result(
        self,
        document: Document,
        picture: bytes | Path,
        *,
        name: str,
        placement: Placement,
        recipe: Recipe | None,
        grows: bool = False,
        replaces: str | None = None,
    ) -> Layer:
        """A generated picture as one step: a new layer, or in the place of the recipe layer `replaces`.

        `placement` counts from the document's origin; where the result `grows` the page, the page comes to hold it.
        """

        def read() -> tuple[QSize, TileMap, Origin]:
            image = pictures.read_image(picture)
            return image.size(), tiles_from_image(image), pictures.origin_of(picture)

        size, tiles, origin = await asyncio.to_thread(read)
        await document.between_steps()
        with document.transaction("Take the result"):
            if grows:
                grow_page(document, QRect(QPoint(placement.x, placement.y) + QPoint(*document.origin), size))
            x, y = placement.x + document.origin[0], placement.y + document.origin[1]
            if replaces is not None and recipe is not None and document.has_layer(replaces):
                document.replace_result(replaces, tiles, x=x, y=y, recipe=recipe)
                return document.layer(replaces)
            made = Origin.GENERATED if recipe is not None else origin
            return document.add_layer(name, tiles=tiles, x=x, y=y, recipe=recipe, origin=made)

    async def capture(self, document: Document, frame: QRect | None = None) -> tuple[bytes, bytes | None]:
        """The visible document (RGB PNG, on white) and its selection (grey PNG, white to repaint, or None).

        With a frame, both are of it, and what nothing was painted on is to be repainted too.
        """
        return await asyncio.to_thread(pictures.capture, document.committed, frame)

    async def capture_layer(self, document: Document, layer_id: str) -> pictures.CapturedLayer | None:
        """A layer by itself; None where nothing of it lies on the document."""
        return await asyncio.to_thread(pictures.capture_layer, document.committed, layer_id)

    async def recover(self) -> list[Recoverable]:
        """Documents that were open when the app ended, newest first, without those that are open now."""
        open_now = {opened.id for opened in self._opened}
        found = await asyncio.to_thread(self._journals)
        return [recoverable for recoverable in found if recoverable.id not in open_now]

    def _journals(self) -> list[Recoverable]:
        found = []
        for folder in self._journal_folders():
            manifest = journal.read_manifest(folder)
            if manifest is not None:
                found.append(
                    Recoverable(
                        id=folder.name,
                        title=manifest.title,
                        file=manifest.file,
                        updated_at=journal.updated_at(folder, manifest),
                        modified=manifest.modified,
                    )
                )
        return sorted(found, key=lambda each: each.updated_at, reverse=True)

    def _journal_folders(self) -> list[Path]:
        return [path for path in self._folder.iterdir() if path.is_dir()] if self._folder.is_dir() else []

    async def reopen(self, recoverable: Recoverable) -> OpenDocument:
        """Open it as it was after its last kept step; autosave goes on in the same place."""
        snapshot = await asyncio.to_thread(journal.read_journal, self._folder / recoverable.id)
        if snapshot is None:
            raise InvalidDocumentError(
                "The autosave of “{title}” is damaged and can't be opened.",
                advice="Open the file that you saved last.",
                title=recoverable.title,
            )
        return self._start(
            snapshot,
            title=recoverable.title,
            file=recoverable.file,
            unmodified=not recoverable.modified,
            document_id=recoverable.id,
        )

    async def forget(self, recoverable: Recoverable) -> None:
        """Throw an autosave away, on the artist's word."""
        await asyncio.to_thread(journal.remove_journal, self._folder / recoverable.id)

    async def close(self, opened: OpenDocument, *, discard: bool) -> None:
        """Write the last steps. `discard` throws the autosave away (the document was saved, or the artist
        said so); without it, `recover` offers the document at the next start.
        """
        opened.detach()
        if opened in self._opened:
            self._opened.remove(opened)
        await asyncio.to_thread(opened.document.history.close)
        await opened.autosave.close(discard=discard)

    async def referenced_blobs(self) -> frozenset[BlobId]:
        """Input pictures that open documents, their undo, or autosaved ones need: the sweep keeps them."""
        mine = frozenset(blob for opened in self._opened for blob in opened.document.blobs)

        def in_journals() -> frozenset[BlobId]:
            return frozenset(
                blob for folder in self._journal_folders() for blob in journal.journal_blobs(folder)
            )

        return mine | await asyncio.to_thread(in_journals)

    def _start(
        self,
        snapshot: DocumentSnapshot,
        *,
        title: str,
        file: Path | None = None,
        unmodified: bool = True,
        notes: tuple[Note, ...] = (),
        document_id: str | None = None,
    ) -> OpenDocument:
        document_id = document_id or self._new_id()
        spool = FileSpool(self._folder / document_id / UNDO_FOLDER)
        document = Document.from_snapshot(snapshot, new_id=self._new_id, spool=spool)
        autosave = Autosave(
            document=document,
            folder=self._folder / document_id,
            title=title,
            file=file,
            modified=not unmodified,
            clock=self._clock,
        )
        opened = OpenDocument(
            document_id=document_id,
            document=document,
            title=title,
            file=file,
            autosave=autosave,
            saved=document.committed if unmodified else None,
            notes=notes,
        )
        self._opened.append(opened)
        return opened


def _still_there(merge: Merge, state: DocumentSnapshot) -> bool:
    now = {layer.id: layer for layer in state.layers}
    return all(now.get(layer.id) is layer for layer in merge.taken)
