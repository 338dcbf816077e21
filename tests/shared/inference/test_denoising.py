"""Samplers and the sampling loop, with a denoiser that knows the answer, so that the answer must come out."""

import math
from types import SimpleNamespace
from typing import Any, get_args

import pytest
import torch
from diffusers import DDIMScheduler, StableDiffusionPipeline

from shared.contracts.generation import Sampler, Schedule
from shared.imaging.inpainting import StepRange
from shared.inference.conditioning import Conditioning
from shared.inference.denoising import DenoisingPass, Watcher, denoise
from shared.inference.samplers import make_sampler

# diffusers' schedulers hand tensors to numpy in an old way.
pytestmark = pytest.mark.filterwarnings("ignore:__array_:DeprecationWarning")

QUIET = Watcher(before_evaluation=lambda: None, after_step=lambda latents: None)
PROMPT = [Conditioning(torch.zeros(1, 77, 8), None)] * 12
SAMPLERS = get_args(Sampler)
SCHEDULES = get_args(Schedule)


def configuration(*, zero_snr: bool) -> dict[str, Any]:
    scheduler = DDIMScheduler(
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        prediction_type="v_prediction" if zero_snr else "epsilon",
        rescale_betas_zero_snr=zero_snr,
        timestep_spacing="trailing" if zero_snr else "leading",
    )
    return dict(scheduler.config)


class Oracle:
    """Knows the clean latents, and so predicts the noise or the velocity of any input exactly."""

    device = torch.device("cpu")
    dtype = torch.float32
    config = SimpleNamespace()

    def __init__(self, clean: torch.Tensor, *, zero_snr: bool) -> None:
        self._clean = clean
        self._zero_snr = zero_snr
        self._alphas = DDIMScheduler.from_config(configuration(zero_snr=zero_snr)).alphas_cumprod

    def __call__(self, latents: torch.Tensor, timestep: torch.Tensor, **_: Any) -> Any:
        place = float(timestep)
        low, share = math.floor(place), place - math.floor(place)
        high = min(low + 1, 999)
        alpha = (self._alphas[low] * (1 - share) + self._alphas[high] * share).clamp(min=2**-24)
        noise = (latents - alpha.sqrt() * self._clean) / (1 - alpha).clamp(min=1e-8).sqrt()
        if not self._zero_snr:
            return SimpleNamespace(sample=noise)
        return SimpleNamespace(sample=alpha.sqrt() * noise - (1 - alpha).sqrt() * self._clean)


def noise_and_generators(count: int = 1) -> tuple[torch.Tensor, list[torch.Generator]]:
    generators = [torch.Generator("cpu").manual_seed(seed) for seed in range(count)]
    noise = torch.cat([torch.randn((1, 4, 8, 8), generator=generator) for generator in generators])
    return noise, generators


@pytest.mark.parametrize("zero_snr", [False, True])
@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("sampler", SAMPLERS)
def test_every_sampler_and_schedule_finds_what_the_model_knows(
    sampler: Sampler, schedule: Schedule, *, zero_snr: bool
) -> None:
    clean = torch.linspace(-1, 1, 256).reshape(1, 4, 8, 8)
    noise, generators = noise_and_generators()
    steps: list[torch.Tensor] = []
    watcher = Watcher(before_evaluation=lambda: None, after_step=steps.append)

    chosen = make_sampler(sampler, schedule, configuration(zero_snr=zero_snr))
    result = denoise(
        Oracle(clean, zero_snr=zero_snr),
        chosen.scheduler,
        PROMPT,
        1.0,
        DenoisingPass(noise=noise, generators=generators, steps=StepRange(12, 0)),
        watcher,
    )

    assert (result - clean).abs().max() < 0.15
    assert len(steps) == 12
    assert (steps[8] - clean).abs().max() < 0.2


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_a_strength_runs_the_last_steps_only(sampler: Sampler) -> None:
    clean = torch.linspace(-1, 1, 256).reshape(1, 4, 8, 8)
    noise, generators = noise_and_generators()
    steps: list[torch.Tensor] = []
    watcher = Watcher(before_evaluation=lambda: None, after_step=steps.append)

    result = denoise(
        Oracle(clean, zero_snr=False),
        make_sampler(sampler, "automatic", configuration(zero_snr=False)).scheduler,
        PROMPT,
        1.0,
        DenoisingPass(noise=noise, generators=generators, steps=StepRange(10, 6), original=clean),
        watcher,
    )

    assert len(steps) == 4
    assert (result - clean).abs().max() < 0.15


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_where_the_strength_map_is_0_nothing_changes_and_where_it_is_1_all_does(sampler: Sampler) -> None:
    wanted, original = torch.full((1, 4, 8, 8), 0.8), torch.full((1, 4, 8, 8), -0.8)
    strength = torch.zeros(1, 1, 8, 8)
    strength[..., 3:5] = 0.5
    strength[..., 5:] = 1.0
    noise, generators = noise_and_generators()

    result = denoise(
        Oracle(wanted, zero_snr=False),
        make_sampler(sampler, "automatic", configuration(zero_snr=False)).scheduler,
        PROMPT,
        1.0,
        DenoisingPass(
            noise=noise,
            generators=generators,
            steps=StepRange(12, 0),
            original=original,
            strength_map=strength,
        ),
        QUIET,
    )

    assert torch.equal(result[..., :3], original[..., :3])
    assert (result[..., 5:] - wanted[..., 5:]).abs().max() < 0.15


@pytest.mark.parametrize("schedule", ["normal", "karras", "exponential", "beta", "sgm_uniform"])
@pytest.mark.parametrize("sampler", SAMPLERS)
def test_the_loop_makes_what_diffusers_own_pipeline_makes(
    tiny_pipeline: Any, sampler: Sampler, schedule: Schedule
) -> None:
    pipeline = StableDiffusionPipeline(**tiny_pipeline.components, requires_safety_checker=False)
    pipeline.set_progress_bar_config(disable=True)
    noise, _ = noise_and_generators()
    with torch.inference_mode():
        positive, negative = pipeline.encode_prompt("a cat", "cpu", 1, True, negative_prompt="dark")
        pipeline.scheduler = make_sampler(sampler, schedule, dict(pipeline.scheduler.config)).scheduler
        theirs = pipeline(
            prompt_embeds=positive,
            negative_prompt_embeds=negative,
            latents=noise,
            generator=torch.Generator("cpu").manual_seed(5),
            num_inference_steps=6,
            guidance_scale=5.0,
            output_type="latent",
        ).images
        ours = denoise(
            pipeline.unet,
            make_sampler(sampler, schedule, dict(pipeline.scheduler.config)).scheduler,
            [Conditioning(positive, negative)] * 6,
            5.0,
            DenoisingPass(
                noise=noise,
                generators=[torch.Generator("cpu").manual_seed(5)],
                steps=StepRange(6, 0),
            ),
            QUIET,
        )

    assert (ours - theirs).abs().max() < 1e-4 * max(1.0, float(theirs.abs().max()))


def test_a_model_that_starts_from_pure_noise_keeps_an_even_schedule_and_says_so() -> None:
    chosen = make_sampler("dpmpp_2m", "automatic", configuration(zero_snr=True))

    assert not chosen.scheduler.config.use_karras_sigmas
    assert chosen.scheduler.config.timestep_spacing == "trailing"
    assert chosen.scheduler.config.prediction_type == "v_prediction"
    assert len(chosen.notes) == 1


def test_automatic_is_the_samplers_own_schedule() -> None:
    model = configuration(zero_snr=False)

    assert make_sampler("dpmpp_2m", "automatic", model).scheduler.config.use_karras_sigmas
    assert make_sampler("dpmpp_2m_sde", "automatic", model).scheduler.config.use_exponential_sigmas
    assert not make_sampler("euler", "automatic", model).scheduler.config.use_karras_sigmas
    assert make_sampler("euler", "automatic", model).notes == ()
