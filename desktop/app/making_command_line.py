"""The commands that make a picture of another one."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from desktop.app.headless import terminal
from desktop.app.headless.running import run_command

if TYPE_CHECKING:
    from desktop.app.container import Container
    from desktop.app.headless.making import PaintedOptions

Picture = Annotated[Path, typer.Argument(help="The picture, of any size.")]
Output = Annotated[Path | None, typer.Option("-o", "--output", help="The PNG to write.")]
Prompt = Annotated[str, typer.Option(help="What the picture shows.")]
Negative = Annotated[str, typer.Option(help="What the picture should not show.")]
Model = Annotated[str, typer.Option(help="A model's id (see: pentimento models), or the path of one.")]
Seed = Annotated[int | None, typer.Option(help="0 to 4294967295; the same seed gives the same picture.")]
Steps = Annotated[int | None, typer.Option(help="More take longer and show more detail.")]
Guidance = Annotated[float | None, typer.Option(help="How closely the prompt is followed.")]
SamplerName = Annotated[str | None, typer.Option("--sampler", help='As in recipes: dpmpp_2m, "Euler a" ...')]
Amount = Annotated[float, typer.Option(help="0 to 1.")]
Pixels = Annotated[int, typer.Option(help="In pixels.")]


def add_making_commands(app: typer.Typer) -> None:
    app.command()(upscale)
    app.command()(enhance)
    app.command("remove-background")(remove_background)
    app.command()(outpaint)


def upscale(
    context: typer.Context,
    picture: Picture,
    *,
    factor: Annotated[float, typer.Option(help="By how much both sides grow, up to 8.")] = 2.0,
    width: Annotated[int | None, typer.Option(help="Exactly so wide; with --height.")] = None,
    height: Annotated[int | None, typer.Option(help="Exactly so high; with --width.")] = None,
    strength: Annotated[float | None, typer.Option(help="0 to 1: how much detail is painted anew.")] = None,
    upscaler: Annotated[str, typer.Option(help="An upscaler's file by its name, instead of the model.")] = "",
    prompt: Prompt = "",
    negative: Negative = "",
    model: Model = "",
    seed: Seed = None,
    steps: Steps = None,
    guidance: Guidance = None,
    sampler: SamplerName = None,
    output: Output = None,
) -> None:
    """Make a picture larger."""
    from desktop.app.headless.making import UpscaleOptions
    from desktop.app.headless.making import upscale as run

    options = UpscaleOptions(
        picture=picture,
        factor=factor,
        width=width,
        height=height,
        strength=strength,
        upscaler=upscaler,
        painted=_painted(prompt, negative, model, seed, steps, guidance, sampler),
        output=output,
    )
    _run(context, lambda container, progress: run(container, options, progress))


def enhance(
    context: typer.Context,
    picture: Picture,
    *,
    denoise: Amount = 0.0,
    sharpen: Amount = 0.0,
    colour: Amount = 0.0,
    output: Output = None,
) -> None:
    """Take noise away, sharpen, strengthen colours: a little of each where nothing is named."""
    from desktop.app.headless.making import EnhanceOptions
    from desktop.app.headless.making import enhance as run

    options = EnhanceOptions(picture=picture, denoise=denoise, sharpen=sharpen, colour=colour, output=output)
    _run(context, lambda container, progress: run(container, options, progress))


def remove_background(
    context: typer.Context,
    picture: Picture,
    *,
    mask: Annotated[Path | None, typer.Option(help="White where the subject is.")] = None,
    within: Annotated[
        tuple[int, int, int, int] | None,
        typer.Option(help="A rectangle around the subject: x, y, width and height."),
    ] = None,
    output: Output = None,
) -> None:
    """Cut a picture's subject out."""
    from desktop.app.headless.making import BackgroundOptions
    from desktop.app.headless.making import remove_background as run

    options = BackgroundOptions(picture=picture, mask=mask, within=within, output=output)
    _run(context, lambda container, progress: run(container, options, progress))


def outpaint(
    context: typer.Context,
    picture: Picture,
    *,
    left: Pixels = 0,
    top: Pixels = 0,
    right: Pixels = 0,
    bottom: Pixels = 0,
    feather: Annotated[int | None, typer.Option(help="Softness of the edge in pixels; 0 is sharp.")] = None,
    prompt: Prompt = "",
    negative: Negative = "",
    model: Model = "",
    seed: Seed = None,
    steps: Steps = None,
    guidance: Guidance = None,
    sampler: SamplerName = None,
    output: Output = None,
) -> None:
    """Continue a picture beyond its sides."""
    from desktop.app.headless.making import OutpaintOptions
    from desktop.app.headless.making import outpaint as run

    options = OutpaintOptions(
        picture=picture,
        left=left,
        top=top,
        right=right,
        bottom=bottom,
        feather=feather,
        painted=_painted(prompt, negative, model, seed, steps, guidance, sampler),
        output=output,
    )
    _run(context, lambda container, progress: run(container, options, progress))


def _painted(
    prompt: str,
    negative: str,
    model: str,
    seed: int | None,
    steps: int | None,
    guidance: float | None,
    sampler: str | None,
) -> "PaintedOptions":
    from desktop.app.headless.making import PaintedOptions

    return PaintedOptions(
        prompt=prompt,
        negative=negative,
        model=model,
        seed=seed,
        steps=steps,
        guidance=guidance,
        sampler=sampler,
    )


def _run(
    context: typer.Context,
    work: "Callable[[Container, terminal.ProgressLine], Awaitable[Path]]",
) -> None:
    progress = terminal.ProgressLine()

    async def saying_place(container: "Container") -> None:
        try:
            place = await work(container, progress)
        finally:
            progress.clear()
        terminal.say(str(place))

    run_command(context, saying_place)
