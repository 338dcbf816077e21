"""Rows of offered and of custom models."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from sync_server.models.tables import CustomModelRow, ModelOfferRow


class ModelRepository:
    def __init__(self, *, session: AsyncSession) -> None:
        self.session = session

    async def offers(self) -> Sequence[ModelOfferRow]:
        return (await self.session.scalars(select(ModelOfferRow).order_by(ModelOfferRow.name))).all()

    async def offer(self, descriptions: Mapping[str, dict[str, Any]], now: datetime) -> None:
        # In one order, so that two workers never wait for each other.
        for name in sorted(descriptions):
            values = {"description": descriptions[name], "last_offered_at": now}
            await self.session.execute(
                insert(ModelOfferRow)
                .values(name=name, first_offered_at=now, **values)
                .on_conflict_do_update(index_elements=["name"], set_=values)
            )

    async def custom(self, user_id: UUID) -> Sequence[CustomModelRow]:
        query = select(CustomModelRow).where(CustomModelRow.user_id == user_id)
        return (await self.session.scalars(query.order_by(CustomModelRow.created_at.desc()))).all()

    async def custom_model(self, model_id: UUID, *, seen_by: UUID) -> CustomModelRow | None:
        return await self.session.scalar(
            select(CustomModelRow).where(
                CustomModelRow.id == model_id,
                or_(CustomModelRow.user_id == seen_by, CustomModelRow.is_public),
            )
        )

    async def own_custom_model(self, model_id: UUID, user_id: UUID) -> CustomModelRow | None:
        return await self.session.scalar(
            select(CustomModelRow).where(CustomModelRow.id == model_id, CustomModelRow.user_id == user_id)
        )

    async def delete_custom(self, model_id: UUID) -> None:
        await self.session.execute(delete(CustomModelRow).where(CustomModelRow.id == model_id))
