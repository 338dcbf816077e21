"""Files that the database does not know: after a crash, laid into the folder by hand, or when it is lost."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from desktop.library import picture_files
from desktop.library.beside import Beside, beside
from desktop.library.contents import read_contents
from desktop.library.describing import describe, source_of, with_marks
from desktop.library.picture import LibraryPicture
from desktop.library.sidecars import Sidecar, read_sidecar
from desktop.library.store import PictureStore
from desktop.library.thumbnails import SMALL, Thumbnails
from shared.contracts.errors import NotFoundError, PentimentoError
from shared.imaging.blob_folder import BlobFolder

UNFINISHED_KEPT = timedelta(hours=1)


@dataclass(frozen=True)
class RebuildReport:
    """`unreadable` files stay where they are."""

    adopted: tuple[LibraryPicture, ...] = ()
    forgotten: int = 0
    unreadable: tuple[Path, ...] = ()


class Adopting:
    """Brings files in with what stands beside them; a library's pictures lie in `root`."""

    def __init__(
        self,
        *,
        store: PictureStore,
        beside: Beside,
        blobs: BlobFolder,
        thumbnails: Thumbnails,
        root: Path,
        clock: Callable[[], datetime],
        new_id: Callable[[], str],
    ) -> None:
        self._store = store
        self._beside = beside
        self._blobs = blobs
        self._thumbnails = thumbnails
        self._root = root
        self._clock = clock
        self._new_id = new_id

    async def adopt_strays(self) -> RebuildReport:
        now = self._clock()
        known = set(await self._store.files())
        strays = await asyncio.to_thread(
            lambda: [
                (file, read_sidecar(beside(file)))
                for file in picture_files.list_pictures(self._root)
                if file not in known
            ]
        )
        outside = await asyncio.to_thread(self._beside.outside)
        strays += [(told.file, told) for told in outside if told.file and told.file not in known]
        adopted: list[LibraryPicture] = []
        unreadable: list[Path] = []
        for file, told in strays:
            try:
                picture = await self._adopt(file, told, now)
            except PentimentoError:
                unreadable.append(file)
            else:
                adopted += [picture] if picture else []
        await asyncio.to_thread(picture_files.remove_unfinished, self._root, now - UNFINISHED_KEPT)
        return RebuildReport(adopted=tuple(adopted), unreadable=tuple(unreadable))

    async def forget_gone(self) -> int:
        """Rows of files that are not there. A linked picture may lie on a disk that is not there today: it stays."""
        files = await self._store.files(linked=False)
        gone = await asyncio.to_thread(lambda: [id_ for file, id_ in files.items() if not file.exists()])
        await self._store.delete(gone)
        return len(gone)

    async def _adopt(self, file: Path, told: Sidecar | None, now: datetime) -> LibraryPicture | None:
        """None for a second file of a picture that is where the library thinks it is."""
        linked = not file.is_relative_to(self._root)
        contents = await asyncio.to_thread(read_contents, file, as_it_is=linked)
        known = await self._store.find_blob(contents.blob)
        if known is not None:
            return None if known.file.exists() else await self._store.move(known.id, file)
        await asyncio.to_thread(self._thumbnails.put, contents.blob, SMALL, contents.thumbnail)
        named = await asyncio.to_thread(picture_files.time_of, file, now)
        picture = describe(
            contents,
            file,
            (told.created_at if told else None) or named,
            picture_id=await self._id(told),
            source=await asyncio.to_thread(source_of, contents.recipe, self._blobs),
        )
        return await self._store.insert(replace(with_marks(picture, told), linked=linked))

    async def _id(self, told: Sidecar | None) -> str:
        """As it was, unless another picture has it: a sidecar may have been copied along with its picture."""
        if told is None or not told.id:
            return self._new_id()
        try:
            await self._store.get(told.id)
        except NotFoundError:
            return told.id
        return self._new_id()
