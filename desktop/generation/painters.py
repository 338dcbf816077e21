"""The models to paint with: those on this machine, and those that only the cloud has."""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from desktop.generation.cloud.offers import CLOUD_ONLY, CloudOffer
from desktop.library.notices import Notice
from desktop.models.service import ModelLibrary
from shared.contracts.generation import ModelReference
from shared.contracts.model_catalogue import CloudModel, ModelBase
from shared.contracts.models import ModelDescription, ModelFamily
from shared.engine.offering import offered_name

_FAMILIES: Mapping[ModelBase, ModelFamily] = {
    "sd-1": "stable_diffusion_1",
    "sd-2": "stable_diffusion_2",
    "sdxl": "stable_diffusion_xl",
}


class OfferSource(Protocol):
    changed: Notice[CloudOffer]

    @property
    def offer(self) -> CloudOffer: ...


class Painters:
    """`changed` tells of other models than before."""

    def __init__(self, *, library: ModelLibrary, offers: OfferSource) -> None:
        self._library = library
        self._offers = offers
        self.changed: Notice[tuple[ModelDescription, ...]] = Notice()
        self.models = self._gathered()
        self._unsubscribe = (
            library.changed.subscribe(lambda _: self._gather()),
            offers.changed.subscribe(lambda _: self._gather()),
        )

    def find(self, model_id: str) -> ModelDescription | None:
        return next((model for model in self.models if model.id == model_id), None)

    def find_like(self, reference: ModelReference) -> ModelDescription | None:
        """On this machine, wherever its file lies now; else the cloud's of that name."""
        return self._library.find_like(reference) or next(
            (
                model
                for model in self.models
                if is_cloud_only(model)
                and (model.id in {reference.id, CLOUD_ONLY + reference.id} or model.name == reference.name)
            ),
            None,
        )

    def close(self) -> None:
        for unsubscribe in self._unsubscribe:
            unsubscribe()

    def _gather(self) -> None:
        models = self._gathered()
        if models != self.models:
            self.models = models
            self.changed.tell(models)

    def _gathered(self) -> tuple[ModelDescription, ...]:
        here = self._library.models
        names = {offered_name(model) for model in here}
        offered = self._offers.offer.models.values()
        there = (_described(model) for model in offered if model.name not in names)
        return (*here, *(model for model in there if model is not None))


def is_cloud_only(model: ModelDescription) -> bool:
    return model.id.startswith(CLOUD_ONLY)


def _described(model: CloudModel) -> ModelDescription | None:
    """None for what is painted by others than our own engine, or can't be now."""
    family = _FAMILIES.get(model.base)
    if family is None or model.executor != "worker" or not model.is_available:
        return None
    side = model.default_parameters.width
    return ModelDescription(
        id=CLOUD_ONLY + model.name,
        name=model.display_name,
        family=family,
        path=Path(),
        layout="diffusers",
        size_bytes=round((model.file_size_gb or 0) * 1e9),
        minimum_side=side // 2,
        native_side=side,
        maximum_side=2 * side,
        default_steps=model.default_parameters.steps,
        default_guidance_scale=model.default_parameters.guidance_scale,
    )
