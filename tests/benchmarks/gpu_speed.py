"""SDXL's full-size network on a GPU: plain diffusers, then our default, then our faster settings, in one run.

`python -m tests.benchmarks.gpu_speed --out FILE`. Weights are random, since only the time is measured: they take as
long as trained ones. Written anew after each row: FILE as JSON, and beside it the same as text.
"""

import argparse
import gc
import json
import os
import statistics
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("GOMP_SPINCOUNT", "0")

import diffusers
import torch
from diffusers import AutoencoderKL, EulerDiscreteScheduler, StableDiffusionXLPipeline, UNet2DConditionModel
from tqdm import tqdm

from shared.contracts.generation import Speed
from shared.imaging.inpainting import StepRange
from shared.inference.autoencoding import decode, half_copy
from shared.inference.compiling import can_compile, compiled_parts
from shared.inference.conditioning import Conditioning
from shared.inference.denoising import DenoisingPass, Watcher, denoise
from shared.inference.economy import ECONOMIES, Economy, guided_at_first
from shared.inference.families.family import CONFIGURATIONS
from shared.inference.samplers import make_sampler

GUIDANCE_SCALE = 5.0
SEED = 7
SPEEDS: tuple[Speed, ...] = ("exact", "fast", "fastest")


@dataclass(frozen=True, kw_only=True)
class Setting:
    """`configuration`: a folder in diffusers' layout; `seconds`: no further row is begun after so many."""

    configuration: Path
    device: torch.device
    side: int
    steps: int
    repeats: int
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Row:
    name: str
    first: float
    """Seconds of the first picture, with everything that is done but once."""
    pictures: list[float]
    peak_gigabytes: float

    @property
    def median(self) -> float:
        return statistics.median(self.pictures)


@dataclass(kw_only=True)
class Table:
    device: str
    setting: str
    versions: str = f"torch {torch.__version__}, diffusers {diffusers.__version__}"
    rows: list[Row] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def text(self) -> str:
        lines = [f"{self.device}; {self.versions}", self.setting, ""]
        lines.append(f"{'':34}{'seconds':>9}{'least':>8}{'first':>8}{'times plain':>13}{'peak GB':>9}")
        for row in self.rows:
            ratio = self.rows[0].median / row.median
            lines.append(
                f"{row.name:34}{row.median:9.3f}{min(row.pictures):8.3f}{row.first:8.1f}{ratio:13.2f}"
                f"{row.peak_gigabytes:9.2f}"
            )
        return "\n".join([*lines, *(f"left out: {words}" for words in self.left_out), ""])


class Network:
    """UNet, autoencoder and prompts of the configuration, made on the device."""

    def __init__(self, setting: Setting) -> None:
        torch.manual_seed(SEED)
        self.setting = setting
        read = setting.configuration / "scheduler" / "scheduler_config.json"
        self.noise_configuration = json.loads(read.read_text())
        self.unet = _made(UNet2DConditionModel, setting, "unet", torch.float16)
        self.vae = _made(AutoencoderKL, setting, "vae", torch.float32)
        width = self.unet.config.cross_attention_dim
        pooled = self.unet.config.projection_class_embeddings_input_dim - 6 * (
            self.unet.config.addition_time_embed_dim
        )
        self.prompt = Conditioning(
            torch.randn(1, 77, width),
            torch.randn(1, 77, width),
            torch.randn(1, pooled),
            torch.randn(1, pooled),
        )


def _made(kind: Any, setting: Setting, part: str, precision: torch.dtype) -> Any:
    configuration = json.loads((setting.configuration / part / "config.json").read_text())
    torch.set_default_dtype(precision)
    try:
        with setting.device:
            made = kind.from_config(configuration)
    finally:
        torch.set_default_dtype(torch.float32)
    return made.requires_grad_(requires_grad=False).eval()


def plain_picture(network: Network, precision: torch.dtype) -> Callable[[], Any]:
    """`pipeline(...)` as diffusers' guide has it: everything in one precision, its own sampler."""
    vae = _made(AutoencoderKL, network.setting, "vae", precision)
    pipeline = StableDiffusionXLPipeline(
        vae=vae, text_encoder=None, text_encoder_2=None, tokenizer=None, tokenizer_2=None, unet=network.unet,
        scheduler=EulerDiscreteScheduler.from_config(network.noise_configuration), add_watermarker=False,
    ).to(network.setting.device, precision)  # fmt: skip
    pipeline.set_progress_bar_config(disable=True)
    prompt = network.prompt

    def there(values: torch.Tensor | None) -> torch.Tensor:
        assert values is not None
        return values.to(network.setting.device, precision)

    return lambda: pipeline(
        prompt_embeds=there(prompt.positive), negative_prompt_embeds=there(prompt.negative),
        pooled_prompt_embeds=there(prompt.pooled_positive),
        negative_pooled_prompt_embeds=there(prompt.pooled_negative),
        num_inference_steps=network.setting.steps, guidance_scale=GUIDANCE_SCALE,
        width=network.setting.side, height=network.setting.side,
        generator=torch.Generator("cpu").manual_seed(SEED),
    ).images[0]  # fmt: skip


def our_picture(network: Network, economy: Economy) -> Callable[[], Any]:
    """As `Painter` paints: the same functions in the same order."""
    setting, unet = network.setting, network.unet
    unet.to(torch.bfloat16, memory_format=torch.channels_last)
    network.vae.to(memory_format=torch.channels_last)
    scale = 2 ** (len(network.vae.config.block_out_channels) - 1)
    shape = (1, unet.config.in_channels, setting.side // scale, setting.side // scale)
    quiet = Watcher(before_evaluation=lambda: None, after_step=lambda latents: None)

    def paint() -> Any:
        work = DenoisingPass(
            noise=torch.randn(shape, generator=torch.Generator("cpu").manual_seed(SEED)),
            generators=[torch.Generator("cpu").manual_seed(SEED)],
            steps=StepRange(setting.steps, 0), width=setting.side, height=setting.side,
        )  # fmt: skip
        sampler = make_sampler("euler", "automatic", network.noise_configuration).scheduler
        prompts = guided_at_first([network.prompt] * setting.steps, economy.guided_share)
        with torch.inference_mode(), ExitStack() as stack:
            used = economy.compiled and can_compile(setting.device)
            stack.enter_context(compiled_parts([unet], used=used))
            latents = denoise(
                unet, sampler, prompts, GUIDANCE_SCALE, work, quiet, inner_every=economy.inner_every
            )
            vae = half_copy(network.vae, torch.bfloat16) if economy.half_decoder else network.vae
            return decode(vae, latents)

    return paint


def measure(name: str, paint: Callable[[], Any], setting: Setting) -> Row:
    gc.collect()
    if setting.device.type == "cuda":
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()
    first, *pictures = [_seconds(paint, setting) for _ in range(setting.repeats + 1)]
    peak = torch.cuda.max_memory_allocated() / 1e9 if setting.device.type == "cuda" else 0.0
    return Row(name=name, first=first, pictures=pictures, peak_gigabytes=peak)


def _seconds(paint: Callable[[], Any], setting: Setting) -> float:
    began = time.perf_counter()
    paint()
    if setting.device.type == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter() - began


def compare(
    setting: Setting, write: Callable[[Table], None], *, plain_precision: torch.dtype = torch.float16
) -> Table:
    """All rows, plain diffusers first; `write` is called after each."""
    began = time.perf_counter()
    name = torch.cuda.get_device_name() if setting.device.type == "cuda" else "CPU"
    table = Table(
        device=name,
        setting=f"SDXL's network, random weights, {setting.side}x{setting.side}, {setting.steps} steps, "
        f"one picture, guided; median of {setting.repeats} after a first",
    )
    network = Network(setting)
    ways: dict[str, Callable[[], Callable[[], Any]]] = {
        f"diffusers, {str(plain_precision).removeprefix('torch.')}": lambda: plain_picture(
            network, plain_precision
        ),
        **{
            f"Pentimento, {speed}": lambda speed=speed: our_picture(network, ECONOMIES[speed])  # type: ignore[misc]
            for speed in SPEEDS
        },
        "(exact, compiled)": lambda: our_picture(network, Economy(compiled=True)),
        "(exact, guided on half the steps)": lambda: our_picture(network, Economy(guided_share=0.5)),
        "(exact, inner levels every third)": lambda: our_picture(network, Economy(inner_every=3)),
    }
    for words, make in ways.items():
        if time.perf_counter() - began > setting.seconds:
            table.left_out.append(f"{words}: no time was left")
            continue
        try:
            table.rows.append(measure(words, make(), setting))
        except Exception as error:
            if not table.rows:
                raise
            table.left_out.append(f"{words}: {error!r}"[:300])
        write(table)
    return table


def tell(table: Table, out: Path | None) -> None:
    print(table.text(), flush=True)
    if out is not None:
        out.write_text(json.dumps(asdict(table), indent=1))
        out.with_suffix(".txt").write_text(table.text())


def run() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path)
    parser.add_argument("--seconds", type=float, default=140)
    arguments = parser.parse_args()
    if not torch.cuda.is_available():
        print("left out: it needs a GPU")
        return
    tqdm.monitor_interval = 0
    torch.set_num_threads(1)  # as the engine's process does beside a GPU
    setting = Setting(
        configuration=CONFIGURATIONS / "stable_diffusion_xl" / "configuration", device=torch.device("cuda"),
        side=1024, steps=30, repeats=3, seconds=arguments.seconds,
    )  # fmt: skip
    compare(setting, lambda table: tell(table, arguments.out))


if __name__ == "__main__":
    run()
