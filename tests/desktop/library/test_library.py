import asyncio
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from desktop.library.picture import LibraryChange, LibraryPicture, Place
from desktop.library.picture_files import picture_stem
from desktop.library.query import Query
from shared.contracts.errors import InvalidPictureError, NotFoundError, StorageError
from shared.contracts.generation import ImageToImage, ModelReference, Recipe
from shared.imaging.pictures import encode_png, read_png_texts
from shared.imaging.recipe_pictures import encode_recipe_png, read_recipe
from tests.desktop.library.shelf import Shelf, png, recipe

PLACES: tuple[Place, ...] = ("all", "starred", "trash")


async def ids(shelf: Shelf, place: Place = "all") -> list[str]:
    return [picture.id for picture in await shelf.library.page(Query(place=place))]


async def test_an_added_picture_is_a_file_with_its_recipe_and_a_row(shelf: Shelf) -> None:
    made = recipe("a red house\nin a snowy field", negative_prompt="people")
    told: list[LibraryChange] = []
    shelf.library.changes.subscribe(told.append)
    picture = await shelf.library.add(png(1, width=24, height=16), made, job_id="job-1")
    assert shelf.files() == ["2026/11/2026-11-23 14-05-09 a red house in a snowy field.png"]
    assert read_recipe(picture.file) == made
    assert "Steps: 20" in read_png_texts(picture.file)["parameters"]
    assert (picture.width, picture.height, picture.seed) == (24, 16, 7)
    assert (picture.model_name, picture.job_id, picture.starred) == ("Landscapes", "job-1", False)
    assert picture.created_at == shelf.clock.now
    assert await shelf.library.get(picture.id) == picture
    assert told == [LibraryChange("added", (picture.id,))]


async def test_bytes_that_carry_their_recipe_are_kept_as_they_are(shelf: Shelf) -> None:
    made = recipe()
    data = encode_recipe_png(np.zeros((8, 8, 3), dtype=np.uint8), made)
    picture = await shelf.library.add(data, made)
    assert picture.file.read_bytes() == data


async def test_the_same_picture_is_kept_once_and_comes_back_from_the_trash(shelf: Shelf) -> None:
    first = await shelf.library.add(png(), recipe())
    await shelf.library.star([first.id], starred=True)
    await shelf.library.trash([first.id])
    assert await shelf.library.page() == []
    again = await shelf.library.add(png(), recipe())
    assert again.id == first.id
    assert again.starred
    assert again.trashed_at is None
    assert len(shelf.files()) == 1
    assert (await shelf.library.import_file(again.file)).id == first.id


async def test_many_at_once_all_arrive_and_twins_are_one(shelf: Shelf) -> None:
    added = await asyncio.gather(
        *(shelf.library.add(png(number % 10), recipe(seed=number % 10)) for number in range(20))
    )
    assert len({picture.id for picture in added}) == 10
    assert len(shelf.files()) == 10
    assert await shelf.library.count() == 10


async def test_names_are_safe_on_every_system() -> None:
    from datetime import UTC, datetime

    time = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert picture_stem(time, 'con<>:"/\\|?*\n\x07a  b. ') == "2026-01-02 03-04-05 con a b"
    assert picture_stem(time, "눈" * 200) == "2026-01-02 03-04-05 " + "눈" * 60
    assert picture_stem(time, "../../etc") == "2026-01-02 03-04-05 etc"
    assert picture_stem(time, "") == "2026-01-02 03-04-05"


async def test_stars_trash_and_undoing_them(shelf: Shelf) -> None:
    one, two, three = await shelf.fill(3)
    await shelf.library.star([two.id], starred=True)
    await shelf.library.trash([three.id])
    assert await ids(shelf) == [two.id, one.id]
    assert await ids(shelf, place="starred") == [two.id]
    assert await ids(shelf, place="trash") == [three.id]
    assert three.file.exists()
    await shelf.library.restore([three.id])
    await shelf.library.star([two.id], starred=False)
    assert await ids(shelf) == [three.id, two.id, one.id]
    assert [await shelf.library.count(Query(place=place)) for place in PLACES] == [3, 0, 0]


async def test_only_what_lay_long_in_the_trash_is_deleted(shelf: Shelf) -> None:
    one, two, three = await shelf.fill(3)
    await shelf.library.trash([one.id])
    shelf.clock.forward(days=20)
    await shelf.library.trash([two.id])
    shelf.clock.forward(days=11)
    assert await shelf.library.empty_trash() == 1
    assert not one.file.exists()
    assert two.file.exists()
    with pytest.raises(NotFoundError, match="no picture"):
        await shelf.library.get(one.id)
    assert await shelf.library.empty_trash(older_than=timedelta(0)) == 1
    assert await ids(shelf) == [three.id]


async def test_what_is_restored_while_the_trash_is_emptied_stays(shelf: Shelf) -> None:
    pictures = await shelf.fill(6)
    for picture in pictures:
        await shelf.library.trash([picture.id])
    emptied, _ = await asyncio.gather(
        shelf.library.empty_trash(older_than=timedelta(0)), shelf.library.restore([pictures[-1].id])
    )
    assert emptied == 5
    assert await ids(shelf) == [pictures[-1].id]
    assert shelf.files() == [pictures[-1].file.relative_to(shelf.folders.pictures).as_posix()]


async def test_a_file_without_a_row_is_adopted_from_its_own_metadata(shelf: Shelf) -> None:
    made = recipe("a lost house", seed=12)
    folder = shelf.folders.pictures / "2025" / "01"
    folder.mkdir(parents=True)
    stray = folder / "2025-01-31 10-11-12 a lost house.png"
    stray.write_bytes(encode_recipe_png(np.full((8, 12, 3), 9, dtype=np.uint8), made))
    (folder / "2025-01-31 half.png").write_bytes(b"\x89PNG")
    report = await shelf.library.adopt_strays()
    (adopted,) = report.adopted
    assert (adopted.file, adopted.recipe, adopted.prompt) == (stray, made, "a lost house")
    assert adopted.created_at.isoformat() == "2025-01-31T10:11:12+00:00"
    assert [file.name for file in report.unreadable] == ["2025-01-31 half.png"]
    assert (await shelf.library.adopt_strays()).adopted == ()


async def test_a_library_is_rebuilt_from_its_files_even_from_a_ruined_database(tmp_path: Path) -> None:
    with Shelf(tmp_path) as before:
        pictures = await before.fill(5)
    before.folders.library_database.write_bytes(b"ruined" * 1000)
    with Shelf(tmp_path) as after:
        with pytest.raises(StorageError):
            await after.library.page()
        report = await after.library.rebuild()
        found = await after.library.page()
    assert len(report.adopted) == 5
    assert [(picture.file, picture.recipe, picture.blob) for picture in found] == [
        (picture.file, picture.recipe, picture.blob) for picture in reversed(pictures)
    ]


async def test_rebuilding_follows_moved_files_and_forgets_gone_ones(shelf: Shelf) -> None:
    moved, gone, kept = await shelf.fill(3)
    await shelf.library.star([moved.id], starred=True)
    moved.file.rename(shelf.folders.pictures / "my best.png")
    gone.file.unlink()
    report = await shelf.library.rebuild()
    assert report.forgotten == 1
    assert await ids(shelf) == [kept.id, moved.id]
    again = await shelf.library.get(moved.id)
    assert again.starred
    assert again.file.name == "my best.png"


async def test_importing_keeps_the_bytes_and_tells_in_words_what_is_no_picture(
    shelf: Shelf, tmp_path: Path
) -> None:
    source = tmp_path / "holiday.jpg"
    Image.new("RGB", (40, 30), (200, 30, 30)).save(source)
    picture = await shelf.library.import_file(source)
    assert picture.file.read_bytes() == source.read_bytes()
    assert picture.file.name == "2026-11-23 14-05-09 holiday.jpg"
    assert picture.recipe is None
    other = tmp_path / "scan.bmp"
    Image.new("RGB", (10, 20), (1, 2, 3)).save(other)
    assert (await shelf.library.import_file(other)).file.suffix == ".png"
    (tmp_path / "text.png").write_text("no picture")
    with pytest.raises(InvalidPictureError):
        await shelf.library.import_file(tmp_path / "text.png")
    with pytest.raises(NotFoundError):
        await shelf.library.import_file(tmp_path / "missing.png")
    assert await shelf.library.count() == 2


async def test_exports_copy_and_never_overwrite(shelf: Shelf, tmp_path: Path) -> None:
    (picture,) = await shelf.fill(1)
    folder = tmp_path / "out"
    folder.mkdir()
    copies = [await shelf.library.export(picture.id, folder) for _ in range(3)]
    assert len({copy.name for copy in copies}) == 3
    named = await shelf.library.export(picture.id, tmp_path / "new" / "a.png")
    assert all(copy.read_bytes() == picture.file.read_bytes() for copy in [*copies, named])


async def test_a_blob_of_a_picture_and_the_blobs_that_recipes_need(shelf: Shelf) -> None:
    (picture,) = await shelf.fill(1)
    blob = await shelf.library.as_blob(picture.id)
    assert shelf.blobs.read(blob) == picture.file.read_bytes()
    assert blob == picture.blob
    request = ImageToImage(model=ModelReference(id="starter"), seed=1, image=blob)
    refined = await shelf.library.add(png(77), Recipe(request=request, rendering=recipe().rendering))
    await shelf.library.trash([refined.id])
    assert await shelf.library.referenced_blobs() == {blob}
    picture.file.unlink()
    with pytest.raises(NotFoundError, match="gone"):
        await shelf.library.as_blob(picture.id)


async def test_a_full_disk_is_told_in_words(shelf: Shelf) -> None:
    shelf.folders.pictures.rmdir()
    shelf.folders.pictures.write_text("a file stands in the way")
    with pytest.raises(StorageError, match="could not be written"):
        await shelf.library.add(png(), recipe())
    assert await shelf.library.count() == 0


async def test_transparent_pictures_are_kept(shelf: Shelf) -> None:
    layer = encode_png(np.zeros((8, 8, 4), dtype=np.uint8))
    picture: LibraryPicture = await shelf.library.add(layer, recipe())
    with Image.open(picture.file) as image:
        assert image.mode == "RGBA"
