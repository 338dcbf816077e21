"""Editor and staging over a real queue and library."""

import asyncio
from pathlib import Path
from typing import Any

from desktop.generation.jobs import Candidate
from shared.contracts.generation import ImageToImage, Inpaint, Placement, TextToImage
from shared.imaging.blob_folder import BlobFolder
from shared.imaging.inpainting import InpaintPlan
from shared.imaging.pictures import read_mask
from tests.conftest import QtRun
from tests.desktop.generation.room import NEW_SEED, opened
from tests.support.fake_engine import FakeEngine


def test_the_same_button_generates_refines_and_fills(qt_run: QtRun, tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path) as room:
            editor, requests = room.editor, room.studio.engine.requests
            editor.change(prompt="a boat", steps=2)
            actions = [editor.action]
            await editor.submit()
            room.canvas.paint()
            editor.canvas_changed()
            editor.change(strength=0.5)
            actions.append(editor.action)
            await editor.submit()
            room.canvas.select(8, 16, 40, 24)
            editor.canvas_changed()
            editor.change(strength=1)
            actions.append(editor.action)
            await editor.submit()
            assert actions == ["generate", "refine", "fill_selection"]
            await room.studio.until_idle()
            made, refined, filled = requests
            assert isinstance(made, TextToImage)
            assert (made.width, made.height, made.seed) == (128, 128, NEW_SEED)
            assert isinstance(refined, ImageToImage)
            assert isinstance(filled, Inpaint)
            mask = read_mask(room.studio.blobs.path(filled.mask), (96, 64))
            assert mask[16:40, 8:48].all()
            assert mask.sum() == 255 * 24 * 40
            # A new picture lies in the middle of the document.
            assert room.staging.candidates[0].placement == Placement(x=-16, y=-32)
            assert {candidate.document_id for candidate in room.staging.candidates} == {"document"}

    qt_run(story())


def test_what_will_be_sent_is_told_after_the_selection_changed(qt_run: QtRun, tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path) as room:
            plans: asyncio.Queue[InpaintPlan | None] = asyncio.Queue()
            room.editor.sending_plan_changed.connect(plans.put_nowait)
            room.canvas.select(8, 16, 40, 24)
            room.editor.canvas_changed()
            plan = await plans.get()
            assert plan is not None
            assert plan.feather == 32
            room.editor.change(feather=0)
            plan = await plans.get()
            assert plan is not None
            assert plan.feather == 0
            room.canvas.paint()
            room.editor.canvas_changed()
            assert await plans.get() is None

    qt_run(story())


def test_a_recipe_opened_changed_and_rendered_again(qt_run: QtRun, tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path) as room:
            editor = room.editor
            room.canvas.select(8, 16, 40, 24)
            editor.canvas_changed()
            editor.change(prompt="a boat", steps=2)
            await editor.submit()
            await room.studio.until_idle()
            (first,) = room.staging.candidates

            room.canvas.paint()
            editor.canvas_changed()
            editor.open_recipe(first.recipe, document_id="document")
            actions = [editor.action]
            assert editor.state.seed == NEW_SEED
            editor.change(prompt="a boat with a yellow sail")
            await editor.submit()
            await room.studio.until_idle()
            again = room.staging.candidates[1].recipe.request
            assert again == first.recipe.request.model_copy(update={"prompt": "a boat with a yellow sail"})
            editor.close_recipe()
            actions.append(editor.action)
            assert actions == ["render_again", "generate"]

    qt_run(story())


def test_a_recipe_of_an_unknown_model_says_which_one_is_missing(qt_run: QtRun, tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path) as room:
            room.editor.change(prompt="a boat", steps=1)
            await room.editor.submit()
            await room.studio.until_idle()
            recipe = room.staging.candidates[0].recipe
            for model, problem in (
                ({"id": "gone", "name": "Seas"}, "The model “Seas” is not on this machine."),
                ({"id": "elsewhere", "name": "Landscapes"}, ""),
                ({"id": "", "name": "of another program"}, ""),
            ):
                request = recipe.request.model_copy(
                    update={"model": recipe.request.model.model_copy(update=model)}
                )
                room.editor.apply_recipe(recipe.model_copy(update={"request": request}))
                told = room.editor.problems.get("model")
                assert (told.text if told else "") == problem

    qt_run(story())


def test_settings_history_and_last_seed(qt_run: QtRun, tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path) as room:
            room.editor.change(prompt="a boat", steps=2, count=2)
            await room.editor.submit()
            room.editor.repeat_last_seed()
            assert (room.editor.state.seed, room.editor.state.seed_fixed) == (NEW_SEED, True)
            saved = room.editor.save()
        async with opened(tmp_path, start_number=1) as room:
            room.editor.load(saved)
            assert room.editor.state.prompt == "a boat"
            assert room.editor.state.count == 2
            assert room.editor.history == ("a boat",)
            assert room.editor.save() == saved

    qt_run(story())


def test_candidates_wait_over_a_restart_until_taken_or_dropped(qt_run: QtRun, tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path) as room:
            room.editor.change(prompt="a boat", steps=1, count=3)
            await room.editor.submit()
            await room.studio.until_idle()
            taken: list[Candidate] = []
            room.staging.taken.connect(taken.append)
            room.staging.step(1)
            shown = room.staging.current
            await room.staging.take()
            assert taken == [shown]
            assert room.staging.current is not None
            assert room.staging.current.index == 2
        async with opened(tmp_path, start_number=1) as room:
            assert [candidate.index for candidate in room.staging.candidates] == [0, 2]
            await room.staging.drop()
            await room.staging.again()
            await room.studio.until_idle()
            assert [candidate.recipe.rendering.seed for candidate in room.staging.candidates] == [
                NEW_SEED + 2,
                NEW_SEED,
                NEW_SEED + 1,
                NEW_SEED + 2,
            ]
            await room.staging.drop_all()
            assert room.staging.current is None
            kept: list[Any] = await room.studio.library.page()
            assert len({picture.blob for picture in kept}) == len(kept) >= 3
        async with opened(tmp_path, start_number=2) as room:
            assert room.staging.candidates == ()

    qt_run(story())


def test_quitting_while_a_job_runs_leaves_it_to_the_next_start(qt_run: QtRun, tmp_path: Path) -> None:
    async def story() -> None:
        engine = FakeEngine(BlobFolder(tmp_path / "blobs"), hang_at_step=1)
        async with opened(tmp_path, engine=engine) as room:
            room.editor.change(prompt="a boat", steps=2)
            await room.editor.submit()
            await room.studio.until(lambda: room.overview.running is not None)
        async with opened(tmp_path, start_number=1) as room:
            await room.studio.until_idle()
            assert len(room.staging.candidates) == 1

    qt_run(story())
