"""Everything that an artist gave the pictures comes back from the files alone."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.library.boards import Boards
from desktop.library.picture import LibraryPicture
from desktop.library.query import Query
from desktop.library.saved_searches import SavedSearches
from desktop.library.sidecars import UNWRITABLE, Sidecar, read_sidecar, write_sidecar
from desktop.library.words import tidy_name
from tests.desktop.library.shelf import Shelf, png


def boards_of(shelf: Shelf) -> Boards:
    return Boards(database=shelf.database, new_id=shelf.new_id)


def searches_of(shelf: Shelf) -> SavedSearches:
    return SavedSearches(database=shelf.database, new_id=shelf.new_id)


def sidecar(picture: LibraryPicture) -> Path:
    return picture.file.with_name(picture.file.name + ".xmp")


async def organise(shelf: Shelf) -> None:
    one, two, three, _ = await shelf.fill(4)
    library, boards = shelf.library, boards_of(shelf)
    outer = await boards.make("바깥")
    inner = await boards.make("inner", parent=outer.id)
    await searches_of(shelf).save("best", Query(least_rating=4))
    await library.star([one.id], starred=True)
    await library.rate([one.id], 5)
    await library.label([one.id], "purple")
    await library.write_notes(one.id, "line\nsecond <a> & b")
    await library.tag([one.id], "바다")
    await boards.add(inner.id, [one.id, two.id, three.id])
    await boards.arrange(inner.id, [three.id], before=one.id)
    await library.trash([three.id])
    await library.write_beside()


async def everything(shelf: Shelf) -> list[object]:
    library, boards = shelf.library, await boards_of(shelf).all()
    pictures = {place: await library.page(Query(place=place)) for place in ("all", "starred", "trash")}
    told = [
        (p.file, p.created_at, p.rating, p.label, p.notes, p.tags, p.starred, p.trashed_at)
        for each in pictures.values()
        for p in each
    ]
    arranged = [
        [p.file for p in await library.page(Query(board=board.id, sort="arranged"))] for board in boards
    ]
    return [told, boards, arranged, await searches_of(shelf).all()]


@pytest.mark.parametrize("how", ["gone", "broken"])
async def test_all_of_it_comes_back_when_the_database_is_lost(tmp_path: Path, how: str) -> None:
    with Shelf(tmp_path) as before:
        await organise(before)
        known = await everything(before)
    if how == "gone":
        before.folders.library_database.unlink()
    else:
        before.folders.library_database.write_bytes(b"no database" * 1000)
    with Shelf(tmp_path, prefix="new") as after:
        report = await after.library.rebuild()
        assert len(report.adopted) == 4
        assert await everything(after) == known
        assert [p.prompt for p in await after.library.page(Query(search="바다"))] == ["picture 0"]


async def test_rebuilding_a_library_that_lost_nothing_changes_nothing(shelf: Shelf) -> None:
    await organise(shelf)
    known = await everything(shelf)
    files = shelf.files()
    await shelf.library.rebuild()
    assert await everything(shelf) == known
    assert shelf.files() == files


async def test_a_sidecar_goes_when_there_is_nothing_left_to_tell(shelf: Shelf) -> None:
    (picture,) = await shelf.fill(1)
    before = await shelf.library.rate([picture.id], 3)
    assert await shelf.library.write_beside() == 1
    told = read_sidecar(sidecar(picture))
    assert told is not None
    assert (told.id, told.rating, told.created_at) == (picture.id, 3, picture.created_at)
    await shelf.library.put_back(before)
    await shelf.library.write_beside()
    assert not sidecar(picture).exists()
    assert await shelf.library.write_beside() == 0


async def test_the_sidecar_goes_with_its_picture(shelf: Shelf) -> None:
    (picture,) = await shelf.fill(1)
    await shelf.library.rate([picture.id], 3)
    await shelf.library.write_beside()
    renamed = await shelf.library.rename(picture.id, "another title")
    await shelf.library.write_beside()
    assert sidecar(renamed).exists()
    assert not sidecar(picture).exists()
    await shelf.library.trash([picture.id])
    await shelf.library.empty_trash(timedelta(0))
    await shelf.library.write_beside()
    assert shelf.files() == []


async def test_a_removed_board_or_search_leaves_nothing_beside(shelf: Shelf) -> None:
    (picture,) = await shelf.fill(1)
    boards, searches = boards_of(shelf), searches_of(shelf)
    board = await boards.make("sea")
    await boards.add(board.id, [picture.id])
    saved = await searches.save("best", Query(least_rating=4))
    await shelf.library.write_beside()
    assert f"boards/{board.id}.json" in shelf.files()
    await boards.remove(board.id)
    await searches.remove(saved)
    await shelf.library.write_beside()
    await shelf.library.rebuild()
    assert await boards.all() == []
    assert await searches.all() == []


async def test_what_other_programs_wrote_beside_a_picture_is_taken_over(shelf: Shelf, tmp_path: Path) -> None:
    folder = tmp_path / "from elsewhere"
    folder.mkdir()
    (folder / "boat.png").write_bytes(png(5))
    (folder / "boat.xmp").write_text(
        """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
        <rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"
          xmp:Label="Green"><xmp:Rating>3</xmp:Rating>
          <dc:subject><rdf:Seq><rdf:li>boat</rdf:li><rdf:li>boat</rdf:li><rdf:li>a, b</rdf:li></rdf:Seq></dc:subject>
          <dc:description><rdf:Alt><rdf:li xml:lang="x-default">calm</rdf:li></rdf:Alt></dc:description>
        </rdf:Description></rdf:RDF></x:xmpmeta>""",
        encoding="utf-8",
    )
    picture = await shelf.library.import_file(folder / "boat.png")
    assert (picture.rating, picture.label, picture.tags) == (3, "green", ("a, b", "boat"))
    assert picture.notes == "calm"
    assert [found.id for found in await shelf.library.page(Query(search="calm"))] == [picture.id]


async def test_linked_originals_are_found_again_and_nothing_is_written_beside_them(tmp_path: Path) -> None:
    original = tmp_path / "mine" / "boat.png"
    original.parent.mkdir()
    original.write_bytes(png(7))
    with Shelf(tmp_path / "data") as before:
        picture = await before.library.import_file(original, linked=True)
        await before.library.rate([picture.id], 4)
        await before.library.write_beside()
        assert sorted(file.name for file in original.parent.iterdir()) == ["boat.png"]
    before.folders.library_database.unlink()
    with Shelf(tmp_path / "data", prefix="new") as after:
        await after.library.rebuild()
        found = await after.library.get(picture.id)
        assert (found.file, found.rating, found.linked) == (original, 4, True)
        await after.library.trash([found.id])
        await after.library.empty_trash(timedelta(0))
        assert original.exists()
        await after.library.rebuild()
        assert await after.library.count_all() == 0


async def test_changes_are_written_by_themselves_a_moment_later(shelf: Shelf) -> None:
    (picture,) = await shelf.fill(1)
    keeping = asyncio.create_task(shelf.library.keep_beside())
    await asyncio.sleep(0)
    await shelf.library.rate([picture.id], 2)
    for _ in range(500):
        if sidecar(picture).exists():
            break
        await asyncio.sleep(0.01)
    keeping.cancel()
    assert sidecar(picture).exists()


async def test_a_copied_sidecar_gives_no_second_picture_the_same_id(shelf: Shelf) -> None:
    (picture,) = await shelf.fill(1)
    await shelf.library.rate([picture.id], 2)
    await shelf.library.write_beside()
    copy = picture.file.with_name("copy.png")
    copy.write_bytes(png(99))
    copy.with_name("copy.png.xmp").write_bytes(sidecar(picture).read_bytes())
    (adopted,) = (await shelf.library.adopt_strays()).adopted
    assert adopted.id != picture.id
    assert adopted.rating == 2


async def test_boards_that_were_put_inside_each_other_by_hand_are_taken_apart(tmp_path: Path) -> None:
    with Shelf(tmp_path) as before:
        boards = boards_of(before)
        one = await boards.make("one")
        two = await boards.make("two", parent=one.id)
        await before.library.write_beside()
    before.folders.library_database.unlink()
    file = before.folders.pictures / "boards" / f"{one.id}.json"
    file.write_text(file.read_text().replace('"parent": null', f'"parent": "{two.id}"'))
    (file.parent / "broken.json").write_text("{")
    with Shelf(tmp_path, prefix="new") as after:
        await after.library.rebuild()
        assert sorted(board.name for board in await boards_of(after).all()) == ["one", "two"]


@given(
    notes=st.text(max_size=40),
    tags=st.lists(st.text(max_size=10), max_size=3),
    marks=st.tuples(st.integers(0, 5), st.booleans()),
)
def test_a_sidecar_tells_what_it_was_told(
    tmp_path_factory: pytest.TempPathFactory, notes: str, tags: list[str], marks: tuple[int, bool]
) -> None:
    notes, *tags = (UNWRITABLE.sub("", text.replace("\r", "")) for text in (notes, *tags))
    kept = tuple(dict.fromkeys(filter(None, map(tidy_name, tags))))
    written = Sidecar(id="a", notes=notes.strip(), tags=kept, rating=marks[0], starred=marks[1])
    file = tmp_path_factory.getbasetemp() / "sidecar.xmp"
    file.write_bytes(write_sidecar(written))
    assert read_sidecar(file) == written


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no xml",
        b'<!DOCTYPE a [<!ENTITY b "bbbb">]><a>&b;</a>',
        b"<a>" * 100_000,
        b"\xff\xfe\x00",
        b"<a/>" + b" " * 2_000_000,
    ],
)
def test_hostile_sidecars_are_as_good_as_none(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "bad.xmp"
    file.write_bytes(content)
    assert read_sidecar(file) is None
    assert read_sidecar(tmp_path / "missing.xmp") is None


def test_impossible_values_are_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "odd.xmp"
    file.write_bytes(write_sidecar(Sidecar(rating=3, tags=("x",))).replace(b'Rating="3"', b'Rating="-1"', 1))
    assert read_sidecar(file) == Sidecar(tags=("x",))
