"""What the artist has set up for the next picture, and its form on disk."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from shared.contracts.generation import (
    LARGEST_SEED,
    BlobId,
    FillIntent,
    InpaintArea,
    LoraUse,
    ModelReference,
    Preprocessor,
    Recipe,
    Sampler,
    Schedule,
    Seamless,
    Speed,
    TextToImage,
)
from shared.contracts.models import ModelDescription

PlaceChoice = Literal["local", "cloud", "automatic"]

HISTORY_LENGTH = 50
LARGEST_COUNT = 4


def _rounded_strength(value: float) -> float:
    """To a whole percent, as it is shown: what looks like 100% is 1."""
    return round(float(value), 2)


class ControlChoice(BaseModel):
    """A picture that shall lead the model: a file's, as a blob, or with none the canvas as it is when asked."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    model: ModelReference
    image: BlobId | None = None
    image_name: str = ""
    weight: float = Field(default=1.0, ge=0, le=2)
    start: float = Field(default=0.0, ge=0, lt=1)
    end: float = Field(default=1.0, gt=0, le=1)
    preprocessor: Preprocessor = "canny"


class EditorState(BaseModel):
    """Sides in pixels. `feather` and `grow` of None mean automatic; a seed is kept only while `seed_fixed`."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    prompt: str = ""
    negative_prompt: str = ""
    model_id: str = ""
    model_name: str = ""
    width: int = Field(default=512, ge=16, le=16384)
    height: int = Field(default=512, ge=16, le=16384)
    steps: int = Field(default=20, ge=1, le=150)
    guidance_scale: float = Field(default=5.0, ge=0, le=30)
    sampler: Sampler = "dpmpp_2m"
    schedule: Schedule = "automatic"
    seed: int = Field(default=0, ge=0, le=LARGEST_SEED)
    seed_fixed: bool = False
    count: int = Field(default=1, ge=1, le=LARGEST_COUNT)
    clip_skip: int = Field(default=1, ge=1, le=12)
    speed: Speed = "exact"
    strength: Annotated[float, BeforeValidator(_rounded_strength), Field(gt=0, le=1)] = 1.0
    intent: FillIntent | None = None
    area: InpaintArea = "automatic"
    feather: int | None = Field(default=None, ge=0, le=4096)
    grow: int | None = Field(default=None, ge=0, le=4096)
    loras: tuple[LoraUse, ...] = ()
    embeddings: tuple[ModelReference, ...] = ()
    """Those that the prompts name; found anew for each picture."""
    vae: ModelReference | None = None
    refiner: ModelReference | None = None
    refiner_from: float = Field(default=0.8, gt=0, lt=1)
    seamless: Seamless = "none"
    variation_seed: int = Field(default=0, ge=0, le=LARGEST_SEED)
    variation_strength: float = Field(default=0.0, ge=0, le=1)
    controls: tuple[ControlChoice, ...] = ()
    open_pickles: bool = False
    place: PlaceChoice = "local"
    ceiling: int = Field(default=20, ge=1, le=10_000)
    """Credits that an automatic choice may spend on a job."""

    def changed(self, **values: object) -> "EditorState":
        """Raises pydantic's ValidationError for a value out of its range."""
        return EditorState.model_validate({**self.model_dump(), **values})

    def with_model(self, model: ModelDescription) -> "EditorState":
        """The model's own defaults come with it; only SDXL has a refiner."""
        return self.changed(
            model_id=model.id,
            model_name=model.name,
            width=model.native_side,
            height=model.native_side,
            steps=model.default_steps,
            guidance_scale=model.default_guidance_scale,
            sampler=model.default_sampler,
            schedule=model.default_schedule,
            refiner=self.refiner if model.family == "stable_diffusion_xl" else None,
        )

    @property
    def needs_canvas(self) -> bool:
        """Whether a control takes the canvas for its picture."""
        return any(control.image is None for control in self.controls)

    def with_canvas(self, image: BlobId) -> "EditorState":
        """The visible document for each control that takes it."""
        return self.changed(
            controls=tuple(
                control.model_copy(update={"image": image}) if control.image is None else control
                for control in self.controls
            )
        )

    def with_recipe(self, recipe: Recipe) -> "EditorState":
        """Set as for that picture: its own seed, and one picture of it."""
        request = recipe.request
        values: dict[str, object] = {
            "prompt": request.prompt,
            "negative_prompt": request.negative_prompt,
            "model_id": request.model.id,
            "model_name": request.model.name,
            "steps": min(request.steps, 150),
            "guidance_scale": min(request.guidance_scale, 30),
            "sampler": request.sampler,
            "schedule": request.schedule,
            "seed": recipe.rendering.seed,
            "seed_fixed": True,
            "count": 1,
            "clip_skip": request.clip_skip,
            "speed": request.speed,
            "strength": 1.0,
            **_additions_of(recipe),
        }
        if isinstance(request, TextToImage):
            return self.changed(**values, width=request.width, height=request.height)
        values["strength"] = max(0.01, getattr(request, "strength", 1.0))
        for name in ("intent", "area", "feather", "grow"):
            if hasattr(request, name):
                values[name] = getattr(request, name)
        return self.changed(**values)


def _additions_of(recipe: Recipe) -> dict[str, object]:
    """What went with the model when that picture was made."""
    request, varied = recipe.request, recipe.rendering.variation_seed
    strength = request.variation.strength if request.variation else 0.0
    return {
        "loras": request.loras,
        "vae": request.vae,
        **_refiner_of(recipe),
        "seamless": request.seamless,
        "variation_seed": varied or 0,
        "variation_strength": strength,
        "controls": tuple(
            ControlChoice(
                model=control.model,
                image=control.image,
                weight=control.weight,
                start=control.start,
                end=control.end,
                preprocessor=control.preprocessor,
            )
            for control in request.controls
        ),
    }


def _refiner_of(recipe: Recipe) -> dict[str, object]:
    refiner = recipe.request.refiner
    return (
        {"refiner": None}
        if refiner is None
        else {"refiner": refiner.model, "refiner_from": refiner.switch_at}
    )


def load_state(saved: Mapping[str, Any]) -> EditorState:
    """Values that can't be read (an older or a newer app's) fall back to the default, one by one."""
    known = {name: value for name, value in saved.items() if name in EditorState.model_fields}
    try:
        return EditorState.model_validate(known)
    except ValidationError as error:
        broken = {str(problem["loc"][0]) for problem in error.errors() if problem["loc"]}
        return EditorState.model_validate({name: known[name] for name in known.keys() - broken})


def remembered(history: tuple[str, ...], prompt: str) -> tuple[str, ...]:
    """The newest first, each prompt once."""
    prompt = prompt.strip()
    if not prompt:
        return history
    return (prompt, *(earlier for earlier in history if earlier != prompt))[:HISTORY_LENGTH]
