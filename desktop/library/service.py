"""The artist's pictures: kept, found, starred, thrown away and brought back."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from desktop.library import picture_files
from desktop.library.adopting import Adopting, RebuildReport
from desktop.library.beside import Beside
from desktop.library.contents import PictureContents, read_contents, with_recipe
from desktop.library.database import Database
from desktop.library.describing import describe, source_of, with_marks
from desktop.library.finding import Numbers
from desktop.library.folders import DataFolders
from desktop.library.naming import DEFAULT_PATTERN, exported_name
from desktop.library.notices import Notice
from desktop.library.picture import (
    MOST_STARS,
    ChangeKind,
    Kind,
    Label,
    LibraryChange,
    LibraryPicture,
    Relative,
)
from desktop.library.query import Query
from desktop.library.sidecars import Sidecar, read_foreign
from desktop.library.store import Marks, PictureStore
from desktop.library.thumbnails import SMALL, Thumbnails
from desktop.library.words import tidy_name
from shared.contracts.errors import InvalidRequestError, NotFoundError
from shared.contracts.generation import BlobId, Recipe
from shared.imaging.blob_folder import BlobFolder

TRASH_KEPT = timedelta(days=30)


class Library:
    """A picture is a file first and a row second: a crash between leaves a file, which `adopt_strays` finds.

    `clock` tells aware times; their zone names the files. Changes are told on the event loop's thread.
    """

    def __init__(
        self,
        *,
        database: Database,
        folders: DataFolders,
        blobs: BlobFolder,
        thumbnails: Thumbnails,
        clock: Callable[[], datetime],
        new_id: Callable[[], str],
    ) -> None:
        self.changes: Notice[LibraryChange] = Notice()
        self._database = database
        self._folders = folders
        self._blobs = blobs
        self._thumbnails = thumbnails
        self._clock = clock
        self._new_id = new_id
        self._store = PictureStore(database=database, pictures=folders.pictures, zone=lambda: clock().tzinfo)
        self._beside = Beside(database=database, store=self._store, pictures=folders.pictures)
        self._adopting = Adopting(
            store=self._store,
            beside=self._beside,
            blobs=blobs,
            thumbnails=thumbnails,
            root=folders.pictures,
            clock=clock,
            new_id=new_id,
        )

    async def add(self, png: bytes, recipe: Recipe | None, *, job_id: str | None = None) -> LibraryPicture:
        """Keep a picture, its recipe written into its file; when this returns, it survives a power loss.

        A picture with the same bytes is not kept twice; one that lay in the trash comes back.
        """
        contents = await asyncio.to_thread(with_recipe, png, recipe)
        return await self._keep(contents, job_id=job_id)

    async def import_file(self, path: Path, *, linked: bool = False) -> LibraryPicture:
        """Copy a picture in, with what its metadata tells of its making (ours, A1111, ComfyUI, InvokeAI).

        Or leave it where it is (`linked`) and only know of it. What is there already by its content stays as it is.
        Rating, label, tags and notes come from an XMP file beside it, as other programs write it.
        """
        contents, told = await asyncio.to_thread(
            lambda: (read_contents(path, as_it_is=linked), read_foreign(path))
        )
        if linked:
            return await self._link(contents, await asyncio.to_thread(path.absolute), told)
        return await self._keep(contents, title=path.stem, kind="imported", told=told)

    async def find(self, query: Query | None = None) -> Numbers:
        """The numbers of all that answer it, in its order; `pictures` reads them."""
        return await self._store.numbers(query or Query())

    async def pictures(self, numbers: Sequence[int]) -> list[LibraryPicture]:
        """In the order of `numbers`; what is gone meanwhile is left out."""
        return await self._store.pictures(numbers)

    async def page(self, query: Query | None = None, limit: int = 100) -> list[LibraryPicture]:
        """The first that answer it."""
        return await self.pictures([int(number) for number in (await self.find(query))[:limit]])

    async def count(self, query: Query | None = None) -> int:
        return await self._store.count(query or Query())

    async def count_all(self) -> int:
        """Those in the trash too."""
        return await self.count() + await self.count(Query(place="trash"))

    async def get(self, picture_id: str) -> LibraryPicture:
        return await self._store.get(picture_id)

    async def starting_with(self, beginning: str, *, most: int = 2) -> list[LibraryPicture]:
        """Those whose id begins so."""
        return await self._store.starting_with(beginning, most=most)

    async def history(self, picture: LibraryPicture) -> list[Relative]:
        """All that were made from the first that a picture goes back to, each behind what it was made from."""
        return await self._store.history(picture)

    async def models(self) -> list[tuple[str, int]]:
        """The models of the library's pictures, and how many each made."""
        return await self._store.models()

    async def tags(self) -> list[tuple[str, int]]:
        """The tags in use, and how many pictures have each."""
        return await self._store.tags()

    async def star(self, picture_ids: Collection[str], *, starred: bool) -> Marks:
        """As every method that marks: what changed as it was before, for `put_back`."""
        return await self._mark("changed", picture_ids, starred=starred)

    async def rate(self, picture_ids: Collection[str], rating: int) -> Marks:
        """0 to 5."""
        if not 0 <= rating <= MOST_STARS:
            raise InvalidRequestError("A rating is 0 to 5.", advice="Choose one of them.")
        return await self._mark("changed", picture_ids, rating=rating)

    async def label(self, picture_ids: Collection[str], label: Label) -> Marks:
        return await self._mark("changed", picture_ids, label=label)

    async def trash(self, picture_ids: Collection[str]) -> Marks:
        return await self._mark("trashed", picture_ids, trashed_at=self._clock())

    async def restore(self, picture_ids: Collection[str]) -> Marks:
        return await self._mark("restored", picture_ids, trashed_at=None)

    async def put_back(self, marks: Marks) -> None:
        await self._store.put_back(marks)
        self.changes.tell(LibraryChange("changed", tuple(marks)))

    async def tag(self, picture_ids: Collection[str], name: str) -> list[str]:
        """The ids of those that had it not. Raises InvalidRequestError without a name."""
        changed = await self._store.tag(picture_ids, _checked_tag(name))
        self.changes.tell(LibraryChange("changed", tuple(changed)))
        return changed

    async def untag(self, picture_ids: Collection[str], name: str) -> list[str]:
        """The ids of those that had it."""
        changed = await self._store.untag(picture_ids, name)
        self.changes.tell(LibraryChange("changed", tuple(changed)))
        return changed

    async def write_notes(self, picture_id: str, notes: str) -> LibraryPicture:
        return self._told("changed", await self._store.update(picture_id, notes=notes))

    async def rename(self, picture_id: str, title: str) -> LibraryPicture:
        """Give its file another title; the date stays in front.

        Raises InvalidRequestError for one that lies outside of the library.
        """
        picture = await self.get(picture_id)
        if picture.linked:
            raise InvalidRequestError(
                "This picture's file is not the library's.",
                advice="Rename it where it lies, or import a copy.",
            )
        made = picture.created_at.astimezone(self._clock().tzinfo)
        file = await asyncio.to_thread(picture_files.rename_picture, picture.file, made, title)
        return self._told("changed", await self._store.move(picture_id, file))

    async def empty_trash(self, older_than: timedelta = TRASH_KEPT) -> int:
        """Delete for good what has lain in the trash that long. Returns how many pictures.

        Where this is cut off between a file and its row, the next time goes on with it.
        """
        pictures = await self._store.condemn(self._clock() - older_than)
        removed = [picture for picture in pictures if await self._store.purge(picture.id)]
        if removed:
            self.changes.tell(
                LibraryChange(
                    "removed",
                    tuple(picture.id for picture in removed),
                    tuple(picture.blob for picture in removed),
                )
            )
        return len(removed)

    async def export(self, picture_id: str, target: Path) -> Path:
        """Copy a picture's file, metadata and all, to a file or into a folder; never over another file."""
        picture = await self.get(picture_id)
        return await asyncio.to_thread(picture_files.copy_picture, picture.file, target)

    async def export_named(
        self, picture: LibraryPicture, folder: Path, *, pattern: str = DEFAULT_PATTERN, number: int = 1
    ) -> Path:
        """Into a folder, named by a pattern (see `naming`); never over another file."""
        stem = exported_name(pattern, picture, number=number, zone=self._clock().tzinfo)

        def copy() -> Path:
            folder.mkdir(parents=True, exist_ok=True)
            return picture_files.copy_picture(picture.file, folder, stem=stem)

        return await asyncio.to_thread(copy)

    async def as_blob(self, picture_id: str) -> BlobId:
        """Lay a picture into the blob folder, for requests and documents that build on it."""
        picture = await self.get(picture_id)
        try:
            data = await asyncio.to_thread(picture.file.read_bytes)
        except OSError as error:
            raise NotFoundError(
                "The file {file} of this picture is gone.",
                advice="Bring it back from a backup, or rebuild the library.",
                file=picture.file,
            ) from error
        return await asyncio.to_thread(self._blobs.put, data)

    async def referenced_blobs(self) -> set[BlobId]:
        """Blobs that the recipes of pictures need to be rendered again; a sweep must keep them."""
        recipes = [Recipe.model_validate_json(recipe) for recipe in await self._store.recipes()]
        fields = [recipe.request.model_dump(include={"image", "mask"}) for recipe in recipes]
        return {blob for request in fields for blob in request.values()}

    async def adopt_strays(self) -> RebuildReport:
        """Bring in picture files that have no row: after a crash, or laid into the folder by hand."""
        report = await self._adopting.adopt_strays()
        if report.adopted:
            self.changes.tell(LibraryChange("added", tuple(picture.id for picture in report.adopted)))
        return report

    async def rebuild(self) -> RebuildReport:
        """Make the database agree with the files: adopt the unknown, follow the moved, forget the gone.

        A database that SQLite cannot read is set aside and made anew: the files carry the recipes, and what lies
        beside them the marks, boards and saved searches.
        """
        if await self._database.is_sound():
            await self._beside.write()
        else:
            await self._database.set_aside()
        report = await self._adopting.adopt_strays()
        await self._beside.restore_shelves()
        forgotten = await self._adopting.forget_gone()
        self.changes.tell(LibraryChange("rebuilt"))
        return replace(report, forgotten=forgotten)

    async def write_beside(self) -> int:
        """Bring what lies beside the pictures up to date; how many files that took. Raises StorageError."""
        return await self._beside.write()

    async def keep_beside(self, *notices: Notice[Any]) -> None:
        """A moment after each change of the library, and of what else tells, until it is cancelled."""
        await self._beside.keep_writing([self.changes, *notices])

    async def _keep(
        self,
        contents: PictureContents,
        *,
        title: str = "",
        job_id: str | None = None,
        kind: Kind | None = None,
        told: Sidecar | None = None,
    ) -> LibraryPicture:
        known = await self._store.find_blob(contents.blob)
        if known is not None and known.file.exists():
            return await self._present(known)
        now = self._clock()
        file = await asyncio.to_thread(
            picture_files.write_picture,
            self._folders.pictures,
            now,
            title=contents.prompt or title,
            suffix=contents.suffix,
            data=contents.data,
        )
        if known is not None:
            await self._store.update(known.id, linked=False)
            return await self._present(await self._store.move(known.id, file))
        described = await self._described(contents, file, now, job_id, kind)
        picture = await self._store.insert(with_marks(described, told))
        if picture.file != file:  # another process was first
            await asyncio.to_thread(file.unlink)
        return self._told("added", picture)

    async def _link(self, contents: PictureContents, file: Path, told: Sidecar | None) -> LibraryPicture:
        known = await self._store.find_blob(contents.blob)
        if known is not None and known.file.exists():
            return await self._present(known)
        if known is not None:
            await self._store.update(known.id, linked=True)
            return await self._present(await self._store.move(known.id, file))
        described = await self._described(contents, file, self._clock(), None, "imported")
        linked = replace(with_marks(described, told), linked=True)
        return self._told("added", await self._store.insert(linked))

    async def _present(self, picture: LibraryPicture) -> LibraryPicture:
        """Out of the trash, if it lies there."""
        if picture.trashed_at is None:
            return picture
        await self.restore([picture.id])
        return await self.get(picture.id)

    async def _described(
        self,
        contents: PictureContents,
        file: Path,
        created_at: datetime,
        job_id: str | None,
        kind: Kind | None,
    ) -> LibraryPicture:
        def prepare() -> str:
            self._thumbnails.put(contents.blob, SMALL, contents.thumbnail)
            return source_of(contents.recipe, self._blobs)

        return describe(
            contents,
            file,
            created_at,
            picture_id=self._new_id(),
            source=await asyncio.to_thread(prepare),
            job_id=job_id,
            kind=kind or (contents.recipe.request.kind if contents.recipe else "imported"),
        )

    async def _mark(self, kind: ChangeKind, picture_ids: Collection[str], **values: Any) -> Marks:
        before = await self._store.mark(picture_ids, **values)
        self.changes.tell(LibraryChange(kind, tuple(before)))
        return before

    def _told(self, kind: ChangeKind, picture: LibraryPicture) -> LibraryPicture:
        self.changes.tell(LibraryChange(kind, (picture.id,)))
        return picture


def _checked_tag(name: str) -> str:
    tag = tidy_name(name)
    if not tag:
        raise InvalidRequestError("A tag needs a name.", advice="Type one.")
    return tag
