"""A picture of the starter model: our layer, with previews, recipe and file, beside the bare diffusers call.

Same weights, precision, layout, sampler, steps, prompts, noise and threads; both end with a PNG on the disk. Pairs are
interleaved, which of the two begins changes from pair to pair, and the ratio is told with its confidence interval.
"""

import io
import math
import os
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("GOMP_SPINCOUNT", "0")

import psutil
import torch
from diffusers import StableDiffusionPipeline
from PIL import Image
from tqdm import tqdm

from desktop.app.container import STARTER_MODEL
from shared.contracts.events import Completed, GenerationEvent, Progress
from shared.contracts.generation import TextToImage
from shared.engine.catalogue import describe_model
from shared.engine.protocol import JobEvent, RunJob
from shared.imaging.blob_folder import BlobFolder
from shared.inference.job_runner import JobRunner
from shared.inference.loading import ModelKeeper
from shared.inference.memory import plan_device
from shared.inference.outbox import Outbox
from shared.inference.samplers import make_sampler

PAIRS = 12
STEPS = 20
SEED = 7
PROMPT, NEGATIVE = "a red house in a snowy field at night", "a boat"
STUDENT = {9: 2.262, 10: 2.228, 11: 2.201, 12: 2.179, 13: 2.160, 14: 2.145}
"""The t value of a 95% interval by degrees of freedom."""


class Ours:
    """The engine's job, as its process runs it: events go out through a thread of their own."""

    def __init__(self, folder: Path) -> None:
        plan = plan_device()
        self.model = describe_model(STARTER_MODEL)
        self.keeper = ModelKeeper(plan)
        self.events: list[GenerationEvent] = []
        self._outbox = Outbox(self._took)
        self._runner = JobRunner(blobs=BlobFolder(folder), device=plan, models=self.keeper)
        self._request = TextToImage(
            model=self.model.reference, prompt=PROMPT, negative_prompt=NEGATIVE, seed=SEED, steps=STEPS,
            guidance_scale=self.model.default_guidance_scale, sampler="dpmpp_2m",
            width=self.model.native_side, height=self.model.native_side,
        )  # fmt: skip
        self._ended = threading.Event()

    def paint(self) -> None:
        self._ended.clear()
        self.events.clear()
        job = RunJob(job_id="bench", request=self._request, model=self.model)
        self._runner.run(job, threading.Event(), self._outbox.emitter("bench"))
        self._ended.wait()

    def close(self) -> None:
        self._outbox.close()

    def _took(self, message: JobEvent) -> None:
        self.events.append(message.event)
        message.model_dump_json()  # what the pipe would be given
        if isinstance(message.event, Completed):
            self._ended.set()


class Bare:
    """`pipeline(...)`, its UNet in the same precision and layout as ours, the autoencoder in float32 as ours."""

    def __init__(self, folder: Path, ours: Ours) -> None:
        plan = plan_device()
        self._file = folder / "bare.png"
        self._pipeline = StableDiffusionPipeline.from_pretrained(
            STARTER_MODEL, safety_checker=None, local_files_only=True
        )
        self._pipeline.set_progress_bar_config(disable=True)
        self._pipeline.unet.to(plan.precision, memory_format=torch.channels_last)
        self._pipeline.vae.to(memory_format=torch.channels_last)
        configuration = dict(self._pipeline.scheduler.config)
        self._pipeline.scheduler = make_sampler("dpmpp_2m", "automatic", configuration).scheduler
        self._model = ours.model

    def paint(self) -> None:
        side = self._model.native_side
        scale = self._pipeline.vae_scale_factor
        channels = self._pipeline.unet.config.in_channels
        noise = torch.randn(
            (1, channels, side // scale, side // scale), generator=torch.Generator("cpu").manual_seed(SEED)
        )
        with torch.inference_mode():
            latents = self._pipeline(
                prompt=PROMPT, negative_prompt=NEGATIVE, latents=noise.to(self._pipeline.unet.dtype),
                num_inference_steps=STEPS, guidance_scale=self._model.default_guidance_scale,
                width=side, height=side, output_type="latent",
            ).images  # fmt: skip
            vae = self._pipeline.vae
            values = vae.decode(latents.float() / vae.config.scaling_factor).sample[0]
        pixels = ((values + 1) * 127.5).round().clamp(0, 255).to(torch.uint8).permute(1, 2, 0).numpy()
        buffer = io.BytesIO()
        Image.fromarray(pixels).save(buffer, "PNG", compress_level=4)
        self._file.write_bytes(buffer.getvalue())
        descriptor = os.open(self._file, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)


class Took(NamedTuple):
    seconds: float
    processor: float
    """Seconds of all cores together, which other programs at work disturb less."""


def measured(paint: Callable[[], Any]) -> Took:
    began, busy = time.perf_counter(), time.process_time()
    paint()
    return Took(time.perf_counter() - began, time.process_time() - busy)


def resident() -> float:
    return float(psutil.Process().memory_info().rss) / 1e6


def run() -> None:
    tqdm.monitor_interval = 0
    torch.set_num_threads(os.cpu_count() or 1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        before = resident()
        ours = Ours(folder)
        ours.paint()
        loaded = resident()
        bare = Bare(folder, ours)
        for painter in (ours.paint, bare.paint):
            painter()  # the first of each fills caches
        pairs: list[tuple[Took, Took]] = []
        for number in range(PAIRS):
            if number % 2:
                own, theirs = measured(ours.paint), measured(bare.paint)
            else:
                theirs, own = measured(bare.paint), measured(ours.paint)
            pairs.append((own, theirs))
        previews = sum(isinstance(event, Progress) and bool(event.preview) for event in ours.events)
        loads = ours.keeper.loads
        ours.close()
    tell(pairs, before=before, loaded=loaded, loads=loads, previews=previews)


def tell(pairs: list[tuple[Took, Took]], *, before: float, loaded: float, loads: int, previews: int) -> None:
    print(f"picture       {_told([(own.seconds, theirs.seconds) for own, theirs in pairs])}")
    print(f"processor     {_told([(own.processor, theirs.processor) for own, theirs in pairs])}")
    print(f"previews      {previews} in a picture of {STEPS} steps, made and sent beside it")
    print(f"memory        {loaded - before:.0f} MB for the model and its first picture")
    print(f"loads         {loads} for {len(pairs) + 2} jobs (1 asked)")


def _told(pairs: list[tuple[float, float]]) -> str:
    logarithms = [math.log(own / theirs) for own, theirs in pairs]
    middle = statistics.mean(logarithms)
    reach = STUDENT[len(pairs) - 1] * statistics.stdev(logarithms) / math.sqrt(len(pairs))
    low, ratio, high = (math.exp(value) for value in (middle - reach, middle, middle + reach))
    own, theirs = (statistics.median(each) for each in zip(*pairs, strict=True))
    best = min(own for own, _ in pairs) / min(theirs for _, theirs in pairs)
    return (
        f"Pentimento {own:.2f} s   diffusers {theirs:.2f} s   ratio {ratio:.3f} "
        f"(95%: {low:.3f} to {high:.3f}; of the fastest of each {best:.3f}; {len(pairs)} pairs of {STEPS} steps)"
    )


if __name__ == "__main__":
    run()
