import asyncio
from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QSlider

from desktop.gallery.commands import gallery_commands
from desktop.gallery.picture_list import PAGE
from desktop.gallery.thumbnail_cache import ThumbnailCache
from desktop.gallery.views.gallery_view import GalleryView
from desktop.library.picture import LibraryPicture
from desktop.library.thumbnails import Thumbnails
from desktop.widgets.commands import CommandRegistry
from shared.contracts.generation import Recipe
from tests.desktop.gallery.room import Gallery, Key, until
from tests.desktop.library.shelf import png, recipe


def test_arrows_walk_and_the_recipe_is_shown(gallery: Gallery) -> None:
    gallery.fill(5)
    gallery.choose(0)
    assert gallery.current == "picture 4"
    gallery.press(Key.Key_Right)
    assert gallery.current == "picture 3"
    texts = gallery.view.details.texts()
    for text in ("picture 3", "Landscapes", "16 × 16", "DPM++ 2M", "cpu, bfloat16, sdpa"):
        assert text in texts
    gallery.press(Key.Key_Left)
    assert gallery.current == "picture 4"


def test_e_stars_and_takes_the_star_off(gallery: Gallery) -> None:
    gallery.fill(3)
    gallery.choose(1)
    gallery.press(Key.Key_E, lambda: gallery.model.counts["starred"] == 1)
    assert gallery.model.current is not None
    assert gallery.model.current.starred
    assert gallery.view.details.star_button.isChecked()
    gallery.press(Key.Key_E, lambda: gallery.model.counts["starred"] == 0)
    assert not gallery.view.details.star_button.isChecked()


def test_delete_goes_to_the_trash_and_the_line_brings_it_back(gallery: Gallery) -> None:
    gallery.fill(3)
    gallery.choose(1)
    gallery.press(Key.Key_Delete, lambda: gallery.model.line.action == "undo")
    assert gallery.prompts == ["picture 2", "picture 0"]
    assert gallery.current == "picture 0"
    assert "1" in gallery.view.line.text()

    async def undone() -> None:
        gallery.view.line.undo_button.click()
        await until(lambda: gallery.model.counts["all"] == 3)

    gallery.run(undone())
    assert gallery.prompts == ["picture 2", "picture 1", "picture 0"]
    assert gallery.view.line.isHidden()


def test_several_are_deleted_and_undone_as_one(gallery: Gallery) -> None:
    gallery.fill(4)
    gallery.choose(0)
    gallery.view.grid.selectAll()
    gallery.press(Key.Key_Delete, lambda: gallery.model.counts["trash"] == 4)
    assert gallery.model.emptiness == "library"
    QTest.keyClick(gallery.view, Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    gallery.run(until(lambda: gallery.model.counts["all"] == 4))
    assert len(gallery.prompts) == 4


def test_what_lies_in_the_trash_is_restored(gallery: Gallery) -> None:
    gallery.fill(2)
    gallery.choose(0)
    gallery.press(Key.Key_Delete, lambda: gallery.model.counts["trash"] == 1)

    async def restored() -> None:
        gallery.view.places.button("trash").click()
        await until(lambda: gallery.prompts == ["picture 1"])
        gallery.choose(0)
        assert gallery.view.details.trash_button.isHidden()
        gallery.view.details.restore_button.click()
        await until(lambda: gallery.model.counts["all"] == 2)

    gallery.run(restored())
    assert gallery.model.emptiness == "trash"
    assert gallery.view.empty_shown


def test_space_enlarges_arrows_walk_on_and_escape_goes_back(gallery: Gallery) -> None:
    gallery.fill(3)
    gallery.choose(0)
    large = gallery.view.large
    gallery.press(Key.Key_Space, lambda: not large.image.isNull())
    assert large.isVisible()
    assert large.size() == gallery.view.size()
    gallery.press(Key.Key_Right, lambda: large.picture and large.picture.prompt == "picture 1")
    assert gallery.current == "picture 1"
    gallery.press(Key.Key_Escape)
    assert large.isHidden()
    assert gallery.view.grid.hasFocus()


def test_enter_opens_on_the_canvas_and_the_button_uses_the_settings(gallery: Gallery) -> None:
    gallery.fill(2)
    gallery.choose(1)
    opened: list[LibraryPicture] = []
    reused: list[tuple[Recipe, str]] = []
    gallery.model.opened_on_canvas.connect(opened.append)
    gallery.model.recipe_used.connect(lambda recipe, part: reused.append((recipe, part)))
    gallery.press(Key.Key_Return)
    gallery.view.details.open_button.click()
    for action in gallery.view.details.settings_button.menu().actions():
        action.trigger()
    gallery.view.details.file_button.click()
    assert [picture.prompt for picture in opened] == ["picture 0", "picture 0"]
    made = recipe("picture 0", seed=0)
    assert reused == [(made, part) for part in ("all", "prompt", "seed", "remix")]
    assert gallery.shown_files == [opened[0].file]


def test_the_search_field_finds_and_control_f_leads_to_it(gallery: Gallery) -> None:
    gallery.fill(4, prompt=lambda number: ["빨간 집", "a boat", "파란 집", "a cloud"][number])
    gallery.choose(0)
    QTest.keyClick(gallery.view.grid, Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert gallery.view.search_field.hasFocus()

    async def typed(words: str, found: list[str]) -> None:
        gallery.view.search_field.setText(words)
        await until(lambda: gallery.model.search == words and gallery.prompts == found)

    gallery.run(typed("집", ["파란 집", "빨간 집"]))
    gallery.run(typed("zebra", []))
    assert gallery.model.emptiness == "search"
    assert gallery.view.empty_shown
    gallery.run(typed("", ["a cloud", "파란 집", "a boat", "빨간 집"]))
    assert not gallery.view.empty_shown


def test_new_pictures_appear_at_once_on_top_without_moving_the_choice(gallery: Gallery) -> None:
    gallery.fill(3)
    gallery.choose(1)
    gallery.shelf.clock.forward(seconds=1)
    gallery.run(gallery.shelf.library.add(png(99), recipe("new")))
    assert gallery.prompts[0] == "new"
    assert gallery.current == "picture 1"
    assert gallery.view.grid.currentIndex().row() == 2


def test_each_empty_place_teaches(gallery: Gallery) -> None:
    gallery.start()
    assert gallery.model.emptiness == "library"

    async def go(place: str) -> None:
        gallery.view.places.button(place).click()  # type: ignore[arg-type]  # a literal
        await until(lambda: gallery.model.emptiness == place)

    for place in ("starred", "trash"):
        gallery.run(go(place))
        assert gallery.view.empty_shown


def test_scrolling_down_reads_page_after_page(gallery: Gallery) -> None:
    gallery.fill(PAGE + 20)

    async def scroll_down() -> None:
        while len(gallery.prompts) < PAGE + 20:
            gallery.view.grid.scrollToBottom()
            gallery.view.grid.verticalScrollBar().setValue(gallery.view.grid.verticalScrollBar().maximum())
            await asyncio.sleep(0.005)

    gallery.run(scroll_down(), timeout=20)
    assert gallery.prompts == [f"picture {number}" for number in reversed(range(PAGE + 20))]


def test_thumbnails_come_and_a_lost_file_leaves_a_sign(gallery: Gallery, tmp_path: Path) -> None:
    gallery.fill(2)
    second, first = gallery.model.pictures.pictures
    first.file.unlink()
    cache = ThumbnailCache(thumbnails=Thumbnails(folder=tmp_path / "empty"))
    told: list[str] = []
    cache.thumbnail_ready.connect(told.append)

    async def asked() -> None:
        assert cache.image(first, 64) is None
        assert cache.image(second, 64) is None
        await until(lambda: len(told) == 2)
        await cache.close()

    gallery.run(asked())
    assert cache.is_missing(first)
    image = cache.peek(second)
    assert image is not None
    assert (image.width(), image.height()) == (16, 16)


def drop(view: GalleryView, files: list[Path]) -> bool:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
    actions, buttons, keys = (
        Qt.DropAction.CopyAction,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    enter = QDragEnterEvent(QPoint(400, 300), actions, data, buttons, keys)
    enter.ignore()
    QApplication.sendEvent(view, enter)
    if enter.isAccepted():
        QApplication.sendEvent(view, QDropEvent(QPointF(400, 300), actions, data, buttons, keys))
    return enter.isAccepted()


def test_dropped_files_and_folders_are_imported_and_failures_told(gallery: Gallery, tmp_path: Path) -> None:
    gallery.start()
    source = tmp_path / "mine"
    (source / "deep").mkdir(parents=True)
    (source / "one.png").write_bytes(png(1))
    (source / "deep" / "two.png").write_bytes(png(2))
    (source / "notes.txt").write_text("no picture")
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"nothing")

    async def dropped() -> None:
        assert drop(gallery.view, [source, broken])
        await until(lambda: "Imported 2" in gallery.model.line.text)

    gallery.run(dropped())
    assert len(gallery.prompts) == 2
    assert gallery.view.errors.isVisible()
    assert gallery.view.errors.report is not None
    assert "broken.png" in gallery.view.errors.report.text


def test_cancelling_stops_every_import_and_keeps_what_is_in(gallery: Gallery, tmp_path: Path) -> None:
    gallery.start()
    files = [tmp_path / f"{number}.png" for number in range(30)]
    for number, file in enumerate(files):
        file.write_bytes(png(number))

    async def cancelled() -> None:
        gallery.model.import_files(files[:20])
        gallery.model.import_files(files[20:])
        await until(lambda: len(gallery.prompts) >= 2)
        gallery.model.cancel_import()

    gallery.run(cancelled())
    assert 2 <= len(gallery.prompts) < 20
    assert gallery.view.line.isHidden()


def test_dragging_out_gives_the_files(gallery: Gallery) -> None:
    gallery.fill(2)
    pictures = gallery.model.pictures
    data = pictures.mimeData([pictures.index(row) for row in range(2)])
    assert [Path(url.toLocalFile()) for url in data.urls()] == [picture.file for picture in pictures.pictures]


def test_columns_share_the_width_evenly_at_every_size(gallery: Gallery) -> None:
    gallery.fill(12)
    grid = gallery.view.grid
    places = [gallery.model.pictures.index(row) for row in range(12)]
    for width in range(900, 960, 7):
        gallery.view.resize(width, 700)
        for steps in range(6, 21, 2):
            gallery.view.size_slider.setValue(steps)
            grid.doItemsLayout()
            columns = len({grid.visualRect(index).left() for index in places})
            rows = len({grid.visualRect(index).top() for index in places})
            cell, across = grid.visualRect(places[0]).width(), grid.viewport().width()
            assert cell >= 16 * steps
            assert columns == min(12, across // cell)
            assert rows == -(-12 // columns)
            assert across - cell * (across // cell) <= across // cell


def test_every_control_has_a_name_and_a_tooltip(gallery: Gallery) -> None:
    gallery.fill(1)
    gallery.choose(0)
    controls = [
        control
        for kind in (QAbstractButton, QLineEdit, QSlider)
        for control in gallery.view.findChildren(kind)
        # Parts inside a widget of Qt's own, and the hidden message line, name themselves when they are shown.
        if control.isVisible() and not isinstance(control.parent(), QLineEdit)
    ]
    assert len(controls) >= 10
    assert [control for control in controls if not (control.accessibleName() and control.toolTip())] == []


def test_the_commands_act_on_the_chosen_picture(gallery: Gallery) -> None:
    gallery.fill(2)
    registry = CommandRegistry()
    registry.add(*gallery_commands(gallery.model))
    gallery.model.set_current(None)
    assert not registry.run("gallery.trash")
    gallery.choose(1)
    gallery.choose(0)

    async def act() -> None:
        assert registry.run("gallery.star")
        await until(lambda: gallery.model.counts["starred"] == 1)
        assert registry.run("gallery.trash")
        await until(lambda: gallery.model.counts["trash"] == 1)
        assert registry.run("gallery.undo")
        await until(lambda: gallery.model.counts["trash"] == 0)
        assert registry.run("gallery.undo")
        await until(lambda: gallery.model.counts["starred"] == 0)

    gallery.run(act())
    assert not gallery.model.can_undo
