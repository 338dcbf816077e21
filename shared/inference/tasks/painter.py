"""One pass of a model over one or more pictures at once, with the progress that it tells."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from shared.contracts.generation import GenerationSettings
from shared.imaging.inpainting import StepRange
from shared.imaging.pixels import Pixels
from shared.inference.add_ons.equipment import Equipment
from shared.inference.autoencoding import decode, encode, half_copy
from shared.inference.compiling import can_compile, compiled_parts
from shared.inference.conditioning import Conditioner, Conditioning
from shared.inference.denoising import DenoisingPass, Relay, Watcher, denoise
from shared.inference.economy import ECONOMIES, guided_at_first
from shared.inference.loading import LoadedModel
from shared.inference.noise import NoiseStreams
from shared.inference.samplers import make_sampler
from shared.inference.stages import BeforeStage
from shared.inference.tasks.frame import Frame

StrengthMap = NDArray[np.float32]


@dataclass(frozen=True)
class RefiningModel:
    """SDXL's second model, which takes over at `switch_at`, a share of all steps."""

    model: LoadedModel
    conditioner: Conditioner
    switch_at: float


class Painter:
    """Paints the pictures of one group, pass after pass; each has noise of its own, their prompts are one."""

    def __init__(
        self,
        *,
        equipment: Equipment,
        request: GenerationSettings,
        conditioner: Conditioner,
        noise: NoiseStreams,
        before_stage: BeforeStage,
        tell_step: Callable[[torch.Tensor, Frame], None],
        refining: RefiningModel | None = None,
    ) -> None:
        self._model = equipment.model
        self._leads = equipment.leads
        self._request = request
        self._conditioner = conditioner
        self._noise = noise
        self._before_stage = before_stage
        self._tell_step = tell_step
        self._refining = refining
        self._economy = ECONOMIES[request.speed]
        self.notes: tuple[str, ...] = ()
        """What the last pass did otherwise than asked."""

    @property
    def count(self) -> int:
        return len(self._noise)

    def paint(
        self,
        frame: Frame,
        steps: StepRange,
        *,
        pictures: Sequence[Pixels] = (),
        strength_map: StrengthMap | None = None,
    ) -> list[Pixels]:
        """One picture of the frame's work size for each seed.

        `pictures` to start from, of the work size: none, one for all, or one for each seed. `strength_map`,
        of the work size, says how strongly each pixel may change.
        """
        with torch.inference_mode():
            return self._paint(frame, steps, pictures, strength_map)

    def _paint(
        self, frame: Frame, steps: StepRange, pictures: Sequence[Pixels], strength_map: StrengthMap | None
    ) -> list[Pixels]:
        model, request = self._model, self._request
        scale = model.latent_scale
        shape = (1, model.description.latent_channels, frame.work_height // scale, frame.work_width // scale)
        chosen = make_sampler(request.sampler, request.schedule, model.scheduler_configuration)
        self.notes = chosen.notes
        count = steps.steps - steps.start
        conditionings = self._read_prompts(model, self._conditioner, count)
        relay = self._relay(steps)
        work = DenoisingPass(
            noise=self._noise.draw(shape),
            generators=self._noise.generators,
            steps=steps,
            original=self._encoded(pictures) if pictures else None,
            strength_map=None if strength_map is None else _pooled(strength_map, scale),
            extra=self._extra(pictures, strength_map, frame, scale),
            width=frame.work_width,
            height=frame.work_height,
        )
        watcher = Watcher(
            before_evaluation=lambda: self._before_stage("step"),
            after_step=lambda latents: self._tell_step(latents, frame),
        )
        leads = self._leads.of_pass(lambda picture: frame.into(frame.cut_out_of(picture)))
        model.residency.use(model.unet, *leads.modules)
        with compiled_parts([model.unet, *([relay.unet] if relay else [])], used=self._compiles(model.unet)):
            latents = denoise(
                model.unet,
                chosen.scheduler,
                conditionings,
                request.guidance_scale,
                work,
                watcher,
                leads=leads,
                relay=relay,
                inner_every=self._economy.inner_every,
            )
        self._before_stage("decode")
        model.residency.use(model.vae)
        vae = self._decoder()
        return [decode(vae, latents[index : index + 1]) for index in range(self.count)]

    def _compiles(self, unet: Any) -> bool:
        """Not with layers that a job changes: for each such job they would be compiled anew."""
        changed = bool(self._request.controls) or self._request.seamless != "none"
        return self._economy.compiled and can_compile(unet.device) and not changed

    def _decoder(self) -> Any:
        vae = self._model.vae
        plain = self._request.seamless == "none"
        return half_copy(vae, self._model.unet.dtype) if self._economy.half_decoder and plain else vae

    def _read_prompts(self, model: LoadedModel, conditioner: Conditioner, steps: int) -> list[Conditioning]:
        """For each step; where guidance is spared, the later ones without a negative prompt."""
        self._before_stage("text")
        model.residency.use(*(encoder.model for encoder in model.text_encoders))
        conditionings = conditioner.conditionings(self._noise.seeds[0], steps)
        return guided_at_first(conditionings, self._economy.guided_share)

    def _relay(self, steps: StepRange) -> Relay | None:
        if self._refining is None:
            return None
        model = self._refining.model
        first = max(0, round(steps.steps * self._refining.switch_at) - steps.start)
        return Relay(
            unet=model.unet,
            conditionings=self._read_prompts(model, self._refining.conditioner, steps.steps - steps.start),
            first=first,
            begin=lambda: model.residency.use(model.unet),
        )

    def _encoded(self, pictures: Sequence[Pixels]) -> torch.Tensor:
        self._before_stage("encode")
        self._model.residency.use(self._model.vae)
        return torch.cat([encode(self._model.vae, picture) for picture in pictures])

    def _extra(
        self, pictures: Sequence[Pixels], strength_map: StrengthMap | None, frame: Frame, scale: int
    ) -> torch.Tensor | None:
        """What an inpainting model sees besides: where it paints, and the rest of the picture."""
        if not self._model.description.made_for_inpainting:
            return None
        size = (frame.work_height, frame.work_width)
        binary = (
            np.ones(size, np.float32) if strength_map is None else (strength_map >= 0.5).astype(np.float32)
        )
        known = list(pictures) or [np.zeros((*size, 3), np.uint8)]
        masked = [np.where(binary[:, :, None] > 0, np.uint8(128), picture) for picture in known]
        latents = self._encoded(masked)
        mask = _pooled(binary, scale).expand(latents.shape[0], -1, -1, -1)
        return torch.cat([mask, latents], dim=1)


def _pooled(values: StrengthMap, scale: int) -> torch.Tensor:
    """The largest value of each latent pixel's area, so that it is 0 only where nothing may change at all."""
    return torch.nn.functional.max_pool2d(torch.from_numpy(values)[None, None], scale)
