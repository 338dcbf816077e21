"""Makes pictures as the app does: through the inference room's own jobs, inpainting with its own masks."""

from __future__ import annotations

import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from shared.contracts.events import GenerationEvent, Picture
from shared.contracts.generation import GenerationRequest, Inpaint, TextToImage
from shared.engine.catalogue import describe_model
from shared.engine.protocol import RunJob
from shared.imaging.blob_folder import BlobFolder
from shared.imaging.pictures import encode_png, read_picture
from shared.inference.job_runner import JobRunner
from shared.inference.loading import ModelKeeper
from shared.inference.memory import DevicePlan

Pixels = NDArray[np.uint8]


class Engine:
    """One model, loaded once; it makes square pictures."""

    def __init__(self, model: Path, *, guidance: float, steps: int, side: int) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._blobs = BlobFolder(Path(self._folder.name))
        self._device = DevicePlan(torch.device("cpu"), torch.float32)
        self._keeper = ModelKeeper(self._device)
        self._model = describe_model(model).model_copy(update={"sha256": "0" * 64})
        self._guidance = guidance
        self._steps = steps
        self.side = side
        self.seconds: list[float] = []

    def close(self) -> None:
        """Throws away the pictures that lie on disk."""
        self._folder.cleanup()

    def generate(self, prompt: str, seed: int) -> Pixels:
        """A picture from words; how long it took is noted."""
        request = TextToImage(
            model=self._model.reference,
            prompt=prompt,
            seed=seed,
            steps=self._steps,
            guidance_scale=self._guidance,
            width=self.side,
            height=self.side,
        )
        started = time.monotonic()
        _, pixels = self._run(request)
        self.seconds.append(time.monotonic() - started)
        return pixels[:, :, :3]

    def inpaint(self, picture: Pixels, mask: Pixels, prompt: str, seed: int) -> Pixels:
        """The picture with what is made where the mask is white laid upon it."""
        request = Inpaint(
            model=self._model.reference,
            prompt=prompt,
            seed=seed,
            steps=self._steps,
            guidance_scale=self._guidance,
            image=self._blobs.put(encode_png(picture)),
            mask=self._blobs.put(encode_png(mask)),
        )
        event, layer = self._run(request)
        result = picture.astype(np.float32)
        top, left = event.placement.y, event.placement.x
        below = result[top : top + event.height, left : left + event.width]
        alpha = layer[:, :, 3:].astype(np.float32) / 255
        below += (layer[:, :, :3] - below) * alpha
        return result.round().astype(np.uint8)

    def _run(self, request: GenerationRequest) -> tuple[Picture, Pixels]:
        runner = JobRunner(blobs=self._blobs, device=self._device, models=self._keeper)
        events: list[GenerationEvent] = []
        job = RunJob(job_id="evaluation", request=request, model=self._model)
        runner.run(job, threading.Event(), lambda make: events.append(make()))
        picture = next(event for event in events if isinstance(event, Picture))
        return picture, read_picture(self._blobs.path(picture.blob))
