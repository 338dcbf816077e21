"""What only the database knows, written beside the files, so that the files alone bring all of it back.

A picture's marks lie in an XMP file next to it, each board in `boards/`, the saved searches in `searches.json`.
"""

import asyncio
import logging
import os
import tempfile
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from desktop.library.database import Database
from desktop.library.many import among
from desktop.library.notices import Notice
from desktop.library.picture import LibraryPicture
from desktop.library.picture_files import UNFINISHED
from desktop.library.sidecars import ENDING, Sidecar, read_sidecar, sidecar_of, write_sidecar
from desktop.library.store import PictureStore
from desktop.library.tables import BesideDueRow, BoardPictureRow, BoardRow, PictureRow, SavedSearchRow
from shared.contracts.base import Contract
from shared.contracts.errors import StorageError

BOARDS, OUTSIDE, SEARCHES = "boards", "outside", "searches.json"
AT_ONCE = 500
LONGEST_NAME = 255
"""Bytes that every file system takes."""
PAUSE_SECONDS = 1.0
"""Between a change and its writing, as changes come in bursts."""

FileKind = TypeVar("FileKind", bound=Contract)

_log = logging.getLogger(__name__)


class BoardFile(Contract):
    """`pictures` are the hashes of their files, in the artist's order: they outlive ids and names."""

    id: str
    name: str
    parent: str | None = None
    position: int = 0
    pictures: tuple[str, ...] = ()


class SearchFile(Contract):
    """`query` is JSON, as `Query` writes it."""

    id: str
    name: str
    query: str


class SearchesFile(Contract):
    searches: tuple[SearchFile, ...] = ()


class Beside:
    """Writes what is due, and takes it off the list only where nothing changed meanwhile."""

    def __init__(self, *, database: Database, store: PictureStore, pictures: Path) -> None:
        self._database = database
        self._store = store
        self._pictures = pictures
        self._writing = asyncio.Lock()

    async def write(self) -> int:
        """Returns how many files were brought up to date. Raises StorageError; what is left stays due."""
        async with self._writing:
            written = 0
            while due := await self._database.run(_due):
                await self._write_due(due)
                written += len(due)
            return written

    async def keep_writing(self, notices: Sequence[Notice[Any]]) -> None:
        """A moment after each change that is told, until it is cancelled."""
        changed = asyncio.Event()
        unsubscribes = [notice.subscribe(lambda _change: changed.set()) for notice in notices]
        try:
            while True:
                try:
                    await self.write()
                except StorageError as error:
                    # It stays due, and the database has it.
                    _log.warning("What is kept beside the pictures was not written: %s", error)
                await changed.wait()
                await asyncio.sleep(PAUSE_SECONDS)
                changed.clear()
        finally:
            for unsubscribe in unsubscribes:
                unsubscribe()

    def outside(self) -> list[Sidecar]:
        """What is told of pictures that stayed where they were and are there."""
        found = (read_sidecar(file) for file in sorted((self._pictures / OUTSIDE).glob(f"*{ENDING}")))
        return [told for told in found if told and told.file and told.id and told.file.exists()]

    async def restore_shelves(self) -> None:
        """Boards and searches of which the database knows nothing."""
        boards, searches = await asyncio.to_thread(self._read_shelves)
        await self._database.run(lambda session: _insert_missing(session, boards, searches))

    async def _write_due(self, due: dict[int, str]) -> None:
        named: dict[str, list[str]] = {}
        for what in due.values():
            kind, _, name = what.partition(":")
            named.setdefault(kind, []).append(name)
        # What goes first: a picture may since have got the name of another.
        await self._remove_orphans(named.get("file", ()), named.get("outside", ()))
        if ids := named.get("picture"):
            pictures = await self._store.of_ids(ids)
            await asyncio.to_thread(self._write_sidecars, pictures)
        if board_ids := named.get("board"):
            boards = await self._database.run(lambda session: _boards(session, board_ids))
            await asyncio.to_thread(self._write_boards, board_ids, boards)
        if "searches" in named:
            searches = await self._database.run(_searches)
            await asyncio.to_thread(_replace, self._pictures / SEARCHES, _json(searches))
        await self._database.run(lambda session: _done(session, due))

    async def _remove_orphans(self, files: Collection[str], outside_ids: Collection[str]) -> None:
        """Sidecars of files that are no picture any more, and of linked pictures that are gone."""
        if not files and not outside_ids:
            return
        known = await self._database.run(
            lambda session: set(session.scalars(select(PictureRow.file).where(among(PictureRow.file, files))))
        )
        linked = {picture.id for picture in await self._store.of_ids(outside_ids) if picture.linked}
        orphans = [beside(self._pictures / file) for file in files if file not in known]
        orphans += [self._outside_file(each) for each in outside_ids if each not in linked]
        await asyncio.to_thread(_remove, orphans)

    def _sidecar_file(self, picture: LibraryPicture) -> Path:
        return self._outside_file(picture.id) if picture.linked else beside(picture.file)

    def _outside_file(self, picture_id: str) -> Path:
        return self._pictures / OUTSIDE / f"{picture_id}{ENDING}"

    def _write_sidecars(self, pictures: Collection[LibraryPicture]) -> None:
        for picture in pictures:
            file, told = self._sidecar_file(picture), sidecar_of(picture)
            if told.tells_something:
                _replace(file, write_sidecar(told))
            else:
                file.unlink(missing_ok=True)

    def _write_boards(self, board_ids: Collection[str], boards: dict[str, BoardFile]) -> None:
        for board_id in board_ids:
            file = self._pictures / BOARDS / f"{board_id}.json"
            if board_id in boards:
                _replace(file, _json(boards[board_id]))
            else:
                file.unlink(missing_ok=True)

    def _read_shelves(self) -> tuple[list[BoardFile], SearchesFile]:
        boards = [_read(BoardFile, file) for file in sorted((self._pictures / BOARDS).glob("*.json"))]
        searches = _read(SearchesFile, self._pictures / SEARCHES)
        return [board for board in boards if board is not None], searches or SearchesFile()


def beside(file: Path) -> Path:
    """Where a picture's sidecar lies; where the name has no room for an ending more, instead of its own."""
    name = file.name + ENDING
    return file.with_name(name) if len(os.fsencode(name)) <= LONGEST_NAME else file.with_suffix(ENDING)


def _due(session: Session) -> dict[int, str]:
    """Tickets and what they are for."""
    rows = session.execute(
        select(BesideDueRow.ticket, BesideDueRow.what).order_by(BesideDueRow.ticket).limit(AT_ONCE)
    )
    return {ticket: what for ticket, what in rows}  # noqa: C416 - dict() does not see rows as pairs


def _done(session: Session, due: dict[int, str]) -> None:
    session.execute(delete(BesideDueRow).where(among(BesideDueRow.ticket, due)))


def _boards(session: Session, board_ids: Collection[str]) -> dict[str, BoardFile]:
    lying: dict[str, list[str]] = {}
    for board_id, blob in session.execute(
        select(BoardPictureRow.board, PictureRow.blob)
        .join(PictureRow, PictureRow.number == BoardPictureRow.picture)
        .where(among(BoardPictureRow.board, board_ids))
        .order_by(BoardPictureRow.position, PictureRow.number)
    ):
        lying.setdefault(board_id, []).append(blob)
    return {
        row.id: BoardFile(
            id=row.id,
            name=row.name,
            parent=row.parent,
            position=row.position,
            pictures=tuple(lying.get(row.id, ())),
        )
        for row in session.scalars(select(BoardRow).where(among(BoardRow.id, board_ids)))
    }


def _searches(session: Session) -> SearchesFile:
    rows = session.scalars(select(SavedSearchRow).order_by(SavedSearchRow.position))
    return SearchesFile(searches=tuple(SearchFile(id=row.id, name=row.name, query=row.query) for row in rows))


def _insert_missing(session: Session, boards: Collection[BoardFile], searches: SearchesFile) -> None:
    known = set(session.scalars(select(BoardRow.id)))
    missing = {board.id: board for board in boards if board.id not in known}
    session.add_all(
        BoardRow(id=b.id, name=b.name, parent=None, position=b.position) for b in missing.values()
    )
    session.flush()
    for board in missing.values():
        if board.parent in missing or board.parent in known:
            session.get_one(BoardRow, board.id).parent = board.parent
        rows = session.scalars(select(PictureRow).where(among(PictureRow.blob, board.pictures)))
        numbers = {row.blob: row.number for row in rows}
        session.add_all(
            BoardPictureRow(board=board.id, picture=numbers[blob], position=place)
            for place, blob in enumerate(dict.fromkeys(board.pictures))
            if blob in numbers
        )
    _break_circles(session)
    saved = set(session.scalars(select(SavedSearchRow.id)))
    session.add_all(
        SavedSearchRow(id=search.id, name=search.name, query=search.query, position=len(saved) + place)
        for place, search in enumerate(searches.searches)
        if search.id not in saved
    )


def _break_circles(session: Session) -> None:
    """Files that were edited by hand may put boards inside one another; such a board goes to the outermost level."""
    rows = {row.id: row for row in session.scalars(select(BoardRow))}
    for row in rows.values():
        seen, above = {row.id}, row.parent
        while above is not None and above not in seen:
            seen.add(above)
            above = rows[above].parent
        if above is not None:
            row.parent = None


def _remove(files: Collection[Path]) -> None:
    for file in files:
        file.unlink(missing_ok=True)


def _read(kind: type[FileKind], file: Path) -> FileKind | None:
    """None for a file that is not there or not understood."""
    try:
        return kind.model_validate_json(file.read_bytes())
    except (OSError, ValidationError):
        return None


def _json(contents: Contract) -> bytes:
    return contents.model_dump_json(indent=1).encode()


def _replace(file: Path, content: bytes) -> None:
    """Whole or not at all. A power loss may bring the old one back: the database still has what it said."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=".", suffix=UNFINISHED)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(content)
            Path(name).chmod(0o644)
            Path(name).replace(file)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise StorageError(
            "The file {file} could not be written: {reason}.",
            advice="Check that the disk has room and that the folder may be written, then try again.",
            file=file,
            reason=error.strerror or str(error),
        ) from error
