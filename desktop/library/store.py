"""The rows behind the library's pictures."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, text, tuple_
from sqlalchemy.orm import Session

from desktop.library.database import Database
from desktop.library.picture import Cursor, LibraryPicture, Place
from desktop.library.tables import PictureRow
from desktop.library.words import fold, read_search
from shared.contracts.errors import NotFoundError
from shared.contracts.generation import BlobId, Recipe

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# Word for word as in the partial indexes, or SQLite would not use them.
CONDITIONS: dict[Place, str] = {
    "all": "trashed_at IS NULL",
    "starred": "trashed_at IS NULL AND starred",
    "trash": "trashed_at IS NOT NULL",
}


def to_number(time: datetime) -> int:
    return (time - EPOCH) // timedelta(microseconds=1)


def to_time(number: int) -> datetime:
    return EPOCH + timedelta(microseconds=number)


class PictureStore:
    """Every method is one transaction."""

    def __init__(self, *, database: Database, pictures: Path) -> None:
        self._database = database
        self._pictures = pictures

    async def insert(self, picture: LibraryPicture) -> LibraryPicture:
        """Or the picture of the same content that is there already, taken out of the trash."""

        def work(session: Session) -> LibraryPicture:
            row = session.scalar(select(PictureRow).where(PictureRow.blob == picture.blob))
            if row is None:
                row = self._row(picture)
                session.add(row)
            else:
                row.trashed_at = None
            return self._picture(row)

        return await self._database.run(work)

    async def find(self, blob: BlobId) -> LibraryPicture | None:
        def work(session: Session) -> LibraryPicture | None:
            row = session.scalar(select(PictureRow).where(PictureRow.blob == blob))
            return None if row is None else self._picture(row)

        return await self._database.run(work)

    async def get(self, picture_id: str) -> LibraryPicture:
        return await self._database.run(lambda session: self._picture(_row_of(session, picture_id)))

    async def page(
        self, after: Cursor | None, limit: int, *, search: str, place: Place
    ) -> list[LibraryPicture]:
        statement = select(PictureRow).where(*_conditions(search, place))
        if after is not None:
            place_in_order = tuple_(PictureRow.created_at, PictureRow.id)
            statement = statement.where(place_in_order < (to_number(after.created_at), after.id))
        statement = statement.order_by(PictureRow.created_at.desc(), PictureRow.id.desc()).limit(limit)
        return await self._all(statement)

    async def count(self, *, search: str, place: Place) -> int:
        statement = select(func.count()).select_from(PictureRow).where(*_conditions(search, place))
        return await self._database.run(lambda session: session.scalar(statement) or 0)

    async def update(self, picture_id: str, **values: Any) -> LibraryPicture:
        """Set columns of one picture; `trashed_at` as a time."""

        def work(session: Session) -> LibraryPicture:
            row = _row_of(session, picture_id)
            for name, value in values.items():
                setattr(row, name, to_number(value) if isinstance(value, datetime) else value)
            row.words = _words(row.prompt, row.model_name, row.notes)
            return self._picture(row)

        return await self._database.run(work)

    async def move(self, picture_id: str, file: Path) -> LibraryPicture:
        return await self.update(picture_id, file=self._relative(file))

    async def delete(self, picture_ids: Collection[str]) -> None:
        def work(session: Session) -> None:
            for picture_id in picture_ids:
                session.delete(_row_of(session, picture_id))

        await self._database.run(work)

    async def purge(self, picture_id: str) -> bool:
        """Delete file and row, unless the picture was taken out of the trash meanwhile.

        File first: a row left in the trash is tried again; a file left without its row would be adopted.
        """

        def work(session: Session) -> bool:
            row = _row_of(session, picture_id)
            if row.trashed_at is None:
                return False
            (self._pictures / row.file).unlink(missing_ok=True)
            session.delete(row)
            return True

        return await self._database.run(work)

    async def trashed_before(self, time: datetime) -> list[LibraryPicture]:
        return await self._all(select(PictureRow).where(PictureRow.trashed_at <= to_number(time)))

    async def files(self) -> dict[Path, str]:
        """Every picture's file and id, those in the trash too."""

        def work(session: Session) -> dict[Path, str]:
            rows = session.execute(select(PictureRow.file, PictureRow.id))
            return {self._pictures / file: picture_id for file, picture_id in rows}

        return await self._database.run(work)

    async def recipes(self) -> list[str]:
        """Every recipe as JSON, those in the trash too."""

        def work(session: Session) -> list[str]:
            recipes = session.scalars(select(PictureRow.recipe).where(PictureRow.recipe.is_not(None)))
            return [recipe for recipe in recipes if recipe is not None]

        return await self._database.run(work)

    async def _all(self, statement: Select[PictureRow]) -> list[LibraryPicture]:
        return await self._database.run(
            lambda session: [self._picture(row) for row in session.scalars(statement)]
        )

    def _relative(self, file: Path) -> str:
        return file.relative_to(self._pictures).as_posix()

    def _row(self, picture: LibraryPicture) -> PictureRow:
        return PictureRow(
            id=picture.id,
            file=self._relative(picture.file),
            blob=picture.blob,
            width=picture.width,
            height=picture.height,
            created_at=to_number(picture.created_at),
            prompt=picture.prompt,
            model_name=picture.model_name,
            seed=picture.seed,
            recipe=picture.recipe.model_dump_json() if picture.recipe else None,
            job_id=picture.job_id,
            notes=picture.notes,
            words=_words(picture.prompt, picture.model_name, picture.notes),
            starred=picture.starred,
            trashed_at=None if picture.trashed_at is None else to_number(picture.trashed_at),
        )

    def _picture(self, row: PictureRow) -> LibraryPicture:
        return LibraryPicture(
            id=row.id,
            file=self._pictures / row.file,
            width=row.width,
            height=row.height,
            created_at=to_time(row.created_at),
            prompt=row.prompt,
            model_name=row.model_name,
            seed=row.seed,
            starred=row.starred,
            recipe=None if row.recipe is None else Recipe.model_validate_json(row.recipe),
            blob=row.blob,
            notes=row.notes,
            trashed_at=None if row.trashed_at is None else to_time(row.trashed_at),
            job_id=row.job_id,
        )


def _row_of(session: Session, picture_id: str) -> PictureRow:
    row = session.scalar(select(PictureRow).where(PictureRow.id == picture_id))
    if row is None:
        raise NotFoundError(
            "The library holds no picture {id}.", advice="List its pictures to see their ids.", id=picture_id
        )
    return row


def _words(prompt: str, model_name: str, notes: str) -> str:
    return fold(f"{prompt}\n{model_name}\n{notes}")


def _conditions(search: str, place: Place) -> list[ColumnElement[bool]]:
    asked = read_search(search)
    conditions: list[Any] = [text(CONDITIONS[place])]
    if asked.match:
        found = text("number IN (SELECT rowid FROM picture_words WHERE picture_words MATCH :match)")
        conditions.append(found.bindparams(match=asked.match))
    conditions += [PictureRow.words.contains(part, autoescape=True) for part in asked.parts]
    return conditions
