"""LoRAs added into a model's weights, and taken off by putting the very same weights back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from shared.contracts.errors import InvalidModelError
from shared.contracts.models import ModelFile
from shared.inference.add_ons.lora_layers import LoraLayer, layers_of
from shared.inference.add_ons.lora_names import encoder_layers, plain, unet_layers
from shared.inference.add_ons.weights import Weights
from shared.inference.loading import LoadedModel
from shared.inference.memory import is_exhaustion


@dataclass(frozen=True)
class WornLora:
    file: ModelFile
    weight: float
    text_weight: float


@dataclass(frozen=True)
class _Change:
    lora: WornLora
    layer: LoraLayer
    weight: float


def wear(model: LoadedModel, loras: Sequence[WornLora], read: Callable[[ModelFile], Weights]) -> None:
    """Exactly these; what one job wore stays on until a job wears something else. `read` gives a file's tensors.

    Raises InvalidModelError, with the model as it was without any, where one does not fit.
    """
    wanted = tuple(lora for lora in loras if lora.weight or lora.text_weight)
    if wanted == model.worn.added:
        return
    _take_off(model)
    try:
        with torch.inference_mode():
            _put_on(model, wanted, read)
    except BaseException:
        _take_off(model)
        raise
    model.worn.added = wanted


def _take_off(model: LoadedModel) -> None:
    for module, own in model.worn.beneath:
        here = module.weight.device
        module.weight = own if own.device == here else _parameter(own.to(here))
    model.worn.beneath.clear()
    model.worn.added = ()


def _put_on(model: LoadedModel, loras: Sequence[WornLora], read: Callable[[ModelFile], Weights]) -> None:
    known = _known_layers(model)
    changes: dict[Any, list[_Change]] = {}
    for lora in loras:
        layers = layers_of(read(lora.file))
        _check_forms(lora, layers)
        fitting = [(known[plain(name)], layer) for name, layer in layers.items() if plain(name) in known]
        if not fitting:
            raise _stranger(lora, model)
        # The others are of a text encoder that this model has not, or of a part of the trainer's own.
        for (module, is_text), layer in fitting:
            weight = lora.text_weight if is_text else lora.weight
            changes.setdefault(module, []).append(_Change(lora, layer, weight))
    for module, wanted in changes.items():
        _change(model, module, wanted)


def _known_layers(model: LoadedModel) -> dict[str, tuple[Any, bool]]:
    """By each name that files know it by; and whether it belongs to a text encoder."""
    known: dict[str, tuple[Any, bool]] = {}
    for encoder in model.text_encoders:
        layers = encoder_layers(encoder.slot, encoder.model)
        known |= {name: (module, True) for name, module in layers.items()}
    return known | {name: (module, False) for name, module in unet_layers(model.unet).items()}


def _change(model: LoadedModel, module: Any, wanted: Sequence[_Change]) -> None:
    """One layer at a time, since all changes together take more memory than the model."""
    own = module.weight
    changed = own.float()
    for each in wanted:
        try:
            changed = changed + each.layer.change(own) * each.weight
        except (ValueError, RuntimeError) as error:
            if is_exhaustion(error):
                raise
            raise _stranger(each.lora, model) from error
    # Out of the way: a GPU has no room for the weights twice.
    model.worn.beneath.append((module, own if own.device.type == "cpu" else _parameter(own.cpu())))
    module.weight = _parameter(changed.to(own.dtype).contiguous(memory_format=_format_of(own)))


def _check_forms(lora: WornLora, layers: dict[str, LoraLayer]) -> None:
    if not layers or not all(layer.is_known or not layer.parts for layer in layers.values()):
        raise InvalidModelError(
            "The LoRA {lora} is of a form that Pentimento can't use.",
            advice="LoRA, LoCon, LoHa, LoKr and DoRA files can be used.",
            lora=lora.file.name,
        )


def _stranger(lora: WornLora, model: LoadedModel) -> InvalidModelError:
    return InvalidModelError(
        "The LoRA {lora} is made for another kind of model than {model}.",
        advice="Choose a LoRA for this model's family, or a model of the LoRA's.",
        lora=lora.file.name,
        model=model.description.name,
    )


def _parameter(values: torch.Tensor) -> torch.nn.Parameter:
    return torch.nn.Parameter(values, requires_grad=False)


def _format_of(weight: torch.Tensor) -> torch.memory_format:
    if weight.dim() == 4 and weight.is_contiguous(memory_format=torch.channels_last):
        return torch.channels_last
    return torch.contiguous_format
