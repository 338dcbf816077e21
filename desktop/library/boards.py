"""Boards: the artist's own order, nested; a picture may lie on any number of them."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import delete, func, insert, literal, select, update
from sqlalchemy.orm import Session

from desktop.library.database import Database
from desktop.library.many import among, listed
from desktop.library.notices import Notice
from desktop.library.tables import BoardPictureRow, BoardRow, PictureRow
from shared.contracts.errors import InvalidRequestError, NotFoundError

Result = TypeVar("Result")


@dataclass(frozen=True)
class Board:
    """`count` is of pictures that are not in the trash, without those of boards inside it."""

    id: str
    name: str
    parent: str | None
    position: int
    count: int = 0


@dataclass(frozen=True)
class RemovedBoards:
    """What `remove` took away, for `put_back`: a board, those inside it, and what lay on each."""

    boards: tuple[Board, ...]
    pictures: tuple[tuple[str, tuple[int, ...]], ...]


class Boards:
    """Every method is one transaction. `changes` tells that boards, or what lies on them, are others now."""

    def __init__(self, *, database: Database, new_id: Callable[[], str]) -> None:
        self.changes: Notice[None] = Notice()
        self._database = database
        self._new_id = new_id

    async def all(self) -> list[Board]:
        """Parents before what is inside them, each level in its order."""
        return _in_order(await self._database.run(_read))

    async def make(self, name: str, *, parent: str | None = None) -> Board:
        """The last of its level. Raises InvalidRequestError without a name, NotFoundError for the parent."""
        named = _checked(name)
        board_id = self._new_id()

        def work(session: Session) -> Board:
            if parent is not None:
                _row(session, parent)
            position = len(_siblings(session, parent))
            session.add(BoardRow(id=board_id, name=named, parent=parent, position=position))
            return Board(id=board_id, name=named, parent=parent, position=position)

        return await self._changing(work)

    async def rename(self, board_id: str, name: str) -> None:
        named = _checked(name)

        def work(session: Session) -> None:
            _row(session, board_id).name = named

        await self._changing(work)

    async def move(self, board_id: str, *, parent: str | None, position: int) -> None:
        """To a place among the boards of `parent`. Raises InvalidRequestError for one inside itself."""

        def work(session: Session) -> None:
            row = _row(session, board_id)
            above = parent
            while above is not None:
                if above == board_id:
                    raise InvalidRequestError("A board cannot lie inside itself.", advice="Choose another.")
                above = _row(session, above).parent
            row.parent = parent
            session.flush()
            others = [each for each in _siblings(session, parent) if each.id != board_id]
            others.insert(max(0, min(position, len(others))), row)
            for number, each in enumerate(others):
                each.position = number

        await self._changing(work)

    async def remove(self, board_id: str) -> RemovedBoards:
        """With the boards inside it; the pictures stay."""

        def work(session: Session) -> RemovedBoards:
            _row(session, board_id)
            boards = _in_order(_read(session))
            inside = {board_id}
            for board in boards:
                if board.parent in inside:
                    inside.add(board.id)
            removed = [board for board in boards if board.id in inside]
            pictures = [
                (
                    board.id,
                    tuple(
                        session.scalars(
                            select(BoardPictureRow.picture)
                            .where(BoardPictureRow.board == board.id)
                            .order_by(BoardPictureRow.position, BoardPictureRow.picture)
                        )
                    ),
                )
                for board in removed
            ]
            session.execute(delete(BoardRow).where(BoardRow.id == board_id))
            return RemovedBoards(boards=tuple(removed), pictures=tuple(pictures))

        return await self._changing(work)

    async def put_back(self, removed: RemovedBoards) -> None:
        def work(session: Session) -> None:
            for board in removed.boards:
                session.add(
                    BoardRow(id=board.id, name=board.name, parent=board.parent, position=board.position)
                )
                session.flush()
            there = set(session.scalars(select(PictureRow.number)))
            for board_id, numbers in removed.pictures:
                _lay(session, board_id, [number for number in numbers if number in there])

        await self._changing(work)

    async def add(self, board_id: str, picture_ids: Collection[str]) -> list[str]:
        """The ids of those that did not lie on it."""
        return await self._changing(lambda session: _add(session, board_id, list(picture_ids)))

    async def take_off(self, board_id: str, picture_ids: Collection[str]) -> list[str]:
        """The ids of those that lay on it."""

        def work(session: Session) -> list[str]:
            rows = session.execute(
                select(PictureRow.id, PictureRow.number)
                .join(BoardPictureRow, BoardPictureRow.picture == PictureRow.number)
                .where(BoardPictureRow.board == board_id, among(PictureRow.id, picture_ids))
            ).all()
            numbers = [row.number for row in rows]
            session.execute(
                delete(BoardPictureRow).where(
                    BoardPictureRow.board == board_id, among(BoardPictureRow.picture, numbers)
                )
            )
            return [row.id for row in rows]

        return await self._changing(work)

    async def arrange(
        self, board_id: str, picture_ids: Collection[str], *, before: str | None
    ) -> tuple[str, ...]:
        """Put pictures of a board, in the order given, in front of another, or at its end.

        Returns the ids of all that lie on it, as they were ordered, for `put_in_order`.
        """

        def work(session: Session) -> tuple[str, ...]:
            _row(session, board_id)
            ordered = _ordered(session, board_id)
            moving = [each for each in dict.fromkeys(picture_ids) if each in set(ordered)]
            staying = [each for each in ordered if each not in set(moving)]
            following = ordered[ordered.index(before) :] if before in ordered else []
            next_staying = next((each for each in following if each not in set(moving)), None)
            place = len(staying) if next_staying is None else staying.index(next_staying)
            _put_in_order(session, board_id, [*staying[:place], *moving, *staying[place:]])
            return tuple(ordered)

        return await self._changing(work)

    async def put_in_order(self, board_id: str, picture_ids: Sequence[str]) -> None:
        """What is not named keeps its place number."""
        await self._changing(lambda session: _put_in_order(session, board_id, picture_ids))

    async def of_picture(self, picture_id: str) -> list[str]:
        """The ids of the boards on which it lies."""
        statement = (
            select(BoardPictureRow.board)
            .join(PictureRow, PictureRow.number == BoardPictureRow.picture)
            .where(PictureRow.id == picture_id)
        )
        return await self._database.run(lambda session: list(session.scalars(statement)))

    async def _changing(self, work: Callable[[Session], Result]) -> Result:
        result = await self._database.run(work)
        self.changes.tell(None)
        return result


def _read(session: Session) -> list[Board]:
    lying = (
        select(BoardPictureRow.board, func.count())
        .join(PictureRow, PictureRow.number == BoardPictureRow.picture)
        .where(PictureRow.trashed_at.is_(None))
        .group_by(BoardPictureRow.board)
    )
    counts = {board_id: number for board_id, number in session.execute(lying)}  # noqa: C416 - dict() does not see rows as pairs
    return [
        Board(id=row.id, name=row.name, parent=row.parent, position=row.position, count=counts.get(row.id, 0))
        for row in session.scalars(select(BoardRow))
    ]


def _in_order(boards: Sequence[Board]) -> list[Board]:
    def below(parent: str | None) -> list[Board]:
        level = sorted((b for b in boards if b.parent == parent), key=lambda b: (b.position, b.id))
        return [each for board in level for each in (board, *below(board.id))]

    return below(None)


def _siblings(session: Session, parent: str | None) -> list[BoardRow]:
    same = BoardRow.parent.is_(None) if parent is None else BoardRow.parent == parent
    return list(session.scalars(select(BoardRow).where(same).order_by(BoardRow.position, BoardRow.id)))


def _add(session: Session, board_id: str, picture_ids: list[str]) -> list[str]:
    _row(session, board_id)
    lying = select(BoardPictureRow.picture).where(BoardPictureRow.board == board_id)
    rows = session.execute(
        select(PictureRow.id, PictureRow.number).where(
            among(PictureRow.id, picture_ids), PictureRow.number.not_in(lying)
        )
    ).all()
    numbers = {row.id: row.number for row in rows}
    added = [each for each in dict.fromkeys(picture_ids) if each in numbers]
    _lay(session, board_id, [numbers[each] for each in added])
    return added


def _lay(session: Session, board_id: str, numbers: Sequence[int]) -> None:
    """Behind what lies there."""
    last = session.scalar(select(func.max(BoardPictureRow.position)).where(BoardPictureRow.board == board_id))
    each = listed(numbers)
    first = 0 if last is None else last + 1
    values = select(literal(board_id), each.c.value, each.c.key + first)
    session.execute(insert(BoardPictureRow).from_select(["board", "picture", "position"], values))


def _ordered(session: Session, board_id: str) -> list[str]:
    return list(
        session.scalars(
            select(PictureRow.id)
            .join(BoardPictureRow, BoardPictureRow.picture == PictureRow.number)
            .where(BoardPictureRow.board == board_id)
            .order_by(BoardPictureRow.position, BoardPictureRow.picture)
        )
    )


def _put_in_order(session: Session, board_id: str, picture_ids: Sequence[str]) -> None:
    each = listed(picture_ids)
    session.execute(
        update(BoardPictureRow)
        .where(
            BoardPictureRow.board == board_id,
            PictureRow.number == BoardPictureRow.picture,
            PictureRow.id == each.c.value,
            BoardPictureRow.position != each.c.key,
        )
        .values(position=each.c.key)
        .execution_options(synchronize_session=False)
    )


def _row(session: Session, board_id: str) -> BoardRow:
    row = session.get(BoardRow, board_id)
    if row is None:
        raise NotFoundError("There is no such board.", advice="List the boards to see their ids.")
    return row


def _checked(name: str) -> str:
    named = " ".join(name.split())
    if not named:
        raise InvalidRequestError("A board needs a name.", advice="Type one.")
    return named[:100]
