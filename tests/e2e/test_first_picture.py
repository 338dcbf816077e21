"""The main job through the real window, the real engine and the starter model."""

from pathlib import Path

import numpy as np
from PySide6.QtWidgets import QApplication

from desktop.app.container import World
from shared.contracts.generation import Inpaint, TextToImage
from shared.imaging.inpainting import ModelSides, compositing_alpha, plan_inpainting
from shared.imaging.recipe_pictures import read_recipe
from tests.conftest import QtRun
from tests.support.window import Window, until

STEPS = 4


def few_steps(window: Window, seed: int) -> None:
    window.studio.viewmodels.editor.change(steps=STEPS, seed=seed, seed_fixed=True)


def test_prompt_generate_take_select_inpaint_save_quit_and_reopen(
    qapp: QApplication, qt_run: QtRun, tmp_path: Path
) -> None:
    root, saved = tmp_path / "data", tmp_path / "house.ora"

    async def paint() -> np.ndarray:
        window = Window(application=qapp, root=root, world=World(new_seed=lambda: 11))
        await window.open()
        try:
            few_steps(window, seed=7)
            await window.type_prompt("a red house in a snowy field at night")
            assert window.button_text == "Generate"
            await window.press_generate()
            await window.take()
            before = await window.flattened()
            assert before.shape[:2] == (256, 256)
            assert before.std() > 5

            await window.select_rectangle(150, 120, 210, 190)
            await until(lambda: window.button_text == "Fill selection")
            left, top, width, height = (
                window.studio.viewmodels.canvas.situation().selection_bounds or (0,) * 4
            )
            await window.type_prompt("a boat with a yellow sail")
            await window.press_generate()
            await window.take()
            after = await window.flattened()

            mask = np.zeros((256, 256), np.uint8)
            mask[top : top + height, left : left + width] = 255
            model = window.studio.viewmodels.editor.model
            assert model is not None
            plan = plan_inpainting(
                mask,
                strength=1.0,
                sides=ModelSides(model.minimum_side, model.native_side, model.maximum_side, model.multiple),
            )
            shown = np.zeros((256, 256), np.uint8)
            plan.context.crop(shown)[:] = compositing_alpha(mask, plan)
            assert np.array_equal(before[shown == 0], after[shown == 0]), "outside of the mask changed"
            assert not np.array_equal(before[shown == 255], after[shown == 255]), "inside nothing was painted"

            await window.studio.viewmodels.canvas.files.save_as(saved)
            return after
        finally:
            await window.close()

    async def come_back(painted: np.ndarray) -> None:
        window = Window(application=qapp, root=root)
        await window.open()
        try:
            assert np.array_equal(await window.flattened(), painted)
            assert window.layer_names[-1] == "a boat with a yellow sail"
            assert [type(recipe.request) for recipe in window.recipes] == [TextToImage, Inpaint]
            assert window.recipes[0].request.seed == 7
            page = await window.container.library.page(limit=10)
            assert [picture.prompt for picture in page] == [
                "a boat with a yellow sail",
                "a red house in a snowy field at night",
            ]
            kept = read_recipe(page[1].file)
            assert kept is not None
            assert kept.request.steps == STEPS
            await window.studio.viewmodels.canvas.files.open(saved)
            assert np.array_equal(await window.flattened(), painted)
            assert window.studio.viewmodels.editor.state.prompt == "a boat with a yellow sail"
        finally:
            await window.close()

    painted = qt_run(paint(), timeout=200)
    qt_run(come_back(painted), timeout=60)
