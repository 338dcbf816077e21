"""What was made from what: a tree that begins with a picture which was made from none."""

from collections.abc import Collection, Iterable

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from desktop.library.many import among
from desktop.library.tables import PictureRow

MOST = 200
"""Relatives at most; a history is looked at, not searched."""


def history(session: Session, picture_id: str) -> list[tuple[PictureRow, int]]:
    """Rows and how many steps each is from the first, each behind what it was made from, siblings by age."""
    row = session.scalar(select(PictureRow).where(PictureRow.id == picture_id))
    return [] if row is None else _below(session, _first(session, row))


def _first(session: Session, row: PictureRow) -> PictureRow:
    seen = {row.number}
    while (above := _above(session, row, seen)) is not None:
        row = above
        seen.add(row.number)
    return row


def _above(session: Session, row: PictureRow, seen: Collection[int]) -> PictureRow | None:
    """By the file that it was made from, else by what was seen in it."""
    oldest = select(PictureRow).where(PictureRow.number.not_in(seen)).order_by(PictureRow.created_at).limit(1)
    found = session.scalar(oldest.where(PictureRow.blob == row.parent)) if row.parent else None
    if found is None and row.source:
        found = session.scalar(oldest.where(PictureRow.pixels == row.source))
    return found


def _below(session: Session, first: PictureRow) -> list[tuple[PictureRow, int]]:
    children: dict[int, list[PictureRow]] = {}
    seen, level = {first.number}, [first]
    while level and len(seen) < MOST:
        found = [row for row in _made_from(session, level) if row.number not in seen]
        by_blob = {row.blob: row for row in reversed(level)}
        by_pixels = {row.pixels: row for row in reversed(level)}
        for row in found:
            parent = by_blob.get(row.parent or "") or by_pixels[row.source]
            children.setdefault(parent.number, []).append(row)
        seen.update(row.number for row in found)
        level = found

    def tree(row: PictureRow, depth: int) -> Iterable[tuple[PictureRow, int]]:
        yield row, depth
        for child in children.get(row.number, ()):
            yield from tree(child, depth + 1)

    return list(tree(first, 0))[:MOST]


def _made_from(session: Session, rows: Collection[PictureRow]) -> list[PictureRow]:
    pixels = [row.pixels for row in rows if row.pixels]
    made = or_(
        among(PictureRow.parent, [row.blob for row in rows]),
        among(PictureRow.source, pixels),
    )
    order = (PictureRow.created_at, PictureRow.id)
    return list(session.scalars(select(PictureRow).where(made).order_by(*order).limit(MOST)))
