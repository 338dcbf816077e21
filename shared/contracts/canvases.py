"""Canvases in the gallery: a picture with the layers that make it, as clients see and change them."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import AliasChoices, Field

from shared.contracts.base import Contract
from shared.contracts.gallery import Name, Tags
from shared.contracts.jobs import PictureIn

Blend = Literal[
    "normal",
    "multiply",
    "screen",
    "overlay",
    "darken",
    "lighten",
    "color-dodge",
    "color-burn",
    "hard-light",
    "soft-light",
    "difference",
    "color",
    "luminosity",
    "hue",
    "saturation",
    "plus",
]


class CanvasLayerIn(Contract):
    """`data` is its picture; left out in a change, the layer of that id keeps its own."""

    id: str = Field(min_length=1, max_length=100)
    name: str = Field("", max_length=200)
    data: PictureIn | None = None
    visible: bool = True
    opacity: float = Field(1.0, ge=0, le=1)
    blend_mode: Blend = "normal"
    x: int = Field(0, ge=-100_000, le=100_000)
    y: int = Field(0, ge=-100_000, le=100_000)


class CanvasSettings(Contract):
    width: int = Field(ge=1, le=16_384)
    height: int = Field(ge=1, le=16_384)
    background_color: str = Field(
        "#ffffff",
        pattern=r"^#[0-9a-fA-F]{6}(?:[0-9a-fA-F]{2})?$",
        validation_alias=AliasChoices("background_color", "backgroundColor"),
    )


class CanvasRequest(Contract):
    """`canvas_data` is the picture that all layers together make."""

    name: Name
    canvas_data: PictureIn = Field(validation_alias=AliasChoices("canvas_data", "canvasData"))
    layers: list[CanvasLayerIn] = Field(default_factory=list, max_length=500)
    settings: CanvasSettings
    tags: Tags = Field(default_factory=list)
    is_public: bool = Field(default=False, validation_alias=AliasChoices("is_public", "isPublic"))


class CanvasChange(Contract):
    """What is left out stays; `layers` stand for all of them."""

    name: Name | None = None
    canvas_data: PictureIn | None = Field(None, validation_alias=AliasChoices("canvas_data", "canvasData"))
    layers: list[CanvasLayerIn] | None = Field(None, max_length=500)
    settings: CanvasSettings | None = None
    tags: Tags | None = None


class CanvasLayer(Contract):
    id: str
    name: str
    url: str
    blob: str
    width: int
    height: int
    visible: bool
    opacity: float
    blend_mode: Blend
    x: int
    y: int


class Canvas(Contract):
    """`version` is also its ETag."""

    id: UUID
    name: str
    url: str
    thumbnail_url: str
    layers: list[CanvasLayer]
    settings: CanvasSettings
    tags: list[str]
    is_public: bool
    version: int
    created_at: datetime
    updated_at: datetime


class AssistArea(Contract):
    x: int = Field(ge=0)
    y: int = Field(ge=0)
    width: int = Field(ge=1)
    height: int = Field(ge=1)


class AssistRequest(Contract):
    prompt: str = Field(min_length=1, max_length=2000)
    area: AssistArea
    style: str | None = Field(None, max_length=60)
    model: str | None = Field(None, max_length=200)
    strength: float = Field(1.0, ge=0, le=1)
    seed: int = Field(-1, ge=-1, le=2**32 - 1)
    max_credits: int | None = Field(None, ge=0)
