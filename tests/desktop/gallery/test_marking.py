"""Ratings, labels, tags, notes, boards, filters and saved searches, by hand and by key, each undone again."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QItemSelectionModel, QMimeData, QPointF, Qt
from PySide6.QtGui import QDropEvent, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox

from desktop.gallery.picture_list import PICTURE_IDS
from desktop.gallery.views.dialogs import confirm_empty_trash
from desktop.library.query import Query
from shared.contracts.generation import ImageToImage, ModelReference, Recipe
from tests.desktop.gallery.room import Gallery, Key, until
from tests.desktop.library.shelf import png, recipe


def undo(gallery: Gallery) -> None:
    QTest.keyClick(gallery.view, Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    gallery.run(until(lambda: True))


def ratings(gallery: Gallery) -> list[int]:
    return [picture.rating for picture in gallery.model.pictures.pictures]


def test_a_number_rates_all_chosen_and_undo_puts_each_back(gallery: Gallery) -> None:
    gallery.fill(3)
    gallery.choose(1)
    gallery.press(Key.Key_2, lambda: ratings(gallery) == [0, 2, 0])
    gallery.view.grid.selectAll()
    gallery.press(Key.Key_5, lambda: ratings(gallery) == [5, 5, 5])
    undo(gallery)
    assert ratings(gallery) == [0, 2, 0]
    gallery.view.details.marks.star_button(2).click()
    gallery.run(until(lambda: ratings(gallery) == [0, 0, 0]))


def test_a_label_is_set_and_taken_away_by_the_same_button(gallery: Gallery) -> None:
    gallery.fill(2)
    gallery.choose(0)
    button = gallery.view.details.marks.label_button("red")
    button.click()
    gallery.run(until(lambda: gallery.model.current and gallery.model.current.label == "red"))
    assert button.isChecked()
    button.click()
    gallery.run(until(lambda: gallery.model.current and gallery.model.current.label == ""))


def test_tags_are_typed_with_commas(gallery: Gallery) -> None:
    gallery.fill(1)
    gallery.choose(0)
    field = gallery.view.details.marks.tags
    field.setText("sketch,  눈 오는 밤 , Sketch")
    field.editingFinished.emit()
    gallery.run(until(lambda: gallery.model.current and len(gallery.model.current.tags) == 2))
    field.setText("눈 오는 밤")
    field.editingFinished.emit()
    gallery.run(until(lambda: gallery.model.current and gallery.model.current.tags == ("눈 오는 밤",)))
    assert [name for name, _ in gallery.model.shelves.tags] == ["눈 오는 밤"]


def test_notes_are_written_when_they_are_left_even_for_another_picture(gallery: Gallery) -> None:
    gallery.fill(2)
    gallery.choose(0)
    gallery.view.details.marks.notes.setPlainText("for the cover")
    gallery.choose(1)
    gallery.run(until(lambda: True))
    gallery.choose(0)
    gallery.run(until(lambda: gallery.model.current and gallery.model.current.notes == "for the cover"))
    assert gallery.view.details.marks.notes.toPlainText() == "for the cover"


def make_board(gallery: Gallery, name: str, parent: str | None = None) -> str:
    gallery.model.shelves.make_board(name, parent=parent)
    gallery.run(until(lambda: any(board.name == name for board in gallery.model.shelves.boards)))
    return next(board.id for board in gallery.model.shelves.boards if board.name == name)


def test_a_board_is_made_filled_shown_and_removed_and_all_of_it_undone(gallery: Gallery) -> None:
    gallery.fill(3)
    board = make_board(gallery, "Sea")
    tree = gallery.view.places.boards
    ids = [picture.id for picture in gallery.model.pictures.pictures[:2]]
    data = QMimeData()
    data.setData(PICTURE_IDS, "\n".join(ids).encode())
    item = tree.topLevelItem(0)
    assert item is not None
    place = QPointF(tree.visualItemRect(item).center())
    no_button, no_key = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
    tree.dropEvent(QDropEvent(place, Qt.DropAction.CopyAction, data, no_button, no_key))
    gallery.run(until(lambda: gallery.model.shelves.boards[0].count == 2))
    tree.board_chosen.emit(board)
    gallery.run(until(lambda: len(gallery.prompts) == 2 and gallery.model.pictures.rowCount() == 2))
    tree.board_removed.emit(board)
    gallery.run(until(lambda: not gallery.model.shelves.boards))
    undo(gallery)
    assert gallery.model.shelves.boards[0].count == 2
    undo(gallery)
    assert gallery.model.shelves.boards[0].count == 0
    assert gallery.model.emptiness == "board"
    assert gallery.view.empty_shown


def test_boards_are_named_in_place_and_moved_into_each_other(gallery: Gallery) -> None:
    gallery.start()
    sea, land = make_board(gallery, "Sea"), make_board(gallery, "Land")
    tree = gallery.view.places.boards
    item = tree.topLevelItem(0)
    assert item is not None
    item.setText(0, "Ocean")
    gallery.run(until(lambda: gallery.model.shelves.boards[0].name == "Ocean"))
    tree.board_moved.emit(sea, land, 0)
    gallery.run(until(lambda: [board.parent for board in gallery.model.shelves.boards] == [None, land]))
    assert tree.topLevelItemCount() == 1
    undo(gallery)
    assert [board.parent for board in gallery.model.shelves.boards] == [None, None]


def test_filters_narrow_what_is_shown_and_are_cleared_by_one_button(gallery: Gallery) -> None:
    gallery.fill(4)
    gallery.choose(2)
    gallery.press(Key.Key_4, lambda: 4 in ratings(gallery))
    box = gallery.view.filters.box("least_rating")
    box.setCurrentIndex(box.findData(3))
    gallery.run(until(lambda: gallery.model.pictures.rowCount() == 1))
    assert gallery.prompts == ["picture 1"]
    gallery.view.search_field.setText("nothing like it")
    gallery.run(until(lambda: gallery.model.emptiness == "search"))
    gallery.view.filters.cleared.emit()
    gallery.run(until(lambda: gallery.model.pictures.rowCount() == 4))
    assert box.currentData() == 0
    assert gallery.view.search_field.text() == ""


def in_trash(gallery: Gallery, count: int) -> bool:
    return gallery.model.counts["trash"] == count


def test_the_trash_is_emptied_only_when_it_is_confirmed(gallery: Gallery) -> None:
    gallery.fill(2)
    gallery.choose(0)
    gallery.press(Key.Key_Delete, lambda: gallery.model.counts["trash"] == 1)
    for word, left in (("Cancel", 1), ("Delete for good", 0)):
        confirm_empty_trash(gallery.view, gallery.model)
        (box,) = gallery.view.findChildren(QMessageBox)
        next(button for button in box.buttons() if word in button.text().replace("&", "")).click()
        gallery.run(until(partial(in_trash, gallery, left)))
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert gallery.run(gallery.shelf.library.count()) == 1
    assert len(gallery.shelf.files()) == 1


def test_an_order_is_kept_while_marks_change(gallery: Gallery) -> None:
    gallery.fill(3)
    gallery.model.set_filter(sort="best")
    gallery.run(until(lambda: gallery.model.query.sort == "best"))
    gallery.choose(2)
    gallery.press(Key.Key_5, lambda: gallery.prompts[0] == "picture 0")
    assert gallery.prompts == ["picture 0", "picture 2", "picture 1"]


def test_a_search_is_saved_and_shown_again(gallery: Gallery) -> None:
    gallery.fill(3)
    query = Query(search="picture 1", least_rating=0)
    gallery.model.shelves.save_search("One", query)
    gallery.run(until(lambda: gallery.model.shelves.searches))
    (saved,) = gallery.model.shelves.searches
    gallery.view.places.search_chosen.emit(saved)
    gallery.run(until(lambda: gallery.prompts == ["picture 1"] and gallery.model.pictures.rowCount() == 1))
    assert gallery.view.search_field.text() == "picture 1"
    gallery.model.shelves.remove_search(saved)
    gallery.run(until(lambda: not gallery.model.shelves.searches))
    undo(gallery)
    assert [each.name for each in gallery.model.shelves.searches] == ["One"]


def test_shift_and_arrows_choose_in_reading_order(gallery: Gallery) -> None:
    gallery.fill(12)
    gallery.choose(1)
    columns = (
        gallery.view.grid.viewport().width()
        // gallery.view.grid.visualRect(gallery.model.pictures.index(0)).width()
    )
    QTest.keyClick(gallery.view.grid, Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert sorted(gallery.view.grid.selected_rows()) == list(range(1, 2 + columns))
    QTest.keyClick(gallery.view.grid, Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert sorted(gallery.view.grid.selected_rows()) == list(range(1, 1 + columns))
    QTest.keyClick(gallery.view.grid, Key.Key_End)
    assert gallery.view.grid.selected_rows() == [11]
    gallery.run(until(lambda: True))


def test_a_long_selection_is_marked_whole_though_it_was_never_read(gallery: Gallery) -> None:
    gallery.fill(250)
    gallery.choose(0)
    gallery.view.grid.selectionModel().select(
        gallery.model.pictures.index(249), QItemSelectionModel.SelectionFlag.Select
    )
    gallery.view.grid.selectAll()
    gallery.press(Key.Key_3, lambda: gallery.model.line.text == "Rated 250")
    assert gallery.run(gallery.shelf.library.count(Query(least_rating=3))) == 250


def test_pictures_are_compared_with_one_zoom(gallery: Gallery) -> None:
    gallery.fill(3)
    compare = gallery.view.compare
    gallery.model.compare(gallery.model.pictures.pictures[:1])
    assert compare.isHidden()
    gallery.model.compare(gallery.model.pictures.pictures)
    gallery.run(until(compare.isVisible))
    QTest.keyClick(compare, Key.Key_Plus)
    assert compare.zoom > 1
    QTest.keyClick(compare, Key.Key_0)
    assert compare.zoom == 1
    QTest.keyClick(compare, Key.Key_Escape)
    gallery.run(compare.stop())
    assert compare.isHidden()


def test_a_slideshow_walks_on_by_itself_until_it_is_closed(gallery: Gallery) -> None:
    gallery.fill(2)
    gallery.choose(0)
    gallery.press(Key.Key_Space, gallery.view.large.isVisible)
    QTest.keyClick(gallery.view.large, Key.Key_S)
    assert gallery.view.large.is_playing
    gallery.press(Key.Key_Escape)
    assert not gallery.view.large.is_playing


def test_a_pictures_history_is_shown_and_stepped_through(gallery: Gallery) -> None:
    gallery.fill(1)
    (root,) = gallery.model.pictures.pictures

    async def made() -> None:
        blob = await gallery.shelf.library.as_blob(root.id)
        request = ImageToImage(model=ModelReference(id="starter"), prompt="child", seed=1, image=blob)
        gallery.shelf.clock.forward(seconds=1)
        await gallery.shelf.library.add(png(100), Recipe(request=request, rendering=recipe().rendering))

    gallery.run(made())
    gallery.choose(0)
    tree = gallery.view.details.history
    gallery.run(until(tree.isVisible))
    top = tree.tree.topLevelItem(0)
    assert top is not None
    assert (top.text(0), top.child(0).text(0)) == ("picture 0", "child")
    assert tree.tree.currentItem() is top.child(0)
    rectangle = tree.tree.visualItemRect(top)
    QTest.mouseClick(tree.tree.viewport(), Qt.MouseButton.LeftButton, pos=rectangle.center())
    gallery.run(until(lambda: gallery.current == "picture 0"))


def test_a_picture_is_pasted_from_another_program(gallery: Gallery) -> None:
    gallery.start()
    image = QImage(20, 10, QImage.Format.Format_RGB32)
    image.fill(0xFF336699)
    QGuiApplication.clipboard().setImage(image)
    QTest.keyClick(gallery.view, Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    gallery.run(until(lambda: gallery.model.pictures.rowCount() == 1))
    (picture,) = gallery.model.pictures.pictures
    assert (picture.width, picture.height) == (20, 10)
    QGuiApplication.clipboard().clear()


def test_a_watched_folder_brings_in_what_comes_into_it(gallery: Gallery, tmp_path: Path) -> None:
    gallery.start()
    camera = tmp_path / "camera"
    camera.mkdir()
    told: list[Path | None] = []
    gallery.model.imports.watched_changed.connect(lambda: told.append(gallery.model.imports.watched))
    (camera / "a.png").write_bytes(png(1))

    async def story() -> None:
        gallery.model.imports.watch(camera)
        await until(lambda: gallery.model.pictures.rowCount() == 1)
        gallery.model.imports.watch(None)

    gallery.run(story())
    assert told == [camera, None]


def test_an_import_pauses_and_goes_on_and_tells_what_was_there_already(
    gallery: Gallery, tmp_path: Path
) -> None:
    gallery.start()
    folder = tmp_path / "mine"
    folder.mkdir()
    for number in range(12):
        (folder / f"{number}.png").write_bytes(png(number % 8))

    async def story() -> None:
        gallery.model.import_files([folder])
        await until(lambda: gallery.model.pictures.rowCount() >= 2)
        gallery.model.pause_import()
        await until(lambda: gallery.model.line.paused)
        paused_at = await gallery.shelf.library.count()
        assert paused_at < 8
        gallery.model.pause_import()
        await until(lambda: "Imported 12" in gallery.model.line.text)

    gallery.run(story())
    assert "4 of them were here already" in gallery.model.line.text
    assert gallery.model.pictures.rowCount() == 8


def test_pictures_are_put_in_order_on_a_board_by_key_and_by_hand(gallery: Gallery) -> None:
    gallery.fill(4)
    board_id = make_board(gallery, "Sea")
    board = next(each for each in gallery.model.shelves.boards if each.id == board_id)
    gallery.model.act_on_rows(
        range(4), lambda pictures: gallery.model.shelves.put_on_board(board, [each.id for each in pictures])
    )
    gallery.run(until(lambda: gallery.model.shelves.boards[0].count == 4))
    gallery.model.show_query(Query(board=board_id, sort="arranged"))

    def shown() -> list[str]:
        return [picture.prompt.removeprefix("picture ") for picture in gallery.model.pictures.pictures]

    gallery.run(until(lambda: shown() == ["3", "2", "1", "0"]))
    grid = gallery.view.grid
    gallery.choose(0)
    QTest.keyClick(grid, Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    gallery.run(until(lambda: shown() == ["2", "3", "1", "0"]))
    assert gallery.current == "picture 3"
    last = grid.visualRect(gallery.model.pictures.index(3))
    data = gallery.model.pictures.mimeData([grid.currentIndex()])
    drop = QDropEvent(
        QPointF(last.right() - 2, last.center().y()),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    grid.dropEvent(drop)
    gallery.run(until(lambda: shown() == ["2", "1", "0", "3"]))
    gallery.model.undo()
    gallery.run(until(lambda: shown() == ["2", "3", "1", "0"]))
