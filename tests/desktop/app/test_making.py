"""Pictures made of others without a window: larger, better, cut out, extended."""

import io
from pathlib import Path

import numpy as np
import pytest

from desktop.app.headless.making import (
    BackgroundOptions,
    EnhanceOptions,
    OutpaintOptions,
    PaintedOptions,
    UpscaleOptions,
    enhance,
    outpaint,
    remove_background,
    upscale,
)
from desktop.app.headless.terminal import ProgressLine
from shared.contracts.errors import InvalidRequestError, ModelUnavailableError
from shared.contracts.generation import Enhance, Outpaint, RemoveBackground, Upscale
from shared.imaging.pictures import encode_png, read_picture
from shared.imaging.recipe_pictures import read_recipe
from tests.desktop.app.conftest import MakeContainer

QUIET = ProgressLine(io.StringIO())


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    file = tmp_path / "picture.png"
    file.write_bytes(encode_png(np.full((48, 64, 3), 90, np.uint8)))
    return file


async def test_each_command_asks_for_what_was_typed_and_keeps_the_picture(
    make_container: MakeContainer, picture: Path, tmp_path: Path
) -> None:
    container = make_container()
    output = tmp_path / "out.png"

    await upscale(container, UpscaleOptions(picture=picture, factor=4, output=output), QUIET)
    enlarged = read_recipe(output)
    await enhance(container, EnhanceOptions(picture=picture, sharpen=0.5, output=output), QUIET)
    enhanced = read_recipe(output)
    await remove_background(
        container, BackgroundOptions(picture=picture, within=(1, 2, 30, 40), output=output), QUIET
    )
    cut = read_recipe(output)

    assert enlarged is not None
    assert enhanced is not None
    assert cut is not None
    assert isinstance(enlarged.request, Upscale)
    assert enlarged.request.factor == 4
    assert isinstance(enhanced.request, Enhance)
    assert (enhanced.request.sharpen, enhanced.request.denoise) == (0.5, 0)
    assert isinstance(cut.request, RemoveBackground)
    assert cut.request.hint is not None
    assert cut.request.hint.height == 40
    assert {kept.kind for kept in await container.library.page(limit=10)} == {
        "upscale", "enhance", "remove_background",
    }  # fmt: skip
    await container.close()


async def test_an_extended_picture_is_written_whole(
    make_container: MakeContainer, picture: Path, tmp_path: Path
) -> None:
    container = make_container()
    output = tmp_path / "out.png"

    await outpaint(
        container,
        OutpaintOptions(
            picture=picture,
            left=16,
            bottom=8,
            painted=PaintedOptions(prompt="a lake", steps=2),
            output=output,
        ),
        QUIET,
    )

    pixels = read_picture(output)
    assert pixels.shape == (56, 80, 3)
    assert (pixels[:48, 16:] == 90).all()
    assert (pixels[48:] != 0).any()
    recipe = read_recipe(output)
    assert recipe is not None
    assert isinstance(recipe.request, Outpaint)
    await container.close()


async def test_what_cannot_be_is_told_before_anything_is_made(
    make_container: MakeContainer, picture: Path
) -> None:
    container = make_container()
    with pytest.raises(InvalidRequestError):
        await outpaint(container, OutpaintOptions(picture=picture), QUIET)
    with pytest.raises(InvalidRequestError):
        await upscale(container, UpscaleOptions(picture=picture, factor=100), QUIET)
    with pytest.raises(ModelUnavailableError) as caught:
        await upscale(container, UpscaleOptions(picture=picture, upscaler="nowhere"), QUIET)
    assert "nowhere" in caught.value.report.text
    assert await container.library.count() == 0
    await container.close()
