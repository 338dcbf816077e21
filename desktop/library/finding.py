"""A query as SQL."""

import sqlite3
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text
from sqlalchemy.orm import Session

from desktop.library.picture import Place
from desktop.library.query import Query, Shape, Sort
from desktop.library.words import fold, read_search

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

CONDITIONS: dict[Place, str] = {
    "all": "trashed_at IS NULL",
    "starred": "trashed_at IS NULL AND starred = 1",
    "trash": "trashed_at IS NOT NULL",
}
SHAPES: dict[Shape, str] = {
    "landscape": "width > height",
    "portrait": "width < height",
    "square": "width = height",
}
ORDERS: dict[Sort, str] = {
    "newest": "created_at DESC, id DESC",
    "oldest": "created_at, id",
    "best": "rating DESC, created_at DESC, id DESC",
    "largest": "width * height DESC, created_at DESC, id DESC",
    "name": "prompt COLLATE NOCASE, created_at DESC, id DESC",
    "arranged": "(SELECT position FROM board_pictures WHERE board = :board AND picture = number), number",
}

MATCHING = "SELECT rowid FROM picture_words WHERE picture_words MATCH :match"

Numbers = NDArray[np.int64]


def to_number(time: datetime) -> int:
    return (time - EPOCH) // timedelta(microseconds=1)


def to_time(number: int) -> datetime:
    return EPOCH + timedelta(microseconds=number)


def find_numbers(session: Session, query: Query, *, zone: Any) -> Numbers:
    """The numbers of all pictures that answer it, in order; days are of the time zone `zone`."""
    where, values = conditions(query, zone=zone)
    sort = "newest" if query.sort == "arranged" and not query.board else query.sort
    inner = f"SELECT number FROM pictures WHERE {where} ORDER BY {ORDERS[sort]}"  # noqa: S608 - our own words
    return _joined(session, f"SELECT group_concat(number) FROM ({inner})", values)  # noqa: S608 - our own words


def _joined(session: Session, statement: str, values: dict[str, Any]) -> Numbers:
    """SQLite joins the numbers into one text, so that Python's lock is free while it looks."""
    joined = session.execute(text(statement).bindparams(**values)).scalar()
    return np.fromstring(joined, dtype=np.int64, sep=",") if joined else np.empty(0, dtype=np.int64)


class Narrowing:
    """Finds as `find_numbers` does, and faster while an artist types: what answers the query without its words is
    kept until anything is written, so that each letter only narrows it.
    """

    def __init__(self) -> None:
        self._asked: object = None
        self._answer: Numbers = np.empty(0, dtype=np.int64)

    def find_numbers(self, session: Session, query: Query, *, zone: Any) -> Numbers:
        words = read_search(query.search)
        if not words.match or words.parts:
            return find_numbers(session, query, zone=zone)
        without_words = query.model_copy(update={"search": ""})
        asked = (without_words, zone, _version(session))
        if self._asked != asked:
            self._answer = find_numbers(session, without_words, zone=zone)
            self._asked = asked
        if not self._answer.size:
            return self._answer
        matching = _joined(session, f"SELECT group_concat(rowid) FROM ({MATCHING})", {"match": words.match})  # noqa: S608 - our own words
        is_found = np.zeros(max(self._answer.max(), matching.max(initial=0)) + 1, dtype=bool)
        is_found[matching] = True
        return self._answer[is_found[self._answer]]


def _version(session: Session) -> tuple[int, int]:
    """Differs after every write, of other connections and of this one."""
    connection = session.connection()
    others = int(connection.exec_driver_sql("PRAGMA data_version").scalar() or 0)
    return others, cast("sqlite3.Connection", connection.connection.driver_connection).total_changes


def count(session: Session, query: Query, *, zone: Any) -> int:
    where, values = conditions(query, zone=zone)
    statement = text(f"SELECT count(*) FROM pictures WHERE {where}")  # noqa: S608 - our own words
    return int(session.execute(statement.bindparams(**values)).scalar() or 0)


def conditions(query: Query, *, zone: Any) -> tuple[str, dict[str, Any]]:
    """What stands behind WHERE, and the values in it."""
    asked = read_search(query.search)
    first = _midnight(query.first_day, zone) if query.first_day else None
    last = _midnight(query.last_day + timedelta(days=1), zone) if query.last_day else None
    possible: list[tuple[str, str, Any]] = [
        (f"number IN ({MATCHING})", "match", asked.match),
        *((f"instr(words, :part{n}) > 0", f"part{n}", part) for n, part in enumerate(asked.parts)),
        ("number IN (SELECT picture FROM board_pictures WHERE board = :board)", "board", query.board),
        (
            "number IN (SELECT picture FROM picture_tags JOIN tags ON tags.number = tag WHERE folded = :tag)",
            "tag",
            fold(query.tag),
        ),
        ("model_name = :model", "model", query.model),
        ("kind = :kind", "kind", query.kind),
        ("label = :label", "label", query.label),
        ("rating >= :rating", "rating", query.least_rating),
        ("max(width, height) >= :side", "side", query.least_side),
        ("created_at >= :first", "first", first),
        ("created_at < :last", "last", last),
    ]
    asked_for = [(condition, name, value) for condition, name, value in possible if value]
    words = [CONDITIONS[query.place], *(condition for condition, _, _ in asked_for)]
    if query.shape:
        words.append(SHAPES[query.shape])
    return " AND ".join(words), {name: value for _, name, value in asked_for}


def _midnight(day: date, zone: Any) -> int:
    return to_number(datetime.combine(day, time(), tzinfo=zone))
