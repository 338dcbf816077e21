import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from safetensors.torch import load_file, save_file
from transformers import CLIPTextConfig, CLIPTextModel

from shared.contracts.errors import InvalidModelError
from shared.engine.catalogue import describe_model
from shared.inference.autoencoding import encode
from shared.inference.families.family import CONFIGURATIONS
from shared.inference.loading import ModelKeeper
from tests.shared.inference.conftest import CPU
from tests.support.tiny_models import make_tiny_pipeline, save_single_file, save_tiny_model


def parameters(model: Any) -> int:
    return sum(parameter.numel() for parameter in model.parameters())


@pytest.mark.parametrize(
    ("configuration", "unet"), [("configuration", 859_520_964), ("configuration_inpainting", 859_535_364)]
)
def test_the_familys_configuration_is_stable_diffusion_1s(configuration: str, unet: int) -> None:
    folder = CONFIGURATIONS / configuration
    with torch.device("meta"):
        counts = (
            parameters(UNet2DConditionModel.from_config(UNet2DConditionModel.load_config(folder / "unet"))),
            parameters(AutoencoderKL.from_config(AutoencoderKL.load_config(folder / "vae"))),
            parameters(CLIPTextModel(CLIPTextConfig.from_pretrained(folder / "text_encoder"))),
        )

    assert counts == (unet, 83_653_863, 123_060_480)


@pytest.mark.parametrize("in_channels", [4, 9])
def test_a_single_file_gives_the_weights_of_its_folder(tmp_path: Path, in_channels: int) -> None:
    name = "configuration" if in_channels == 4 else "configuration_inpainting"
    pipeline = make_tiny_pipeline(in_channels=in_channels)
    pipeline.save_pretrained(tmp_path / name)
    for weights in (tmp_path / name).rglob("*.safetensors"):
        weights.unlink()
    shutil.rmtree(tmp_path / name / "tokenizer")
    save_single_file(pipeline, tmp_path / "old.safetensors")
    description = describe_model(tmp_path / "old.safetensors")

    model = ModelKeeper(CPU, configurations=tmp_path).get(description)

    assert (description.layout, description.in_channels) == ("single_file", in_channels)
    for part in ("unet", "vae", "text_encoder"):
        loaded_part = model.text_encoders[0].model if part == "text_encoder" else getattr(model, part)
        expected, loaded = getattr(pipeline, part).state_dict(), loaded_part.state_dict()
        assert expected.keys() == loaded.keys()
        assert all(torch.equal(expected[key], loaded[key]) for key in expected)


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
