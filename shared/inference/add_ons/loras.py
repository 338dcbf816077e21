"""LoRAs added into a model's weights, and taken off by putting the very same weights back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

from shared.contracts.errors import InvalidModelError
from shared.contracts.models import ModelFile
from shared.inference.add_ons.lora_layers import LoraLayer, layers_of
from shared.inference.add_ons.lora_names import encoder_layers, plain, unet_layers
from shared.inference.add_ons.weights import Weights
from shared.inference.loading import LoadedModel


@dataclass(frozen=True)
class WornLora:
    file: ModelFile
    weight: float
    text_weight: float


@dataclass
class LoraFitter:
    """Of one loaded model. What one job wore stays on until a job wears something else, so that nothing is
    added in twice; `read` gives the tensors of a file.
    """

    model: LoadedModel
    worn: tuple[WornLora, ...] = ()
    _own: list[tuple[Any, torch.nn.Parameter]] = field(default_factory=list)

    def wear(self, loras: Sequence[WornLora], read: Callable[[ModelFile], Weights]) -> None:
        """Exactly these. Raises InvalidModelError, with the model as it was without any, where one does not fit."""
        wanted = tuple(lora for lora in loras if lora.weight or lora.text_weight)
        if wanted == self.worn:
            return
        self.take_off()
        try:
            with torch.inference_mode():
                self._put_on(wanted, read)
        except BaseException:
            self.take_off()
            raise
        self.worn = wanted

    def take_off(self) -> None:
        for module, own in self._own:
            here = module.weight.device
            module.weight = own if own.device == here else _parameter(own.to(here))
        self._own.clear()
        self.worn = ()

    def _put_on(self, loras: Sequence[WornLora], read: Callable[[ModelFile], Weights]) -> None:
        unet = unet_layers(self.model.unet)
        encoders: dict[str, Any] = {}
        for encoder in self.model.text_encoders:
            encoders |= encoder_layers(encoder.slot, encoder.model)
        changes: dict[Any, torch.Tensor] = {}
        for lora in loras:
            layers = layers_of(read(lora.file))
            self._check_forms(lora, layers)
            for name, layer in layers.items():
                known = plain(name)
                module = unet.get(known)
                weight = lora.weight
                if module is None:
                    module, weight = encoders.get(known), lora.text_weight
                if module is None:
                    continue  # of a text encoder that this model has not, or of a part of the trainer's own
                change = self._change(lora, layer, module) * weight
                changes[module] = changes[module] + change if module in changes else change
            if not any(plain(name) in unet or plain(name) in encoders for name in layers):
                raise self._stranger(lora)
        for module, change in changes.items():
            own = module.weight
            self._own.append((module, own))
            changed = (own.float() + change.to(own.device)).to(own.dtype)
            module.weight = _parameter(changed.contiguous(memory_format=_format_of(own)))

    def _check_forms(self, lora: WornLora, layers: dict[str, LoraLayer]) -> None:
        if not layers or not all(layer.is_known or not layer.parts for layer in layers.values()):
            raise InvalidModelError(
                "The LoRA {lora} is of a form that Pentimento can't use.",
                advice="LoRA, LoCon, LoHa, LoKr and DoRA files can be used.",
                lora=lora.file.name,
            )

    def _change(self, lora: WornLora, layer: LoraLayer, module: Any) -> torch.Tensor:
        try:
            return layer.change(module.weight)
        except (ValueError, RuntimeError) as error:
            raise self._stranger(lora) from error

    def _stranger(self, lora: WornLora) -> InvalidModelError:
        return InvalidModelError(
            "The LoRA {lora} is made for another kind of model than {model}.",
            advice="Choose a LoRA for this model's family, or a model of the LoRA's.",
            lora=lora.file.name,
            model=self.model.description.name,
        )


def _parameter(values: torch.Tensor) -> torch.nn.Parameter:
    return torch.nn.Parameter(values, requires_grad=False)


def _format_of(weight: torch.Tensor) -> torch.memory_format:
    if weight.dim() == 4 and weight.is_contiguous(memory_format=torch.channels_last):
        return torch.channels_last
    return torch.contiguous_format
