"""LoRAs, VAEs and controls in the Generate panel, and the request that they come to."""

from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from desktop.generation.views.additions import Additions
from shared.contracts.generation import LoraUse, ModelReference, Recipe, Refiner, Rendering, TextToImage
from shared.contracts.models import ModelFamily, ModelFile, ModelKind
from shared.imaging.pictures import encode_png
from tests.conftest import QtRun
from tests.desktop.generation.room import Room, opened
from tests.desktop.generation.studio import MODEL


def file(
    kind: ModelKind, name: str, family: ModelFamily | None = "stable_diffusion_1", **values: object
) -> ModelFile:
    return ModelFile.model_validate(
        {
            "id": name.lower(),
            "name": name,
            "kind": kind,
            "family": family,
            "path": name,
            "size_bytes": 1,
            **values,
        }
    )


FILES = (
    file("lora", "Sketch", trigger_words=("pencil", "paper")),
    file("lora", "Grand", "stable_diffusion_xl"),
    file("vae", "Crisp", None),
    file("controlnet", "Canny"),
    file("ip_adapter", "Look"),
    file("embedding", "bad-hands"),
)

RENDERING = Rendering(
    seed=1, device="cpu", precision="float32", attention="sdpa", engine="x", model_sha256="",
    work_width=64, work_height=64,
)  # fmt: skip


def panel(room: Room, qtbot: QtBot) -> Additions:
    room.models.files = FILES
    additions = Additions(editor=room.editor)
    qtbot.addWidget(additions)
    additions.show()
    return additions


def offered(additions: Additions) -> list[str]:
    return [additions.add_lora.itemText(place) for place in range(additions.add_lora.count())]


def choose_lora(additions: Additions, name: str) -> None:
    additions.add_lora.setCurrentIndex(offered(additions).index(name))
    additions.add_lora.activated.emit(additions.add_lora.currentIndex())


def test_only_what_fits_the_model_is_offered(qtbot: QtBot, qt_run: QtRun, tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path) as room:
            additions = panel(room, qtbot)
            assert offered(additions)[1:] == ["Sketch"]
            assert additions.add_control.count() == 3
            assert additions.vae.count() == 2

    qt_run(story())


def test_a_lora_is_added_weighed_and_taken_off(qtbot: QtBot, qt_run: QtRun, tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path) as room:
            additions = panel(room, qtbot)
            choose_lora(additions, "Sketch")
            (row,) = additions.lora_rows
            assert additions.add_lora.currentIndex() == 0
            row.weight.setValue(0.6)
            assert [use.weight for use in room.editor.state.loras] == [0.6]
            row.words.menu().actions()[0].trigger()
            assert room.editor.state.prompt == "pencil"
            additions.lora_rows[0].remove.click()
            assert not room.editor.state.loras
            assert not additions.lora_rows

    qt_run(story())


def test_a_control_takes_the_canvas_or_a_file(qtbot: QtBot, qt_run: QtRun, tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path) as room:
            additions = panel(room, qtbot)
            additions.add_control.setCurrentIndex(1)
            additions.add_control.activated.emit(1)
            room.canvas.paint()
            room.editor.canvas_changed()
            room.editor.change(prompt="a boat, bad-hands", steps=1)
            job = await room.editor.submit()
            assert job is not None
            (control,) = job.request.controls
            assert control.preprocessor == "canny"
            assert room.studio.blobs.exists(control.image)
            assert [each.name for each in job.request.embeddings] == ["bad-hands"]

            picture = tmp_path / "lines.png"
            picture.write_bytes(encode_png(np.zeros((8, 8, 3), np.uint8)))
            additions.control_rows[0].picture_chosen.emit(picture)
            await room.studio.until(lambda: room.editor.state.controls[0].image is not None)
            assert additions.control_rows[0].picture.text() == "lines.png"

    qt_run(story())


def test_what_was_chosen_reaches_the_request(qtbot: QtBot, qt_run: QtRun, tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path) as room:
            additions = panel(room, qtbot)
            additions.vae.setCurrentIndex(1)
            additions.vae.activated.emit(1)
            additions.seamless.setCurrentIndex(additions.seamless.findData("x"))
            additions.seamless.activated.emit(additions.seamless.currentIndex())
            additions.variation.setValue(20)
            additions.variation_seed.setValue(4_000_000_000)
            additions.pickles.setChecked(True)
            room.editor.change(prompt="a boat", steps=1)
            job = await room.editor.submit()
            assert job is not None
            request = job.request
            assert request.vae == ModelReference(id="crisp", name="Crisp")
            assert request.seamless == "x"
            assert request.variation is not None
            assert (request.variation.seed, request.variation.strength) == (4_000_000_000, 0.2)
            assert request.open_pickles

    qt_run(story())


def test_a_recipe_brings_its_additions_back(qtbot: QtBot, qt_run: QtRun, tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path) as room:
            additions = panel(room, qtbot)
            use = LoraUse(model=ModelReference(id="sketch", name="Sketch"), weight=0.4)
            request = TextToImage(
                model=ModelReference(id="starter"), seed=1, width=64, height=64, loras=(use,), seamless="both"
            )
            room.editor.apply_recipe(Recipe(request=request, rendering=RENDERING))
            assert [row.weight.value() for row in additions.lora_rows] == [0.4]
            assert additions.seamless.currentData() == "both"

    qt_run(story())


def test_a_control_leads_some_of_the_steps(qtbot: QtBot, qt_run: QtRun, tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path) as room:
            additions = panel(room, qtbot)
            additions.add_control.setCurrentIndex(1)
            additions.add_control.activated.emit(1)
            (row,) = additions.control_rows
            row.start.setValue(20)
            row.end.setValue(60)
            row.start.setValue(90)  # it ends after its start
            assert (row.start.value(), row.end.minimum()) == (59, 60)
            row.start.setValue(20)
            room.editor.change(prompt="a boat", steps=1)
            job = await room.editor.submit()
            assert job is not None
            (control,) = job.request.controls
            assert (control.start, control.end) == (0.2, 0.6)

            row.start.setValue(0)
            room.editor.apply_recipe(Recipe(request=job.request, rendering=RENDERING))
            assert (row.start.value(), row.end.value()) == (20, 60)

    qt_run(story())


def test_an_sdxl_model_takes_a_refiner_and_a_recipe_brings_it_back(
    qtbot: QtBot, qt_run: QtRun, tmp_path: Path
) -> None:
    large = MODEL.model_copy(update={"id": "large", "name": "Large", "family": "stable_diffusion_xl"})
    refiner = MODEL.model_copy(update={"id": "fine", "name": "Fine", "family": "stable_diffusion_xl_refiner"})

    async def story() -> None:
        async with opened(tmp_path) as room:
            room.models.models = (MODEL, large, refiner)
            additions = panel(room, qtbot)
            assert additions.refiner.isHidden()
            room.editor.choose_model("large")
            room.models.changed.tell(room.models.models)
            assert additions.refiner.isVisible()
            assert additions.refiner_from.isHidden()
            additions.refiner.setCurrentIndex(1)
            additions.refiner.activated.emit(1)
            additions.refiner_from.setValue(70)
            room.editor.change(prompt="a boat", steps=1)
            job = await room.editor.submit()
            assert job is not None
            chosen = Refiner(model=ModelReference(id="fine", name="Fine"), switch_at=0.7)
            assert job.request.refiner == chosen

            room.editor.change(refiner=None)
            room.editor.apply_recipe(Recipe(request=job.request, rendering=RENDERING))
            assert (additions.refiner.currentText(), additions.refiner_from.value()) == ("Fine", 70)
            room.editor.choose_model("starter")
            assert room.editor.state.refiner is None

    qt_run(story())


@pytest.mark.parametrize("files", [(), FILES])
def test_an_empty_folder_says_what_would_be_here(
    qtbot: QtBot, qt_run: QtRun, tmp_path: Path, files: tuple[ModelFile, ...]
) -> None:
    async def story() -> None:
        async with opened(tmp_path) as room:
            additions = panel(room, qtbot)
            room.models.files = files
            additions.show_files()
            assert additions.note.isVisible() == (not files)
            assert additions.add_lora.isVisible() == bool(files)

    qt_run(story())
