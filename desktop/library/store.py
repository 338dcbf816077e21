"""The rows behind the library's pictures."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.orm import Session

from desktop.library import families, finding
from desktop.library.database import Database
from desktop.library.finding import Numbers, to_number, to_time
from desktop.library.many import among
from desktop.library.picture import Kind, Label, LibraryPicture, Relative
from desktop.library.query import Query
from desktop.library.tables import PictureRow, PictureTagRow, TagRow
from desktop.library.words import fold, indexed
from shared.contracts.errors import NotFoundError
from shared.contracts.generation import BlobId

Marks = Mapping[str, Mapping[str, Any]]
"""Columns of pictures, by their ids."""


class PictureStore:
    """Every method is one transaction. `zone` tells which day it is."""

    def __init__(self, *, database: Database, pictures: Path, zone: Callable[[], tzinfo | None]) -> None:
        self._database = database
        self._pictures = pictures
        self._zone = zone
        self._narrowing = finding.Narrowing()

    async def insert(self, picture: LibraryPicture) -> LibraryPicture:
        """Or the picture of the same content that is there already, taken out of the trash."""

        def work(session: Session) -> LibraryPicture:
            row = session.scalar(select(PictureRow).where(PictureRow.blob == picture.blob))
            if row is not None:
                row.trashed_at = None
                return self._pictures_of(session, [row])[0]
            row = self._row(picture)
            session.add(row)
            session.flush()
            named = {fold(tag): tag for tag in picture.tags}
            tags = [_tag_row(session, named[folded]) for folded in sorted(named)]
            session.add_all(PictureTagRow(picture=row.number, tag=tag.number) for tag in tags)
            return self._picture(row, tuple(tag.name for tag in tags))

        return await self._database.run(work)

    async def find_blob(self, blob: BlobId) -> LibraryPicture | None:
        return next(iter(await self._all(select(PictureRow).where(PictureRow.blob == blob))), None)

    async def get(self, picture_id: str) -> LibraryPicture:
        return await self._database.run(
            lambda session: self._pictures_of(session, [_row_of(session, picture_id)])[0]
        )

    async def starting_with(self, beginning: str, *, most: int) -> list[LibraryPicture]:
        """Whose id begins so."""
        return await self._all(
            select(PictureRow).where(PictureRow.id.startswith(beginning, autoescape=True)).limit(most)
        )

    async def numbers(self, query: Query) -> Numbers:
        return await self._database.run(
            lambda session: self._narrowing.find_numbers(session, query, zone=self._zone())
        )

    async def count(self, query: Query) -> int:
        return await self._database.run(lambda session: finding.count(session, query, zone=self._zone()))

    async def pictures(self, numbers: Sequence[int]) -> list[LibraryPicture]:
        """Of those that are still there, in the order of `numbers`."""

        def work(session: Session) -> list[LibraryPicture]:
            wanted = [int(number) for number in numbers]
            found = session.scalars(select(PictureRow).where(among(PictureRow.number, wanted)))
            rows = {row.number: row for row in found}
            return self._pictures_of(session, [rows[number] for number in wanted if number in rows])

        return await self._database.run(work)

    async def of_ids(self, picture_ids: Collection[str]) -> list[LibraryPicture]:
        """Of those that are there, in no order."""
        return await self._all(select(PictureRow).where(among(PictureRow.id, picture_ids)))

    async def history(self, picture: LibraryPicture) -> list[Relative]:
        """The first that it goes back to and all that were made from that, each behind what it was made from.

        What an artist opened on the canvas and painted on is found by its pixels.
        """

        def work(session: Session) -> list[Relative]:
            rows = families.history(session, picture.id)
            pictures = self._pictures_of(session, [row for row, _depth in rows])
            return [Relative(each, depth) for each, (_row, depth) in zip(pictures, rows, strict=True)]

        return await self._database.run(work)

    async def models(self) -> list[tuple[str, int]]:
        """Every model's name, and how many pictures it made."""
        statement = (
            select(PictureRow.model_name, func.count())
            .where(PictureRow.trashed_at.is_(None), PictureRow.model_name != "")
            .group_by(PictureRow.model_name)
            .order_by(PictureRow.model_name)
        )
        return await self._database.run(
            lambda session: [(name, number) for name, number in session.execute(statement)]
        )

    async def mark(self, picture_ids: Collection[str], **values: Any) -> Marks:
        """Set columns of all of them at once, times as times. What they were before, of those that change."""
        written = {
            name: to_number(value) if isinstance(value, datetime) else value for name, value in values.items()
        }

        def work(session: Session) -> Marks:
            columns = [getattr(PictureRow, name) for name in written]
            before: dict[str, dict[str, Any]] = {}
            numbers: list[int] = []
            rows = session.execute(
                select(PictureRow.number, PictureRow.id, *columns).where(among(PictureRow.id, picture_ids))
            )
            for number, picture_id, *old in rows:
                if old != list(written.values()):
                    numbers.append(number)
                    before[picture_id] = dict(zip(written, old, strict=True))
            session.execute(update(PictureRow).where(among(PictureRow.number, numbers)).values(**written))
            return before

        return await self._database.run(work)

    async def put_back(self, marks: Marks) -> None:
        """What `mark` gave."""
        same: defaultdict[tuple[tuple[str, Any], ...], list[str]] = defaultdict(list)
        for picture_id, values in marks.items():
            same[tuple(values.items())].append(picture_id)

        def work(session: Session) -> None:
            for values, picture_ids in same.items():
                session.execute(
                    update(PictureRow).where(among(PictureRow.id, picture_ids)).values(**dict(values))
                )

        await self._database.run(work)

    async def update(self, picture_id: str, **values: Any) -> LibraryPicture:
        """Set columns of one picture."""

        def work(session: Session) -> LibraryPicture:
            row = _row_of(session, picture_id)
            for name, value in values.items():
                setattr(row, name, value)
            picture = self._pictures_of(session, [row])[0]
            row.words = _words(picture)
            return picture

        return await self._database.run(work)

    async def move(self, picture_id: str, file: Path) -> LibraryPicture:
        return await self.update(picture_id, file=self._stored(file))

    async def tag(self, picture_ids: Collection[str], name: str) -> list[str]:
        """The ids of those that did not have the tag."""

        def work(session: Session) -> list[str]:
            tag = _tag_row(session, name)
            having = select(PictureTagRow.picture).where(PictureTagRow.tag == tag.number)
            asked = select(PictureRow).where(
                among(PictureRow.id, picture_ids), PictureRow.number.not_in(having)
            )
            changed = session.scalars(asked).all()
            session.add_all(PictureTagRow(picture=row.number, tag=tag.number) for row in changed)
            session.flush()
            self._index(session, changed)
            return [row.id for row in changed]

        return await self._database.run(work)

    async def untag(self, picture_ids: Collection[str], name: str) -> list[str]:
        """The ids of those that had the tag; one that nothing has is forgotten."""

        def work(session: Session) -> list[str]:
            tag = session.scalar(select(TagRow).where(TagRow.folded == fold(name)))
            if tag is None:
                return []
            asked = (
                select(PictureRow)
                .join(PictureTagRow, PictureTagRow.picture == PictureRow.number)
                .where(PictureTagRow.tag == tag.number, among(PictureRow.id, picture_ids))
            )
            changed = session.scalars(asked).all()
            numbers = [row.number for row in changed]
            session.execute(
                delete(PictureTagRow).where(
                    PictureTagRow.tag == tag.number, among(PictureTagRow.picture, numbers)
                )
            )
            self._index(session, changed)
            if session.scalar(select(PictureTagRow).where(PictureTagRow.tag == tag.number).limit(1)) is None:
                session.delete(tag)
            return [row.id for row in changed]

        return await self._database.run(work)

    async def tags(self) -> list[tuple[str, int]]:
        """Every tag, and how many pictures have it that are not in the trash."""
        statement = (
            select(TagRow.name, func.count(PictureRow.number))
            .join(PictureTagRow, PictureTagRow.tag == TagRow.number)
            .join(PictureRow, PictureRow.number == PictureTagRow.picture)
            .where(PictureRow.trashed_at.is_(None))
            .group_by(TagRow.number)
            .order_by(TagRow.folded)
        )
        return await self._database.run(
            lambda session: [(name, number) for name, number in session.execute(statement)]
        )

    async def delete(self, picture_ids: Collection[str]) -> None:
        def work(session: Session) -> None:
            session.execute(delete(PictureRow).where(among(PictureRow.id, picture_ids)))

        await self._database.run(work)

    async def purge(self, picture_id: str) -> bool:
        """Delete file and row, unless the picture was taken out of the trash meanwhile.

        File first: a row left in the trash is tried again; a file left without its row would be adopted.
        """

        def work(session: Session) -> bool:
            row = _row_of(session, picture_id)
            if row.trashed_at is None:
                return False
            if not row.linked:
                (self._pictures / row.file).unlink(missing_ok=True)
            session.delete(row)
            return True

        return await self._database.run(work)

    async def condemn(self, time: datetime) -> list[LibraryPicture]:
        """What was trashed before then, and from now on counts as trashed at the beginning of time."""

        def work(session: Session) -> list[LibraryPicture]:
            session.execute(
                update(PictureRow).where(PictureRow.trashed_at <= to_number(time)).values(trashed_at=0)
            )
            return self._pictures_of(
                session, session.scalars(select(PictureRow).where(PictureRow.trashed_at == 0)).all()
            )

        return await self._database.run(work)

    async def files(self, *, linked: bool | None = None) -> dict[Path, str]:
        """Every picture's file and id, those in the trash too; only linked ones, only our own, or both."""
        statement = select(PictureRow.file, PictureRow.id)
        if linked is not None:
            statement = statement.where(PictureRow.linked == linked)
        return await self._database.run(
            lambda session: {
                self._pictures / file: picture_id for file, picture_id in session.execute(statement)
            }
        )

    async def recipes(self) -> list[str]:
        """Every recipe as JSON, those in the trash too."""
        statement = select(PictureRow.recipe).where(PictureRow.recipe.is_not(None))
        return await self._database.run(
            lambda session: [recipe for recipe in session.scalars(statement) if recipe is not None]
        )

    async def _all(self, statement: Select[PictureRow]) -> list[LibraryPicture]:
        return await self._database.run(
            lambda session: self._pictures_of(session, session.scalars(statement).all())
        )

    def _index(self, session: Session, rows: Sequence[PictureRow]) -> None:
        for row, picture in zip(rows, self._pictures_of(session, rows), strict=True):
            row.words = _words(picture)

    def _stored(self, file: Path) -> str:
        return (
            file.relative_to(self._pictures).as_posix() if file.is_relative_to(self._pictures) else str(file)
        )

    def _row(self, picture: LibraryPicture) -> PictureRow:
        return PictureRow(
            id=picture.id,
            file=self._stored(picture.file),
            blob=picture.blob,
            width=picture.width,
            height=picture.height,
            created_at=to_number(picture.created_at),
            prompt=picture.prompt,
            model_name=picture.model_name,
            seed=picture.seed,
            recipe=picture.recipe_text,
            job_id=picture.job_id,
            notes=picture.notes,
            words=_words(picture),
            starred=picture.starred,
            trashed_at=None if picture.trashed_at is None else to_number(picture.trashed_at),
            rating=picture.rating,
            label=picture.label,
            kind=picture.kind,
            parent=picture.parent,
            linked=picture.linked,
            pixels=picture.pixels,
            source=picture.source,
        )

    def _pictures_of(self, session: Session, rows: Sequence[PictureRow]) -> list[LibraryPicture]:
        if not rows:
            return []
        tags: defaultdict[int, list[str]] = defaultdict(list)
        named = (
            select(PictureTagRow.picture, TagRow.name)
            .join(TagRow, TagRow.number == PictureTagRow.tag)
            .where(among(PictureTagRow.picture, [row.number for row in rows]))
            .order_by(TagRow.folded)
        )
        for number, name in session.execute(named):
            tags[number].append(name)
        return [self._picture(row, tuple(tags[row.number])) for row in rows]

    def _picture(self, row: PictureRow, tags: tuple[str, ...]) -> LibraryPicture:
        return LibraryPicture(
            id=row.id,
            file=self._pictures / row.file,
            width=row.width,
            height=row.height,
            created_at=to_time(row.created_at),
            prompt=row.prompt,
            model_name=row.model_name,
            seed=row.seed,
            starred=bool(row.starred),
            recipe_text=row.recipe,
            blob=row.blob,
            notes=row.notes,
            trashed_at=None if row.trashed_at is None else to_time(row.trashed_at),
            job_id=row.job_id,
            number=row.number,
            rating=row.rating,
            label=cast(Label, row.label),
            kind=cast(Kind, row.kind),
            parent=row.parent,
            linked=bool(row.linked),
            pixels=row.pixels,
            source=row.source,
            tags=tags,
        )


def _row_of(session: Session, picture_id: str) -> PictureRow:
    row = session.scalar(select(PictureRow).where(PictureRow.id == picture_id))
    if row is None:
        raise NotFoundError(
            "The library holds no picture {id}.", advice="List its pictures to see their ids.", id=picture_id
        )
    return row


def _tag_row(session: Session, name: str) -> TagRow:
    """Made where there is none that reads alike."""
    tag = session.scalar(select(TagRow).where(TagRow.folded == fold(name)))
    if tag is None:
        tag = TagRow(name=name, folded=fold(name))
        session.add(tag)
        session.flush()
    return tag


def _words(picture: LibraryPicture) -> str:
    return indexed("\n".join((picture.prompt, picture.model_name, picture.notes, *picture.tags)))
