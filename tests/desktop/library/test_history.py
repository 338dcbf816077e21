"""What was made from what, by files and by what is seen."""

from desktop.library.picture import LibraryPicture
from shared.contracts.generation import ImageToImage, ModelReference, Recipe
from shared.imaging.pictures import encode_png, read_picture
from shared.imaging.pixel_hash import hash_of_pixels
from tests.desktop.library.shelf import Shelf, png, recipe


async def made_from(shelf: Shelf, image: bytes, number: int) -> LibraryPicture:
    shelf.clock.forward(seconds=1)
    blob = shelf.blobs.put(image)
    request = ImageToImage(model=ModelReference(id="starter"), prompt=str(number), seed=number, image=blob)
    return await shelf.library.add(png(number), Recipe(request=request, rendering=recipe().rendering))


async def test_each_stands_behind_what_it_was_made_from(shelf: Shelf) -> None:
    root, stranger = await shelf.fill(2)
    one = await made_from(shelf, root.file.read_bytes(), 100)
    two = await made_from(shelf, root.file.read_bytes(), 101)
    below = await made_from(shelf, one.file.read_bytes(), 102)
    expected = [(root.id, 0), (one.id, 1), (below.id, 2), (two.id, 1)]
    for picture in (root, one, two, below):
        assert [(each.picture.id, each.depth) for each in await shelf.library.history(picture)] == expected
    assert [each.picture.id for each in await shelf.library.history(stranger)] == [stranger.id]


async def test_what_was_opened_on_the_canvas_is_found_by_its_pixels(shelf: Shelf) -> None:
    (root,) = await shelf.fill(1)
    flattened = encode_png(read_picture(root.file), {"Software": "another writer of the same pixels"})
    assert flattened != root.file.read_bytes()
    child = await made_from(shelf, flattened, 100)
    assert child.source == root.pixels == hash_of_pixels(read_picture(root.file))
    assert [each.picture.id for each in await shelf.library.history(child)] == [root.id, child.id]


async def test_a_picture_made_from_its_own_pixels_ends_no_walk(shelf: Shelf) -> None:
    one = await made_from(shelf, png(5), 5)
    assert one.source == one.pixels
    assert [each.picture.id for each in await shelf.library.history(one)] == [one.id]
