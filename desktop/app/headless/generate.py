"""`pentimento generate`: a picture from words."""

from dataclasses import dataclass
from pathlib import Path

from desktop.app.container import Container
from desktop.app.headless.painting import check_output, find_model, keep, paint
from desktop.app.headless.requests import build, read_sampler_name, settings_of
from desktop.app.headless.terminal import ProgressLine
from shared.contracts.generation import TextToImage


@dataclass(frozen=True, kw_only=True)
class GenerateOptions:
    """As typed; None is left to the model."""

    prompt: str
    negative: str = ""
    model: str = ""
    seed: int | None = None
    steps: int | None = None
    width: int | None = None
    height: int | None = None
    guidance: float | None = None
    sampler: str | None = None
    speed: str | None = None
    output: Path | None = None


async def generate(container: Container, options: GenerateOptions, progress: ProgressLine) -> Path:
    """Where the picture lies. Raises PentimentoError."""
    check_output(options.output)
    sampler = read_sampler_name(options.sampler)
    model = await find_model(container, options.model)
    typed = {
        "prompt": options.prompt,
        "negative_prompt": options.negative,
        "seed": container.world.new_seed() if options.seed is None else options.seed,
        "steps": options.steps,
        "width": options.width or model.native_side,
        "height": options.height or model.native_side,
        "guidance_scale": options.guidance,
        "speed": options.speed,
        **sampler,
    }
    request = build(TextToImage, settings_of(model, typed))
    (painted,) = await paint(container, request, show=progress.show)
    place, _ = await keep(container, painted.png, painted, options.output)
    return place
