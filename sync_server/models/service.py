"""The models of the cloud: what the catalogue's file describes, and what workers have."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from shared.contracts.model_catalogue import CustomModel, ModelType, ShareRequest
from shared.pricing.prices import PricedWork, price
from shared.pricing.tariffs import TIER_NAMES, Tariffs, TierName
from sync_server.models.repository import ModelRepository
from sync_server.models.rules import ModelEntry
from sync_server.models.tables import CustomModelRow
from sync_server.platform.errors import (
    InvalidParametersError,
    ModelNotAvailableError,
    ModelUnavailableError,
    NotFoundError,
)
from sync_server.platform.ports import Clock
from sync_server.platform.storage import Storage

OFFER_LASTS = timedelta(minutes=5)
"""Workers renew it every few seconds; a restart of all of them turns nobody away."""


class OfferedModel:
    """An entry of the catalogue, and since when and until when workers have it."""

    def __init__(
        self, *, entry: ModelEntry, first_offered_at: datetime | None, last_offered_at: datetime | None
    ) -> None:
        self.entry = entry
        self.first_offered_at = first_offered_at
        self.last_offered_at = last_offered_at

    def available(self, now: datetime) -> bool:
        return self.last_offered_at is not None and self.last_offered_at > now - OFFER_LASTS


class ModelCatalogue:
    def __init__(
        self,
        *,
        repository: ModelRepository,
        known: Mapping[str, ModelEntry],
        tariffs: Tariffs,
        default_model: str,
        clock: Clock,
    ) -> None:
        """`known` is the catalogue's file; workers may have more."""
        self._repository = repository
        self._known = known
        self._tariffs = tariffs
        self._default = default_model
        self._clock = clock

    async def all(self) -> list[OfferedModel]:
        offers = {row.name: row for row in await self._repository.offers()}
        found = {
            name: OfferedModel(
                entry=entry,
                first_offered_at=offers[name].first_offered_at if name in offers else None,
                last_offered_at=offers[name].last_offered_at if name in offers else None,
            )
            for name, entry in self._known.items()
        }
        for name, row in offers.items():
            if name not in found:
                found[name] = OfferedModel(
                    entry=ModelEntry.model_validate(row.description),
                    first_offered_at=row.first_offered_at,
                    last_offered_at=row.last_offered_at,
                )
        return list(found.values())

    async def find(self, id_or_name: str) -> OfferedModel:
        """Raises NotFoundError."""
        for model in await self.all():
            if id_or_name in {model.entry.name, str(model.entry.id)}:
                return model
        raise NotFoundError("There is no model {name}.", advice="Choose one of /models.", name=id_or_name)

    async def usable(self, id_or_name: str | None, *, tier: str, kind: str) -> ModelEntry:
        """For a new job. Raises what tells why not: unknown, not in the tier, not able to, not there now."""
        model = await self.find(id_or_name or self._default)
        entry = model.entry
        if TIER_NAMES.index(cast(TierName, entry.min_tier)) > TIER_NAMES.index(cast(TierName, tier)):
            raise ModelNotAvailableError(
                "{model} needs the plan {tier}.",
                advice="Choose another model, or a higher plan.",
                details={"min_tier": entry.min_tier},
                model=entry.display_name,
                tier=entry.min_tier,
            )
        if kind not in entry.kinds:
            raise InvalidParametersError(
                "{model} can't do this kind of job.",
                advice="Choose another model.",
                details={"kinds": list(entry.kinds)},
                model=entry.display_name,
            )
        if not model.available(self._clock()):
            raise ModelUnavailableError(
                "{model} is not installed on any worker that runs.",
                advice="Choose a model that /models shows as available; an operator adds it by starting "
                "pentimento-worker with its file.",
                details={"model": entry.name},
                model=entry.display_name,
            )
        return entry

    async def part(self, id_or_name: str, *, type_: ModelType, model: ModelEntry) -> ModelEntry:
        """What goes with `model`, offered now. Raises ModelUnavailableError, InvalidParametersError.

        A control may be asked for by what it follows ("canny").
        """
        now = self._clock()
        there = [
            offered.entry
            for offered in await self.all()
            if offered.entry.type == type_ and offered.available(now)
        ]
        named = [entry for entry in there if id_or_name in {entry.name, entry.display_name, str(entry.id)}]
        if not named and type_ == "controlnet":
            named = [entry for entry in there if id_or_name.lower() in entry.name]
        if not named:
            raise ModelUnavailableError(
                "{model} is not installed on any worker that runs.",
                advice="Leave it out, or choose one that /models shows.",
                details={"models": [id_or_name]},
                model=id_or_name,
            )
        fitting = [entry for entry in named if entry.base == model.base]
        if not fitting:
            raise InvalidParametersError(
                "{part} does not go with {model}.",
                advice="Choose one of the same base: /models?base={base}.",
                details={"base": model.base},
                part=named[0].display_name,
                model=model.display_name,
                base=model.base,
            )
        return fitting[0]

    async def default_credits(self) -> int:
        """Of one picture of the default model."""
        return self.credits((await self.find(self._default)).entry)

    def credits(self, entry: ModelEntry) -> int:
        """Of one picture as the model makes it by itself."""
        work = PricedWork(
            kind="text_to_image",
            family=entry.price_family,
            pixels=entry.native_side**2,
            steps=entry.default_steps,
        )
        return price(work, self._tariffs.work)

    def hosted(self) -> list[ModelEntry]:
        """Those of the provider that a worker may hand jobs to."""
        return [entry for entry in self._known.values() if entry.executor == "fal"]

    async def offer(self, models: Sequence[ModelEntry]) -> None:
        """A worker has them, now."""
        await self._repository.offer(
            {model.name: model.model_dump(mode="json") for model in models}, self._clock()
        )


class CustomModels:
    def __init__(self, *, repository: ModelRepository, storage: Storage, clock: Clock) -> None:
        self._repository = repository
        self._storage = storage
        self._clock = clock

    async def list(self, user_id: UUID) -> Sequence[CustomModel]:
        return [_shown(row) for row in await self._repository.custom(user_id)]

    async def get(self, model_id: UUID, *, seen_by: UUID) -> CustomModel:
        """One's own, or a shared one. Raises NotFoundError."""
        row = await self._repository.custom_model(model_id, seen_by=seen_by)
        if row is None:
            raise _missing()
        return _shown(row)

    async def share(self, user_id: UUID, model_id: UUID, asked: ShareRequest) -> CustomModel:
        row = await self._own(user_id, model_id)
        row.is_public = asked.is_public
        row.description = asked.description if asked.description is not None else row.description
        row.tags = asked.tags if asked.tags is not None else row.tags
        row.updated_at = self._clock()
        await self._repository.session.flush()
        return _shown(row)

    async def delete(self, user_id: UUID, model_id: UUID) -> str | None:
        """The key of its file, for the caller to delete once this is committed."""
        row = await self._own(user_id, model_id)
        await self._repository.delete_custom(model_id)
        return row.key

    async def _own(self, user_id: UUID, model_id: UUID) -> CustomModelRow:
        row = await self._repository.own_custom_model(model_id, user_id)
        if row is None:
            raise _missing()
        return row


def _shown(row: CustomModelRow) -> CustomModel:
    return CustomModel(
        id=row.id,
        name=row.name,
        description=row.description,
        base=row.base,
        trigger_word=row.trigger_word,
        category=row.category,
        tags=row.tags,
        size=row.size,
        is_public=row.is_public,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _missing() -> NotFoundError:
    return NotFoundError("There is no such model of yours.")
