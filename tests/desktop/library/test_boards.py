"""Boards: nested, in the artist's order, and never the end of a picture."""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.library.boards import Boards
from desktop.library.query import Query
from desktop.library.saved_searches import SavedSearches
from shared.contracts.errors import InvalidRequestError, NotFoundError
from tests.desktop.library.shelf import Shelf


@pytest.fixture
def boards(shelf: Shelf) -> Boards:
    return Boards(database=shelf.database, new_id=shelf.new_id)


async def names(boards: Boards) -> list[str]:
    return [board.name for board in await boards.all()]


async def test_boards_are_listed_as_a_tree_in_order(boards: Boards) -> None:
    sea, land = await boards.make("Sea"), await boards.make("  Land ")
    await boards.make("Boats", parent=sea.id)
    await boards.make("Houses", parent=land.id)
    assert await names(boards) == ["Sea", "Boats", "Land", "Houses"]
    await boards.move(land.id, parent=None, position=0)
    assert await names(boards) == ["Land", "Houses", "Sea", "Boats"]
    await boards.move(sea.id, parent=land.id, position=0)
    assert await names(boards) == ["Land", "Sea", "Boats", "Houses"]
    await boards.rename(sea.id, "Ocean")
    assert "Ocean" in await names(boards)


async def test_what_cannot_be_is_told(boards: Boards) -> None:
    outer = await boards.make("Outer")
    inner = await boards.make("Inner", parent=outer.id)
    for parent in (outer.id, inner.id):
        with pytest.raises(InvalidRequestError, match="inside itself"):
            await boards.move(outer.id, parent=parent, position=0)
    with pytest.raises(InvalidRequestError):
        await boards.make("  ")
    for refused in (
        boards.make("A", parent="nobody"),
        boards.rename("nobody", "A"),
        boards.add("nobody", []),
    ):
        with pytest.raises(NotFoundError):
            await refused


async def test_a_picture_lies_on_several_boards_and_counts_where_it_is_not_in_the_trash(
    shelf: Shelf, boards: Boards
) -> None:
    one, two = await shelf.fill(2)
    sea, land = await boards.make("Sea"), await boards.make("Land")
    assert set(await boards.add(sea.id, [one.id, two.id])) == {one.id, two.id}
    assert await boards.add(sea.id, [one.id, "nobody"]) == []
    await boards.add(land.id, [one.id])
    assert set(await boards.of_picture(one.id)) == {sea.id, land.id}
    assert [board.count for board in await boards.all()] == [2, 1]
    await shelf.library.trash([one.id])
    assert [board.count for board in await boards.all()] == [1, 0]
    await shelf.library.restore([one.id])
    assert await boards.take_off(sea.id, [one.id, "nobody"]) == [one.id]
    assert [picture.id for picture in await shelf.library.page(Query(board=sea.id))] == [two.id]


async def test_a_removed_board_comes_back_with_all_that_was_in_it(shelf: Shelf, boards: Boards) -> None:
    one, two = await shelf.fill(2)
    sea = await boards.make("Sea")
    boats = await boards.make("Boats", parent=sea.id)
    await boards.make("Land")
    await boards.add(sea.id, [one.id])
    await boards.add(boats.id, [one.id, two.id])
    before = await boards.all()
    removed = await boards.remove(sea.id)
    assert await names(boards) == ["Land"]
    assert await shelf.library.count() == 2
    await boards.put_back(removed)
    assert await boards.all() == before


async def test_a_picture_that_is_deleted_for_good_leaves_its_boards(shelf: Shelf, boards: Boards) -> None:
    one, two = await shelf.fill(2)
    sea = await boards.make("Sea")
    await boards.add(sea.id, [one.id, two.id])
    removed = await boards.remove(sea.id)
    await shelf.library.trash([one.id])
    shelf.clock.forward(days=31)
    await shelf.library.empty_trash()
    await boards.put_back(removed)
    assert [board.count for board in await boards.all()] == [1]


async def test_every_change_is_told(boards: Boards) -> None:
    told: list[None] = []
    boards.changes.subscribe(told.append)
    board = await boards.make("Sea")
    await boards.rename(board.id, "Ocean")
    await boards.put_back(await boards.remove(board.id))
    assert len(told) == 4


@given(moves=st.lists(st.tuples(st.integers(0, 5), st.integers(-1, 5), st.integers(0, 6)), max_size=15))
def test_no_move_loses_a_board_or_makes_a_circle(moves: list[tuple[int, int, int]]) -> None:
    async def play(shelf: Shelf) -> None:
        boards = Boards(database=shelf.database, new_id=shelf.new_id)
        made = [await boards.make(f"Board {number}") for number in range(6)]
        for which, parent, position in moves:
            try:
                await boards.move(
                    made[which].id, parent=made[parent].id if parent >= 0 else None, position=position
                )
            except InvalidRequestError:
                continue
        found = await boards.all()
        assert {board.id for board in found} == {board.id for board in made}
        for parent_id in {board.parent for board in found}:
            level = [board.position for board in found if board.parent == parent_id]
            assert level == sorted(set(level))

    with TemporaryDirectory() as folder, Shelf(Path(folder)) as shelf:
        asyncio.run(play(shelf))


async def test_searches_are_kept_in_order_and_come_back(shelf: Shelf) -> None:
    searches = SavedSearches(database=shelf.database, new_id=shelf.new_id)
    query = Query(search="눈 집", least_rating=4, label="red", sort="best")
    best = await searches.save(" The  best ", query)
    await searches.save("All", Query())
    assert [(saved.name, saved.query) for saved in await searches.all()] == [
        ("The best", query),
        ("All", Query()),
    ]
    await searches.remove(best)
    await searches.put_back(best)
    assert [saved.name for saved in await searches.all()] == ["All", "The best"]
    with pytest.raises(InvalidRequestError):
        await searches.save(" ", query)


async def test_a_board_keeps_the_order_that_the_artist_gave_it(shelf: Shelf, boards: Boards) -> None:
    ids = [picture.id for picture in await shelf.fill(5)]
    board = await boards.make("Sea")
    await boards.add(board.id, ids)

    async def shown() -> list[str]:
        return [each.id for each in await shelf.library.page(Query(board=board.id, sort="arranged"))]

    assert await shown() == ids
    before = await boards.arrange(board.id, [ids[4], ids[2]], before=ids[0])
    assert await shown() == [ids[4], ids[2], ids[0], ids[1], ids[3]]
    await boards.arrange(board.id, [ids[4]], before=None)
    assert await shown() == [ids[2], ids[0], ids[1], ids[3], ids[4]]
    await boards.arrange(board.id, [ids[0], ids[1]], before=ids[1])  # before one that moves itself
    assert await shown() == [ids[2], ids[0], ids[1], ids[3], ids[4]]
    await boards.put_in_order(board.id, before)
    assert await shown() == ids
    await boards.take_off(board.id, [ids[0]])
    await boards.add(board.id, [ids[0]])
    assert await shown() == [*ids[1:], ids[0]]
    newest = await shelf.library.page(Query(sort="arranged"))
    assert [picture.id for picture in newest] == ids[::-1]
