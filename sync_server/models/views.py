"""Models in the API's words."""

from datetime import datetime
from typing import get_args

from shared.contracts.generation import Sampler
from shared.contracts.model_catalogue import (
    CloudModel,
    CloudModelDetails,
    DefaultParameters,
    SamplerView,
    UsageTotals,
)
from shared.imaging.samplers import SAMPLER_NAMES
from sync_server.models.rules import ModelEntry
from sync_server.models.service import OfferedModel

_RATIOS = ((1, 1), (4, 3), (3, 4), (16, 9), (9, 16), (3, 2), (2, 3))
_SAMPLERS: dict[Sampler, tuple[str, bool, str]] = {
    "dpmpp_2m": ("Fast and of high quality; good for most pictures.", True, "20-30"),
    "dpmpp_2m_sde": ("As DPM++ 2M, with fresh noise at each step: more detail.", True, "25-40"),
    "dpmpp_sde": ("Rich in detail, two evaluations a step.", False, "12-20"),
    "euler": ("Simple and steady.", False, "20-30"),
    "euler_a": ("Classic, changes much from step to step; good for ideas.", True, "20-30"),
    "heun": ("Exact, two evaluations a step.", False, "15-25"),
    "lms": ("Old and linear; kept for old recipes.", False, "40-60"),
    "ddim": ("The first fast one; kept for old recipes.", False, "30-50"),
    "unipc": ("Good pictures in few steps.", True, "10-20"),
    "lcm": ("For models made for it: very few steps.", False, "4-8"),
    "dpm2": ("Second order, two evaluations a step.", False, "15-25"),
    "dpm2_a": ("As DPM2, with fresh noise at each step.", False, "15-25"),
}


def model(offered: OfferedModel, *, credits_each: int, usage: UsageTotals, now: datetime) -> CloudModel:
    return CloudModel.model_validate(_facts(offered, credits_each, usage, now))


def details(
    offered: OfferedModel, *, credits_each: int, usage: UsageTotals, now: datetime
) -> CloudModelDetails:
    entry = offered.entry
    return CloudModelDetails.model_validate(
        {
            **_facts(offered, credits_each, usage, now),
            "supported_resolutions": [_resolution(entry, *ratio) for ratio in _RATIOS],
            "supported_samplers": [SAMPLER_NAMES[name] for name in get_args(Sampler)],
            "minimum_side": entry.minimum_side,
            "native_side": entry.native_side,
            "maximum_side": entry.maximum_side,
            "usage_stats": usage,
            "updated_at": offered.last_offered_at,
        }
    )


def samplers() -> list[SamplerView]:
    return [
        SamplerView(
            id=name,
            name=SAMPLER_NAMES[name],
            description=description,
            recommended=recommended,
            typical_steps=steps,
        )
        for name, (description, recommended, steps) in _SAMPLERS.items()
    ]


def _facts(offered: OfferedModel, credits_each: int, usage: UsageTotals, now: datetime) -> dict[str, object]:
    entry = offered.entry
    available = offered.available(now)
    return {
        "id": entry.id,
        "name": entry.name,
        "display_name": entry.display_name,
        "description": entry.description,
        "type": entry.type,
        "model_type": {"sd-1": "sd15", "sd-2": "sd2", "sd-3": "sd3"}.get(entry.base, entry.base),
        "base": entry.base,
        "version": entry.version,
        "min_tier": entry.min_tier,
        "executor": entry.executor,
        "kinds": list(entry.kinds),
        "file_size_gb": entry.file_size_gb,
        "default_parameters": DefaultParameters(
            width=entry.native_side,
            height=entry.native_side,
            steps=entry.default_steps,
            guidance_scale=entry.default_guidance_scale,
            cfg_scale=entry.default_guidance_scale,
            sampler=SAMPLER_NAMES[entry.default_sampler],
        ),
        "credits": credits_each,
        "is_available": available,
        "is_active": available,
        "is_nsfw": entry.is_nsfw,
        "popularity_score": usage.total_generations,
        "thumbnail_url": None,
        "sample_images": [],
        "created_at": offered.first_offered_at,
    }


def _resolution(entry: ModelEntry, across: int, down: int) -> str:
    """Of the native number of pixels, in the model's multiples."""
    scale = entry.native_side / (across * down) ** 0.5
    sides = [
        max(entry.multiple, round(side * scale / entry.multiple) * entry.multiple) for side in (across, down)
    ]
    return f"{sides[0]}x{sides[1]}"
