"""What the artist says of pictures: stars, ratings, labels, tags, notes and titles, of many at once and undone."""

from pathlib import Path

import pytest
from PIL import Image

from desktop.library.picture import LibraryChange
from desktop.library.query import Query
from shared.contracts.errors import InvalidRequestError, StorageError
from tests.desktop.library.shelf import Shelf, png


async def test_many_are_marked_at_once_and_put_back_as_each_was(shelf: Shelf) -> None:
    one, two, three = await shelf.fill(3)
    await shelf.library.rate([two.id], 2)
    before = await shelf.library.rate([one.id, two.id, three.id], 4)
    assert [picture.rating for picture in await shelf.library.page()] == [4, 4, 4]
    await shelf.library.put_back(before)
    assert [picture.rating for picture in await shelf.library.page()] == [0, 2, 0]


async def test_only_those_that_change_are_told(shelf: Shelf) -> None:
    one, two = await shelf.fill(2)
    await shelf.library.label([one.id], "red")
    told: list[LibraryChange] = []
    shelf.library.changes.subscribe(told.append)
    before = await shelf.library.label([one.id, two.id, "nobody"], "red")
    assert set(before) == {two.id}
    assert told == [LibraryChange("changed", (two.id,))]


async def test_a_rating_has_five_stars(shelf: Shelf) -> None:
    (picture,) = await shelf.fill(1)
    for rating in (-1, 6):
        with pytest.raises(InvalidRequestError):
            await shelf.library.rate([picture.id], rating)


async def test_tags_are_found_however_they_are_typed_and_go_with_their_last_picture(shelf: Shelf) -> None:
    one, two = await shelf.fill(2)
    assert set(await shelf.library.tag([one.id, two.id], "  Night   Sky ")) == {one.id, two.id}
    assert await shelf.library.tag([one.id], "night sky") == []
    assert await shelf.library.tags() == [("Night Sky", 2)]
    assert (await shelf.library.get(one.id)).tags == ("Night Sky",)
    assert len(await shelf.library.page(Query(tag="NIGHT SKY"))) == 2
    assert len(await shelf.library.page(Query(search="sky"))) == 2
    assert await shelf.library.untag([one.id, two.id], "NIGHT sky") == [one.id, two.id]
    assert await shelf.library.tags() == []
    assert await shelf.library.page(Query(search="sky")) == []
    with pytest.raises(InvalidRequestError):
        await shelf.library.tag([one.id], "  ")


async def test_a_new_title_renames_the_file_and_nothing_else(shelf: Shelf) -> None:
    (picture,) = await shelf.fill(1)
    renamed = await shelf.library.rename(picture.id, 'My "best": house?')
    assert renamed.file.name == "2026-11-23 14-05-10 My best house.png"
    assert renamed.file.read_bytes() != b""
    assert not picture.file.exists()
    assert (await shelf.library.adopt_strays()).adopted == ()
    again = await shelf.library.rename(picture.id, "My best house")
    assert again.file.name == "2026-11-23 14-05-10 My best house (2).png"
    again.file.unlink()
    with pytest.raises(StorageError):
        await shelf.library.rename(picture.id, "gone")


async def test_an_original_is_left_where_it_lies(shelf: Shelf, tmp_path: Path) -> None:
    source = tmp_path / "elsewhere" / "holiday.tif"
    source.parent.mkdir()
    Image.new("RGB", (40, 30), (200, 30, 30)).save(source)
    picture = await shelf.library.import_file(source, linked=True)
    assert (picture.file, picture.linked, picture.kind) == (source, True, "imported")
    assert shelf.files() == []
    with pytest.raises(InvalidRequestError):
        await shelf.library.rename(picture.id, "mine")
    assert (await shelf.library.import_file(source, linked=True)).id == picture.id
    await shelf.library.trash([picture.id])
    shelf.clock.forward(days=31)
    assert await shelf.library.empty_trash() == 1
    assert source.exists()


async def test_a_disk_that_is_not_there_today_costs_no_picture(shelf: Shelf, tmp_path: Path) -> None:
    source = tmp_path / "disk" / "a.png"
    source.parent.mkdir()
    source.write_bytes(png(5))
    picture = await shelf.library.import_file(source, linked=True)
    source.parent.rename(tmp_path / "away")
    assert (await shelf.library.rebuild()).forgotten == 0
    (tmp_path / "away").rename(source.parent)
    assert (await shelf.library.get(picture.id)).file.exists()


async def test_exports_are_named_by_a_pattern(shelf: Shelf, tmp_path: Path) -> None:
    first, second = await shelf.fill(2, lambda _: "a red/house")
    await shelf.library.rate([first.id], 3)
    first = await shelf.library.get(first.id)
    out = tmp_path / "out"
    pattern = "{number} {date} {prompt} {seed} {model} {size} {rating}"
    one = await shelf.library.export_named(first, out, pattern=pattern, number=7)
    assert one.name == "0007 2026-11-23 a red house 0 Landscapes 16x16 3.png"
    two = [await shelf.library.export_named(second, out, pattern="{prompt}") for _ in range(2)]
    assert [file.name for file in two] == ["a red house.png", "a red house (2).png"]
    assert two[1].read_bytes() == second.file.read_bytes()
    assert (await shelf.library.export_named(second, out, pattern="../../{seed}")).parent == out
    with pytest.raises(InvalidRequestError, match="promt"):
        await shelf.library.export_named(second, out, pattern="{promt}")
