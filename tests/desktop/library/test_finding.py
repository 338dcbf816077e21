import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from tests.desktop.library.shelf import Shelf, png, recipe

PROMPTS = (
    "A red house in a snowy field, at night",
    "눈 덮인 들판의 빨간 집",
    "夜の海に浮かぶ小さな船",
    "雪中的紅色房子",
    'café "au lait", 100% light',
    "hundred houses",
)


async def search(shelf: Shelf, words: str) -> list[str]:
    return [picture.prompt for picture in await shelf.library.page(search=words)]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("RED hou", [0]),
        ("red", [0]),
        ("들판", [1]),
        ("판의", [1]),
        ("빨간 집", [1]),
        ("빨간", [1]),
        ("小さな", [2]),
        ("紅色", [3]),
        ("cafe", [4]),
        ('"au', [4]),
        ("%", [4]),
        ("house", [5, 0]),
        ("red sea", []),
        ("_", []),
        ("NOT OR *", []),
        ("Landscapes 눈", [1]),
    ],
)
async def test_a_search_finds_by_words_in_every_script(shelf: Shelf, words: str, found: list[int]) -> None:
    await shelf.fill(len(PROMPTS), lambda number: PROMPTS[number])
    assert await search(shelf, words) == [PROMPTS[number] for number in found]
    assert await shelf.library.count(search=words) == len(found)


async def test_notes_are_searched_and_korean_is_found_however_it_was_typed(shelf: Shelf) -> None:
    (picture,) = await shelf.fill(1)
    await shelf.library.write_notes(picture.id, "\u1112\u1161\u11ab\u1100\u1173\u11af for the cover")
    assert await search(shelf, "한글") == [picture.prompt]
    assert await search(shelf, "cover") == [picture.prompt]
    await shelf.library.write_notes(picture.id, "")
    assert await search(shelf, "cover") == []


@given(
    seconds=st.lists(st.integers(0, 5), min_size=1, max_size=25),
    limit=st.integers(1, 7),
    trashed=st.sets(st.integers(0, 24)),
)
def test_pages_together_are_everything_once_newest_first(
    seconds: list[int], limit: int, trashed: set[int]
) -> None:
    async def walk(shelf: Shelf) -> None:
        expected = []
        for number, wait in enumerate(seconds):
            shelf.clock.forward(seconds=wait)
            picture = await shelf.library.add(png(number), recipe())
            if number in trashed:
                await shelf.library.trash(picture.id)
            else:
                expected.append(picture)
        seen, after = [], None
        while page := await shelf.library.page(after, limit):
            assert len(page) <= limit
            seen += page
            after = page[-1].cursor
            # What is deleted or comes on top meanwhile moves nothing.
            await shelf.library.trash(page[-1].id)
        assert seen == sorted(expected, key=lambda picture: (picture.created_at, picture.id), reverse=True)

    with TemporaryDirectory() as folder, Shelf(Path(folder)) as shelf:
        asyncio.run(walk(shelf))


@pytest.mark.parametrize("place", ["all", "starred", "trash"])
async def test_pages_come_from_an_index(shelf: Shelf, place: str) -> None:
    from desktop.library.store import CONDITIONS

    await shelf.fill(1)
    statement = (
        f"EXPLAIN QUERY PLAN SELECT * FROM pictures WHERE {CONDITIONS[place]} "  # type: ignore[index]  # a literal
        "AND (created_at, id) < (1, 'a') ORDER BY created_at DESC, id DESC LIMIT 10"
    )
    plan = await shelf.database.run(lambda session: [row[-1] for row in session.execute(text(statement))])
    assert "USING INDEX pictures_" in plan[0]
    assert len(plan) == 1
