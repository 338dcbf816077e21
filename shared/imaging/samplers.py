"""Names of samplers and schedules as other programs write them, and ours (interop.md, sampler names)."""

from dataclasses import dataclass

from shared.contracts.generation import Sampler, Schedule

SAMPLER_NAMES: dict[Sampler, str] = {
    "euler": "Euler",
    "euler_a": "Euler a",
    "heun": "Heun",
    "lms": "LMS",
    "ddim": "DDIM",
    "unipc": "UniPC",
    "lcm": "LCM",
    "dpmpp_2m": "DPM++ 2M",
    "dpmpp_2m_sde": "DPM++ 2M SDE",
    "dpmpp_sde": "DPM++ SDE",
    "dpm2": "DPM2",
    "dpm2_a": "DPM2 a",
}
SCHEDULE_NAMES: dict[Schedule, str] = {
    "automatic": "Automatic",
    "normal": "Normal",
    "karras": "Karras",
    "exponential": "Exponential",
    "beta": "Beta",
    "sgm_uniform": "SGM Uniform",
    "simple": "Simple",
}

_OTHER_SAMPLER_SPELLINGS: dict[str, Sampler] = {
    "euler ancestral": "euler_a",
    "dpmpp 2m": "dpmpp_2m",
    "dpmpp 2m sde": "dpmpp_2m_sde",
    "dpmpp sde": "dpmpp_sde",
    "dpm 2": "dpm2",
    "dpm 2 ancestral": "dpm2_a",
    "dpm2 ancestral": "dpm2_a",
    "uni pc": "unipc",
    "kdpm 2": "dpm2",
    "kdpm 2 a": "dpm2_a",
    "kdpm 2 ancestral": "dpm2_a",
}
_NEAREST_SAMPLERS: dict[str, tuple[Sampler, Schedule]] = {
    # The schedule is what the named sampler takes by default, where its stand-in would take another.
    "dpm++ 2s a": ("dpmpp_sde", "automatic"),
    "dpmpp 2s ancestral": ("dpmpp_sde", "automatic"),
    "dpm++ 3m sde": ("dpmpp_2m_sde", "automatic"),
    "dpmpp 3m sde": ("dpmpp_2m_sde", "automatic"),
    "dpm++ 2m sde heun": ("dpmpp_2m_sde", "automatic"),
    "dpm fast": ("dpmpp_2m", "normal"),
    "dpm adaptive": ("dpmpp_2m", "normal"),
    "restart": ("heun", "karras"),
    "plms": ("lms", "automatic"),
    "pndm": ("lms", "automatic"),
    "uni pc bh2": ("unipc", "automatic"),
    "dpmpp 3m": ("dpmpp_2m", "automatic"),
    # ComfyUI's names where the noise is drawn on the GPU, and so is another.
    "dpmpp 2m sde gpu": ("dpmpp_2m_sde", "automatic"),
    "dpmpp sde gpu": ("dpmpp_sde", "automatic"),
    "dpmpp 3m sde gpu": ("dpmpp_2m_sde", "automatic"),
    "dpmpp 2s": ("dpmpp_sde", "automatic"),
    "heunpp2": ("heun", "automatic"),
    "ddim cfg++": ("ddim", "automatic"),
}
_UNKNOWN_SAMPLER: Sampler = "dpmpp_2m"

_OTHER_SCHEDULE_SPELLINGS: dict[str, Schedule] = {"uniform": "normal", "ddim uniform": "normal"}
_NEAREST_SCHEDULES: dict[str, Schedule] = {
    "polyexponential": "exponential",
    "kl optimal": "karras",
    "align your steps": "karras",
    "turbo": "sgm_uniform",
    "ddim": "normal",
}


@dataclass(frozen=True, slots=True)
class SamplerChoice:
    """`notes` say in words where a name has no equivalent here and what stands in for it."""

    sampler: Sampler
    schedule: Schedule
    notes: tuple[str, ...] = ()


def default_schedule(sampler: Sampler) -> Schedule:
    """What `automatic` means for a sampler."""
    match sampler:
        case "dpmpp_2m" | "dpmpp_sde" | "dpm2" | "dpm2_a":
            return "karras"
        case "dpmpp_2m_sde":
            return "exponential"
        case _:
            return "normal"


def resolved_schedule(sampler: Sampler, schedule: Schedule) -> Schedule:
    """The schedule that is really used: never `automatic`."""
    return default_schedule(sampler) if schedule == "automatic" else schedule


def read_sampler(name: str, schedule_name: str = "") -> SamplerChoice:
    """Ours for "DPM++ 2M" with "Karras", for the old "DPM++ 2M Karras", and for names as ComfyUI writes them.

    The nearest, with a note, for what we don't have.
    """
    plain = _normalised(name)
    suffix = "" if _is_known_sampler(plain) else _schedule_suffix(plain)
    plain = plain.removesuffix(suffix).rstrip()
    sampler, implied, notes = _sampler(plain, name)
    wanted = _normalised(schedule_name) or suffix
    schedule, schedule_notes = _schedule(wanted, schedule_name)
    if schedule == "automatic":
        schedule = implied
    return SamplerChoice(sampler, schedule, notes + schedule_notes)


def _sampler(plain: str, written: str) -> tuple[Sampler, Schedule, tuple[str, ...]]:
    exact = _SAMPLERS.get(plain)
    if exact is not None:
        return exact, "automatic", ()
    nearest, implied = _NEAREST_SAMPLERS.get(plain, (_UNKNOWN_SAMPLER, "automatic"))
    note = f"The sampler {written[:60]} is not available; {SAMPLER_NAMES[nearest]} is the nearest."
    return nearest, implied, (note,)


def _schedule(plain: str, written: str) -> tuple[Schedule, tuple[str, ...]]:
    exact = _SCHEDULES.get(plain)
    if exact is not None or not plain:
        return exact or "automatic", ()
    nearest = _NEAREST_SCHEDULES.get(plain, "automatic")
    note = (
        f"The schedule {(written or plain)[:60]} is not available; {SCHEDULE_NAMES[nearest]} is the nearest."
    )
    return nearest, (note,)


def _schedule_suffix(plain: str) -> str:
    suffixes = (name for name in (*_SCHEDULES, *_NEAREST_SCHEDULES) if plain.endswith(f" {name}"))
    return max(suffixes, key=len, default="")


def _is_known_sampler(plain: str) -> bool:
    return plain in _SAMPLERS or plain in _NEAREST_SAMPLERS


def _normalised(name: str) -> str:
    return " ".join(name[:200].lower().replace("_", " ").split()).removeprefix("k ")


_SAMPLERS: dict[str, Sampler] = {_normalised(name): sampler for sampler, name in SAMPLER_NAMES.items()}
_SAMPLERS |= {_normalised(sampler): sampler for sampler in SAMPLER_NAMES}
_SAMPLERS |= _OTHER_SAMPLER_SPELLINGS
_SCHEDULES: dict[str, Schedule] = {_normalised(name): schedule for schedule, name in SCHEDULE_NAMES.items()}
_SCHEDULES |= _OTHER_SCHEDULE_SPELLINGS
