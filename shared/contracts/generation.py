"""The one request for a picture, for the artist's own engine and for the cloud alike."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, TypeAdapter, model_validator

from shared.contracts.base import Contract

BlobId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256 of a file's bytes, in hex: the name of a picture that lies in a blob folder."""

LARGEST_SEED = 2**32 - 1

Sampler = Literal[
    "euler",
    "euler_a",
    "heun",
    "lms",
    "ddim",
    "unipc",
    "lcm",
    "dpmpp_2m",
    "dpmpp_2m_sde",
    "dpmpp_sde",
    "dpm2",
    "dpm2_a",
]
Schedule = Literal["automatic", "normal", "karras", "exponential", "beta", "sgm_uniform", "simple"]
PromptSyntax = Literal["a1111", "compel", "plain"]
FillIntent = Literal["fill", "expand", "add", "remove", "replace_background"]
InpaintArea = Literal["automatic", "selection", "whole"]


class ModelReference(Contract):
    """Which model: its id in the catalogue, and the hash that it had when a picture was made with it."""

    id: str
    name: str = ""
    sha256: str = ""


class Wildcard(Contract):
    """What `__name__` stands for in a prompt: one of the lines."""

    name: str
    lines: tuple[str, ...] = ()


class GenerationSettings(Contract):
    """What every kind of request has. Sides are in pixels; a seed gives the same picture again."""

    model: ModelReference
    prompt: str = ""
    negative_prompt: str = ""
    prompt_syntax: PromptSyntax = "a1111"
    wildcards: tuple[Wildcard, ...] = ()
    """Each that the prompts name, with its lines, so that a seed always chooses the same."""
    steps: int = Field(default=20, ge=1, le=1000)
    guidance_scale: float = Field(default=5.0, ge=0, le=100)
    sampler: Sampler = "dpmpp_2m"
    schedule: Schedule = "automatic"
    seed: int = Field(ge=0, le=LARGEST_SEED)
    count: int = Field(default=1, ge=1, le=64)
    """Pictures to make; picture number n has the seed `seed + n` (modulo 2**32)."""
    clip_skip: int = Field(default=1, ge=1, le=12)
    reproducible: bool = False
    """Noise streams run one at a time, so that a picture does not depend on its neighbours in a batch."""
    max_credits: int | None = Field(default=None, ge=0)


class TextToImage(GenerationSettings):
    kind: Literal["text_to_image"] = "text_to_image"
    width: int = Field(ge=16, le=16384)
    height: int = Field(ge=16, le=16384)


class ImageToImage(GenerationSettings):
    """The result has the size of `image`."""

    kind: Literal["image_to_image"] = "image_to_image"
    image: BlobId
    strength: float = Field(default=0.6, gt=0, le=1)


class Inpaint(GenerationSettings):
    """Repaints where `mask` is white. `image` and `mask` have one size, the whole document's.

    `intent`, `feather` and `grow` of None mean: as the algorithm in `shared.imaging.inpainting` chooses.
    A feather of 0 also turns growing and blending off: no pixel outside the mask changes.
    """

    kind: Literal["inpaint"] = "inpaint"
    image: BlobId
    mask: BlobId
    strength: float = Field(default=1.0, gt=0, le=1)
    intent: FillIntent | None = None
    area: InpaintArea = "automatic"
    feather: int | None = Field(default=None, ge=0, le=4096)
    grow: int | None = Field(default=None, ge=0, le=4096)
    match_colours: bool = True


GenerationRequest = Annotated[TextToImage | ImageToImage | Inpaint, Field(discriminator="kind")]

generation_request_adapter: TypeAdapter[TextToImage | ImageToImage | Inpaint] = TypeAdapter(GenerationRequest)


class Rendering(Contract):
    """How a picture was really made: what can make two renderings of one request and seed differ."""

    seed: int
    device: str
    precision: str
    attention: str
    tiling: bool = False
    engine: str
    """Version of Pentimento's inference and of the libraries under it."""
    model_sha256: str
    work_width: int
    work_height: int
    """The size that the model worked at; the picture's own size may differ."""
    notes: tuple[str, ...] = ()
    """What was done otherwise than asked, in words (a sampler mapped to its nearest, a second pass)."""
    prompt: str = ""
    negative_prompt: str = ""
    """What the prompts' choices and wildcards came to; empty where there were none."""


class Recipe(Contract):
    """A picture's whole origin: kept in its file, with its layer and in the library."""

    request: GenerationRequest
    rendering: Rendering


class Placement(Contract):
    """Where a result belongs on the document that it was made for: its top left corner, in pixels."""

    x: int = 0
    y: int = 0

    @model_validator(mode="after")
    def _within_reach(self) -> Self:
        if max(abs(self.x), abs(self.y)) > 1_000_000:
            msg = "a placement lies within a million pixels of the document"
            raise ValueError(msg)
        return self
