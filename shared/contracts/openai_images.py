"""Pictures and models in the words of OpenAI's API, for programs that speak it. What it has and we don't is ignored."""

import re
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from shared.contracts.jobs import LARGEST_SIDE, DeliveredFormat, Prompt

SMALLEST_SIDE = 64
_SIZE = re.compile(r"(\d{1,5})x(\d{1,5})")


class Spoken(BaseModel):
    """Their API grows by fields; one that is not ours yet must not break a program."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class ImageSettings(Spoken):
    """`quality`, `style` and `moderation` are taken and change nothing: size and model decide. Beside theirs, ours."""

    prompt: Prompt
    model: str | None = Field(None, max_length=200)
    n: int | None = Field(None, ge=1, le=4)
    size: str | None = None
    response_format: Literal["url", "b64_json"] | None = None
    output_format: DeliveredFormat | None = None
    background: Literal["auto", "opaque"] | None = None
    stream: bool | None = None
    negative_prompt: str = Field("", max_length=1000)
    steps: int | None = Field(None, ge=1, le=100)
    guidance_scale: float | None = Field(None, ge=0, le=20)
    sampler: str | None = Field(None, max_length=60)
    seed: int = Field(-1, ge=-1, le=2**32 - 1)

    @field_validator("stream")
    @classmethod
    def _in_one_reply(cls, stream: bool | None) -> bool | None:  # noqa: FBT001 - pydantic gives it so
        if stream:
            raise ValueError("pictures come in one reply")
        return stream

    @field_validator("size")
    @classmethod
    def _auto_or_sides(cls, size: str | None) -> str | None:
        if size in {None, "auto"}:
            return None
        sides = _SIZE.fullmatch(str(size))
        if sides is None or not all(SMALLEST_SIDE <= int(side) <= LARGEST_SIDE for side in sides.groups()):
            raise ValueError(f"auto, or a width and a height like 1024x1024, from {SMALLEST_SIDE} up")
        return size


class ImageEditSettings(ImageSettings):
    """`image` and `mask` come beside it as files."""

    strength: float = Field(0.8, ge=0, le=1)


class MadeImage(Spoken):
    """Both ways to the picture where the program asked for none."""

    url: str | None = None
    b64_json: str | None = None
    revised_prompt: str | None = None


class ImagesMade(Spoken):
    created: int
    data: list[MadeImage]
    output_format: DeliveredFormat
    size: str | None = None


class ListedModel(Spoken):
    id: str
    created: int
    object: Literal["model"] = "model"
    owned_by: str = "pentimento"


class ModelList(Spoken):
    object: Literal["list"] = "list"
    data: list[ListedModel]


class Problem(Spoken):
    message: str
    type: str
    param: str | None = None
    code: str


class ProblemReply(Spoken):
    error: Problem
