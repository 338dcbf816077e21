import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
import torch
from diffusers import AutoencoderKL, ControlNetModel, UNet2DConditionModel
from safetensors.torch import load_file, save_file
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

from shared.contracts.errors import InvalidModelError
from shared.contracts.models import ModelFamily
from shared.engine.catalogue import describe_model
from shared.inference.autoencoding import encode
from shared.inference.families.family import CONFIGURATIONS, FAMILIES
from shared.inference.loading import ModelKeeper
from tests.shared.inference.conftest import CPU
from tests.support.tiny_models import (
    make_tiny_pipeline,
    make_tiny_second_version,
    make_tiny_xl,
    save_single_file,
    save_tiny_model,
)


def parameters(model: Any) -> int:
    return sum(parameter.numel() for parameter in model.parameters())


VAE, LARGE, BIG_G = 83_653_863, 123_060_480, 694_659_840


@pytest.mark.parametrize(
    ("configuration", "counts"),
    [
        ("stable_diffusion_1/configuration", (859_520_964, VAE, LARGE)),
        ("stable_diffusion_1/configuration_inpainting", (859_535_364, VAE, LARGE)),
        ("stable_diffusion_2/configuration", (865_910_724, VAE, 340_387_840)),
        ("stable_diffusion_2/configuration_inpainting", (865_925_124, VAE, 340_387_840)),
        ("stable_diffusion_xl/configuration", (2_567_463_684, VAE, LARGE, BIG_G)),
        ("stable_diffusion_xl/configuration_inpainting", (2_567_478_084, VAE, LARGE, BIG_G)),
        ("stable_diffusion_xl_refiner/configuration", (2_259_526_660, VAE, BIG_G)),
    ],
)
def test_each_configuration_is_its_familys(configuration: str, counts: tuple[int, ...]) -> None:
    folder = CONFIGURATIONS / configuration
    slots = FAMILIES[cast(ModelFamily, configuration.split("/", maxsplit=1)[0])].encoders
    with torch.device("meta"):
        found = [
            parameters(UNet2DConditionModel.from_config(UNet2DConditionModel.load_config(folder / "unet"))),
            parameters(AutoencoderKL.from_config(AutoencoderKL.load_config(folder / "vae"))),
        ]
        for slot in slots:
            kind = CLIPTextModelWithProjection if slot.name == "text_encoder_2" else CLIPTextModel
            found.append(parameters(kind(CLIPTextConfig.from_pretrained(folder / slot.name))))

    assert tuple(found) == counts


@pytest.mark.parametrize(
    ("family", "count"), [("stable_diffusion_1", 361_279_120), ("stable_diffusion_xl", 1_251_014_160)]
)
def test_a_control_net_has_the_measures_of_its_familys_unet(family: str, count: int) -> None:
    """So that its files need no configuration; the counts are those of the published networks."""
    folder = CONFIGURATIONS / family / "configuration" / "unet"
    with torch.device("meta"):
        unet = UNet2DConditionModel.from_config(UNet2DConditionModel.load_config(folder))
        net = ControlNetModel.from_unet(unet, load_weights_from_unet=False)

    assert parameters(net) == count


MAKERS: dict[ModelFamily, Callable[..., Any]] = {
    "stable_diffusion_1": make_tiny_pipeline,
    "stable_diffusion_2": make_tiny_second_version,
    "stable_diffusion_xl": make_tiny_xl,
    "stable_diffusion_xl_refiner": partial(make_tiny_xl, refiner=True),
}


@pytest.mark.parametrize(
    ("in_channels", "precision"), [(4, torch.float32), (9, torch.float32), (4, torch.bfloat16)]
)
@pytest.mark.parametrize("family", MAKERS)
def test_a_single_file_gives_the_weights_of_its_folder(
    tmp_path: Path, family: ModelFamily, in_channels: int, precision: torch.dtype
) -> None:
    name = "configuration" if in_channels == 4 else "configuration_inpainting"
    pipeline = MAKERS[family](in_channels=in_channels)
    configuration = tmp_path / family / name
    pipeline.save_pretrained(configuration)
    for weights in configuration.rglob("*.safetensors"):
        weights.unlink()
    for tokenizer in configuration.glob("tokenizer*"):
        shutil.rmtree(tokenizer)
    save_single_file(pipeline, tmp_path / "old.safetensors")
    description = describe_model(tmp_path / "old.safetensors")

    model = ModelKeeper(replace(CPU, precision=precision), configurations=tmp_path).get(description)

    assert (description.layout, description.family) == ("single_file", family)
    assert description.in_channels == in_channels
    slots = FAMILIES[family].encoders
    pairs = [(pipeline.unet.to(precision), model.unet), (pipeline.vae, model.vae)]
    pairs += [
        (getattr(pipeline, slot.name), encoder.model)
        for slot, encoder in zip(slots, model.text_encoders, strict=True)
    ]
    for made, loaded in pairs:
        expected, found = made.state_dict(), loaded.state_dict()
        assert expected.keys() == found.keys()
        assert all(torch.equal(expected[key], found[key]) for key in expected)
    for slot, encoder in zip(slots, model.text_encoders, strict=True):
        assert encoder.tokenizer.pad_token == getattr(pipeline, slot.tokenizer).pad_token


def test_what_a_file_says_of_its_training_reaches_the_sampler(tmp_path: Path) -> None:
    save_tiny_model(tmp_path / "m")
    description = describe_model(tmp_path / "m").model_copy(
        update={"prediction_type": "v_prediction", "zero_terminal_snr": True}
    )

    configuration = ModelKeeper(CPU).get(description).scheduler_configuration

    assert configuration["prediction_type"] == "v_prediction"
    assert configuration["rescale_betas_zero_snr"]


def test_half_precision_files_alone_are_enough(tmp_path: Path) -> None:
    pipeline = make_tiny_pipeline()
    pipeline.save_pretrained(tmp_path / "half", variant="fp16")

    model = ModelKeeper(CPU).get(describe_model(tmp_path / "half"))

    assert torch.equal(model.unet.conv_in.weight, pipeline.unet.conv_in.weight)


def test_a_kept_model_is_the_same_object_until_another_is_asked_for(tmp_path: Path) -> None:
    for name in ("a", "b"):
        save_tiny_model(tmp_path / name, name)
    first, second = describe_model(tmp_path / "a"), describe_model(tmp_path / "b")
    keeper = ModelKeeper(CPU)

    kept = keeper.get(first)

    assert keeper.get(first) is kept
    assert keeper.holds(first)
    assert keeper.get(second) is not kept
    assert not keeper.holds(first)


def test_parts_that_do_not_belong_together_are_told_in_words(tmp_path: Path) -> None:
    save_tiny_model(tmp_path / "m")
    weights = tmp_path / "m" / "unet" / "diffusion_pytorch_model.safetensors"
    tensors = load_file(weights)
    tensors["conv_in.weight"] = torch.zeros(3, 3)
    save_file(tensors, weights)

    with pytest.raises(InvalidModelError) as caught:
        ModelKeeper(CPU).get(describe_model(tmp_path / "m"))
    assert "can't be loaded" in str(caught.value)
    assert "Traceback" in caught.value.report.detail


def test_previews_have_the_colours_of_the_picture() -> None:
    """With the repository's own model, since a random autoencoder keeps no colours."""
    starter = Path(__file__).parents[3] / "assets" / "starter_model" / "model"
    model = ModelKeeper(CPU).get(describe_model(starter))

    picture = np.zeros((256, 256, 3), np.uint8)
    picture[:, :128] = (200, 40, 30)
    picture[:, 128:] = (30, 60, 200)

    colours = model.projection.colours(encode(model.vae, picture)[0])

    left, right = colours[:, :14].mean(axis=(0, 1)), colours[:, 18:].mean(axis=(0, 1))
    assert left[0] > left[2] + 60
    assert right[2] > right[0] + 60
