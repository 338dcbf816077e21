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
        known = self._layers()
        changes: dict[Any, list[_Change]] = {}
        for lora in loras:
            layers = layers_of(read(lora.file))
            self._check_forms(lora, layers)
            fitting = [(known[plain(name)], layer) for name, layer in layers.items() if plain(name) in known]
            if not fitting:
                raise self._stranger(lora)
            # The others are of a text encoder that this model has not, or of a part of the trainer's own.
            for (module, is_text), layer in fitting:
                weight = lora.text_weight if is_text else lora.weight
                changes.setdefault(module, []).append(_Change(lora, layer, weight))
        for module, wanted in changes.items():
            self._change(module, wanted)

    def _layers(self) -> dict[str, tuple[Any, bool]]:
        """By each name that files know it by; and whether it belongs to a text encoder."""
        known: dict[str, tuple[Any, bool]] = {}
        for encoder in self.model.text_encoders:
            layers = encoder_layers(encoder.slot, encoder.model)
            known |= {name: (module, True) for name, module in layers.items()}
        return known | {name: (module, False) for name, module in unet_layers(self.model.unet).items()}

    def _change(self, module: Any, wanted: Sequence["_Change"]) -> None:
        """One layer at a time, since all changes together take more memory than the model."""
        own = module.weight
        changed = own.float()
        for each in wanted:
            try:
                changed = changed + each.layer.change(own) * each.weight
            except (ValueError, RuntimeError) as error:
                if is_exhaustion(error):
                    raise
                raise self._stranger(each.lora) from error
        # Out of the way: a GPU has no room for the weights twice.
        self._own.append((module, own if own.device.type == "cpu" else _parameter(own.cpu())))
        module.weight = _parameter(changed.to(own.dtype).contiguous(memory_format=_format_of(own)))

    def _check_forms(self, lora: WornLora, layers: dict[str, LoraLayer]) -> None:
        if not layers or not all(layer.is_known or not layer.parts for layer in layers.values()):
            raise InvalidModelError(
                "The LoRA {lora} is of a form that Pentimento can't use.",
                advice="LoRA, LoCon, LoHa, LoKr and DoRA files can be used.",
                lora=lora.file.name,
            )

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
