"""The artist's sampler and schedule as a diffusers scheduler (interop.md, "Sampler names")."""

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from diffusers import (
    DDIMScheduler,
    DPMSolverMultistepScheduler,
    DPMSolverSinglestepScheduler,
    EulerAncestralDiscreteScheduler,
    EulerDiscreteScheduler,
    HeunDiscreteScheduler,
    KDPM2AncestralDiscreteScheduler,
    KDPM2DiscreteScheduler,
    LCMScheduler,
    LMSDiscreteScheduler,
    UniPCMultistepScheduler,
)

from shared.contracts.generation import Sampler, Schedule

_SMALLEST_SIGNAL = 2.0**-24
"""Stands for a signal of nothing at the noisiest step, where sigma would be infinite; diffusers' own number."""

_LMS_ORDER = 4

_CLASSES: dict[Sampler, tuple[Any, dict[str, Any]]] = {
    "euler": (EulerDiscreteScheduler, {}),
    "euler_a": (EulerAncestralDiscreteScheduler, {}),
    "heun": (HeunDiscreteScheduler, {}),
    "lms": (LMSDiscreteScheduler, {}),
    "ddim": (DDIMScheduler, {}),
    "unipc": (UniPCMultistepScheduler, {}),
    "lcm": (LCMScheduler, {}),
    "dpmpp_2m": (DPMSolverMultistepScheduler, {"algorithm_type": "dpmsolver++"}),
    "dpmpp_2m_sde": (DPMSolverMultistepScheduler, {"algorithm_type": "sde-dpmsolver++"}),
    "dpmpp_sde": (
        DPMSolverSinglestepScheduler,
        {"algorithm_type": "sde-dpmsolver++", "lower_order_final": True},
    ),
    "dpm2": (KDPM2DiscreteScheduler, {}),
    "dpm2_a": (KDPM2AncestralDiscreteScheduler, {}),
}
_OWN_SCHEDULES: dict[Sampler, Schedule] = {
    "dpmpp_2m": "karras",
    "dpmpp_sde": "karras",
    "dpm2": "karras",
    "dpm2_a": "karras",
    "dpmpp_2m_sde": "exponential",
}
_OPTIONS: dict[Schedule, dict[str, Any]] = {
    "karras": {"use_karras_sigmas": True},
    "exponential": {"use_exponential_sigmas": True},
    "beta": {"use_beta_sigmas": True},
    "sgm_uniform": {"timestep_spacing": "trailing"},
    "simple": {"timestep_spacing": "trailing"},
}
_SIGMA_OPTIONS = {"use_karras_sigmas": False, "use_exponential_sigmas": False, "use_beta_sigmas": False}


@dataclass(frozen=True)
class ChosenSampler:
    """`notes` tell what was done otherwise than asked."""

    scheduler: Any
    notes: tuple[str, ...]


def make_sampler(
    sampler: Sampler, schedule: Schedule, model_configuration: Mapping[str, Any]
) -> ChosenSampler:
    """A scheduler with the model's own noise (betas, zero terminal SNR) and kind of prediction."""
    kind, options = _CLASSES[sampler]
    known = set(inspect.signature(kind.__init__).parameters)
    silent = bool(model_configuration.get("rescale_betas_zero_snr"))
    notes: list[str] = []
    if schedule == "automatic":
        schedule = _OWN_SCHEDULES.get(sampler, "normal")
        if silent and schedule != "normal":
            # From an almost infinite sigma these schedules would spend most steps where nothing is decided.
            notes.append(f"schedule sgm_uniform instead of {schedule}: the model starts from pure noise")
            schedule = "sgm_uniform"
    wanted = _OPTIONS.get(schedule, {})
    if not wanted.keys() <= known:
        notes.append(f"schedule normal instead of {schedule}: the sampler {sampler} has no such schedule")
        wanted = {}
    settings = {**_SIGMA_OPTIONS, "clip_sample": False, "thresholding": False, **options, **wanted}
    if silent and "rescale_betas_zero_snr" not in known:
        settings["trained_betas"] = _betas_down_to_silence(model_configuration)
    accepted = {name: value for name, value in settings.items() if name in known}
    return ChosenSampler(kind.from_config(dict(model_configuration), **accepted), tuple(notes))


def set_steps(scheduler: Any, steps: int) -> None:
    if isinstance(scheduler, LCMScheduler):
        scheduler.set_timesteps(steps, original_inference_steps=max(steps, 50))
    else:
        scheduler.set_timesteps(steps)


def step_options(scheduler: Any, number: int, generators: Sequence[torch.Generator]) -> dict[str, Any]:
    """What the `number`th step of a pass (from 0) needs besides: noise of its own, or how far to look back."""
    if isinstance(scheduler, LMSDiscreteScheduler):
        # It counts the steps before it from the first of all, also where a pass begins later.
        return {"order": min(number + 1, _LMS_ORDER)}
    if "generator" in inspect.signature(scheduler.step).parameters:
        return {"generator": list(generators)}
    return {}


def _betas_down_to_silence(configuration: Mapping[str, Any]) -> list[float]:
    """The rescaled betas themselves, for schedulers that can't rescale."""
    alphas = DDIMScheduler.from_config(dict(configuration)).alphas_cumprod.double()
    alphas = alphas.clamp(min=_SMALLEST_SIGNAL)
    previous = torch.cat([torch.ones(1, dtype=alphas.dtype), alphas[:-1]])
    betas: list[float] = (1 - alphas / previous).tolist()
    return betas
