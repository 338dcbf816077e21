"""The artist's pictures: kept, found, starred, thrown away and brought back."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from desktop.library import picture_files
from desktop.library.contents import PictureContents, read_contents, with_recipe
from desktop.library.database import Database
from desktop.library.folders import DataFolders
from desktop.library.notices import Notice
from desktop.library.picture import ChangeKind, Cursor, LibraryChange, LibraryPicture, Place
from desktop.library.store import PictureStore
from shared.contracts.errors import NotFoundError, PentimentoError
from shared.contracts.generation import BlobId, Recipe
from shared.imaging.blob_folder import BlobFolder

TRASH_KEPT = timedelta(days=30)
UNFINISHED_KEPT = timedelta(hours=1)


@dataclass(frozen=True)
class RebuildReport:
    """`unreadable` files stay where they are."""

    adopted: tuple[LibraryPicture, ...] = ()
    forgotten: int = 0
    unreadable: tuple[Path, ...] = ()


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
        clock: Callable[[], datetime],
        new_id: Callable[[], str],
    ) -> None:
        self.changes: Notice[LibraryChange] = Notice()
        self._database = database
        self._folders = folders
        self._blobs = blobs
        self._clock = clock
        self._new_id = new_id
        self._store = PictureStore(database=database, pictures=folders.pictures)

    async def add(self, png: bytes, recipe: Recipe | None, *, job_id: str | None = None) -> LibraryPicture:
        """Keep a picture, its recipe written into its file; when this returns, it survives a power loss.

        A picture with the same bytes is not kept twice; one that lay in the trash comes back.
        """
        contents = await asyncio.to_thread(with_recipe, png, recipe)
        return await self._keep(contents, job_id=job_id)

    async def import_file(self, path: Path) -> LibraryPicture:
        """Copy a picture in, with what its metadata tells of its making (ours, A1111, ComfyUI, InvokeAI)."""
        contents = await asyncio.to_thread(read_contents, path)
        return await self._keep(contents, title=path.stem)

    async def page(
        self, after: Cursor | None = None, limit: int = 100, search: str = "", place: Place = "all"
    ) -> list[LibraryPicture]:
        """The newest `limit` pictures after a cursor; less than `limit` means that these are the last."""
        return await self._store.page(after, limit, search=search, place=place)

    async def count(self, search: str = "", place: Place = "all") -> int:
        return await self._store.count(search=search, place=place)

    async def get(self, picture_id: str) -> LibraryPicture:
        return await self._store.get(picture_id)

    async def star(self, picture_id: str, starred: bool = True) -> LibraryPicture:  # noqa: FBT001, FBT002 - a verb with its value
        return self._told("changed", await self._store.update(picture_id, starred=starred))

    async def write_notes(self, picture_id: str, notes: str) -> LibraryPicture:
        return self._told("changed", await self._store.update(picture_id, notes=notes))

    async def trash(self, picture_id: str) -> LibraryPicture:
        return self._told("trashed", await self._store.update(picture_id, trashed_at=self._clock()))

    async def restore(self, picture_id: str) -> LibraryPicture:
        return self._told("restored", await self._store.update(picture_id, trashed_at=None))

    async def empty_trash(self, older_than: timedelta = TRASH_KEPT) -> int:
        """Delete for good what has lain in the trash that long. Returns how many pictures."""
        pictures = await self._store.trashed_before(self._clock() - older_than)
        removed = [picture for picture in pictures if await self._store.purge(picture.id)]
        if removed:
            self.changes.tell(LibraryChange("removed", tuple(removed)))
        return len(removed)

    async def export(self, picture_id: str, target: Path) -> Path:
        """Copy a picture's file, metadata and all, to a file or into a folder; never over another file."""
        picture = await self.get(picture_id)
        return await asyncio.to_thread(picture_files.copy_picture, picture.file, target)

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
        now = self._clock()
        known = set(await self._store.files())
        root = self._folders.pictures
        strays = await asyncio.to_thread(
            lambda: [file for file in picture_files.list_pictures(root) if file not in known]
        )
        adopted: list[LibraryPicture] = []
        unreadable: list[Path] = []
        for file in strays:
            try:
                picture = await self._adopt(file, now)
            except PentimentoError:
                unreadable.append(file)
            else:
                adopted += [picture] if picture else []
        await asyncio.to_thread(picture_files.remove_unfinished, root, now - UNFINISHED_KEPT)
        if adopted:
            self.changes.tell(LibraryChange("added", tuple(adopted)))
        return RebuildReport(adopted=tuple(adopted), unreadable=tuple(unreadable))

    async def rebuild(self) -> RebuildReport:
        """Make the database agree with the files: adopt the unknown, follow the moved, forget the gone.

        A database that SQLite cannot read is set aside and made anew; the files carry the recipes.
        """
        if not await self._database.is_sound():
            await self._database.set_aside()
        report = await self.adopt_strays()
        files = await self._store.files()
        gone = await asyncio.to_thread(lambda: [id_ for file, id_ in files.items() if not file.exists()])
        await self._store.delete(gone)
        self.changes.tell(LibraryChange("rebuilt"))
        return replace(report, forgotten=len(gone))

    async def _keep(
        self, contents: PictureContents, *, title: str = "", job_id: str | None = None
    ) -> LibraryPicture:
        known = await self._store.find(contents.blob)
        if known is not None and known.file.exists():
            return known if known.trashed_at is None else await self.restore(known.id)
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
            await self._store.move(known.id, file)
            return await self.restore(known.id)
        picture = await self._store.insert(self._described(contents, file, now, job_id))
        if picture.file != file:  # another process was first
            await asyncio.to_thread(file.unlink)
        return self._told("added", picture)

    async def _adopt(self, file: Path, now: datetime) -> LibraryPicture | None:
        """None for a second file of a picture that is where the library thinks it is."""
        contents = await asyncio.to_thread(read_contents, file)
        known = await self._store.find(contents.blob)
        if known is None:
            created_at = await asyncio.to_thread(picture_files.time_of, file, now)
            return await self._store.insert(self._described(contents, file, created_at, None))
        return None if known.file.exists() else await self._store.move(known.id, file)

    def _described(
        self, contents: PictureContents, file: Path, created_at: datetime, job_id: str | None
    ) -> LibraryPicture:
        recipe = contents.recipe
        return LibraryPicture(
            id=self._new_id(),
            file=file,
            width=contents.width,
            height=contents.height,
            created_at=created_at,
            prompt=contents.prompt,
            model_name=(recipe.request.model.name or recipe.request.model.id) if recipe else "",
            seed=recipe.rendering.seed if recipe else None,
            starred=False,
            recipe=recipe,
            blob=contents.blob,
            job_id=job_id,
        )

    def _told(self, kind: ChangeKind, picture: LibraryPicture) -> LibraryPicture:
        self.changes.tell(LibraryChange(kind, (picture,)))
        return picture
