"""Noise that is varied, pictures like another, and SDXL's second model."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import StableDiffusionXLImg2ImgPipeline
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.events import Failed, Picture
from shared.contracts.generation import NoiseVariation, Refiner, Variations
from shared.contracts.models import ModelDescription
from shared.engine.catalogue import describe_model
from shared.imaging.pixels import Pixels
from shared.inference.noise import turned
from shared.inference.samplers import make_sampler
from tests.shared.inference.conftest import Studio
from tests.support.tiny_models import make_tiny_xl, save_tiny_model

# diffusers' schedulers hand tensors to numpy in an old way.
pytestmark = pytest.mark.filterwarnings("ignore:__array_:DeprecationWarning")


def varied(studio: Studio, strength: float, **options: Any) -> list[Pixels]:
    variation = NoiseVariation(seed=100, strength=strength)
    return studio.pictures(studio.text_to_image(variation=variation, **options))


def test_a_variation_of_nothing_is_the_picture_and_of_all_the_other_seeds(studio: Studio) -> None:
    own, other = (studio.picture(studio.text_to_image(seed=seed)) for seed in (7, 100))

    assert (varied(studio, 0.0)[0] == own).all()
    assert np.abs(varied(studio, 1.0)[0].astype(int) - other).max() <= 1
    (little,) = varied(studio, 0.1)
    assert (little != own).any()


def test_each_picture_of_a_batch_has_its_own_variation_of_one_seed(studio: Studio) -> None:
    request = studio.text_to_image(variation=NoiseVariation(seed=100, strength=0.3), count=2)
    events = studio.run(request)

    made = [event.recipe.rendering for event in events if isinstance(event, Picture)]
    assert [(each.seed, each.variation_seed) for each in made] == [(7, 100), (7, 101)]
    batch = [studio.read(event) for event in events if isinstance(event, Picture)]
    alone = studio.picture(studio.text_to_image(variation=NoiseVariation(seed=101, strength=0.3)))
    assert (batch[1] == alone).all()


@given(share=st.floats(0, 1), seed=st.integers(0, 50))
def test_mixed_noise_is_as_strong_as_noise(share: float, seed: int) -> None:
    random = torch.Generator().manual_seed(seed)
    one, other = (torch.randn((1, 4, 32, 32), generator=random) for _ in range(2))

    mixed = turned(one, other, share)

    assert 0.93 < float(mixed.std()) < 1.07


def test_variations_of_a_picture_have_its_size_and_differ(studio: Studio, landscape: Pixels) -> None:
    request = Variations(model=studio.model.reference, seed=1, steps=5, count=2, image=studio.put(landscape))

    first, second = studio.pictures(request)

    assert first.shape == landscape.shape
    assert (first != second).any()


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("pair")
    base, refiner = make_tiny_xl(), make_tiny_xl(refiner=True, seed=5)
    refiner.scheduler = type(base.scheduler).from_config(base.scheduler.config)
    save_tiny_model(folder / "base", "base", pipeline=base)
    save_tiny_model(folder / "refiner", "refiner", pipeline=refiner)
    return {"base": base, "refiner": refiner, "folder": folder}


def models_of(pair: dict[str, Any]) -> tuple[ModelDescription, ModelDescription]:
    folder: Path = pair["folder"]
    return describe_model(folder / "base"), describe_model(folder / "refiner")


@pytest.mark.parametrize("switch_at", [0.5, 0.8])
def test_a_refiner_takes_over_where_diffusers_ensemble_does(
    studio: Studio, pair: dict[str, Any], switch_at: float
) -> None:
    base, refiner = pair["base"], pair["refiner"]
    second = StableDiffusionXLImg2ImgPipeline(
        **{**refiner.components, "vae": base.vae}, requires_aesthetics_score=True,
        force_zeros_for_empty_prompt=False, add_watermarker=False,
    )  # fmt: skip
    for pipeline in (base, second):
        pipeline.set_progress_bar_config(disable=True)
        pipeline.scheduler = make_sampler("euler", "normal", dict(base.scheduler.config)).scheduler
    settings = {
        "prompt": "a red house",
        "negative_prompt": "dark",
        "num_inference_steps": 10,
        "guidance_scale": 4.0,
    }
    with torch.inference_mode():
        latents = base(
            **settings, latents=torch.randn((1, 4, 8, 8), generator=torch.Generator("cpu").manual_seed(7)),
            width=64, height=64, denoising_end=switch_at, output_type="latent",
        ).images  # fmt: skip
        theirs = second(
            **settings, image=latents, denoising_start=switch_at, output_type="np",
            original_size=(64, 64), target_size=(64, 64),
        ).images[0]  # fmt: skip
    model, refining = models_of(pair)
    request = studio.text_to_image(
        negative_prompt="dark", sampler="euler", schedule="normal", guidance_scale=4.0, steps=10,
        refiner=Refiner(model=refining.reference, switch_at=switch_at),
    )  # fmt: skip

    ours = studio.picture(request, model=model, refiner=refining)

    assert np.abs(ours - theirs * 255).max() <= 1
    alone = studio.picture(request.model_copy(update={"refiner": None}), model=model)
    assert (ours != alone).any()


def test_a_refiner_beside_another_model_is_refused_in_words(studio: Studio, pair: dict[str, Any]) -> None:
    _, refining = models_of(pair)
    request = studio.text_to_image(refiner=Refiner(model=refining.reference))

    last = studio.run(request, refiner=refining)[-1]

    assert isinstance(last, Failed)
    assert "XL" in last.error.advice_text


def test_both_models_stay_loaded_between_jobs(studio: Studio, pair: dict[str, Any]) -> None:
    model, refining = models_of(pair)
    request = studio.text_to_image(refiner=Refiner(model=refining.reference))
    studio.picture(request, model=model, refiner=refining)
    loads = studio.keeper.loads

    studio.picture(request, model=model, refiner=refining)

    assert studio.keeper.loads == loads
