"""ControlNets: networks beside the UNet that lead it by a picture of lines."""

import traceback
from typing import Any

import torch
from diffusers import ControlNetModel
from diffusers.loaders.single_file_utils import convert_controlnet_checkpoint

from shared.contracts.errors import InvalidModelError
from shared.contracts.models import ModelFile
from shared.inference.add_ons.weights import Weights
from shared.inference.loading import LoadedModel
from shared.inference.memory import is_exhaustion

_PREFIX = "control_model."
_HINT = "controlnet_cond_embedding.conv_in.weight"


def make_control_net(file: ModelFile, weights: Weights, model: LoadedModel) -> Any:
    """In the UNet's own measures, which is all that a file of weights leaves unsaid."""
    try:
        with torch.inference_mode():
            return _made(weights, model.unet)
    except Exception as error:
        if is_exhaustion(error):
            raise
        raise InvalidModelError(
            "The ControlNet {control} is made for another kind of model than {model}.",
            advice="Choose a ControlNet for this model's family.",
            detail=traceback.format_exc(),
            control=file.name,
            model=model.description.name,
        ) from error


def _made(weights: Weights, unet: Any) -> Any:
    weights = {name.removeprefix(_PREFIX): tensor for name, tensor in weights.items()}
    converted = convert_controlnet_checkpoint(dict(weights), config=unet.config)
    channels = tuple(unet.config.block_out_channels)
    hint = _hint_channels(converted)
    net = ControlNetModel.from_unet(
        unet,
        conditioning_embedding_out_channels=hint or channels,
        load_weights_from_unet=False,
        conditioning_channels=int(converted[_HINT].shape[1]),
    )
    if net.config.in_channels != converted["conv_in.weight"].shape[1]:
        # An inpainting model's mask and masked picture are not for the ControlNet.
        net = ControlNetModel.from_config({**net.config, "in_channels": converted["conv_in.weight"].shape[1]})
    net.load_state_dict(converted)
    net.requires_grad_(requires_grad=False)
    net.eval()
    return net.to(unet.dtype, memory_format=torch.channels_last)


def _hint_channels(weights: Weights) -> tuple[int, ...]:
    """How wide the layers are that read the picture of lines."""
    first = int(weights[_HINT].shape[0])
    found = [first]
    number = 1
    while (layer := weights.get(f"controlnet_cond_embedding.blocks.{number}.weight")) is not None:
        found.append(int(layer.shape[0]))
        number += 2
    return tuple(found)
