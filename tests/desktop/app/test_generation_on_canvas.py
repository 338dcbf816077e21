"""Generation on the canvas through the real window: frames beyond the edge, comparing, rendering again."""

import numpy as np
from PySide6.QtCore import QPoint, QPointF, QRect
from PySide6.QtGui import QImage

from desktop.canvas.document import Document
from desktop.canvas.tools.base import ToolName
from shared.contracts.generation import Inpaint, TextToImage
from shared.imaging.pictures import read_mask, read_picture
from tests.conftest import QtRun
from tests.desktop.app.conftest import SIDE, Life
from tests.support.window import Window, until


def document_of(window: Window) -> Document:
    document = window.studio.viewmodels.canvas.current.document
    assert document is not None
    return document


async def first_picture(window: Window) -> None:
    await window.type_prompt("a boat")
    await window.press_generate()
    await window.take()


async def draw_frame(window: Window, *points: tuple[int, int]) -> QRect:
    canvas = window.studio.viewmodels.canvas
    canvas.navigation.fit()
    canvas.navigation.zoom_by(0.5)
    canvas.tools.choose(ToolName.FRAME)
    window.drag(window.studio.window.pages.canvas_page.view, list(points))
    await until(lambda: canvas.situation().frame is not None)
    rect = canvas.frame.rect
    assert rect is not None
    return rect


def test_a_frame_beyond_the_edge_extends_the_picture_as_one_step(
    life: Life,
    qt_run: QtRun,
) -> None:
    async def story() -> None:
        async with life as window:
            await first_picture(window)
            before = await window.flattened()
            frame = await draw_frame(window, (40, 60), (10, 30), (-24, -4))
            model = window.studio.viewmodels.editor.model
            assert model is not None
            assert frame.width() % model.multiple == 0
            assert model.minimum_side <= frame.width() <= model.maximum_side
            await until(lambda: window.button_text == "Extend the picture")
            await window.press_generate()
            candidate = window.studio.viewmodels.staging.current
            assert candidate is not None
            request = candidate.recipe.request
            assert isinstance(request, Inpaint)
            assert request.area == "whole"
            mask = read_mask(window.container.blobs.path(request.mask), (frame.width(), frame.height()))
            wanted = np.full(mask.shape, 255, np.uint8)
            inside = frame.intersected(QRect(0, 0, SIDE, SIDE)).translated(-frame.topLeft())
            wanted[inside.top() : inside.bottom() + 1, inside.left() : inside.right() + 1] = 0
            assert np.array_equal(mask, wanted)
            sent = read_picture(window.container.blobs.path(request.image))
            assert np.array_equal(
                sent[mask == 0],
                before[max(frame.y(), 0) :, max(frame.x(), 0) :][: inside.height(), : inside.width()].reshape(
                    -1, before.shape[2]
                )[:, :3],
            )

            await window.take()
            document = document_of(window)
            page = QRect(0, 0, SIDE, SIDE).united(frame)
            assert (document.width, document.height) == (page.width(), page.height())
            after = await window.flattened()
            left, top = -page.x(), -page.y()
            assert np.array_equal(after[top : top + SIDE, left : left + SIDE], before), "the picture changed"
            assert window.studio.viewmodels.canvas.frame.rect is None
            steps = len(document.history.undo_labels)
            window.studio.viewmodels.canvas.current.undo()
            assert (document.width, document.height) == (SIDE, SIDE)
            assert np.array_equal(await window.flattened(), before)
            assert len(document.history.undo_labels) == steps - 1

    qt_run(story(), timeout=60)


def test_a_second_result_lies_right_after_the_page_has_grown(
    life: Life,
    qt_run: QtRun,
) -> None:
    async def story() -> None:
        async with life as window:
            await first_picture(window)
            frame = await draw_frame(window, (40, 60), (10, 30), (-24, -4))
            window.studio.viewmodels.editor.change(count=2)
            await window.press_generate(results=2)
            await window.take()
            overlays = window.studio.viewmodels.canvas.overlays
            assert frame.topLeft() != QPoint(0, 0)
            # The page's corner lies now where the frame reached beyond it.
            await until(lambda: overlays.candidate and overlays.candidate.rect.topLeft() == QPointF(0, 0))
            await window.take()
            layers = document_of(window).layers
            assert layers[-1].offset == layers[-2].offset

    qt_run(story(), timeout=60)


def test_a_frame_within_the_page_decides_size_and_place(life: Life, qt_run: QtRun) -> None:
    async def story() -> None:
        async with life as window:
            await window.studio.viewmodels.canvas.files.new(300, 200)
            frame = await draw_frame(window, (100, 50), (150, 90), (170, 121))
            await window.type_prompt("a boat")
            assert window.button_text == "Generate"
            await window.press_generate()
            candidate = window.studio.viewmodels.staging.current
            assert candidate is not None
            request = candidate.recipe.request
            assert isinstance(request, TextToImage)
            assert (request.width, request.height) == (frame.width(), frame.height())
            await window.take()
            document = document_of(window)
            assert document.layers[-1].offset == frame.topLeft()
            assert (document.width, document.height) == (300, 200)

    qt_run(story(), timeout=60)


def test_results_are_compared_with_the_picture_by_a_line(life: Life, qt_run: QtRun) -> None:
    async def story() -> None:
        async with life as window:
            await first_picture(window)
            await window.press_generate()
            strip = window.studio.window.pages.staging_strip
            canvas = window.studio.viewmodels.canvas
            await until(lambda: canvas.overlays.candidate is not None)
            view = window.studio.window.pages.canvas_page.view

            def shown() -> np.ndarray:
                image = view.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
                rows = np.frombuffer(image.constBits(), np.uint8, count=image.sizeInBytes())
                return rows.reshape(image.height(), image.bytesPerLine() // 4, 4)[:, :, :3].copy()

            result = shown()
            canvas.clear_candidate()
            picture = shown()
            window.studio.viewmodels.staging.current_changed.emit(window.studio.viewmodels.staging.current)
            await until(lambda: canvas.overlays.candidate is not None)
            strip.compare.button.click()
            assert strip.compare.slider.isVisible()
            strip.compare.slider.setValue(300)
            assert canvas.overlays.split == 0.3
            split = shown()
            assert canvas.overlays.candidate is not None
            rect = canvas.navigation.transform.mapRect(canvas.overlays.candidate.rect).toAlignedRect()
            line = rect.left() + round(0.3 * rect.width())
            middle = rect.center().y()
            assert np.array_equal(
                split[middle, rect.left() + 3 : line - 4], picture[middle, rect.left() + 3 : line - 4]
            )
            assert np.array_equal(
                split[middle, line + 4 : rect.right() - 3], result[middle, line + 4 : rect.right() - 3]
            )
            assert not np.array_equal(picture, result)
            strip.compare.button.click()
            assert np.array_equal(shown(), result)

    qt_run(story(), timeout=60)


def test_a_recipe_layer_is_rendered_again_at_another_size_in_its_place(life: Life, qt_run: QtRun) -> None:
    async def story() -> None:
        async with life as window:
            await first_picture(window)
            views, panel = window.studio.viewmodels, window.studio.window.pages.generate_panel
            document = document_of(window)
            before, layer = await window.flattened(), document.layers[-1]
            count = len(document.layers)
            views.canvas.open_recipe(views.canvas.layers.active_row)
            assert panel.replaces.isChecked()
            model = views.editor.model
            assert model is not None
            width = model.maximum_side if model.maximum_side != SIDE else model.minimum_side
            assert width != SIDE
            views.editor.change(width=width, height=SIDE)
            await window.press_generate()
            await window.studio.viewmodels.staging.take()
            await until(lambda: document.layers[-1].recipe.request.width == width)  # type: ignore[union-attr]
            assert len(document.layers) == count
            assert document.layers[-1].id == layer.id
            views.canvas.current.undo()
            assert np.array_equal(await window.flattened(), before)

            panel.replaces.click()
            await window.press_generate()
            await window.take()
            assert len(document.layers) == count + 1

    qt_run(story(), timeout=60)
