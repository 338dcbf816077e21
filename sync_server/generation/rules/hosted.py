"""What a hosted model is sent: its own names for what our request says. Pure; the names are data."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

from shared.contracts.base import Contract
from shared.contracts.generation import PictureRequest

_DATA = Path(__file__).parent.parent / "data" / "hosted.json"
_RATIOS = ("21:9", "16:9", "4:3", "3:2", "1:1", "2:3", "3:4", "9:16", "9:21")


class HostedModel(Contract):
    """`takes` are fields that it knows; `size` how it is told a size; `image` where a picture goes.

    `with_image` is its address for requests that start from a picture, where that is another.
    """

    takes: tuple[str, ...] = ()
    size: Literal["image_size", "aspect_ratio"] | None = None
    image: Literal["image_url", "image_urls"] | None = None
    with_image: str | None = None


@cache
def hosted_models(path: Path = _DATA) -> Mapping[str, HostedModel]:
    found = json.loads(path.read_text(encoding="utf-8"))
    return {name: HostedModel.model_validate(entry) for name, entry in found.items()}


def address_of_model(name: str, request: PictureRequest) -> str:
    model = hosted_models()[name]
    return model.with_image if model.with_image and request.source else name


def arguments_of(name: str, request: PictureRequest, *, picture: str | None) -> dict[str, Any]:
    """`picture` is the source as a data URI."""
    model = hosted_models()[name]
    offered: dict[str, Any] = {
        "negative_prompt": request.negative_prompt,
        "num_inference_steps": request.steps,
        "guidance_scale": request.guidance_scale,
        "num_images": request.count,
        "seed": request.seed,
        "strength": getattr(request, "strength", None),
        "enable_safety_checker": True,
        "output_format": "png",
    }
    sent = {field: offered[field] for field in model.takes if offered[field] not in (None, "")}
    if picture is not None and model.image is not None:
        sent[model.image] = [picture] if model.image == "image_urls" else picture
    width, height = getattr(request, "width", None), getattr(request, "height", None)
    if width and height:
        sent |= _size(model, width, height)
    return {"prompt": request.prompt, **sent}


def _size(model: HostedModel, width: int, height: int) -> dict[str, Any]:
    if model.size == "image_size":
        return {"image_size": {"width": width, "height": height}}
    if model.size == "aspect_ratio":
        return {"aspect_ratio": min(_RATIOS, key=lambda ratio: abs(_value(ratio) - width / height))}
    return {}


def _value(ratio: str) -> float:
    across, down = ratio.split(":")
    return int(across) / int(down)
