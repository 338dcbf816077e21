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
        self._seen: tuple[tuple[ModelDescription, ...], CloudOffer] = ((), CloudOffer())
        self._models: tuple[ModelDescription, ...] = ()
        self._told = self.models
        self._unsubscribe = (
            library.changed.subscribe(lambda _: self._gather()),
            offers.changed.subscribe(lambda _: self._gather()),
        )

    @property
    def models(self) -> tuple[ModelDescription, ...]:
        """Gathered anew only where something changed: names of thousands take longer than a frame."""
        here, offer = self._library.models, self._offers.offer
        if self._seen[0] is not here or self._seen[1] is not offer:
            self._seen, self._models = (here, offer), _gathered(here, offer)
        return self._models

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
        models = self.models
        if models != self._told:
            self._told = models
            self.changed.tell(models)


def _gathered(here: tuple[ModelDescription, ...], offer: CloudOffer) -> tuple[ModelDescription, ...]:
    if not offer.models:
        return here
    names = {offered_name(model) for model in here}
    there = (_described(model) for model in offer.models.values() if model.name not in names)
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
