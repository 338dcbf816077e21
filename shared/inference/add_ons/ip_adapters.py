"""IP-Adapters: the UNet also attends to what a picture shows, as a CLIP model sees it."""

import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import cv2
import numpy as np
import torch
from diffusers.models.attention_processor import IPAdapterAttnProcessor, IPAdapterAttnProcessor2_0
from diffusers.models.embeddings import ImageProjection

from shared.contracts.errors import InvalidModelError
from shared.contracts.models import ModelFile
from shared.imaging.pixels import Pixels
from shared.inference.add_ons.weights import Weights
from shared.inference.memory import is_exhaustion

_MEAN = (0.48145466, 0.4578275, 0.40821073)
_DEVIATION = (0.26862954, 0.26130258, 0.27577711)
"""OpenAI's CLIP was trained with pictures so normalised."""

Look = tuple[torch.Tensor, torch.Tensor]
"""What a picture shows, and what nothing shows, as the adapter takes them."""


@contextmanager
def adapters_attached(
    unet: Any, adapters: Sequence[tuple[ModelFile, Weights]], model_name: str
) -> Iterator[None]:
    """While this is open; afterwards the UNet attends as before, by the very processors that it had."""
    if not adapters:
        yield
        return
    processors = dict(unet.attn_processors)
    projection, kind = unet.encoder_hid_proj, unet.config.encoder_hid_dim_type
    try:
        _attach(unet, adapters, model_name)
        yield
    finally:
        unet.set_attn_processor(processors)
        unet.encoder_hid_proj = projection
        unet.config.encoder_hid_dim_type = kind


def set_weights(unet: Any, weights: Sequence[float]) -> None:
    """Of each of the adapters that are attached, in their order."""
    for processor in unet.attn_processors.values():
        if isinstance(processor, IPAdapterAttnProcessor | IPAdapterAttnProcessor2_0):
            processor.scale = list(weights)


def look_at(encoder: Any, picture: Pixels, projection: Any) -> Look:
    """A simple adapter takes the picture as a whole, the others (plus, face) all that the encoder sees in it."""
    values = _normalised(picture, int(encoder.config.image_size)).to(encoder.device, encoder.dtype)
    with torch.inference_mode():
        if isinstance(projection, ImageProjection):
            whole = encoder(values).image_embeds[:, None]
            return whole, torch.zeros_like(whole)
        both = torch.cat([values, torch.zeros_like(values)])
        seen = encoder(both, output_hidden_states=True).hidden_states[-2][:, None]
        return seen[:1], seen[1:]


def _attach(unet: Any, adapters: Sequence[tuple[ModelFile, Weights]], model_name: str) -> None:
    try:
        with torch.inference_mode():
            unet._load_ip_adapter_weights([_sorted(weights) for _, weights in adapters])  # noqa: SLF001 - what its public loader calls
    except Exception as error:
        if is_exhaustion(error):
            raise
        raise InvalidModelError(
            "The IP-Adapter {adapter} is made for another kind of model than {model}.",
            advice="Choose an IP-Adapter for this model's family.",
            detail=traceback.format_exc(),
            adapter=", ".join(file.name for file, _ in adapters),
            model=model_name,
        ) from error


def _sorted(weights: Weights) -> dict[str, Weights]:
    return {
        part: {
            name.removeprefix(f"{part}."): tensor
            for name, tensor in weights.items()
            if name.startswith(f"{part}.")
        }
        for part in ("image_proj", "ip_adapter")
    }


def _normalised(picture: Pixels, side: int) -> torch.Tensor:
    """The middle square of the picture, as CLIP was trained to see."""
    height, width = picture.shape[:2]
    scale = side / min(height, width)
    size = (max(side, round(width * scale)), max(side, round(height * scale)))
    resized = cv2.resize(
        np.ascontiguousarray(picture), size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    )
    top, left = (resized.shape[0] - side) // 2, (resized.shape[1] - side) // 2
    square = resized[top : top + side, left : left + side].astype(np.float32) / 255
    values = (square - np.array(_MEAN, np.float32)) / np.array(_DEVIATION, np.float32)
    return torch.from_numpy(values).permute(2, 0, 1)[None]
