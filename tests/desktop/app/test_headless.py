import io
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from desktop.app.headless.gallery import (
    AskedMarks,
    export_picture,
    find_picture,
    import_pictures,
    list_boards,
    list_pictures,
    mark_pictures,
    read_label,
    read_query,
    rebuild,
    show_picture,
)
from desktop.app.headless.generate import GenerateOptions, generate
from desktop.app.headless.inpaint import InpaintOptions, inpaint
from desktop.app.headless.models import download_model, list_models
from desktop.app.headless.terminal import ProgressLine
from desktop.app.headless.without_display import paint_without_window
from shared.contracts.errors import (
    InvalidPictureError,
    InvalidRequestError,
    ModelUnavailableError,
    NotFoundError,
    PentimentoError,
    StorageError,
)
from shared.contracts.events import Loading, Progress
from shared.contracts.generation import Inpaint, TextToImage
from shared.imaging.pictures import read_picture
from shared.imaging.png_texts import read_png_texts
from shared.imaging.recipe_pictures import read_recipe
from tests.desktop.app.conftest import SIDE, MakeContainer
from tests.support.hub_simulator import HubSimulator
from tests.support.model_files import write_lora

QUIET = ProgressLine(io.StringIO())


class TestGenerate:
    async def test_the_picture_is_in_the_file_and_in_the_library(
        self, make_container: MakeContainer, tmp_path: Path
    ) -> None:
        container = make_container()
        output = tmp_path / "a.png"
        place = await generate(
            container, GenerateOptions(prompt="a red house", seed=7, steps=2, output=output), QUIET
        )
        assert place == output
        recipe = read_recipe(output)
        assert recipe is not None
        assert isinstance(recipe.request, TextToImage)
        assert (recipe.request.prompt, recipe.request.seed, recipe.request.width) == ("a red house", 7, SIDE)
        assert read_png_texts(output)["parameters"].startswith("a red house")
        (picture,) = await container.library.page(limit=10)
        assert picture.prompt == "a red house"
        assert np.array_equal(read_picture(picture.file), read_picture(output))
        await container.close()

    async def test_without_an_output_it_lies_in_the_library(self, make_container: MakeContainer) -> None:
        container = make_container()
        place = await generate(container, GenerateOptions(prompt="a lake", steps=1), QUIET)
        assert place.is_relative_to(container.folders.pictures)
        await container.close()

    @pytest.mark.parametrize(
        ("options", "error"),
        [
            (GenerateOptions(prompt="x", steps=0), InvalidRequestError),
            (GenerateOptions(prompt="x", seed=2**32), InvalidRequestError),
            (GenerateOptions(prompt="x", guidance=-1), InvalidRequestError),
            (GenerateOptions(prompt="x", width=3), InvalidRequestError),
            (GenerateOptions(prompt="x", sampler="magic"), InvalidRequestError),
            (GenerateOptions(prompt="x", model="no such model"), ModelUnavailableError),
            (GenerateOptions(prompt="x", output=Path("a.jpg")), StorageError),
            (GenerateOptions(prompt="x", output=Path("no/such/folder/a.png")), StorageError),
        ],
    )
    async def test_what_cannot_be_is_told_in_words_before_painting(
        self, make_container: MakeContainer, options: GenerateOptions, error: type[PentimentoError]
    ) -> None:
        container = make_container()
        with pytest.raises(error) as caught:
            await generate(container, options, QUIET)
        assert caught.value.report.advice
        assert await container.library.count() == 0
        await container.close()

    async def test_samplers_may_be_named_as_elsewhere(
        self, make_container: MakeContainer, tmp_path: Path
    ) -> None:
        container = make_container()
        output = tmp_path / "a.png"
        await generate(
            container,
            GenerateOptions(prompt="x", sampler="DPM++ 2M Karras", steps=1, output=output),
            QUIET,
        )
        recipe = read_recipe(output)
        assert recipe is not None
        assert (recipe.request.sampler, recipe.request.schedule) == ("dpmpp_2m", "karras")
        await container.close()

    async def test_a_model_may_be_given_by_its_path(
        self, make_container: MakeContainer, tmp_path: Path
    ) -> None:
        container = make_container()
        output = tmp_path / "a.png"
        options = GenerateOptions(prompt="x", steps=1, model=str(tmp_path / "starter"), output=output)
        await generate(container, options, QUIET)
        recipe = read_recipe(output)
        assert recipe is not None
        assert recipe.request.model.name == "Starter"
        await container.close()


class TestInpaint:
    @settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        size=st.tuples(st.integers(1, 90), st.integers(1, 90)),
        mode=st.sampled_from(["RGB", "RGBA", "L"]),
        seed=st.integers(0, 1000),
    )
    def test_outside_of_the_mask_nothing_changes(
        self, make_container: MakeContainer, tmp_path: Path, size: tuple[int, int], mode: str, seed: int
    ) -> None:
        import asyncio

        random = np.random.default_rng(seed)
        channels = {"RGB": 3, "RGBA": 4, "L": 1}[mode]
        pixels = random.integers(0, 256, (size[1], size[0], channels), dtype=np.uint8).squeeze(
            2 if channels == 1 else ()
        )
        picture, mask_file, output = (tmp_path / name for name in ("p.png", "m.png", "o.png"))
        Image.fromarray(pixels, mode).save(picture)
        mask = np.zeros((size[1], size[0]), np.uint8)
        left, top = int(random.integers(0, size[0])), int(random.integers(0, size[1]))
        mask[top:, left:] = 255
        Image.fromarray(mask).save(mask_file)
        before = read_picture(picture)

        async def repaint() -> None:
            container = make_container()
            options = InpaintOptions(
                picture=picture, mask=mask_file, prompt="x", steps=1, feather=0, seed=3, output=output
            )
            await inpaint(container, options, QUIET)
            await container.close()

        asyncio.run(repaint())
        after = read_picture(output)
        assert after.shape == before.shape
        assert np.array_equal(after[mask == 0], before[mask == 0])
        recipe = read_recipe(output)
        assert recipe is not None
        assert isinstance(recipe.request, Inpaint)
        assert recipe.request.feather == 0

    @pytest.mark.parametrize("intent", ["remove", "paint the town"])
    async def test_an_intent_is_one_of_those_that_there_are(
        self, make_container: MakeContainer, tmp_path: Path, intent: str
    ) -> None:
        container = make_container()
        Image.new("RGB", (SIDE, SIDE)).save(tmp_path / "p.png")
        Image.new("L", (SIDE, SIDE), 255).save(tmp_path / "m.png")
        options = InpaintOptions(
            picture=tmp_path / "p.png",
            mask=tmp_path / "m.png",
            intent=intent,
            steps=1,
            output=tmp_path / "o.png",
        )
        if intent == "remove":
            assert await inpaint(container, options, QUIET) == tmp_path / "o.png"
        else:
            with pytest.raises(InvalidRequestError, match="paint the town"):
                await inpaint(container, options, QUIET)
        await container.close()

    async def test_pictures_and_masks_that_will_not_do_are_told_in_words(
        self, make_container: MakeContainer, tmp_path: Path
    ) -> None:
        container = make_container()
        picture, black, text = (tmp_path / name for name in ("p.png", "black.png", "text.png"))
        Image.new("RGB", (8, 8)).save(picture)
        Image.new("L", (8, 8), 0).save(black)
        text.write_text("no picture")
        for options, error in (
            (InpaintOptions(picture=picture, mask=black), InvalidRequestError),
            (InpaintOptions(picture=tmp_path / "none.png", mask=black), NotFoundError),
            (InpaintOptions(picture=text, mask=black), InvalidPictureError),
            (InpaintOptions(picture=picture, mask=text), InvalidPictureError),
        ):
            with pytest.raises(error):
                await inpaint(container, options, QUIET)
        await container.close()


class TestGallery:
    async def test_pictures_are_listed_found_and_shown(
        self, make_container: MakeContainer, capsys: pytest.CaptureFixture[str]
    ) -> None:
        container = make_container()
        for prompt in ("a red house", "a lake"):
            await generate(container, GenerateOptions(prompt=prompt, steps=1), QUIET)
        await list_pictures(container, read_query("", []), limit=10, as_json=False)
        first, second = capsys.readouterr().out.splitlines()
        assert "a lake" in first
        assert "a red house" in second
        await list_pictures(container, read_query("hous", ["sort=oldest"]), limit=10, as_json=True)
        assert '"prompt": "a red house"' in capsys.readouterr().out
        (newest, _) = await container.library.page(limit=2)
        await show_picture(container, newest.id, as_json=False)
        assert "Steps: 1" in capsys.readouterr().out
        with pytest.raises(NotFoundError):
            await find_picture(container, "ffff")
        await container.close()

    async def test_pictures_are_marked_and_found_by_their_marks(
        self, make_container: MakeContainer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        container = make_container()
        files = [tmp_path / "a.png", tmp_path / "deep" / "b.png"]
        files[1].parent.mkdir()
        for number, file in enumerate(files):
            Image.new("RGB", (8, 8), (number, 0, 0)).save(file)
        assert await import_pictures(container, [tmp_path], linked=True) == []
        (second, first) = await container.library.page()
        await list_boards(container, new="Best", as_json=False)
        (board,) = await container.boards.all()
        marks = AskedMarks(rating=4, label=read_label("red"), tags=("old", "쓸만함"), boards=(board.id,))
        await mark_pictures(container, [first.id], marks)
        capsys.readouterr()
        for filters in (["least_rating=4"], ["label=red"], ["tag=쓸만함"], [f"board={board.id}"]):
            await list_pictures(container, read_query("", filters), limit=10, as_json=False)
            assert capsys.readouterr().out.startswith(first.id[:12]), filters
        await show_picture(container, first.id, as_json=False)
        assert "tags: old, 쓸만함" in capsys.readouterr().out
        await export_picture(container, second.id, tmp_path / "out", pattern="{number} mine")
        assert (tmp_path / "out" / "0001 mine.png").exists()
        for filters in (["rating=4"], ["label=pink"], ["least_rating=many"], ["nonsense"]):
            with pytest.raises(InvalidRequestError):
                read_query("", filters)
        with pytest.raises(InvalidRequestError):
            read_label("pink")
        await container.close()

    async def test_one_broken_file_does_not_keep_the_others_out(
        self, make_container: MakeContainer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        container = make_container()
        good, bad = tmp_path / "good.png", tmp_path / "bad.png"
        Image.new("RGB", (8, 8)).save(good)
        bad.write_bytes(b"no")
        errors = await import_pictures(container, [bad, good], linked=False)
        assert len(errors) == 1
        assert await container.library.count() == 1
        await rebuild(container)
        assert "0 forgotten" in capsys.readouterr().out
        await container.close()


async def test_models_are_listed(make_container: MakeContainer, capsys: pytest.CaptureFixture[str]) -> None:
    container = make_container()
    await list_models(container, as_json=False)
    assert capsys.readouterr().out.startswith("starter\tStarter\tcheckpoint\tstable_diffusion_1")
    await container.close()


async def test_models_of_one_kind_are_listed_and_other_words_refused(
    make_container: MakeContainer, capsys: pytest.CaptureFixture[str]
) -> None:
    container = make_container()
    write_lora(container.folders.models / "ink.safetensors")
    await list_models(container, as_json=True, kind="lora")
    (listed,) = json.loads(capsys.readouterr().out)
    assert (listed["name"], listed["kind"], listed["family"]) == ("ink", "lora", "stable_diffusion_1")
    with pytest.raises(InvalidRequestError, match="no kind"):
        await list_models(container, as_json=False, kind="painting")
    await container.close()


async def test_a_model_is_downloaded_and_can_be_listed(
    make_container: MakeContainer, capsys: pytest.CaptureFixture[str]
) -> None:
    simulator = HubSimulator()
    container = make_container()
    write_lora(container.folders.root / "made.safetensors", metadata={"filler": "x" * 2000})
    content = (container.folders.root / "made.safetensors").read_bytes()
    simulator.add("artist/ink", {"ink.safetensors": content, "ink.ckpt": content}, licence="mit")
    with simulator.running() as container.hub.endpoint:
        with pytest.raises(NotFoundError, match=r"offers no ink\.ckpt"):
            await download_model(
                container, "artist/ink", file="ink.ckpt", progress=ProgressLine(io.StringIO())
            )
        place = await download_model(container, "artist/ink", file="", progress=ProgressLine(io.StringIO()))
        await container.close()
    assert place == container.folders.models / "ink.safetensors"
    assert place.read_bytes() == content
    assert "licence: mit" in capsys.readouterr().err


async def test_without_a_display_the_main_job_is_done(
    make_container: MakeContainer, capsys: pytest.CaptureFixture[str]
) -> None:
    container = make_container()
    await paint_without_window(container, QUIET)
    assert await container.library.count() == 2
    places = [line.rpartition(": ")[2] for line in capsys.readouterr().out.splitlines()[:2]]
    assert all(Path(place).is_file() for place in places)
    await container.close()


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_one_line_on_a_terminal_and_nothing_elsewhere() -> None:
    terminal, file = Terminal(), io.StringIO()
    for stream in (terminal, file):
        line = ProgressLine(stream)
        line.show(Loading(stage="model"))
        line.show(Progress(step=1, steps=4))
        line.clear()
    assert "step 1 of 4 ######" in terminal.getvalue()
    assert "\n" not in terminal.getvalue()
    assert file.getvalue() == ""
