"""Billing's queries."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy import ColumnElement, delete, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import aggregate_order_by, insert
from sqlalchemy.ext.asyncio import AsyncSession

from sync_server.billing.rules import LEAST_MONTH, LIVE, PAID_UP, BillingPeriod, Standing, Status
from sync_server.billing.tables import (
    CheckoutRow,
    PaymentRow,
    SubscriptionGrantRow,
    SubscriptionRow,
    WebhookRow,
    truth_tickets,
)
from sync_server.platform.work import Work


class SubscriptionFacts(BaseModel):
    """Of a row, what decides and shows a plan; as `subscription_facts` reads it."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    provider: str | None
    plan: str
    billing_period: str
    status: str
    period_start: datetime
    period_end: datetime
    cancel_at_period_end: bool
    past_due_since: datetime | None
    next_plan: str | None
    next_grant_at: datetime
    last_grant_at: datetime | None
    month_granted: int
    card_brand: str | None
    card_last_four: str | None
    created_at: datetime


def subscription_facts(user_id: ColumnElement[UUID]) -> ColumnElement[Any]:
    """All of a user's subscriptions, in the order of `BillingRepository.subscriptions`. NULL where there is none."""
    row = SubscriptionRow
    named = [part for name in SubscriptionFacts.model_fields for part in (name, getattr(row, name))]
    order = (row.provider.is_not(None), row.created_at, row.id)
    return (
        select(func.jsonb_agg(aggregate_order_by(func.jsonb_build_object(*named), *order)))
        .where(row.user_id == user_id)
        .scalar_subquery()
    )


def standing_of(row: SubscriptionRow | SubscriptionFacts) -> Standing:
    return Standing(
        status=cast(Status, row.status),
        plan=row.plan,
        billing_period=cast(BillingPeriod, row.billing_period),
        period_start=row.period_start,
        period_end=row.period_end,
        cancel_at_period_end=row.cancel_at_period_end,
        past_due_since=row.past_due_since,
        next_plan=row.next_plan,
        next_grant_at=row.next_grant_at,
        month_granted=row.month_granted,
    )


def write_standing(row: SubscriptionRow, standing: Standing) -> None:
    for name, value in asdict(standing).items():
        setattr(row, name, value)


class BillingRepository:
    def __init__(self, *, work: Work) -> None:
        self._work = work

    @property
    def _session(self) -> AsyncSession:
        return self._work.session

    async def draw_ticket(self) -> int:
        return int((await self._session.execute(select(truth_tickets.next_value()))).scalar_one())

    async def add(self, row: Any) -> None:
        self._session.add(row)
        await self._session.flush()

    async def flush(self) -> None:
        await self._session.flush()

    # Subscriptions

    async def lock_free(self, free: SubscriptionRow) -> SubscriptionRow:
        """The user's free subscription, made from `free` where there is none; locked, and the user's billing with it."""
        values = {column.key: getattr(free, column.key) for column in SubscriptionRow.__table__.columns}
        await self._session.execute(
            insert(SubscriptionRow)
            .values(values)
            .on_conflict_do_nothing(
                index_elements=["user_id"], index_where=SubscriptionRow.provider.is_(None)
            )
        )
        found = await self._session.execute(
            select(SubscriptionRow)
            .where(SubscriptionRow.user_id == free.user_id, SubscriptionRow.provider.is_(None))
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        return found.scalar_one()

    async def subscription(self, subscription_id: UUID) -> SubscriptionRow | None:
        return await self._session.get(SubscriptionRow, subscription_id, populate_existing=True)

    async def provider_subscription(self, provider: str, known_as: str) -> SubscriptionRow | None:
        found = await self._session.execute(
            select(SubscriptionRow)
            .where(SubscriptionRow.provider == provider, SubscriptionRow.provider_subscription_id == known_as)
            .execution_options(populate_existing=True)
        )
        return found.scalar_one_or_none()

    async def subscriptions(self, user_id: UUID) -> Sequence[SubscriptionRow]:
        """The free one first, then the provider's as they were made."""
        found = await self._session.execute(
            select(SubscriptionRow)
            .where(SubscriptionRow.user_id == user_id)
            .order_by(SubscriptionRow.provider.is_not(None), SubscriptionRow.created_at, SubscriptionRow.id)
        )
        return found.scalars().all()

    async def due_users(self, now: datetime, *, limit: int) -> Sequence[UUID]:
        """Whose free month is over, or whose paid plan has credits to bring."""
        found = await self._session.execute(
            select(SubscriptionRow.user_id)
            .where(
                SubscriptionRow.next_grant_at <= now,
                SubscriptionRow.provider.is_(None)
                | (
                    SubscriptionRow.status.in_(PAID_UP)
                    & (
                        SubscriptionRow.next_grant_at
                        < SubscriptionRow.period_end - func.make_interval(0, 0, 0, LEAST_MONTH.days)
                    )
                ),
            )
            .order_by(SubscriptionRow.next_grant_at)
            .limit(limit)
        )
        return list(dict.fromkeys(found.scalars()))

    async def past_due_before(self, moment: datetime) -> Sequence[UUID]:
        found = await self._session.execute(
            select(SubscriptionRow.user_id).where(
                SubscriptionRow.status == "past_due", SubscriptionRow.past_due_since <= moment
            )
        )
        return found.scalars().unique().all()

    async def overdue(self, moment: datetime, *, limit: int) -> Sequence[tuple[str, str]]:
        """Provider's subscriptions whose period ended before `moment` without a word from the provider."""
        found = await self._session.execute(
            select(SubscriptionRow.provider, SubscriptionRow.provider_subscription_id)
            .where(
                SubscriptionRow.provider.is_not(None),
                SubscriptionRow.status.in_(LIVE),
                SubscriptionRow.period_end <= moment,
            )
            .order_by(SubscriptionRow.period_end)
            .limit(limit)
        )
        return [(str(provider), str(known_as)) for provider, known_as in found]

    async def live_by_plan(self) -> dict[str, int]:
        found = await self._session.execute(
            select(SubscriptionRow.plan, func.count(func.distinct(SubscriptionRow.user_id)))
            .where(SubscriptionRow.provider.is_not(None), SubscriptionRow.status.in_(LIVE))
            .group_by(SubscriptionRow.plan)
        )
        return {plan: int(count) for plan, count in found}

    async def granted(self, subscription_id: UUID, *, reason: str, since: datetime, before: datetime) -> int:
        found = await self._session.execute(
            select(func.coalesce(func.sum(SubscriptionGrantRow.amount), 0)).where(
                SubscriptionGrantRow.subscription_id == subscription_id,
                SubscriptionGrantRow.reason == reason,
                SubscriptionGrantRow.due_at >= since,
                SubscriptionGrantRow.due_at < before,
            )
        )
        return int(found.scalar_one())

    # Payments

    async def payment(self, provider: str, known_as: str) -> PaymentRow | None:
        found = await self._session.execute(
            select(PaymentRow)
            .where(PaymentRow.provider == provider, PaymentRow.provider_payment_id == known_as)
            .execution_options(populate_existing=True)
        )
        return found.scalar_one_or_none()

    async def payments(
        self, user_id: UUID, *, limit: int | None, after: tuple[datetime, UUID] | None, descending: bool
    ) -> Sequence[PaymentRow]:
        place = tuple_(PaymentRow.billed_at, PaymentRow.id)
        query = select(PaymentRow).where(PaymentRow.user_id == user_id)
        if after is not None:
            beyond: ColumnElement[bool] = place < after if descending else place > after
            query = query.where(beyond)
        order = (
            (PaymentRow.billed_at.desc(), PaymentRow.id.desc())
            if descending
            else (PaymentRow.billed_at, PaymentRow.id)
        )
        return (await self._session.execute(query.order_by(*order).limit(limit))).scalars().all()

    async def count_payments(self, user_id: UUID) -> int:
        found = await self._session.execute(
            select(func.count()).select_from(PaymentRow).where(PaymentRow.user_id == user_id)
        )
        return int(found.scalar_one())

    async def revenue(self) -> dict[str, int]:
        """What was paid less what was refunded, by currency, in its smallest unit."""
        found = await self._session.execute(
            select(PaymentRow.currency, func.sum(PaymentRow.amount - PaymentRow.refunded))
            .where(PaymentRow.status.in_(("paid", "partly_refunded", "refunded")))
            .group_by(PaymentRow.currency)
        )
        return {currency: int(amount) for currency, amount in found}

    # Checkouts

    async def checkout(self, checkout_id: UUID) -> CheckoutRow | None:
        return await self._session.get(CheckoutRow, checkout_id, populate_existing=True)

    async def add_checkout(self, row: CheckoutRow) -> CheckoutRow:
        """The row, or the one that the client's key already made."""
        values = {column.key: getattr(row, column.key) for column in CheckoutRow.__table__.columns}
        await self._session.execute(insert(CheckoutRow).values(values).on_conflict_do_nothing())
        if row.client_key is None:
            known = CheckoutRow.id == row.id
        else:
            known = (CheckoutRow.user_id == row.user_id) & (CheckoutRow.client_key == row.client_key)
        return (await self._session.execute(select(CheckoutRow).where(known))).scalar_one()

    async def open_checkout(
        self, user_id: UUID, *, fingerprint: str, expires_after: datetime
    ) -> CheckoutRow | None:
        found = await self._session.execute(
            select(CheckoutRow)
            .where(
                CheckoutRow.user_id == user_id,
                CheckoutRow.fingerprint == fingerprint,
                CheckoutRow.client_key.is_(None),
                CheckoutRow.completed_at.is_(None),
                CheckoutRow.expires_at > expires_after,
            )
            .order_by(CheckoutRow.created_at.desc())
            .limit(1)
        )
        return found.scalar_one_or_none()

    # The inbox

    async def receive(self, row: WebhookRow) -> bool:
        """False where this event is there already."""
        values = {column.key: getattr(row, column.key) for column in WebhookRow.__table__.columns}
        made = await self._session.execute(
            insert(WebhookRow)
            .values(values)
            .on_conflict_do_nothing(index_elements=["provider", "event_id"])
            .returning(WebhookRow.id)
        )
        return made.scalar_one_or_none() is not None

    async def known_event(self, provider: str, event_id: str) -> WebhookRow:
        found = await self._session.execute(
            select(WebhookRow)
            .where(WebhookRow.provider == provider, WebhookRow.event_id == event_id)
            .with_for_update()
        )
        return found.scalar_one()

    async def event(self, row_id: UUID, *, lock: bool = False) -> WebhookRow | None:
        return await self._session.get(
            WebhookRow, row_id, populate_existing=True, with_for_update=True if lock else None
        )

    async def failed_events(self, *, limit: int) -> Sequence[WebhookRow]:
        found = await self._session.execute(
            select(WebhookRow)
            .where(WebhookRow.state == "failed")
            .order_by(WebhookRow.received_at, WebhookRow.id)
            .limit(limit)
        )
        return found.scalars().all()

    async def backlog(self) -> dict[tuple[str, str], tuple[int, datetime]]:
        """By provider and state: how many events, and since when the oldest."""
        found = await self._session.execute(
            select(WebhookRow.provider, WebhookRow.state, func.count(), func.min(WebhookRow.received_at))
            .where(WebhookRow.state != "handled")
            .group_by(WebhookRow.provider, WebhookRow.state)
        )
        return {(provider, state): (int(count), oldest) for provider, state, count, oldest in found}

    async def last_handled(self) -> datetime | None:
        return (await self._session.execute(select(func.max(WebhookRow.handled_at)))).scalar_one()

    # A person who goes

    async def forget(self, user_id: UUID) -> None:
        """Payments are kept without the person; the rest goes."""
        await self._session.execute(
            update(PaymentRow).where(PaymentRow.user_id == user_id).values(user_id=None)
        )
        await self._session.execute(delete(CheckoutRow).where(CheckoutRow.user_id == user_id))
        await self._session.execute(delete(SubscriptionRow).where(SubscriptionRow.user_id == user_id))
