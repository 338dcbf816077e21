"""Whole jobs with models of every family, beside diffusers' own pipelines."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from shared.contracts.events import Picture
from shared.contracts.generation import Inpaint
from shared.contracts.models import ModelDescription
from shared.engine.catalogue import describe_model
from shared.imaging.inpainting import paste
from shared.imaging.pixels import Pixels
from shared.inference.samplers import make_sampler
from tests.shared.inference.conftest import Studio
from tests.support.tiny_models import make_tiny_second_version, make_tiny_xl, save_tiny_model

# diffusers' schedulers hand tensors to numpy in an old way.
pytestmark = pytest.mark.filterwarnings("ignore:__array_:DeprecationWarning")

MAKERS: dict[str, Callable[..., Any]] = {
    "second": make_tiny_second_version,
    "xl": make_tiny_xl,
    "refiner": partial(make_tiny_xl, refiner=True),
}


def made(tmp_path: Path, pipeline: Any) -> ModelDescription:
    save_tiny_model(tmp_path / "m", pipeline=pipeline)
    return describe_model(tmp_path / "m")


@pytest.mark.parametrize("negative", ["", "dark"])
@pytest.mark.parametrize("name", ["second", "xl"])
def test_a_picture_is_the_one_that_diffusers_makes(
    studio: Studio, tmp_path: Path, name: str, negative: str
) -> None:
    pipeline = MAKERS[name]()
    model = made(tmp_path, pipeline)
    pipeline.set_progress_bar_config(disable=True)
    pipeline.scheduler = make_sampler("euler", "normal", dict(pipeline.scheduler.config)).scheduler
    request = studio.text_to_image(
        prompt="a red house", negative_prompt=negative, sampler="euler", schedule="normal", guidance_scale=4.0
    )

    with torch.inference_mode():
        theirs = pipeline(
            prompt="a red house",
            negative_prompt=(negative or None) if name == "xl" else negative,
            latents=torch.randn((1, 4, 8, 8), generator=torch.Generator("cpu").manual_seed(7)),
            num_inference_steps=3,
            guidance_scale=4.0,
            width=64,
            height=64,
            output_type="np",
        ).images[0]
    ours = studio.picture(request, model=model)

    assert np.abs(ours - theirs * 255).max() <= 1


def test_the_refiner_is_told_how_beautiful_a_picture_shall_be(studio: Studio, tmp_path: Path) -> None:
    from diffusers import StableDiffusionXLImg2ImgPipeline

    pipeline = MAKERS["refiner"]()
    model = made(tmp_path, pipeline)
    theirs_pipeline = StableDiffusionXLImg2ImgPipeline(
        **pipeline.components, requires_aesthetics_score=True, force_zeros_for_empty_prompt=False,
        add_watermarker=False,
    )  # fmt: skip
    theirs = torch.cat(
        theirs_pipeline._get_add_time_ids(
            (64, 64), (0, 0), (64, 64), 6.0, 2.5, (64, 64), (0, 0), (64, 64), torch.float32, 64
        )
    )
    seen: list[torch.Tensor] = []
    loaded = studio.keeper.get(model)
    hook = loaded.unet.register_forward_pre_hook(
        lambda module, args, kwargs: seen.append(kwargs["added_cond_kwargs"]["time_ids"]), with_kwargs=True
    )

    studio.picture(studio.text_to_image(), model=model)
    hook.remove()

    negative_then_positive = torch.cat([theirs[1:], theirs[:1]])
    assert all(torch.equal(ids, negative_then_positive) for ids in seen)
    assert len(seen) == 3


@pytest.mark.parametrize("settings", [{"clip_skip": 2}, {"guidance_scale": 1.0}, {"prompt": "cat " * 100}])
@pytest.mark.parametrize("name", MAKERS)
def test_every_setting_works_with_every_family(
    studio: Studio, tmp_path: Path, name: str, settings: dict[str, Any]
) -> None:
    assert studio.picture(studio.text_to_image(**settings), model=made(tmp_path, MAKERS[name]())).std() > 0


@pytest.mark.parametrize("name", ["second", "xl"])
def test_an_inpainting_model_of_each_family_paints_within_its_mask(
    studio: Studio, tmp_path: Path, landscape: Pixels, name: str
) -> None:
    model = made(tmp_path, MAKERS[name](in_channels=9))
    mask = np.zeros(landscape.shape[:2], np.uint8)
    mask[30:60, 40:80] = 255
    request = Inpaint(
        model=model.reference, prompt="a boat", seed=3, steps=4, feather=0,
        image=studio.put(landscape), mask=studio.put(mask),
    )  # fmt: skip

    (picture,) = [event for event in studio.run(request, model=model) if isinstance(event, Picture)]

    assert model.made_for_inpainting
    whole = paste(landscape, studio.read(picture), picture.placement)
    assert (whole[mask == 0] == landscape[mask == 0]).all()
    assert (whole[mask > 0] != landscape[mask > 0]).any()
