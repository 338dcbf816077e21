"""Settings that another program told of, made into a recipe; what cannot be taken over becomes a note."""

from dataclasses import dataclass
from typing import Any

from shared.contracts.generation import LARGEST_SEED, ModelReference, Recipe, Rendering, TextToImage
from shared.imaging.samplers import read_sampler


@dataclass(frozen=True, kw_only=True)
class ToldSettings:
    """Values as they were found, of whatever type; `from_told` judges them."""

    program: str
    prompt: Any = ""
    negative_prompt: Any = ""
    model_name: Any = ""
    model_hash: Any = ""
    steps: Any = None
    guidance_scale: Any = None
    sampler: Any = None
    schedule: Any = None
    seed: Any = None
    clip_skip: Any = None


def from_told(told: ToldSettings, *, width: int, height: int) -> Recipe:
    """A text-to-image recipe of the picture's own size; missing or impossible settings take our defaults."""
    notes: list[str] = []
    fields: dict[str, Any] = {}
    steps = _number(told.steps)
    if steps is not None and 1 <= steps <= 1000:
        fields["steps"] = int(steps)
    guidance = _number(told.guidance_scale)
    if guidance is not None and 0 <= guidance <= 100:
        fields["guidance_scale"] = guidance
    clip_skip = _number(told.clip_skip)
    if clip_skip is not None and 1 <= clip_skip <= 12:
        fields["clip_skip"] = int(clip_skip)
    if _text(told.sampler):
        choice = read_sampler(_text(told.sampler), _text(told.schedule))
        fields.update(sampler=choice.sampler, schedule=choice.schedule)
        notes += choice.notes
    told_seed = int(_number(told.seed) or 0)
    seed = told_seed % (LARGEST_SEED + 1)
    if seed != told_seed:
        notes.append(f"The seed was {told_seed}.")
    model_name = _text(told.model_name)
    request = TextToImage(
        model=ModelReference(id="", name=model_name),
        prompt=_text(told.prompt),
        negative_prompt=_text(told.negative_prompt),
        seed=seed,
        width=min(max(width, 16), 16384),
        height=min(max(height, 16), 16384),
        **fields,
    )
    rendering = Rendering(
        seed=seed,
        device="",
        precision="",
        attention="",
        engine=told.program,
        model_sha256=_text(told.model_hash),
        work_width=width,
        work_height=height,
        notes=tuple(notes),
    )
    return Recipe(request=request, rendering=rendering)


def _number(value: object) -> float | int | None:
    """Whole numbers stay exact: a seed of ComfyUI has more digits than a float."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if isinstance(value, int) or abs(value) < 2**53 else None


def _text(value: object) -> str:
    """Without the lone surrogates that JSON of others may hold and no file of ours can."""
    return value.encode(errors="replace").decode() if isinstance(value, str) else ""
