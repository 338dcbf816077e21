"""The faster settings: what they spare, what they must not change, and that the next exact job is exact."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from shared.contracts.generation import ImageToImage, Refiner, Speed
from shared.engine.catalogue import describe_model
from shared.imaging.pixels import Pixels
from shared.inference.autoencoding import decode, half_copy
from shared.inference.compiling import compiled_parts
from shared.inference.conditioning import Conditioning
from shared.inference.economy import ECONOMIES, guided_at_first
from shared.inference.inner_reuse import InnerReuse, can_reuse, reuse_within
from tests.benchmarks.gpu_speed import Setting, Table, compare
from tests.shared.inference.conftest import Studio
from tests.support.tiny_models import (
    make_tiny_pipeline,
    make_tiny_second_version,
    make_tiny_xl,
    save_tiny_model,
)

# diffusers' schedulers hand tensors to numpy in an old way.
pytestmark = pytest.mark.filterwarnings("ignore:__array_:DeprecationWarning")


@pytest.fixture(scope="module")
def xl_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "xl"
    save_tiny_model(folder, "xl", pipeline=make_tiny_xl())
    return folder


def inputs_of(unet: Any, *, seed: int) -> dict[str, Any]:
    random = torch.Generator().manual_seed(seed)
    added: dict[str, torch.Tensor] = {}
    if unet.config.addition_embed_type:
        rest = unet.config.projection_class_embeddings_input_dim - 6 * unet.config.addition_time_embed_dim
        added = {
            "text_embeds": torch.randn(2, rest, generator=random),
            "time_ids": torch.tensor([[64.0, 64, 0, 0, 64, 64]] * 2),
        }
    return {
        "encoder_hidden_states": torch.randn(2, 77, unet.config.cross_attention_dim, generator=random),
        "added_cond_kwargs": added,
    }


@pytest.mark.parametrize("make", [make_tiny_pipeline, make_tiny_second_version, make_tiny_xl])
@torch.inference_mode()
def test_the_outermost_level_with_fresh_inner_ones_is_the_whole_network(make: Any) -> None:
    unet = make().unet.eval()
    assert can_reuse(unet)
    reuse, known = InnerReuse(unet, 2), inputs_of(unet, seed=1)
    latents, timestep = torch.randn(2, 4, 8, 8), torch.tensor(500.0)
    whole = unet(latents, timestep, **known).sample
    assert torch.equal(reuse(latents, timestep, **known), whole)
    assert torch.allclose(reuse(latents, timestep, **known), whole, atol=1e-6)


@torch.inference_mode()
def test_inner_levels_are_evaluated_once_in_so_many_calls_and_when_the_prompt_changes() -> None:
    unet = make_tiny_xl().unet.eval()
    calls: list[int] = []
    unet.mid_block.register_forward_hook(lambda *_: calls.append(1))
    reuse, known = InnerReuse(unet, 3), inputs_of(unet, seed=1)
    latents, timestep = torch.randn(2, 4, 8, 8), torch.tensor(500.0)
    told = []
    for number in range(8):
        if number == 5:
            reuse.forget()
        before = len(calls)
        reuse(latents, timestep, **known)
        told.append(len(calls) > before)
    assert told == [True, False, False, True, False, True, False, False]


def test_guidance_is_spared_on_the_later_steps_alone() -> None:
    first, second = (Conditioning(torch.zeros(1), torch.ones(1), None, torch.ones(1)) for _ in range(2))
    spared = guided_at_first([first, second, first, second, second], 0.6)
    assert spared[:3] == [first, second, first]
    assert [each.negative for each in spared[3:]] == [None, None]
    assert spared[3] is spared[4]  # or the network's inner levels would be forgotten at each step
    assert guided_at_first([first, second], 1.0) == [first, second]


@pytest.mark.parametrize("speed", ["fast", "fastest"])
def test_a_faster_picture_is_another_one_but_near_and_leaves_no_trace(
    speed: Speed, studio: Studio, xl_folder: Path
) -> None:
    model = describe_model(xl_folder)
    request = studio.text_to_image(steps=16, guidance_scale=3.0)
    exact = studio.picture(request, model=model)
    faster = studio.picture(request.model_copy(update={"speed": speed}), model=model)
    difference = np.abs(exact.astype(int) - faster.astype(int))
    assert 0 < difference.mean() < 12
    assert np.array_equal(studio.picture(request, model=model), exact)


def test_a_faster_picture_evaluates_less(studio: Studio, xl_folder: Path) -> None:
    model = describe_model(xl_folder)
    unet = studio.keeper.get(model).unet
    seen: list[int] = []
    hook = unet.mid_block.register_forward_hook(lambda _block, given, _result: seen.append(given[0].shape[0]))
    work: dict[Speed, int] = {}
    try:
        for speed in ECONOMIES:
            seen.clear()
            studio.picture(studio.text_to_image(steps=24, guidance_scale=3.0, speed=speed), model=model)
            work[speed] = sum(seen)
    finally:
        hook.remove()
    assert work == {"exact": 48, "fast": 7 * 2 + 5, "fastest": 4 * 2 + 4}


@pytest.mark.parametrize(("evaluations", "every"), [(4, 1), (15, 1), (16, 2), (23, 2), (24, 3), (90, 3)])
def test_few_steps_are_evaluated_whole(evaluations: int, every: int) -> None:
    assert reuse_within(3, evaluations) == every


def test_a_faster_picture_of_a_picture_repeats(studio: Studio, landscape: Pixels) -> None:
    request = ImageToImage(
        model=studio.model.reference,
        image=studio.put(landscape),
        seed=3,
        steps=16,
        speed="fastest",
        prompt="a",
    )
    assert np.array_equal(studio.picture(request), studio.picture(request))


@torch.inference_mode()
def test_the_half_decoder_draws_the_same_picture_and_is_a_copy() -> None:
    vae = make_tiny_pipeline().vae.eval()
    latents = torch.randn(1, 4, 8, 8, generator=torch.Generator().manual_seed(1))
    half = half_copy(vae, torch.bfloat16)
    assert (vae.dtype, half.dtype) == (torch.float32, torch.bfloat16)
    difference = np.abs(decode(vae, latents).astype(int) - decode(half, latents).astype(int))
    assert difference.max() <= 6
    assert half_copy(vae, torch.float16) is vae


@torch.inference_mode()
def test_compiled_parts_compute_the_same_and_can_be_passed_by() -> None:
    unet = make_tiny_xl().unet.eval()
    known = inputs_of(unet, seed=1)
    latents, timestep = torch.randn(2, 4, 8, 8), torch.tensor(500.0)
    plain = unet(latents, timestep, **known).sample
    with compiled_parts([unet], used=True, backend="eager"):
        assert torch.allclose(unet(latents, timestep, **known).sample, plain, atol=1e-5)
    with compiled_parts([unet], used=False):
        assert torch.equal(unet(latents, timestep, **known).sample, plain)


def test_the_gpu_benchmark_compares_all_settings_with_plain_diffusers(xl_folder: Path) -> None:
    written: list[Table] = []
    setting = Setting(
        configuration=xl_folder, device=torch.device("cpu"), side=64, steps=4, repeats=1, seconds=600
    )
    table = compare(setting, written.append, plain_precision=torch.float32)
    assert table.left_out == []
    assert [row.name for row in table.rows[:4]] == [
        "diffusers, float32",
        *(f"Pentimento, {speed}" for speed in ECONOMIES),
    ]
    assert len(written) == len(table.rows)
    assert "times plain" in table.text()


def test_a_refiner_works_with_what_is_spared(studio: Studio, xl_folder: Path, tmp_path: Path) -> None:
    save_tiny_model(tmp_path / "refiner", "refiner", pipeline=make_tiny_xl(refiner=True, seed=1))
    model, refiner = describe_model(xl_folder), describe_model(tmp_path / "refiner")
    chosen = Refiner(model=refiner.reference, switch_at=0.5)
    request = studio.text_to_image(steps=16, guidance_scale=3.0, speed="fastest", refiner=chosen)

    with_it = studio.picture(request, model=model, refiner=refiner)

    assert (with_it != studio.picture(request.model_copy(update={"refiner": None}), model=model)).any()
