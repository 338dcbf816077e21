"""The artist's pictures: kept, found, starred, thrown away and brought back."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from desktop.library import picture_files
from desktop.library.contents import PictureContents, read_contents, with_recipe
from desktop.library.database import Database
from desktop.library.finding import Numbers
from desktop.library.folders import DataFolders
from desktop.library.naming import DEFAULT_PATTERN, exported_name
from desktop.library.notices import Notice
from desktop.library.picture import MOST_STARS, ChangeKind, Kind, Label, LibraryChange, LibraryPicture
from desktop.library.query import Query
from desktop.library.store import Marks, PictureStore
from shared.contracts.errors import InvalidRequestError, NotFoundError, PentimentoError
from shared.contracts.generation import BlobId, Recipe, TextToImage
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
        self._store = PictureStore(database=database, pictures=folders.pictures, zone=lambda: clock().tzinfo)

    async def add(self, png: bytes, recipe: Recipe | None, *, job_id: str | None = None) -> LibraryPicture:
        """Keep a picture, its recipe written into its file; when this returns, it survives a power loss.

        A picture with the same bytes is not kept twice; one that lay in the trash comes back.
        """
        contents = await asyncio.to_thread(with_recipe, png, recipe)
        return await self._keep(contents, job_id=job_id)

    async def import_file(self, path: Path, *, linked: bool = False) -> LibraryPicture:
        """Copy a picture in, with what its metadata tells of its making (ours, A1111, ComfyUI, InvokeAI).

        Or leave it where it is (`linked`) and only know of it. What is there already by its content stays as it is.
        """
        contents = await asyncio.to_thread(read_contents, path, as_it_is=linked)
        if linked:
            return await self._link(contents, await asyncio.to_thread(path.absolute))
        return await self._keep(contents, title=path.stem, kind="imported")

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

    async def family(self, picture: LibraryPicture) -> tuple[list[LibraryPicture], list[LibraryPicture]]:
        """What a picture was made from, and what was made from it, each one step."""
        return await self._store.family(picture)

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
            self.changes.tell(LibraryChange("added", tuple(picture.id for picture in adopted)))
        return RebuildReport(adopted=tuple(adopted), unreadable=tuple(unreadable))

    async def rebuild(self) -> RebuildReport:
        """Make the database agree with the files: adopt the unknown, follow the moved, forget the gone.

        A database that SQLite cannot read is set aside and made anew; the files carry the recipes.
        """
        if not await self._database.is_sound():
            await self._database.set_aside()
        report = await self.adopt_strays()
        # A linked picture may lie on a disk that is not there today.
        files = await self._store.files(linked=False)
        gone = await asyncio.to_thread(lambda: [id_ for file, id_ in files.items() if not file.exists()])
        await self._store.delete(gone)
        self.changes.tell(LibraryChange("rebuilt"))
        return replace(report, forgotten=len(gone))

    async def _keep(
        self,
        contents: PictureContents,
        *,
        title: str = "",
        job_id: str | None = None,
        kind: Kind | None = None,
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
        picture = await self._store.insert(self._described(contents, file, now, job_id, kind=kind))
        if picture.file != file:  # another process was first
            await asyncio.to_thread(file.unlink)
        return self._told("added", picture)

    async def _link(self, contents: PictureContents, file: Path) -> LibraryPicture:
        known = await self._store.find_blob(contents.blob)
        if known is not None and known.file.exists():
            return await self._present(known)
        if known is not None:
            await self._store.update(known.id, linked=True)
            return await self._present(await self._store.move(known.id, file))
        described = self._described(contents, file, self._clock(), None, kind="imported")
        return self._told("added", await self._store.insert(replace(described, linked=True)))

    async def _present(self, picture: LibraryPicture) -> LibraryPicture:
        """Out of the trash, if it lies there."""
        if picture.trashed_at is None:
            return picture
        await self.restore([picture.id])
        return await self.get(picture.id)

    async def _adopt(self, file: Path, now: datetime) -> LibraryPicture | None:
        """None for a second file of a picture that is where the library thinks it is."""
        contents = await asyncio.to_thread(read_contents, file)
        known = await self._store.find_blob(contents.blob)
        if known is None:
            created_at = await asyncio.to_thread(picture_files.time_of, file, now)
            return await self._store.insert(self._described(contents, file, created_at, None))
        return None if known.file.exists() else await self._store.move(known.id, file)

    def _described(
        self,
        contents: PictureContents,
        file: Path,
        created_at: datetime,
        job_id: str | None,
        *,
        kind: Kind | None = None,
    ) -> LibraryPicture:
        recipe = contents.recipe
        request = recipe.request if recipe else None
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
            recipe_text=recipe.model_dump_json() if recipe else None,
            blob=contents.blob,
            job_id=job_id,
            kind=kind or (request.kind if request else "imported"),
            parent=None if request is None or isinstance(request, TextToImage) else request.image,
        )

    async def _mark(self, kind: ChangeKind, picture_ids: Collection[str], **values: Any) -> Marks:
        before = await self._store.mark(picture_ids, **values)
        self.changes.tell(LibraryChange(kind, tuple(before)))
        return before

    def _told(self, kind: ChangeKind, picture: LibraryPicture) -> LibraryPicture:
        self.changes.tell(LibraryChange(kind, (picture.id,)))
        return picture


def _checked_tag(name: str) -> str:
    tag = " ".join(name.split())[:60]
    if not tag:
        raise InvalidRequestError("A tag needs a name.", advice="Type one.")
    return tag
