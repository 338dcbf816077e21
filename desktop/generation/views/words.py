"""The words for the values of a request; samplers and schedules keep the names that artists know."""

from PySide6.QtCore import QLocale

from desktop.generation.actions import Action
from desktop.generation.jobs import Job, JobProgress
from desktop.generation.painters import is_cloud_only
from desktop.generation.sizes import SizePreset
from desktop.widgets.translations import tr
from shared.contracts.generation import (
    FillIntent,
    GenerationRequest,
    InpaintArea,
    Preprocessor,
    Sampler,
    Schedule,
    Seamless,
    Speed,
)
from shared.contracts.models import ModelDescription

SAMPLER_NAMES: dict[Sampler, str] = {
    "dpmpp_2m": "DPM++ 2M",
    "dpmpp_2m_sde": "DPM++ 2M SDE",
    "dpmpp_sde": "DPM++ SDE",
    "euler": "Euler",
    "euler_a": "Euler a",
    "heun": "Heun",
    "lms": "LMS",
    "ddim": "DDIM",
    "unipc": "UniPC",
    "lcm": "LCM",
    "dpm2": "DPM2",
    "dpm2_a": "DPM2 a",
}


def schedule_names() -> dict[Schedule, str]:
    return {
        "automatic": tr("Automatic"),
        "normal": tr("Normal"),
        "karras": "Karras",
        "exponential": tr("Exponential"),
        "beta": "Beta",
        "sgm_uniform": "SGM Uniform",
        "simple": tr("Simple"),
    }


def intent_names() -> dict[FillIntent | None, str]:
    return {
        None: tr("Automatic"),
        "fill": tr("Fill"),
        "expand": tr("Expand"),
        "add": tr("Add something"),
        "remove": tr("Remove"),
        "replace_background": tr("Replace background"),
    }


def area_names() -> dict[InpaintArea, str]:
    return {
        "automatic": tr("Automatic"),
        "selection": tr("Selection only"),
        "whole": tr("Whole picture"),
    }


def seamless_names() -> dict[Seamless, str]:
    return {
        "none": tr("Off"),
        "x": tr("Left and right"),
        "y": tr("Top and bottom"),
        "both": tr("All around"),
    }


def speed_names() -> dict[Speed, str]:
    return {
        "exact": tr("Exact"),
        "fast": tr("Fast"),
        "fastest": tr("Fastest"),
    }


def preprocessor_names() -> dict[Preprocessor, str]:
    return {
        "none": tr("As it is"),
        "canny": tr("Fine lines"),
        "scribble": tr("Scribble"),
    }


def action_name(action: Action) -> str:
    return {
        "generate": tr("Generate"),
        "fill_selection": tr("Fill selection"),
        "extend": tr("Extend the picture"),
        "refine": tr("Refine"),
        "render_again": tr("Render again"),
    }[action]


def model_label(model: ModelDescription) -> str:
    return tr("{name} (in the cloud)", name=model.name) if is_cloud_only(model) else model.name


def preset_name(preset: SizePreset) -> str:
    name = {
        "square": tr("Square"),
        "landscape": tr("Landscape"),
        "portrait": tr("Portrait"),
        "canvas": tr("Canvas"),
    }[preset.shape]
    return f"{name}  {preset.width} × {preset.height}"


def progress_text(progress: JobProgress | None) -> str:
    if progress is None:
        return ""
    if progress.stage == "painting":
        return tr("step {step} of {steps}", step=progress.step, steps=progress.steps)
    return {
        "starting": tr("starting the engine…"),
        "model": tr("loading the model…"),
        "conditioning": tr("reading the prompt…"),
        "sending": tr("sending the pictures…"),
        "queued": tr("waiting in the cloud…"),
        "unreachable": tr("no network: the job goes on in the cloud"),
        "signed_out": tr("sign in to get the result"),
        "fetching": tr("fetching the result…"),
    }[progress.stage]


def time_left_text(seconds: float | None) -> str:
    if seconds is None:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    return tr("{minutes}:{seconds} left", minutes=minutes, seconds=f"{rest:02d}")


def state_text(job: Job) -> str:
    return {
        "waiting": tr("waiting"),
        "running": tr("running"),
        "completed": tr("done"),
        "failed": tr("failed"),
        "cancelled": tr("cancelled"),
    }[job.state]


def queue_text(jobs: tuple[Job, ...], *, paused: bool) -> str:
    running = sum(job.state == "running" for job in jobs)
    waiting = sum(job.state == "waiting" for job in jobs)
    if running or waiting:
        text = tr("queue: {running} running, {waiting} waiting", running=running, waiting=waiting)
    else:
        text = tr("queue: empty")
    return f"{text} ({tr('paused')})" if paused else text


def job_title(job: Job) -> str:
    words = " ".join(job.request.prompt.split())
    task = task_name(job.request)
    return ": ".join(part for part in (task, words) if part) or tr("(no prompt)")


def task_name(request: GenerationRequest) -> str:
    """Of what is made of a picture in one step; empty where the prompt says it all."""
    return {
        "variations": tr("Variations"),
        "outpaint": tr("Extend the picture"),
        "upscale": tr("Enlarge"),
        "enhance": tr("Enhance"),
        "remove_background": tr("Remove the background"),
    }.get(request.kind, "")


def number_text(value: int) -> str:
    return QLocale().toString(value)


def place_text(job: Job) -> str:
    """Where it runs, and at which price."""
    if job.place == "local":
        return tr("local")
    if job.price_credits is None:
        return tr("cloud")
    return tr("cloud, {price} credits", price=number_text(job.price_credits))


def memory_text(size: int | None) -> str:
    return "" if size is None else tr("{gigabytes} GB", gigabytes=f"{size / 1e9:.1f}")
