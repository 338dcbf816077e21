"""The A1111 `parameters` text: how most programs and sites read a picture's settings (interop.md)."""

import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from shared.contracts.generation import (
    LARGEST_SEED,
    ImageToImage,
    Inpaint,
    Recipe,
    Sampler,
    Schedule,
    Upscale,
    Variations,
)
from shared.imaging.samplers import SAMPLER_NAMES, SCHEDULE_NAMES, read_sampler, resolved_schedule

_NEGATIVE = "Negative prompt:"
_LEAST_SETTINGS = 3
_LONGEST_HASH = 10
_LONGEST_SETTINGS = 100_000
"""Characters; a hundred times what any program writes, and read in a fraction of a second whatever they are."""
_NEEDS_QUOTES = re.compile(r"[,:\n\r\"]")
# The published grammar, without its backtracking, so that no text takes more than linear time.
_KEY = re.compile(r"(\w[\w \-/]{1,80}+):\s*+")
_VALUE = re.compile(r'("(?:\\.|[^\\"])++"|[^,]*+)(?:,|$)')
_SIZE = re.compile(r"(\d{1,6})x(\d{1,6})")
_BRACE_END = re.compile(r"\s*+(?:,|$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedParameters:
    """What a text says; None where it says nothing usable. `settings` holds every entry as it was written."""

    prompt: str = ""
    negative_prompt: str = ""
    steps: int | None = None
    sampler: Sampler | None = None
    schedule: Schedule | None = None
    guidance_scale: float | None = None
    seed: int | None = None
    width: int | None = None
    height: int | None = None
    model_hash: str = ""
    model_name: str = ""
    strength: float | None = None
    clip_skip: int | None = None
    lora_hashes: dict[str, str] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def write_parameters(recipe: Recipe, *, width: int, height: int) -> str:
    """The text of a picture of that size."""
    request, rendering = recipe.request, recipe.rendering
    entries: dict[str, object] = {
        "Steps": request.steps,
        "Sampler": SAMPLER_NAMES[request.sampler],
        "Schedule type": SCHEDULE_NAMES[resolved_schedule(request.sampler, request.schedule)],
        "CFG scale": f"{request.guidance_scale:g}",
        "Seed": rendering.seed,
        "Size": f"{width}x{height}",
        "Model hash": (rendering.model_sha256 or request.model.sha256)[:_LONGEST_HASH],
        "Model": request.model.name or request.model.id,
    }
    if isinstance(request, ImageToImage | Inpaint | Variations | Upscale):
        entries["Denoising strength"] = f"{request.strength:g}"
    if request.clip_skip > 1:
        entries["Clip skip"] = request.clip_skip
    if isinstance(request, Inpaint):
        entries |= _inpaint_entries(request)
    entries |= _addition_entries(recipe)
    entries["Version"] = rendering.engine
    line = ", ".join(f"{key}: {_quoted(str(value))}" for key, value in entries.items() if value != "")
    negative = rendering.negative_prompt or request.negative_prompt
    negative = f"{_NEGATIVE} {negative}" if negative else ""
    return "\n".join(part for part in (rendering.prompt or request.prompt, negative, line) if part)


def read_parameters(text: str) -> ParsedParameters:
    """Never fails: what can't be understood is prompt, or stays in `settings` alone."""
    *lines, last = text.strip().split("\n")
    entries = _entries(last) if len(last) <= _LONGEST_SETTINGS else []
    if len(entries) < _LEAST_SETTINGS:
        lines.append(last)
        entries = []
    prompt, negative_prompt = _prompts(lines)
    settings = dict(entries)
    width, height = _size(settings.get("Size", ""))
    choice = read_sampler(settings.get("Sampler", ""), settings.get("Schedule type", ""))
    has_sampler = bool(settings.get("Sampler"))
    return ParsedParameters(
        prompt=prompt,
        negative_prompt=negative_prompt,
        steps=_whole(settings, "Steps", 1, 1000),
        sampler=choice.sampler if has_sampler else None,
        schedule=choice.schedule if has_sampler else None,
        guidance_scale=_number(settings, "CFG scale", lambda value: 0 <= value <= 100),
        seed=_whole(settings, "Seed", 0, LARGEST_SEED),
        width=width,
        height=height,
        model_hash=settings.get("Model hash", ""),
        model_name=settings.get("Model", ""),
        strength=_number(settings, "Denoising strength", lambda value: 0 < value <= 1),
        clip_skip=_whole(settings, "Clip skip", 1, 12),
        lora_hashes=_pairs(settings.get("Lora hashes", "")),
        settings=settings,
        notes=choice.notes if has_sampler else (),
    )


def _addition_entries(recipe: Recipe) -> dict[str, object]:
    """By the names that A1111 gives them."""
    request, entries = recipe.request, dict[str, object]()
    if request.variation is not None:
        entries["Variation seed"] = recipe.rendering.variation_seed or request.variation.seed
        entries["Variation seed strength"] = f"{request.variation.strength:g}"
    if request.seamless != "none":
        entries["Tiling"] = "True"
    if request.vae is not None:
        entries["VAE"] = request.vae.name or request.vae.id
    if request.refiner is not None:
        entries["Refiner"] = request.refiner.model.name or request.refiner.model.id
        entries["Refiner switch at"] = f"{request.refiner.switch_at:g}"
    if request.loras:
        names = [f"{use.model.name or use.model.id}: {use.weight:g}" for use in request.loras]
        entries["Lora weights"] = ", ".join(names)
    return entries


def _inpaint_entries(request: Inpaint) -> dict[str, object]:
    entries: dict[str, object] = {}
    if request.feather is not None:
        entries["Mask blur"] = request.feather
    if request.area != "whole":
        entries["Inpaint area"] = "Only masked"
    return entries


def _quoted(value: str) -> str:
    return json.dumps(value, ensure_ascii=False) if _NEEDS_QUOTES.search(value) else value


def _unquoted(value: str) -> str:
    if len(value) < 2 or not (value.startswith('"') and value.endswith('"')):
        return value
    try:
        unquoted = json.loads(value)
    except ValueError:
        return value
    return unquoted if isinstance(unquoted, str) else value


def _entries(line: str) -> list[tuple[str, str]]:
    entries = []
    position = 0
    while key := _KEY.search(line, position):
        start = key.end()
        end = _json_end(line, start)
        if end is not None:
            entries.append((key[1], line[start:end]))
            position = end
        elif value := _VALUE.match(line, start):
            entries.append((key[1], _unquoted(value[1].strip())))
            position = value.end()
    return entries


def _json_end(line: str, start: int) -> int | None:
    """Where an unquoted JSON object or list, as Civitai writes them, ends; None where none stands there."""
    if line[start : start + 1] not in {"{", "["}:
        return None
    try:
        _, end = json.JSONDecoder().raw_decode(line, start)
    except (ValueError, RecursionError):
        return None
    return end if _BRACE_END.match(line, end) else None


def _prompts(lines: list[str]) -> tuple[str, str]:
    parts: tuple[list[str], list[str]] = ([], [])
    negative = False
    for line in (line.strip() for line in lines):
        if line.startswith(_NEGATIVE):
            negative = True
            parts[1].append(line.removeprefix(_NEGATIVE).strip())
        else:
            parts[negative].append(line)
    return "\n".join(parts[0]).strip(), "\n".join(parts[1]).strip()


def _size(text: str) -> tuple[int | None, int | None]:
    size = _SIZE.fullmatch(text)
    return (int(size[1]), int(size[2])) if size else (None, None)


def _whole(settings: dict[str, str], key: str, lowest: int, highest: int) -> int | None:
    text = settings.get(key, "")
    if not re.fullmatch(r"[0-9]{1,10}", text):
        return None
    value = int(text)
    return value if lowest <= value <= highest else None


def _number(settings: dict[str, str], key: str, fits: Callable[[float], bool]) -> float | None:
    try:
        value = float(settings.get(key, "")[:40])
    except ValueError:
        return None
    return value if math.isfinite(value) and fits(value) else None


def _pairs(text: str) -> dict[str, str]:
    """`a: h, b: h`; names may hold colons, hashes never do."""
    pairs = (entry.rpartition(":") for entry in text.split(","))
    return {name.strip(): value.strip() for name, colon, value in pairs if colon and name.strip()}
