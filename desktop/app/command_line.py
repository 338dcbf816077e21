"""The `pentimento` command: the studio's window, and its main jobs without one."""

import os
import tempfile
from collections.abc import Awaitable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from desktop.app.gallery_command_line import gallery_app
from desktop.app.headless import terminal
from desktop.app.headless.running import AsJson, Profile, run_command, speaking_errors, with_container
from desktop.app.making_command_line import add_making_commands

if TYPE_CHECKING:
    pass


app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Pentimento, a studio for artists who paint with AI and change their minds. Without a command: its window.",
)
app.add_typer(gallery_app, name="gallery")
add_making_commands(app)

Prompt = Annotated[str, typer.Option(help="What the picture shows.")]
Negative = Annotated[str, typer.Option(help="What the picture should not show.")]
Model = Annotated[str, typer.Option(help="A model's id (see: pentimento models), or the path of one.")]
Seed = Annotated[int | None, typer.Option(help="0 to 4294967295; the same seed gives the same picture.")]
Steps = Annotated[int | None, typer.Option(help="More take longer and show more detail.")]
Guidance = Annotated[float | None, typer.Option(help="How closely the prompt is followed.")]
SamplerName = Annotated[str | None, typer.Option("--sampler", help='As in recipes: dpmpp_2m, "Euler a" ...')]
Output = Annotated[Path | None, typer.Option("-o", "--output", help="The PNG to write.")]


def main() -> None:
    """The console script. Errors come out as words on stderr and a status of 1 or 2."""
    app()


@app.callback(invoke_without_command=True)
def studio(
    context: typer.Context,
    data_dir: Annotated[Path | None, typer.Option(help="Keep everything in this folder.")] = None,
    temp_profile: Annotated[  # noqa: FBT002 - a switch
        bool, typer.Option("--temp-profile", help="Start empty and keep nothing.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Log everything.")] = False,  # noqa: FBT002 - a switch
    window: Annotated[  # noqa: FBT002 - a switch
        bool, typer.Option("--window", help="Open the window and nothing else, display or not.")
    ] = False,
) -> None:
    """Opens the window, or keeps the switches for the command that follows."""
    if temp_profile:
        folder = context.with_resource(tempfile.TemporaryDirectory(prefix="pentimento-"))
        data_dir = Path(folder)
    context.obj = Profile(data_dir=data_dir, debug=debug)
    if context.invoked_subcommand is None:
        with speaking_errors(context.obj):
            _open_studio(context.obj, must_open=window)


@app.command()
def generate(
    context: typer.Context,
    prompt: Annotated[str, typer.Argument(help="What the picture shows.")],
    *,
    seed: Seed = None,
    steps: Steps = None,
    width: Annotated[int | None, typer.Option(help="In pixels.")] = None,
    height: Annotated[int | None, typer.Option(help="In pixels.")] = None,
    negative: Negative = "",
    guidance: Guidance = None,
    sampler: SamplerName = None,
    speed: Annotated[str | None, typer.Option(help="exact, fast or fastest: faster changes details.")] = None,
    model: Model = "",
    output: Output = None,
) -> None:
    """Paint a picture from words."""
    from desktop.app.headless.generate import GenerateOptions
    from desktop.app.headless.generate import generate as run

    options = GenerateOptions(
        prompt=prompt,
        negative=negative,
        model=model,
        seed=seed,
        steps=steps,
        width=width,
        height=height,
        guidance=guidance,
        sampler=sampler,
        speed=speed,
        output=output,
    )
    progress = terminal.ProgressLine()
    run_command(context, lambda container: _saying_place(run(container, options, progress), progress))


@app.command()
def inpaint(
    context: typer.Context,
    picture: Annotated[Path, typer.Argument(help="The picture, of any size.")],
    *,
    mask: Annotated[Path, typer.Option(help="White where the picture is repainted.")],
    prompt: Prompt = "",
    seed: Seed = None,
    steps: Steps = None,
    strength: Annotated[float | None, typer.Option(help="0 to 1; 1 paints wholly anew.")] = None,
    feather: Annotated[int | None, typer.Option(help="Softness of the edge in pixels; 0 is sharp.")] = None,
    grow: Annotated[int | None, typer.Option(help="Pixels by which the mask grows.")] = None,
    intent: Annotated[
        str | None, typer.Option(help="fill, expand, add, remove or replace_background.")
    ] = None,
    negative: Negative = "",
    guidance: Guidance = None,
    sampler: SamplerName = None,
    model: Model = "",
    output: Output = None,
) -> None:
    """Paint a part of a picture anew."""
    from desktop.app.headless.inpaint import InpaintOptions
    from desktop.app.headless.inpaint import inpaint as run

    options = InpaintOptions(
        picture=picture,
        mask=mask,
        prompt=prompt,
        negative=negative,
        model=model,
        seed=seed,
        steps=steps,
        guidance=guidance,
        sampler=sampler,
        strength=strength,
        feather=feather,
        grow=grow,
        intent=intent,
        output=output,
    )
    progress = terminal.ProgressLine()
    run_command(context, lambda container: _saying_place(run(container, options, progress), progress))


@app.command()
def models(
    context: typer.Context,
    *,
    kind: Annotated[str, typer.Option(help="Of this kind alone: checkpoint, lora, vae ...")] = "",
    as_json: AsJson = False,
) -> None:
    """List the models on this machine."""
    from desktop.app.headless.models import list_models

    run_command(context, lambda container: list_models(container, as_json=as_json, kind=kind))


@app.command()
def download(
    context: typer.Context,
    repo: Annotated[str, typer.Argument(help="On the Hub: an owner, a slash and a name.")],
    *,
    file: Annotated[str, typer.Option(help="One .safetensors file of it, instead of the whole model.")] = "",
) -> None:
    """Fetch a model from the Hub; the same command goes on with what was stopped."""
    from desktop.app.headless.models import download_model

    progress = terminal.ProgressLine()
    run_command(
        context,
        lambda container: _saying_place(
            download_model(container, repo, file=file, progress=progress), progress
        ),
    )


async def _saying_place(work: Awaitable[Path], progress: terminal.ProgressLine) -> None:
    try:
        place = await work
    finally:
        progress.clear()
    terminal.say(str(place))


def _open_studio(profile: Profile, *, must_open: bool) -> None:
    from desktop.app.display import find_display
    from desktop.app.preflight import NEEDED_FOR_WINDOWS, missing_packages

    missing = missing_packages(NEEDED_FOR_WINDOWS) if _shows_on_x11() else []
    if must_open or (find_display(os.environ) and not missing):
        from desktop.app.run import run_studio

        raise typer.Exit(run_studio(data_dir=profile.data_dir, debug=profile.debug))
    if missing:
        terminal.say_aside(
            f"Qt cannot open a window without these system packages: {' '.join(missing)}. "
            "Meanwhile Pentimento paints without one."
        )
    else:
        terminal.say_aside("There is no display to open a window on, so Pentimento paints without one.")
    from desktop.app.headless.without_display import paint_without_window

    progress = terminal.ProgressLine()
    with_container(profile, lambda container: paint_without_window(container, progress))


def _shows_on_x11() -> bool:
    others = ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY")
    return bool(os.environ.get("DISPLAY")) and not any(os.environ.get(name) for name in others)
