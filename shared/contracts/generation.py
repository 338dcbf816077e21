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
Preprocessor = Literal["none", "canny", "scribble"]
Seamless = Literal["none", "x", "y", "both"]
UpscaleMethod = Literal["model", "upscaler"]
Speed = Literal["exact", "fast", "fastest"]


class ModelReference(Contract):
    """Which model: its id in the catalogue, and the hash that it had when a picture was made with it."""

    id: str
    name: str = ""
    sha256: str = ""


NO_MODEL = ModelReference(id="")
"""Of a request that a classic method carries out."""


class LoraUse(Contract):
    """A LoRA over the model; `text_weight` is that of its text encoders' part, None as the rest."""

    model: ModelReference
    weight: float = Field(default=1.0, ge=-10, le=10)
    text_weight: float | None = Field(default=None, ge=-10, le=10)


class Control(Contract):
    """A picture that leads the model: lines by a ControlNet, or what it shows by an IP-Adapter.

    It counts from `start` to `end`, shares of the steps. A ControlNet's picture is first made into lines by
    `preprocessor`, unless it shows lines already; an IP-Adapter takes it as it is.
    """

    model: ModelReference
    image: BlobId
    weight: float = Field(default=1.0, ge=0, le=2)
    start: float = Field(default=0.0, ge=0, le=1)
    end: float = Field(default=1.0, ge=0, le=1)
    preprocessor: Preprocessor = "none"

    @model_validator(mode="after")
    def _ends_after_its_start(self) -> Self:
        if self.end <= self.start:
            msg = "a control ends after its start"
            raise ValueError(msg)
        return self


class NoiseVariation(Contract):
    """The noise of another seed, mixed in: 0 is the picture of the request's own seed, 1 that of this one.

    Picture number n mixes in the noise of `seed + n`, and all have the request's own seed.
    """

    seed: int = Field(ge=0, le=LARGEST_SEED)
    strength: float = Field(ge=0, le=1)


class Refiner(Contract):
    """SDXL's second model, which paints the steps from `switch_at` (a share of them) to the end."""

    model: ModelReference
    switch_at: float = Field(default=0.8, gt=0, lt=1)


class Extension(Contract):
    """By how many pixels a picture grows on each side."""

    left: int = Field(default=0, ge=0, le=16384)
    top: int = Field(default=0, ge=0, le=16384)
    right: int = Field(default=0, ge=0, le=16384)
    bottom: int = Field(default=0, ge=0, le=16384)

    @model_validator(mode="after")
    def _grows(self) -> Self:
        if not (self.left or self.top or self.right or self.bottom):
            msg = "an extension has a pixel on one side at least"
            raise ValueError(msg)
        return self


class Rectangle(Contract):
    """In pixels of a picture, from its top left corner."""

    x: int = Field(ge=0)
    y: int = Field(ge=0)
    width: int = Field(ge=1)
    height: int = Field(ge=1)


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
    speed: Speed = "exact"
    """How much of the model's work is spared: *exact* nothing, so that a picture is the model's very own; the others
    change details, *fastest* more than *fast*, and it also compiles the model where it can."""
    reproducible: bool = False
    """Noise streams run one at a time, so that a picture does not depend on its neighbours in a batch."""
    max_credits: int | None = Field(default=None, ge=0)
    variation: NoiseVariation | None = None
    loras: tuple[LoraUse, ...] = Field(default=(), max_length=32)
    """Beside those that the prompt names."""
    embeddings: tuple[ModelReference, ...] = Field(default=(), max_length=64)
    """Textual inversions; where the prompts hold a reference's `name` as a word, it stands for the file's."""
    vae: ModelReference | None = None
    """Instead of the model's own."""
    controls: tuple[Control, ...] = Field(default=(), max_length=8)
    seamless: Seamless = "none"
    """Along which directions the picture can be laid side by side with itself."""
    refiner: Refiner | None = None
    open_pickles: bool = False
    """The artist's word that files which can hold a stranger's code (.ckpt, .pt) may be opened for their weights."""

    @property
    def needs_painter(self) -> bool:
        """Whether a diffusion model carries it out."""
        return True

    @property
    def source(self) -> BlobId | None:
        """The picture that it is made from."""
        return getattr(self, "image", None)

    @property
    def pictures(self) -> tuple[BlobId, ...]:
        """Every blob that the request cannot be carried out without."""
        own = (self.source, getattr(self, "mask", None))
        return (*(blob for blob in own if blob is not None), *(control.image for control in self.controls))


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


class Variations(GenerationSettings):
    """Pictures like `image`, of its size, each by its own seed; a low strength stays near."""

    kind: Literal["variations"] = "variations"
    image: BlobId
    strength: float = Field(default=0.5, gt=0, le=1)


class Outpaint(GenerationSettings):
    """`image` continued beyond its sides, by the inpainting algorithm with the intent *expand*.

    The result is a layer (RGBA) as an inpaint's; its placement counts from the top left corner of `image`,
    so that it is negative where the picture grows to the left or upwards. Feather as an inpaint's.
    """

    kind: Literal["outpaint"] = "outpaint"
    image: BlobId
    extension: Extension
    feather: int | None = Field(default=None, ge=0, le=4096)
    match_colours: bool = True


class Upscale(GenerationSettings):
    """`image` made larger by `factor`, or to exactly `width` and `height` where they are given.

    *model*: enlarged, then painted over in overlapping tiles at `strength` by the model itself. *upscaler*:
    by an upscaler's file, which `model` then is.
    """

    kind: Literal["upscale"] = "upscale"
    image: BlobId
    factor: float = Field(default=2.0, ge=1, le=8)
    width: int | None = Field(default=None, ge=16, le=16384)
    height: int | None = Field(default=None, ge=16, le=16384)
    method: UpscaleMethod = "model"
    strength: float = Field(default=0.3, gt=0, le=1)
    overlap: int = Field(default=64, ge=0, le=512)

    @property
    def needs_painter(self) -> bool:
        return self.method == "model"

    @model_validator(mode="after")
    def _both_sides_or_none(self) -> Self:
        if (self.width is None) != (self.height is None):
            msg = "a size has a width and a height"
            raise ValueError(msg)
        return self


class Enhance(GenerationSettings):
    """`image` with less noise, more sharpness and stronger colour, each from 0 (not at all) to 1; no model."""

    kind: Literal["enhance"] = "enhance"
    model: ModelReference = NO_MODEL
    seed: int = Field(default=0, ge=0, le=LARGEST_SEED)
    image: BlobId
    denoise: float = Field(default=0.0, ge=0, le=1)
    sharpen: float = Field(default=0.0, ge=0, le=1)
    colour: float = Field(default=0.0, ge=0, le=1)

    @property
    def needs_painter(self) -> bool:
        return False


class RemoveBackground(GenerationSettings):
    """`image` with all but its subject transparent (RGBA); no model.

    The subject lies within `hint`, or where `mask` (of the image's size) is white; without either, in the middle.
    """

    kind: Literal["remove_background"] = "remove_background"
    model: ModelReference = NO_MODEL
    seed: int = Field(default=0, ge=0, le=LARGEST_SEED)
    image: BlobId
    hint: Rectangle | None = None
    mask: BlobId | None = None

    @property
    def needs_painter(self) -> bool:
        return False


PictureRequest = (
    TextToImage | ImageToImage | Inpaint | Variations | Outpaint | Upscale | Enhance | RemoveBackground
)
GenerationRequest = Annotated[PictureRequest, Field(discriminator="kind")]

generation_request_adapter: TypeAdapter[PictureRequest] = TypeAdapter(GenerationRequest)


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
    variation_seed: int | None = None
    """Whose noise was mixed in, where the request asked for a variation."""


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
