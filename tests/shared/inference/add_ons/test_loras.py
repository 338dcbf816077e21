"""LoRAs of every form: what they change, that they add up, and that nothing of them stays."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from shared.contracts.events import Failed, Picture
from shared.contracts.generation import LoraUse
from shared.contracts.models import ModelFile
from shared.engine.catalogue import describe_model
from shared.inference.add_ons.lora_layers import layers_of
from tests.shared.inference.conftest import Studio
from tests.support.add_on_files import LORA_FORMS, add_on, kohya_lora, write
from tests.support.tiny_models import make_tiny_xl, save_tiny_model

# diffusers' schedulers hand tensors to numpy in an old way.
pytestmark = pytest.mark.filterwarnings("ignore:__array_:DeprecationWarning")


def use(file: ModelFile, weight: float = 1.0, **options: Any) -> LoraUse:
    return LoraUse(model={"id": file.id, "name": file.name}, weight=weight, **options)


def undressed(studio: Studio) -> Any:
    """The UNet, without what an earlier test put on."""
    studio.picture(studio.text_to_image(steps=1))
    return studio.keeper.get(studio.model).unet


@pytest.mark.parametrize("form", LORA_FORMS)
def test_a_lora_changes_the_picture_and_leaves_no_trace(
    studio: Studio, tiny_pipeline: Any, tmp_path: Path, form: str
) -> None:
    file = add_on(write(tmp_path / f"{form}.safetensors", LORA_FORMS[form](tiny_pipeline)), "lora")
    plain = studio.text_to_image()
    before = studio.picture(plain)

    with_it = studio.picture(studio.text_to_image(loras=(use(file),)), add_ons=(file,))
    after = studio.picture(plain)

    assert (with_it != before).any()
    assert (after == before).all()


def test_a_weight_of_nothing_changes_nothing_and_several_add_up(
    studio: Studio, tiny_pipeline: Any, tmp_path: Path
) -> None:
    one = add_on(write(tmp_path / "one.safetensors", kohya_lora(tiny_pipeline, seed=1)), "lora")
    two = add_on(write(tmp_path / "two.safetensors", kohya_lora(tiny_pipeline, seed=2)), "lora")

    def painted(*uses: LoraUse) -> np.ndarray[Any, Any]:
        return studio.picture(studio.text_to_image(loras=uses), add_ons=(one, two)).astype(int)

    plain = painted()

    assert (painted(use(one, 0.0)) == plain).all()
    assert (painted(use(one), use(two, 0.5)) != painted(use(one))).any()
    assert np.abs(painted(use(one, 0.5), use(one, 0.5)) - painted(use(one))).max() <= 1
    assert np.abs(painted(use(one, 1.0), use(one, -1.0)) - plain).max() <= 1


@pytest.mark.parametrize("form", ["kohya", "diffusers", "locon"])
def test_a_lora_makes_the_weights_that_diffusers_and_peft_would(
    studio: Studio, tiny_pipeline: Any, tmp_path: Path, form: str
) -> None:
    """The definition itself: the weight plus up times down, times alpha over rank."""
    tensors = LORA_FORMS[form](tiny_pipeline)
    file = add_on(write(tmp_path / "lora.safetensors", tensors), "lora")
    request = studio.text_to_image(loras=(use(file, 0.7, text_weight=0.2),))
    layer = "mid_block.attentions.0.transformer_blocks.0.attn2.to_k"
    stem = f"unet.{layer}" if form == "diffusers" else f"lora_unet_{layer.replace('.', '_')}"
    down, up = ("lora_A", "lora_B") if form == "diffusers" else ("lora_down", "lora_up")
    scale = 1.0 if form == "diffusers" else 0.5
    own = undressed(studio).get_submodule(layer).weight.clone()

    studio.picture(request, add_ons=(file,))

    worn = studio.keeper.get(studio.model).unet.get_submodule(layer).weight
    expected = own + 0.7 * scale * tensors[f"{stem}.{up}.weight"] @ tensors[f"{stem}.{down}.weight"]
    assert torch.allclose(worn, expected, atol=1e-5)
    studio.picture(studio.text_to_image())
    assert torch.equal(studio.keeper.get(studio.model).unet.get_submodule(layer).weight, own)


def test_the_text_weight_is_the_text_encoders_alone(
    studio: Studio, tiny_pipeline: Any, tmp_path: Path
) -> None:
    file = add_on(write(tmp_path / "lora.safetensors", kohya_lora(tiny_pipeline)), "lora")
    both, unet_alone = (
        studio.picture(studio.text_to_image(loras=(use(file, text_weight=weight),)), add_ons=(file,))
        for weight in (None, 0.0)
    )

    assert (both != unet_alone).any()


def test_a_prompt_names_a_lora_as_the_request_would(
    studio: Studio, tiny_pipeline: Any, tmp_path: Path
) -> None:
    file = add_on(write(tmp_path / "sketch.safetensors", kohya_lora(tiny_pipeline)), "lora")
    asked = studio.picture(studio.text_to_image(loras=(use(file, 0.5),)), add_ons=(file,))
    named = studio.picture(studio.text_to_image(prompt="a red house <lora:Sketch:0.5>"), add_ons=(file,))

    assert (asked == named).all()


def test_a_named_lora_that_is_not_here_is_told_by_its_name(studio: Studio) -> None:
    last = studio.run(studio.text_to_image(prompt="a house <lora:nowhere>"))[-1]

    assert isinstance(last, Failed)
    assert "nowhere" in last.error.text


def test_a_lora_for_another_model_is_refused_in_words_that_name_both(
    studio: Studio, tiny_pipeline: Any, tmp_path: Path
) -> None:
    tensors = {
        name: torch.randn((tensor.shape[0], tensor.shape[1] + 1)) if "lora_down" in name else tensor
        for name, tensor in kohya_lora(tiny_pipeline).items()
    }
    before = studio.picture(studio.text_to_image())
    for file in (
        add_on(write(tmp_path / "wider.safetensors", tensors), "lora"),
        add_on(write(tmp_path / "xl.safetensors", tensors), "lora", family="stable_diffusion_xl"),
    ):
        last = studio.run(studio.text_to_image(loras=(use(file),)), add_ons=(file,))[-1]

        assert isinstance(last, Failed)
        assert last.error.code == "INVALID_MODEL"
        assert file.name in last.error.text
        assert "Tiny" in last.error.text
        assert last.error.advice_text
    assert (studio.picture(studio.text_to_image()) == before).all()


@pytest.mark.parametrize("form", ["kohya", "locon", "loha"])
@pytest.mark.parametrize("along", ["inputs", "outputs", "peft"])
def test_a_dora_turns_each_weight_and_says_how_long_it_is(
    studio: Studio, tiny_pipeline: Any, tmp_path: Path, form: str, along: str
) -> None:
    """Each direction as the LoRA alone has it, each length as the file says."""
    tensors = dict(LORA_FORMS[form](tiny_pipeline))
    stem = "lora_unet_mid_block_attentions_0_transformer_blocks_0_attn2_to_k"
    module = "mid_block.attentions.0.transformer_blocks.0.attn2.to_k"
    own = undressed(studio).get_submodule(module).weight.clone()
    change = layers_of(tensors)[stem].change(own)
    name = "lora_magnitude_vector" if along == "peft" else "dora_scale"
    shape = {"inputs": (1, own.shape[1]), "outputs": (own.shape[0], 1), "peft": (own.shape[0],)}[along]
    lengths = torch.rand(shape) + 0.5
    tensors[f"{stem}.{name}"] = lengths
    file = add_on(write(tmp_path / "dora.safetensors", tensors), "lora")

    studio.picture(studio.text_to_image(loras=(use(file, 0.7),)), add_ons=(file,))

    worn = studio.keeper.get(studio.model).unet.get_submodule(module).weight
    whole = own + (worn - own) / 0.7
    axis = 0 if along == "inputs" else 1
    assert torch.allclose(whole.norm(dim=axis), lengths.flatten(), atol=1e-4)
    alike = torch.nn.functional.cosine_similarity(whole, own + change, dim=axis)
    assert torch.allclose(alike, torch.ones_like(alike), atol=1e-4)


def test_a_dora_of_a_convolution_turns_each_filter(tiny_pipeline: Any) -> None:
    own = torch.randn(6, 4, 3, 3)
    layer = {
        "x.lora_down.weight": torch.randn(2, 4, 3, 3),
        "x.lora_up.weight": torch.randn(6, 2, 1, 1),
    }
    plain = layers_of(layer)["x"].change(own)
    lengths = torch.linalg.vector_norm(own + plain, dim=(0, 2, 3), keepdim=True)
    same = layers_of({**layer, "x.dora_scale": lengths})["x"].change(own)

    assert torch.allclose(same, plain, atol=1e-5)


def test_a_file_of_a_form_that_is_not_known_is_refused(studio: Studio, tmp_path: Path) -> None:
    odd = {"lora_unet_mid_block_attentions_0_proj_in.oft_blocks": torch.ones(2, 4, 4)}
    file = add_on(write(tmp_path / "odd.safetensors", odd), "lora")

    last = studio.run(studio.text_to_image(loras=(use(file),)), add_ons=(file,))[-1]

    assert isinstance(last, Failed)
    assert "DoRA" in last.error.advice_text


def test_kohyas_names_for_sdxl_are_those_of_the_first_programs(studio: Studio, tmp_path: Path) -> None:
    pipeline = make_tiny_xl()
    save_tiny_model(tmp_path / "xl", pipeline=pipeline)
    model = describe_model(tmp_path / "xl")
    stem = "lora_unet_input_blocks_4_1_transformer_blocks_0_attn1_to_q"
    layer = "down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_q"
    shape = pipeline.unet.get_submodule(layer).weight.shape
    tensors = {
        f"{stem}.lora_down.weight": torch.ones(1, shape[1]),
        f"{stem}.lora_up.weight": torch.ones(shape[0], 1),
        "lora_te2_text_model_encoder_layers_0_mlp_fc1.lora_down.weight": torch.ones(1, 64),
        "lora_te2_text_model_encoder_layers_0_mlp_fc1.lora_up.weight": torch.ones(64, 1),
    }
    file = add_on(write(tmp_path / "lora.safetensors", tensors), "lora")

    events = studio.run(studio.text_to_image(loras=(use(file),)), model=model, add_ons=(file,))

    assert isinstance(events[-2], Picture)
    worn = studio.keeper.get(model)
    assert torch.allclose(
        worn.unet.get_submodule(layer).weight, pipeline.unet.get_submodule(layer).weight + 1
    )
    second = worn.text_encoders[1].model.get_submodule("text_model.encoder.layers.0.mlp.fc1").weight
    own = pipeline.text_encoder_2.get_submodule("text_model.encoder.layers.0.mlp.fc1").weight
    assert torch.allclose(second, own + 1)


def test_a_locon_with_a_core_is_rebuilt(tiny_pipeline: Any) -> None:
    """Tucker decomposition: the change of each place of the kernel by itself is up times core times down."""
    parts = {
        "x.lora_up.weight": torch.randn(6, 2, 1, 1),
        "x.lora_mid.weight": torch.randn(2, 2, 3, 3),
        "x.lora_down.weight": torch.randn(2, 5, 1, 1),
    }
    change = layers_of(parts)["x"].change(torch.zeros((6, 5, 3, 3)))

    up, core, down = (tensor.squeeze() for tensor in parts.values())
    assert torch.allclose(change[:, :, 0, 2], up @ core[:, :, 0, 2] @ down, atol=1e-5)
