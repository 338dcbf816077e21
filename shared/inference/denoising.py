"""The sampling loop. Latents and schedulers live in float32 on the CPU and only the UNet on its device, so that
a seed draws the same noise, and rounds the same way, on every machine.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from shared.imaging.inpainting import StepRange
from shared.inference.add_ons.leads import Evaluation, NoLeads, PassLeads
from shared.inference.conditioning import Conditioning
from shared.inference.inner_reuse import InnerReuse, can_reuse, reuse_within
from shared.inference.samplers import set_steps, step_options

_BEAUTIFUL_SCORE = 6.0
_PLAIN_SCORE = 2.5
"""The refiner's own defaults, for the prompt and the negative prompt."""


@dataclass(frozen=True, kw_only=True)
class DenoisingPass:
    """Tensors of shape (n, channels, height, width) in latent pixels, float32, on the CPU.

    `original`: the clean latents to start from; None starts from noise alone.
    `strength_map`: 0 to 1, where `original` may change how strongly, exactly not at all where it is 0
    (differential diffusion, Levin and Fried 2023); None changes everything.
    `extra`: further input channels of an inpainting model, the mask and the masked picture's latents.
    """

    noise: torch.Tensor
    generators: Sequence[torch.Generator]
    steps: StepRange
    original: torch.Tensor | None = None
    strength_map: torch.Tensor | None = None
    extra: torch.Tensor | None = None
    width: int = 0
    height: int = 0
    """In pixels: SDXL was trained to be told."""


@dataclass(frozen=True, kw_only=True)
class Watcher:
    """`before_evaluation` may raise, to stop; `after_step` gets what the clean latents look like by now."""

    before_evaluation: Callable[[], None]
    after_step: Callable[[torch.Tensor], None]


@dataclass(frozen=True, kw_only=True)
class Relay:
    """Another UNet that takes over at the step number `first` of those that are run, after `begin` was called."""

    unet: Any
    conditionings: Sequence[Conditioning]
    first: int
    begin: Callable[[], None]


def denoise(
    unet: Any,
    scheduler: Any,
    conditionings: Sequence[Conditioning],
    guidance_scale: float,
    work: DenoisingPass,
    watcher: Watcher,
    leads: PassLeads | None = None,
    relay: Relay | None = None,
    inner_every: int = 1,
) -> torch.Tensor:
    """Clean latents of the noise's shape. `conditionings`: one for each step that is run; `inner_every`: see
    `InnerReuse`, for passes that nothing but prompts leads.
    """
    set_steps(scheduler, work.steps.steps)
    first = work.steps.start * scheduler.order
    timesteps = scheduler.timesteps[first:]
    if hasattr(scheduler, "set_begin_index"):
        scheduler.set_begin_index(first)
    leads = leads or NoLeads()
    predict = _Predictor(unet, guidance_scale, work, leads, len(timesteps), inner_every)
    latents = _beginning(scheduler, work, timesteps)
    for index, timestep in enumerate(timesteps):
        step = index // scheduler.order
        if relay is not None and step >= relay.first:
            relay.begin()
            predict = _Predictor(relay.unet, guidance_scale, work, NoLeads(), len(timesteps), inner_every)
            conditionings, relay = relay.conditionings, None
        watcher.before_evaluation()
        model_input = scheduler.scale_model_input(latents, timestep)
        prediction = predict(model_input, timestep, conditionings[step], index)
        options = step_options(scheduler, index, work.generators)
        latents = scheduler.step(prediction, timestep, latents, **options).prev_sample
        done = (index + 1) / len(timesteps)
        if work.original is not None and work.strength_map is not None:
            following = timesteps[index + 1 : index + 2]
            kept = scheduler.add_noise(work.original, work.noise, following) if done < 1 else work.original
            latents = torch.where(work.strength_map <= 1 - done, kept, latents)
        if index % scheduler.order == 0:
            clean = latents if done == 1 else _clean_estimate(scheduler, model_input, prediction, timestep)
            watcher.after_step(clean)
    return latents


def _beginning(scheduler: Any, work: DenoisingPass, timesteps: torch.Tensor) -> torch.Tensor:
    if work.original is None:
        start: torch.Tensor = work.noise * scheduler.init_noise_sigma
        return start
    noised: torch.Tensor = scheduler.add_noise(work.original, work.noise, timesteps[:1])
    return noised


class _Predictor:
    """The UNet's guided prediction, in float32 on the CPU, for a model input there."""

    def __init__(
        self,
        unet: Any,
        guidance_scale: float,
        work: DenoisingPass,
        leads: PassLeads,
        evaluations: int,
        inner_every: int,
    ) -> None:
        self._unet = unet
        every = reuse_within(inner_every, evaluations)
        spares = every > 1 and isinstance(leads, NoLeads) and can_reuse(unet)
        self._reuse = InnerReuse(unet, every) if spares else None
        self._leads = leads
        self._evaluations = evaluations
        self._guidance_scale = guidance_scale
        self._count = work.noise.shape[0]
        self._extra = work.extra
        self._conditioning: Conditioning | None = None
        self._device, self._precision = torch.device("cpu"), torch.float32
        self._embeddings = torch.empty(0)
        self._added: dict[str, torch.Tensor] = {}
        self._size = (work.height, work.width)

    def __call__(
        self, model_input: torch.Tensor, timestep: torch.Tensor, conditioning: Conditioning, index: int
    ) -> torch.Tensor:
        if conditioning is not self._conditioning:
            self._take(conditioning)
        guided = conditioning.negative is not None
        whole_input = self._whole_input(model_input, guided=guided)
        evaluation = Evaluation(
            index=index,
            of=self._evaluations,
            latents=whole_input[:, : model_input.shape[1]],
            timestep=timestep.to(self._device),
            embeddings=self._embeddings,
            added=self._added,
            guided=guided,
        )
        prediction = self._evaluate(whole_input, evaluation).to("cpu", torch.float32)
        if not guided:
            return prediction
        away, towards = prediction.chunk(2)
        guidance: torch.Tensor = away + self._guidance_scale * (towards - away)
        return guidance

    def _evaluate(self, whole_input: torch.Tensor, evaluation: Evaluation) -> torch.Tensor:
        known: dict[str, Any] = {"encoder_hidden_states": self._embeddings, "added_cond_kwargs": self._added}
        if self._reuse is not None:
            return self._reuse(whole_input, evaluation.timestep, **known)
        known |= self._leads.options(evaluation)
        prediction: torch.Tensor = self._unet(whole_input, evaluation.timestep, **known).sample
        return prediction

    def _whole_input(self, model_input: torch.Tensor, *, guided: bool) -> torch.Tensor:
        """With what an inpainting model sees besides, twice where guided, on the UNet's device."""
        if self._extra is not None:
            extra = self._extra.expand(model_input.shape[0], -1, -1, -1)
            model_input = torch.cat([model_input, extra], dim=1)
        if guided:
            model_input = torch.cat([model_input, model_input])
        return model_input.to(self._device, self._precision, memory_format=torch.channels_last)

    def _take(self, conditioning: Conditioning) -> None:
        """Brings a step's embeddings to the UNet's device; most steps have those of the step before."""
        prompts = [prompt for prompt in (conditioning.negative, conditioning.positive) if prompt is not None]
        embeddings = torch.cat([prompt.expand(self._count, -1, -1) for prompt in prompts])
        # Asked once: diffusers goes through all of a model's modules to tell.
        self._device, self._precision = self._unet.device, self._unet.dtype
        self._embeddings = embeddings.to(self._device, self._precision)
        self._conditioning = conditioning
        if self._reuse is not None:
            self._reuse.forget()
        if getattr(self._unet.config, "addition_embed_type", None) == "text_time":
            self._added = self._added_conditions(conditioning)

    def _added_conditions(self, conditioning: Conditioning) -> dict[str, torch.Tensor]:
        """What SDXL sees besides: the prompt as a whole, and sizes; its refiner also how beautiful it shall be."""
        pairs = [
            (conditioning.pooled_negative, _PLAIN_SCORE),
            (conditioning.pooled_positive, _BEAUTIFUL_SCORE),
        ]
        known = [(pooled, score) for pooled, score in pairs if pooled is not None]
        config = self._unet.config
        width = known[0][0].shape[-1]
        numbers = (config.projection_class_embeddings_input_dim - width) // config.addition_time_embed_dim
        height_and_width = [float(side) for side in self._size]
        ends = [[score] if numbers == 5 else height_and_width for _, score in known]
        sizes = torch.tensor([[*height_and_width, 0.0, 0.0, *end] for end in ends])
        added = {"text_embeds": torch.cat([pooled for pooled, _ in known]), "time_ids": sizes}
        return {
            name: values.repeat_interleave(self._count, dim=0).to(self._device, self._precision)
            for name, values in added.items()
        }


def _clean_estimate(
    scheduler: Any, model_input: torch.Tensor, prediction: torch.Tensor, timestep: torch.Tensor
) -> torch.Tensor:
    """For previews: the clean latents by the model's present guess (a scaled input is variance preserving)."""
    signal = scheduler.alphas_cumprod[round(float(timestep))].clamp(min=1e-4)
    match scheduler.config.prediction_type:
        case "v_prediction":
            return signal.sqrt() * model_input - (1 - signal).sqrt() * prediction
        case "sample":
            return prediction
        case _:
            return (model_input - (1 - signal).sqrt() * prediction) / signal.sqrt()
