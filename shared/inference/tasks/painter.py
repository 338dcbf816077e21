"""One pass of a model over one or more pictures at once, with the progress that it tells."""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from shared.contracts.generation import GenerationSettings
from shared.imaging.inpainting import StepRange
from shared.imaging.pixels import Pixels
from shared.inference.autoencoding import decode, encode
from shared.inference.conditioning import Conditioner
from shared.inference.denoising import DenoisingPass, Watcher, denoise
from shared.inference.loading import LoadedModel
from shared.inference.samplers import make_sampler
from shared.inference.tasks.frame import Frame

StrengthMap = NDArray[np.float32]


class Painter:
    """Paints the pictures of one group of seeds, pass after pass; each seed's noise is its own, their prompts are one."""

    def __init__(
        self,
        *,
        model: LoadedModel,
        request: GenerationSettings,
        conditioner: Conditioner,
        seeds: Sequence[int],
        before_evaluation: Callable[[], None],
        tell_step: Callable[[torch.Tensor, Frame], None],
    ) -> None:
        self._model = model
        self._request = request
        self._conditioner = conditioner
        self._seeds = tuple(seeds)
        self._generators = [torch.Generator("cpu").manual_seed(seed) for seed in seeds]
        self._before_evaluation = before_evaluation
        self._tell_step = tell_step
        self.notes: tuple[str, ...] = ()
        """What the last pass did otherwise than asked."""

    @property
    def count(self) -> int:
        return len(self._generators)

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
        work = DenoisingPass(
            noise=torch.cat([torch.randn(shape, generator=generator) for generator in self._generators]),
            generators=self._generators,
            steps=steps,
            original=torch.cat([encode(model.vae, picture) for picture in pictures]) if pictures else None,
            strength_map=None if strength_map is None else _pooled(strength_map, scale),
            extra=self._extra(pictures, strength_map, frame, scale),
            width=frame.work_width,
            height=frame.work_height,
        )
        watcher = Watcher(
            before_evaluation=self._before_evaluation,
            after_step=lambda latents: self._tell_step(latents, frame),
        )
        conditionings = self._conditioner.conditionings(self._seeds[0], steps.steps - steps.start)
        latents = denoise(model.unet, chosen.scheduler, conditionings, request.guidance_scale, work, watcher)
        return [decode(model.vae, latents[index : index + 1]) for index in range(self.count)]

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
        latents = torch.cat([encode(self._model.vae, picture) for picture in masked])
        mask = _pooled(binary, scale).expand(latents.shape[0], -1, -1, -1)
        return torch.cat([mask, latents], dim=1)


def _pooled(values: StrengthMap, scale: int) -> torch.Tensor:
    """The largest value of each latent pixel's area, so that it is 0 only where nothing may change at all."""
    return torch.nn.functional.max_pool2d(torch.from_numpy(values)[None, None], scale)
