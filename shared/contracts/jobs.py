"""What clients ask of the cloud queue. The seeds' own names are taken beside ours."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import AliasChoices, Field, model_validator

from shared.contracts.base import Contract
from shared.contracts.generation import GenerationRequest, Rectangle

AspectRatio = Literal["1:1", "16:9", "9:16", "4:3", "3:4", "3:2", "2:3"]
ImageSize = Literal["square", "square_hd", "portrait_4_3", "portrait_16_9", "landscape_4_3", "landscape_16_9"]
Quality = Literal["standard", "hd", "ultra-hd"]
DeliveredFormat = Literal["png", "jpeg", "webp"]
LARGEST_SIDE = 8192

PictureIn = Annotated[
    str,
    Field(
        min_length=1,
        max_length=45_000_000,
        description="An id from `POST /uploads`, an item's id, base64 (a data URL too) or an http(s) URL. In multipart, a file.",
    ),
]
Prompt = Annotated[str, Field(min_length=1, max_length=2000)]


class LoraChoice(Contract):
    model: str = Field(max_length=200, validation_alias=AliasChoices("model", "name", "path"))
    weight: float = Field(1.0, ge=-2, le=2, validation_alias=AliasChoices("weight", "scale"))


class ControlChoice(Contract):
    model: str = Field(max_length=200)
    image: PictureIn
    weight: float = Field(1.0, ge=0, le=2)


class FigureFilters(Contract):
    """For figure drawing: each becomes words of the prompt."""

    body_type: str | None = Field(None, max_length=60)
    pose: str | None = Field(None, max_length=60)
    lighting: str | None = Field(None, max_length=60)
    clothing: str | None = Field(None, max_length=60)
    background: str | None = Field(None, max_length=60)


class JobSettings(Contract):
    """What every request for pictures may say."""

    model: str | None = Field(
        None,
        max_length=200,
        validation_alias=AliasChoices("model", "model_id", "modelId"),
        description="By id or name; the operator's default where it is left out.",
    )
    negative_prompt: str = Field(
        "", max_length=1000, validation_alias=AliasChoices("negative_prompt", "negativePrompt")
    )
    num_images: int = Field(
        1,
        ge=1,
        le=4,
        validation_alias=AliasChoices("num_images", "numImages", "batch_size", "numVariations", "n"),
    )
    steps: int | None = Field(
        None, ge=1, le=100, validation_alias=AliasChoices("steps", "num_inference_steps")
    )
    guidance_scale: float | None = Field(
        None, ge=0, le=20, validation_alias=AliasChoices("guidance_scale", "cfg_scale", "guidanceScale")
    )
    seed: int = Field(-1, ge=-1, le=2**32 - 1, description="-1 is random.")
    sampler: str | None = Field(None, max_length=60, description="In any program's spelling.")
    loras: list[LoraChoice] = Field(default_factory=list, max_length=8)
    controls: list[ControlChoice] = Field(
        default_factory=list, max_length=4, validation_alias=AliasChoices("controls", "controlnet")
    )
    style: str | None = Field(None, max_length=60)
    filters: FigureFilters | None = None
    enhance_prompt: bool = Field(
        default=False, validation_alias=AliasChoices("enhance_prompt", "enhancePrompt", "expand_prompt")
    )
    safety_checker: bool = Field(
        default=True,
        validation_alias=AliasChoices("safety_checker", "enable_safety_checker", "safetyFilter"),
    )
    format: DeliveredFormat = Field("png", description="PNG is kept; this is delivered.")
    board_id: UUID | None = Field(None, validation_alias=AliasChoices("board_id", "save_to_board"))
    max_credits: int | None = Field(None, ge=0, description="PRICE_CHANGED where it would cost more.")
    sync_mode: bool = Field(default=False, description="Wait for the result, up to a minute.")

    @model_validator(mode="before")
    @classmethod
    def _as_others_write_it(cls, data: Any) -> Any:
        return _flattened(data) if isinstance(data, Mapping) else data


class CreateRequest(JobSettings):
    prompt: Prompt
    width: int | None = Field(None, ge=64, le=LARGEST_SIDE)
    height: int | None = Field(None, ge=64, le=LARGEST_SIDE)
    aspect_ratio: AspectRatio | None = Field(
        None, validation_alias=AliasChoices("aspect_ratio", "aspectRatio")
    )
    image_size: ImageSize | None = None
    quality: Quality = "standard"
    image: PictureIn | None = Field(None, validation_alias=AliasChoices("image", "image_url"))
    strength: float = Field(0.6, ge=0, le=1)

    @model_validator(mode="after")
    def _one_size(self) -> Self:
        if (self.width is None) != (self.height is None):
            raise ValueError("a size has a width and a height")
        if sum(value is not None for value in (self.width, self.aspect_ratio, self.image_size)) > 1:
            raise ValueError("give width and height, aspect_ratio or image_size")
        return self


class RunRequest(Contract):
    """The engine's own request: the picture is the same as on a machine of the client's own.

    Pictures in it are named by the hash of what was uploaded. `job_id` is the client's: the same again is the same job.
    """

    job_id: UUID
    request: GenerationRequest


class BatchRequest(JobSettings):
    """One job a prompt, with the same settings."""

    prompts: list[Prompt] = Field(min_length=1, max_length=100)
    width: int | None = Field(None, ge=64, le=LARGEST_SIDE)
    height: int | None = Field(None, ge=64, le=LARGEST_SIDE)
    variation_seeds: bool = Field(default=True, description="Each job its own seed; else all the same.")

    @model_validator(mode="after")
    def _both_sides(self) -> Self:
        if (self.width is None) != (self.height is None):
            raise ValueError("a size has a width and a height")
        return self


class ImageToImageRequest(JobSettings):
    prompt: Prompt
    image: PictureIn = Field(
        validation_alias=AliasChoices("image", "init_image", "source_image", "image_url", "imageId")
    )
    strength: float = Field(0.6, ge=0, le=1)


class EditRequest(JobSettings):
    prompt: Prompt
    image: PictureIn = Field(
        validation_alias=AliasChoices("image", "originalImageId", "original_image_id", "image_id")
    )
    strength: float = Field(0.8, ge=0, le=1)


class VariationsRequest(JobSettings):
    prompt: str = Field("", max_length=2000)
    image: PictureIn = Field(validation_alias=AliasChoices("image", "imageId", "image_id"))
    strength: float = Field(0.5, ge=0, le=1)


class MaskShapes(Contract):
    """Repainted within them, in pixels of the picture."""

    rectangles: list[Rectangle] = Field(default_factory=list, max_length=200)
    polygons: list[Annotated[list[tuple[float, float]], Field(min_length=3, max_length=2000)]] = Field(
        default_factory=list, max_length=200
    )

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if not self.rectangles and not self.polygons:
            raise ValueError("a mask has a rectangle or a polygon")
        return self


class InpaintRequest(JobSettings):
    """White of the mask is repainted."""

    prompt: Prompt
    image: PictureIn = Field(validation_alias=AliasChoices("image", "imageId", "image_id", "source_image"))
    mask: PictureIn | MaskShapes = Field(validation_alias=AliasChoices("mask", "mask_image"))
    strength: float = Field(1.0, ge=0, le=1)
    mask_blur: int | None = Field(None, ge=0, le=512, validation_alias=AliasChoices("mask_blur", "maskBlur"))
    inpaint_area: Literal["masked", "whole"] | None = Field(
        None, validation_alias=AliasChoices("inpaint_area", "inpaintArea")
    )


class OutpaintRequest(JobSettings):
    """By `direction` and `pixels`, or by so many on each side."""

    prompt: str = Field("", max_length=2000)
    image: PictureIn = Field(validation_alias=AliasChoices("image", "imageId", "image_id"))
    direction: Literal["left", "right", "top", "bottom"] | None = None
    pixels: int = Field(256, ge=8, le=2048)
    left: int = Field(0, ge=0, le=2048)
    right: int = Field(0, ge=0, le=2048)
    top: int = Field(0, ge=0, le=2048)
    bottom: int = Field(0, ge=0, le=2048)

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if self.direction is None and not (self.left or self.right or self.top or self.bottom):
            raise ValueError("name a direction")
        return self


class UpscaleRequest(JobSettings):
    image: PictureIn = Field(validation_alias=AliasChoices("image", "imageId", "image_id"))
    prompt: str = Field("", max_length=2000)
    scale: Literal[2, 4, 8, "max"] = Field(2, validation_alias=AliasChoices("scale", "scale_factor"))
    quality: Literal["standard", "high", "ultra"] = "standard"
    face_enhancement: bool = Field(
        default=False,
        validation_alias=AliasChoices("face_enhancement", "faceEnhancement"),
        description="Needs a model that restores faces.",
    )
    background_enhancement: bool = Field(
        default=False,
        validation_alias=AliasChoices("background_enhancement", "backgroundEnhancement"),
        description="An upscale always paints the whole picture over, its background too.",
    )


class EnhanceRequest(JobSettings):
    image: PictureIn = Field(validation_alias=AliasChoices("image", "imageId", "image_id"))
    enhancement: Literal["denoise", "sharpen", "color-correct", "all"] = Field(
        "all", validation_alias=AliasChoices("enhancement", "enhancementType", "enhancement_type")
    )
    strength: float = Field(0.5, ge=0.1, le=1)


class BackgroundRequest(JobSettings):
    image: PictureIn = Field(validation_alias=AliasChoices("image", "imageId", "image_id"))
    action: Literal["remove", "replace", "blur"] = "remove"
    replacement: PictureIn | None = Field(
        None, validation_alias=AliasChoices("replacement", "replacementBackground", "replacement_background")
    )
    blur_strength: float = Field(
        0.5, gt=0, le=1, validation_alias=AliasChoices("blur_strength", "blurStrength")
    )

    @model_validator(mode="after")
    def _with_what(self) -> Self:
        if self.action == "replace" and self.replacement is None:
            raise ValueError("replacement is missing")
        return self


class VideoRequest(Contract):
    prompt: Prompt
    negative_prompt: str = Field(
        "", max_length=1000, validation_alias=AliasChoices("negative_prompt", "negativePrompt")
    )
    model: str | None = Field(None, max_length=200)
    duration: int = Field(5, ge=5, le=30)
    fps: Literal[24, 30, 60] = 24
    resolution: Literal["720p", "1080p", "4k"] = "720p"
    aspect_ratio: Literal["16:9", "9:16", "1:1"] = Field(
        "16:9", validation_alias=AliasChoices("aspect_ratio", "aspectRatio")
    )
    style: str | None = Field(None, max_length=60)
    seed: int = Field(-1, ge=-1, le=2**32 - 1)
    guidance_scale: float = Field(
        7.5, ge=0, le=20, validation_alias=AliasChoices("guidance_scale", "guidanceScale")
    )
    steps: int = Field(50, ge=1, le=100)
    motion_strength: float = Field(
        0.5, ge=0.1, le=1, validation_alias=AliasChoices("motion_strength", "motionStrength")
    )
    camera_movement: Literal["static", "pan", "zoom", "rotate"] = Field(
        "static", validation_alias=AliasChoices("camera_movement", "cameraMovement")
    )
    max_credits: int | None = Field(None, ge=0)


class VideoVariationRequest(Contract):
    video: UUID = Field(validation_alias=AliasChoices("video", "video_id", "videoId"))
    prompt: Prompt
    strength: float = Field(0.6, ge=0.1, le=1)
    duration: int = Field(5, ge=5, le=30)
    model: str | None = Field(None, max_length=200)
    max_credits: int | None = Field(None, ge=0)


def _flattened(data: Mapping[str, Any]) -> dict[str, Any]:
    """Settings that stand in an object of their own, one control alone, and its weight beside it."""
    values = dict(data)
    inner = values.pop("parameters", None)
    if isinstance(inner, Mapping):
        values = {**inner, **values}
    elif inner is not None:
        values["parameters"] = inner
    control = values.get("controlnet")
    if isinstance(control, Mapping):
        values["controlnet"] = [control]
    scale = values.pop("controlnet_conditioning_scale", None)
    name = "controls" if "controls" in values else "controlnet"
    if scale is not None and isinstance(values.get(name), list):
        values[name] = [
            {"weight": scale, **entry} if isinstance(entry, Mapping) else entry for entry in values[name]
        ]
    return values
