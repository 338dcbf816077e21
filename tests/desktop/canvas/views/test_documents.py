"""Documents in the view: new, open, save, results, previews, what will be sent, and what an empty canvas says."""

import gc
import weakref
from pathlib import Path

import numpy as np
from PySide6.QtCore import QMimeData, QPointF, QRect, Qt, QUrl
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent, QImage
from PySide6.QtWidgets import QApplication, QPushButton

from desktop.canvas.brushes.preset_store import PresetStore
from desktop.canvas.selection import SelectionMode
from desktop.canvas.viewmodel import CanvasViewModel
from desktop.canvas.views.canvas_page import CanvasPage
from desktop.generation.canvas_port import CanvasSource
from desktop.widgets.tasks import TaskOwner
from desktop.widgets.theme import LIGHT, apply_theme
from shared.contracts.generation import Placement
from shared.imaging.inpainting import ModelSides, denoising_mask, plan_inpainting
from shared.imaging.pictures import encode_png, read_picture
from tests.desktop.canvas.views.conftest import Studio, colour, rgb

GREEN = (0, 128, 0)
GREY = np.full((90, 120, 3), 128, np.uint8)
GREY[:20] = 60
GREY_PNG = encode_png(GREY)


def is_modified(studio: Studio) -> bool:
    return studio.viewmodel.files.modified


def test_an_empty_canvas_teaches_until_something_is_painted(studio: Studio) -> None:
    assert studio.page.empty.isVisible()
    studio.new()
    assert not studio.page.empty.isVisible()
    assert studio.page.hint.isVisible()
    assert not studio.viewmodel.situation().has_picture
    studio.drag((50, 50), (80, 80))
    assert not studio.page.hint.isVisible()
    assert studio.viewmodel.situation().has_picture
    studio.viewmodel.current.undo()
    assert not studio.viewmodel.situation().has_picture


def test_saved_and_opened_again_the_picture_is_the_same(studio: Studio) -> None:
    studio.new()
    studio.viewmodel.layer_actions.add()
    studio.drag((50, 50), (80, 80))
    seen = studio.picture()
    saved: list[Path] = []
    studio.viewmodel.files.document_saved.connect(saved.append)
    assert is_modified(studio)
    assert studio.viewmodel.files.needs_file
    studio.run(studio.viewmodel.files.save_as(studio.folder / "a.ora"))
    assert saved == [studio.folder / "a.ora"]
    assert not is_modified(studio)
    assert studio.viewmodel.files.title == "a"
    studio.run(studio.viewmodel.files.close())
    assert studio.page.empty.isVisible()
    studio.run(studio.viewmodel.files.open(studio.folder / "a.ora"))
    assert studio.picture() == seen
    assert len(studio.document.layers) == 2
    assert not studio.errors


def test_saving_is_shown_and_can_be_cancelled_and_then_the_file_is_as_before(studio: Studio) -> None:
    document, file, working = studio.new(), studio.folder / "a.ora", studio.viewmodel.working
    for number in range(4):
        document.add_layer(f"layer {number}")
    studio.run(studio.viewmodel.files.save_as(file))
    before = file.read_bytes()
    document.add_layer("one more")
    seen: list[tuple[str, bool]] = []

    def follow() -> None:
        work = working.current
        if work is not None and work.part:
            studio.page.work._show_now()
            seen.append((studio.page.work.label.text(), studio.page.work.bar.value() > 0))
            studio.page.work.cancel.click()

    working.changed.connect(follow)
    studio.run(studio.viewmodel.files.save())
    assert seen == [("Saving “a.ora”…", True)]
    assert not studio.page.work.isVisible()
    assert file.read_bytes() == before
    assert is_modified(studio)
    assert not studio.errors
    working.changed.disconnect(follow)
    studio.run(studio.viewmodel.files.save())
    assert file.read_bytes() != before
    assert not is_modified(studio)


def test_opening_that_is_cancelled_leaves_the_picture_that_is_open(studio: Studio) -> None:
    studio.new()
    studio.run(studio.viewmodel.files.save_as(studio.folder / "a.ora"))
    (studio.folder / "b.png").write_bytes(GREY_PNG)
    studio.new(60, 50)
    here, working = studio.document, studio.viewmodel.working
    for name in ("a.ora", "b.png"):
        working.changed.connect(studio.page.work._cancel)
        studio.run(studio.viewmodel.files.open(studio.folder / name))
        working.changed.disconnect(studio.page.work._cancel)
        assert studio.document is here
    assert [opened.document for opened in studio.service.opened] == [here]
    assert not studio.errors


def test_an_unsaved_picture_waits_on_the_empty_canvas(studio: Studio) -> None:
    studio.new()
    studio.drag((50, 50), (80, 80))
    seen = studio.picture()
    studio.run(studio.viewmodel.files.close())
    offers = [
        button
        for button in studio.page.empty.findChildren(QPushButton)
        if button not in {studio.page.empty.new, studio.page.empty.open}
    ]
    assert len(offers) == 1
    offers[0].click()
    studio.run(studio.finish_tasks())
    assert studio.picture() == seen


def test_the_app_finds_the_picture_as_it_was(studio: Studio) -> None:
    studio.new()
    studio.drag((50, 50), (80, 80))
    seen = studio.picture()
    studio.run(studio.viewmodel.files.shut_down())
    studio.run(studio.viewmodel.files.restore())
    assert studio.picture() == seen


def test_a_file_that_is_no_picture_is_told_in_words(studio: Studio) -> None:
    (studio.folder / "no.png").write_bytes(b"not a picture")
    studio.run(studio.viewmodel.files.open(studio.folder / "no.png"))
    assert len(studio.errors) == 1
    assert studio.page.errors.isVisible()
    assert not studio.viewmodel.files.busy


def test_a_dropped_picture_becomes_a_layer_and_a_first_one_the_document(studio: Studio) -> None:
    (studio.folder / "grey.png").write_bytes(GREY_PNG)

    def drop() -> None:
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(studio.folder / "grey.png"))])
        at, copy = QPointF(50, 50), Qt.DropAction.CopyAction
        buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        enter = QDragEnterEvent(at.toPoint(), copy, data, buttons, keys)
        studio.view.dragEnterEvent(enter)
        assert enter.isAccepted()
        studio.view.dropEvent(QDropEvent(at, copy, data, buttons, keys))
        studio.run(studio.finish_tasks())

    drop()
    assert (studio.document.width, studio.document.height) == (120, 90)
    drop()
    assert [layer.name for layer in studio.document.layers][-1] == "grey"
    assert len(studio.document.layers) == 2


def test_a_result_without_a_document_makes_one_of_its_size(studio: Studio) -> None:
    done = studio.run(studio.viewmodel.add_result(GREY_PNG, placement=Placement(), recipe=None, name="a sea"))
    assert done
    situation = studio.viewmodel.situation()
    assert (situation.width, situation.height, situation.has_picture) == (120, 90, True)
    assert colour(studio.picture(), 60, 45) == (128, 128, 128)
    assert not studio.run(
        studio.viewmodel.add_result(b"broken", placement=Placement(), recipe=None, name="x")
    )
    assert len(studio.errors) == 1


def test_generation_sees_the_picture_and_the_selection(studio: Studio) -> None:
    source: CanvasSource = studio.viewmodel
    told: list[bool] = []
    studio.viewmodel.situation_changed.connect(lambda: told.append(True))
    studio.new()
    studio.viewmodel.tools.set_foreground(QColor("blue"))
    studio.drag((50, 50), (52, 50))
    assert told
    assert studio.run(source.capture()).mask_png is None
    studio.viewmodel.selecting.select_all()
    assert source.situation().selection_bounds == (0, 0, 200, 150)
    capture = studio.run(source.capture())
    assert read_picture(capture.image_png)[50, 50].tolist()[:3] == [0, 0, 255]
    assert capture.mask_png is not None
    assert read_picture(capture.mask_png).min() == 255


def test_a_preview_forms_where_the_result_will_lie(studio: Studio) -> None:
    studio.new()
    studio.viewmodel.navigation.actual_size()
    preview = QImage(8, 8, QImage.Format.Format_RGB32)
    preview.fill(QColor("green"))
    studio.viewmodel.show_preview(preview, QRect(50, 50, 64, 64))
    assert not studio.page.hint.isVisible()
    shown = studio.shown()
    inside, outside = studio.at(80, 80).toPoint(), studio.at(130, 130).toPoint()
    assert colour(shown, inside.x(), inside.y()) == GREEN
    assert colour(shown, outside.x(), outside.y()) == (255, 255, 255)
    studio.viewmodel.clear_preview()
    assert colour(studio.shown(), inside.x(), inside.y()) == (255, 255, 255)
    assert not studio.viewmodel.situation().has_picture


def test_a_first_preview_makes_room_for_itself(studio: Studio) -> None:
    preview = QImage(8, 8, QImage.Format.Format_RGB32)
    preview.fill(QColor("green"))
    studio.viewmodel.show_preview(preview, QRect(0, 0, 512, 512))
    assert not studio.page.empty.isVisible()
    middle = studio.view.rect().center()
    assert colour(studio.shown(), middle.x(), middle.y()) == GREEN


def test_what_will_be_sent_is_what_the_plan_says(studio: Studio) -> None:
    document = studio.new(600, 500)
    studio.viewmodel.selecting.select_rectangle(QRect(200, 200, 80, 60), SelectionMode.REPLACE)
    assert document.selection is not None
    mask = document.selection.full_mask()
    plan = plan_inpainting(
        mask, strength=1.0, sides=ModelSides(minimum=256, native=256, maximum=512, multiple=8)
    )
    studio.viewmodel.set_sending_overlay(plan)
    studio.run(studio.finish_tasks())
    sending = studio.viewmodel.overlays.sending
    assert sending is not None
    box = plan.context
    assert sending.frame == QRect(box.x, box.y, box.width, box.height)
    expected = denoising_mask(mask, plan)
    middle = QColor(sending.tint.pixelColor(230 - box.x, 230 - box.y)).alpha()
    assert middle == int(expected[230 - box.y, 230 - box.x] * 255)
    studio.viewmodel.selecting.deselect()
    assert studio.viewmodel.overlays.sending is None


def test_a_late_answer_for_an_old_selection_is_dropped(studio: Studio) -> None:
    document = studio.new(600, 500)
    studio.viewmodel.selecting.select_all()
    assert document.selection is not None
    plan = plan_inpainting(
        document.selection.full_mask(),
        strength=1.0,
        sides=ModelSides(minimum=256, native=256, maximum=512, multiple=8),
    )

    async def ask_and_change_one_s_mind() -> None:
        studio.viewmodel.set_sending_overlay(plan)
        studio.viewmodel.set_sending_overlay(None)
        await studio.finish_tasks()

    studio.run(ask_and_change_one_s_mind())
    assert studio.viewmodel.overlays.sending is None


def test_a_new_theme_is_seen_at_once(studio: Studio, qapp: QApplication) -> None:
    studio.new()
    dark = colour(studio.shown(), 5, 5)
    apply_theme(qapp, LIGHT)
    light = colour(studio.shown(), 5, 5)
    assert light == rgb(QColor(LIGHT.surround)) != dark


def test_a_closed_canvas_is_not_kept_alive(studio: Studio) -> None:
    tasks = TaskOwner()
    viewmodel = CanvasViewModel(
        service=studio.service,
        tasks=tasks,
        new_seed=lambda: 7,
        presets=PresetStore(folder=studio.folder, new_id=lambda: "id"),
    )
    page = CanvasPage(viewmodel=viewmodel)
    gone = weakref.ref(page.view)
    page.deleteLater()
    viewmodel.deleteLater()
    del page, viewmodel
    QApplication.sendPostedEvents(None, 52)
    QApplication.processEvents()
    gc.collect()
    assert gone() is None
