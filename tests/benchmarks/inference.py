"""A picture of the starter model: our layer, with previews, recipe and file, beside the bare diffusers call.

Same weights, precision, layout, sampler, steps, prompts, noise and threads; both end with a PNG on the disk. Rounds are
interleaved, in an order that changes from round to round, until there are enough of them or the time is up; each ratio
is of the rounds' own pairs, with its confidence interval.
"""

import io
import math
import os
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("GOMP_SPINCOUNT", "0")

import psutil
import torch
from diffusers import StableDiffusionPipeline
from PIL import Image
from scipy.stats import t as student
from tqdm import tqdm

from desktop.app.container import STARTER_MODEL
from shared.contracts.events import Completed, Failed, GenerationEvent, Progress
from shared.contracts.generation import TextToImage
from shared.engine.catalogue import describe_model
from shared.engine.protocol import JobEvent, RunJob
from shared.imaging.blob_folder import BlobFolder
from shared.inference.job_runner import JobRunner
from shared.inference.loading import ModelKeeper
from shared.inference.memory import plan_device
from shared.inference.outbox import Emit, Outbox
from shared.inference.samplers import make_sampler
from shared.inference.stages import Stage

MOST_ROUNDS, LEAST_ROUNDS = 15, 4
LONGEST = 200.0
"""Seconds for all rounds; those of a machine that is busy are fewer."""
STEPS = 20
SEED = 7
PROMPT, NEGATIVE = "a red house in a snowy field at night", "a boat"


class Ours:
    """The engine's job, as its process runs it: events go out through a thread of their own."""

    def __init__(self, folder: Path) -> None:
        self.stamps: list[float] = []
        """When each evaluation of the network began."""
        plan = plan_device()
        self.model = describe_model(STARTER_MODEL)
        self.keeper = ModelKeeper(plan)
        self.events: list[GenerationEvent] = []
        self.blobs = BlobFolder(folder)
        self._outbox = Outbox(self._took)
        self._runner = JobRunner(
            blobs=self.blobs, device=plan, models=self.keeper, before_stage=self._reached
        )
        self.request = TextToImage(
            model=self.model.reference, prompt=PROMPT, negative_prompt=NEGATIVE, seed=SEED, steps=STEPS,
            guidance_scale=self.model.default_guidance_scale, sampler="dpmpp_2m",
            width=self.model.native_side, height=self.model.native_side,
        )  # fmt: skip
        self._ended = threading.Event()

    def paint(self, **changes: Any) -> None:
        """As in the app; `changes` of the request."""
        self._paint(self._outbox.emitter("bench"), self.request.model_copy(update=changes))
        self._ended.wait()
        assert isinstance(self.events[-1], Completed), self.events[-1]

    def paint_unwatched(self) -> None:
        """The same without previews: nobody makes the events."""
        self._paint(lambda _make: None, self.request)

    def step(self) -> float:
        """Seconds between the evaluations of the last picture; the first one also fills caches."""
        return statistics.median(b - a for a, b in pairwise(self.stamps))

    def _paint(self, emit: Emit, request: TextToImage) -> None:
        self._ended.clear()
        self.events.clear()
        self.stamps.clear()
        job = RunJob(job_id="bench", request=request, model=self.model)
        self._runner.run(job, threading.Event(), emit)

    def _reached(self, stage: Stage) -> None:
        if stage == "step":
            self.stamps.append(time.perf_counter())

    def close(self) -> None:
        self._outbox.close()

    def _took(self, message: JobEvent) -> None:
        self.events.append(message.event)
        message.model_dump_json()  # what the pipe would be given
        if isinstance(message.event, Completed | Failed):
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
        self._wordless = StableDiffusionPipeline(
            **{**self._pipeline.components, "text_encoder": None, "tokenizer": None},
            requires_safety_checker=False,
        )
        self._wordless.set_progress_bar_config(disable=True)

    def paint(self) -> None:
        side = self._model.native_side
        scale = self._pipeline.vae_scale_factor
        channels = self._pipeline.unet.config.in_channels
        noise = torch.randn(
            (1, channels, side // scale, side // scale), generator=torch.Generator("cpu").manual_seed(SEED)
        )
        precision = self._pipeline.unet.dtype
        with torch.inference_mode():
            # The text encoder is in float32, as ours, in which the pipeline would hand its numbers to the UNet.
            positive, negative = self._pipeline.encode_prompt(
                PROMPT, torch.device("cpu"), 1, do_classifier_free_guidance=True, negative_prompt=NEGATIVE
            )
            latents = self._wordless(
                prompt_embeds=positive.to(precision), negative_prompt_embeds=negative.to(precision),
                latents=noise.to(precision),
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


@dataclass(frozen=True)
class Round:
    own: Took
    theirs: Took
    unwatched: Took
    step: float
    unwatched_step: float


def measure_round(ours: Ours, bare: Bare, number: int) -> Round:
    took: dict[str, Took] = {}
    steps: dict[str, float] = {}
    ways: list[tuple[str, Callable[[], None]]] = [
        ("own", ours.paint),
        ("theirs", bare.paint),
        ("unwatched", ours.paint_unwatched),
    ]
    for place in range(len(ways)):
        name, paint = ways[(number + place) % len(ways)]
        took[name] = measured(paint)
        if name != "theirs":
            steps[name] = ours.step()
    return Round(took["own"], took["theirs"], took["unwatched"], steps["own"], steps["unwatched"])


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
        bare.paint()  # the first of each fills caches
        began = time.perf_counter()
        rounds: list[Round] = []
        while len(rounds) < MOST_ROUNDS:
            rounds.append(measure_round(ours, bare, len(rounds)))
            if time.perf_counter() - began > LONGEST and len(rounds) >= LEAST_ROUNDS:
                break
        ours.paint()
        previews = sum(isinstance(event, Progress) and bool(event.preview) for event in ours.events)
        jobs, loads = 2 + 2 * len(rounds), ours.keeper.loads
        ours.close()
    print(
        f"picture       {told([(each.own.seconds, each.theirs.seconds) for each in rounds])}   (1.01 asked)"
    )
    print(f"processor     {told([(each.own.processor, each.theirs.processor) for each in rounds])}")
    watched = told([(each.step, each.unwatched_step) for each in rounds], "with previews", "without")
    print(f"step          {watched}; {previews} previews in {STEPS} steps")
    print(f"memory        {loaded - before:.0f} MB for the model and its first picture")
    print(f"loads         {loads} for {jobs} jobs (1 asked)")


def told(pairs: list[tuple[float, float]], ours: str = "Pentimento", theirs: str = "diffusers") -> str:
    """The mean ratio of the pairs, and where it lies with a certainty of 95%."""
    logarithms = [math.log(own / other) for own, other in pairs]
    middle = statistics.mean(logarithms)
    deviation = statistics.stdev(logarithms) / math.sqrt(len(pairs))
    reach = float(student.ppf(0.975, len(pairs) - 1)) * deviation
    low, ratio, high = (math.exp(value) for value in (middle - reach, middle, middle + reach))
    own, other = (statistics.median(each) for each in zip(*pairs, strict=True))
    return (
        f"{ours} {own:.3f} s   {theirs} {other:.3f} s   ratio {ratio:.3f} "
        f"(95%: {low:.3f} to {high:.3f}; {len(pairs)} pairs)"
    )


if __name__ == "__main__":
    run()
