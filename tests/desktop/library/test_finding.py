import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from desktop.library.boards import Boards
from desktop.library.finding import ORDERS, conditions
from desktop.library.picture import LibraryPicture, Place
from desktop.library.query import Query, Sort
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
    return [picture.prompt for picture in await shelf.library.page(Query(search=words))]


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
    assert await shelf.library.count(Query(search=words)) == len(found)


async def test_notes_are_searched_and_korean_is_found_however_it_was_typed(shelf: Shelf) -> None:
    (picture,) = await shelf.fill(1)
    await shelf.library.write_notes(picture.id, "\u1112\u1161\u11ab\u1100\u1173\u11af for the cover")
    assert await search(shelf, "한글") == [picture.prompt]
    assert await search(shelf, "cover") == [picture.prompt]
    await shelf.library.write_notes(picture.id, "")
    assert await search(shelf, "cover") == []


@pytest.mark.parametrize(("place", "sort"), [("all", "newest"), ("starred", "newest"), ("all", "best")])
async def test_an_order_comes_from_an_index_alone(shelf: Shelf, place: Place, sort: Sort) -> None:
    await shelf.fill(1)
    where, _ = conditions(Query(place=place), zone=UTC)
    statement = f"EXPLAIN QUERY PLAN SELECT number FROM pictures WHERE {where} ORDER BY {ORDERS[sort]}"
    plan = await shelf.database.run(lambda session: [row[-1] for row in session.execute(text(statement))])
    assert len(plan) == 1
    assert "USING COVERING INDEX pictures_" in plan[0]


WORDS = st.sampled_from(["red", "house", "눈 오는 밤", "夜の海", "café"])
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "prompt": st.lists(WORDS, max_size=3).map(" ".join),
            "width": st.sampled_from([8, 16, 24]),
            "rating": st.integers(0, 5),
            "label": st.sampled_from(["", "red", "blue"]),
            "starred": st.booleans(),
            "trashed": st.booleans(),
            "board": st.booleans(),
            "tags": st.sets(st.sampled_from(["밤", "sketch"])),
            "wait": st.integers(0, 40),
        }
    ),
    min_size=1,
    max_size=12,
)
QUERIES = st.fixed_dictionaries(
    {
        "place": st.sampled_from(["all", "starred", "trash"]),
        "search": st.sampled_from(["", "red", "눈 오", "는", "の海", "cafe", "밤", "re hou", "green"]),
        "least_rating": st.integers(0, 5),
        "label": st.sampled_from(["", "red"]),
        "shape": st.sampled_from(["", "landscape", "portrait", "square"]),
        "least_side": st.sampled_from([0, 20]),
        "tag": st.sampled_from(["", "SKETCH"]),
        "board": st.booleans(),
        "first_day": st.sampled_from([None, date(2026, 11, 25)]),
        "last_day": st.sampled_from([None, date(2026, 12, 1)]),
        "sort": st.sampled_from(["newest", "oldest", "best", "largest", "name"]),
    }
)


@given(rows=ROWS, asked=st.lists(QUERIES, min_size=1, max_size=6))
def test_a_query_finds_what_a_plain_look_at_everything_finds(
    rows: list[dict[str, Any]], asked: list[dict[str, Any]]
) -> None:
    with TemporaryDirectory() as folder, Shelf(Path(folder)) as shelf:
        asyncio.run(compare(shelf, rows, asked))


async def compare(shelf: Shelf, rows: list[dict[str, Any]], asked: list[dict[str, Any]]) -> None:
    boards = Boards(database=shelf.database, new_id=shelf.new_id)
    board = await boards.make("A board")
    for number, row in enumerate(rows):
        shelf.clock.forward(hours=row["wait"])
        picture = await shelf.library.add(png(number, width=row["width"]), recipe(row["prompt"]))
        await shelf.library.rate([picture.id], row["rating"])
        await shelf.library.label([picture.id], row["label"])
        await shelf.library.star([picture.id], starred=row["starred"])
        for tag in row["tags"]:
            await shelf.library.tag([picture.id], tag)
        if row["board"]:
            await boards.add(board.id, [picture.id])
        if row["trashed"]:
            await shelf.library.trash([picture.id])
        row["picture"] = picture
    for values in asked:
        query = Query(**{**values, "board": board.id if values["board"] else ""})
        expected = sorted((row for row in rows if answers(row, query)), key=place_in(query))
        found = await shelf.library.pictures([int(n) for n in await shelf.library.find(query)])
        assert [picture.id for picture in found] == [row["picture"].id for row in expected], query
        assert await shelf.library.count(query) == len(expected)


def answers(row: dict[str, Any], query: Query) -> bool:
    picture: LibraryPicture = row["picture"]
    text = f"{row['prompt']} Landscapes {' '.join(row['tags'])}".casefold().replace("é", "e")
    day = picture.created_at.date()
    return all(
        (
            row["trashed"] == (query.place == "trash"),
            query.place != "starred" or row["starred"],
            all(part in text for part in query.search.split()),
            row["rating"] >= query.least_rating,
            query.label in {"", row["label"]},
            not query.shape
            or query.shape == ("square", "landscape", "portrait")[(row["width"] > 16) - (row["width"] < 16)],
            max(row["width"], 16) >= query.least_side,
            not query.tag or query.tag.casefold() in row["tags"],
            not query.board or row["board"],
            query.first_day is None or day >= query.first_day,
            query.last_day is None or day <= query.last_day,
        )
    )


def place_in(query: Query) -> Callable[[dict[str, Any]], Any]:
    def newest(row: dict[str, Any]) -> tuple[float, int]:
        return -row["picture"].created_at.timestamp(), -row["picture"].number

    orders: dict[str, Callable[[dict[str, Any]], Any]] = {
        "newest": newest,
        "oldest": lambda row: (row["picture"].created_at.timestamp(), row["picture"].number),
        "best": lambda row: (-row["rating"], newest(row)),
        "largest": lambda row: (-row["width"], newest(row)),
        "name": lambda row: (row["prompt"], newest(row)),
    }
    return orders[query.sort]


async def test_what_is_written_between_two_searches_is_found_whoever_wrote_it(shelf: Shelf) -> None:
    first, second, _ = await shelf.fill(3, lambda number: f"red house {number}")
    assert await search(shelf, "red") == ["red house 2", "red house 1", "red house 0"]
    await shelf.library.trash([first.id])
    assert await search(shelf, "red") == ["red house 2", "red house 1"]
    with closing(sqlite3.connect(shelf.folders.library_database)) as other, other:
        other.execute("DELETE FROM pictures WHERE id = ?", [second.id])
    assert await search(shelf, "red hou") == ["red house 2"]
