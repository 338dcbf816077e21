"""Subscriptions: they follow what providers tell, bring credits month by month and decide the tier."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from sync_server.accounts.service import Accounts
from sync_server.billing.providers.port import ProviderName, ProviderSubscription
from sync_server.billing.repository import (
    BillingRepository,
    SubscriptionFacts,
    standing_of,
    write_standing,
)
from sync_server.billing.rules import (
    GRACE,
    LIVE,
    RANKS,
    Standing,
    Told,
    add_months,
    after_grant,
    after_upgrade,
    begin,
    entitled,
    follow,
    grace_over,
    grant_due,
    next_month,
    period_start,
    upgrade_difference,
)
from sync_server.billing.service.mails import BillingMails
from sync_server.billing.service.products import Products, UnknownProductError
from sync_server.billing.tables import SubscriptionGrantRow, SubscriptionRow
from sync_server.credits.service import CreditLedger
from sync_server.platform.errors import NotFoundError, UnprocessableError
from sync_server.platform.ports import World

AnySubscription = TypeVar("AnySubscription", SubscriptionRow, SubscriptionFacts)

_OVERDUE = timedelta(hours=6)


class Subscriptions:
    def __init__(
        self,
        *,
        repository: BillingRepository,
        accounts: Accounts,
        ledger: CreditLedger,
        products: Products,
        mails: BillingMails,
        world: World,
    ) -> None:
        self._repository = repository
        self._accounts = accounts
        self._ledger = ledger
        self._products = products
        self._mails = mails
        self._world = world

    async def lock(self, user_id: UUID) -> SubscriptionRow:
        """The user's free subscription, made where there is none. Until the end of the transaction nobody else
        changes what the user has or paid.
        """
        now = self._world.clock()
        row = SubscriptionRow(
            id=self._world.new_id(),
            user_id=user_id,
            plan="free",
            billing_period="monthly",
            status="active",
            period_start=now,
            period_end=add_months(now, 1),
            cancel_at_period_end=False,
            next_grant_at=now,
            month_granted=0,
            grants_made=0,
            truth_ticket=0,
            created_at=now,
            updated_at=now,
        )
        return await self._repository.lock_free(row)

    async def open_free(self, user_id: UUID) -> None:
        """With the first month's credits."""
        await self._renew_free(await self.lock(user_id))

    async def current(self, user_id: UUID) -> SubscriptionRow:
        """What holds now: the highest plan that may be used, else a paused one, else the free one."""
        return (await self.current_and_effective(user_id))[0]

    async def current_and_effective(self, user_id: UUID) -> tuple[SubscriptionRow, SubscriptionRow]:
        """What holds now, and the row whose plan is the user's tier: while a plan is paused they differ."""
        rows = await self._repository.subscriptions(user_id)
        if not rows:
            await self.open_free(user_id)
            rows = await self._repository.subscriptions(user_id)
        return current_and_effective(rows, now=self._world.clock())

    async def paid(self, user_id: UUID) -> SubscriptionRow | None:
        """The provider's subscription that still lives, if any."""
        rows = [
            row
            for row in await self._repository.subscriptions(user_id)
            if row.provider is not None and row.status in LIVE
        ]
        return max(rows, key=lambda row: RANKS[row.plan], default=None)

    async def latest_bought(
        self, user_id: UUID, *, provider: ProviderName | None = None
    ) -> SubscriptionRow | None:
        rows = [
            row
            for row in await self._repository.subscriptions(user_id)
            if row.provider is not None and provider in {None, row.provider}
        ]
        return rows[-1] if rows else None

    async def owner(self, provider: ProviderName, known_as: str) -> UUID | None:
        row = await self._repository.provider_subscription(provider, known_as)
        return row.user_id if row else None

    async def get(self, subscription_id: UUID) -> SubscriptionRow:
        row = await self._repository.subscription(subscription_id)
        if row is None:
            raise NotFoundError("There is no such subscription.")
        return row

    async def follow(
        self, provider: ProviderName, truth: ProviderSubscription, *, buyer: UUID | None, ticket: int
    ) -> SubscriptionRow | None:
        """Take over what the provider says, unless a later answer of it is known. None while nothing is paid."""
        user_id = await self.owner(provider, truth.id) or buyer
        if user_id is None:
            raise UnprocessableError(
                "Nobody is known who bought {thing}.",
                advice="Find the buyer in the provider's dashboard, then run the event again.",
                thing=truth.id,
            )
        await self.lock(user_id)
        row = await self._repository.provider_subscription(provider, truth.id)
        if row is not None and row.truth_ticket > ticket:
            return row
        told = self._told(provider, truth)
        if told is None:
            return row
        now = self._world.clock()
        if row is None:
            standing = begin(told, now=now)
            row = self._new_row(provider, truth, user_id=user_id, standing=standing)
            await self._repository.add(row)
        before = standing_of(row)
        standing = follow(before, told, now=now)
        write_standing(row, standing)
        row.provider_customer_id = truth.customer_id
        row.truth_ticket, row.updated_at = ticket, now
        if truth.card is not None:
            row.card_brand, row.card_last_four = truth.card.brand, truth.card.last_four
        if not standing.cancel_at_period_end and standing.status in LIVE:
            row.cancel_reason = row.cancel_feedback = None
        await self._bring_credits(row)
        await self._settle_tier(user_id)
        if before.status in LIVE and standing.status not in LIVE:
            await self._mails.subscription_ended(user_id, plan=before.plan)
        return row

    async def note_cancellation(
        self, row: SubscriptionRow, *, reason: str | None, feedback: str | None
    ) -> None:
        row.cancel_reason, row.cancel_feedback = reason, feedback
        await self._repository.flush()

    async def due(self, *, limit: int) -> Sequence[UUID]:
        """Users who are owed a month's credits, or whose grace is over."""
        now = self._world.clock()
        late = await self._repository.past_due_before(now - GRACE)
        return list(dict.fromkeys([*late, *await self._repository.due_users(now, limit=limit)]))

    async def overdue(self, *, limit: int) -> Sequence[tuple[str, str]]:
        return await self._repository.overdue(self._world.clock() - _OVERDUE, limit=limit)

    async def catch_up(self, user_id: UUID) -> None:
        """End what is out of grace, then bring what is due."""
        free = await self.lock(user_id)
        now = self._world.clock()
        for row in await self._repository.subscriptions(user_id):
            standing = standing_of(row)
            if row.provider is None:
                continue
            if standing.status == "past_due" and grace_over(standing, now=now):
                row.status, row.updated_at = "expired", now
                await self._mails.subscription_ended(user_id, plan=row.plan)
                await self._settle_tier(user_id)
            else:
                await self._bring_credits(row)
        await self._renew_free(free)

    def _told(self, provider: ProviderName, truth: ProviderSubscription) -> Told | None:
        product = self._products.sold(provider, truth.price_id)
        if product.kind != "plan" or product.billing_period is None:
            raise UnknownProductError("{price} is no plan.", price=truth.price_id)
        if truth.status is None:
            return None
        return Told(
            status=truth.status,
            plan=product.name,
            billing_period=product.billing_period,
            period_start=truth.period_start or period_start(truth.period_end, product.billing_period),
            period_end=truth.period_end,
            cancel_at_period_end=truth.cancel_at_period_end,
        )

    def _new_row(
        self, provider: ProviderName, truth: ProviderSubscription, *, user_id: UUID, standing: Standing
    ) -> SubscriptionRow:
        now = self._world.clock()
        row = SubscriptionRow(
            id=self._world.new_id(),
            user_id=user_id,
            provider=provider,
            provider_subscription_id=truth.id,
            grants_made=0,
            truth_ticket=0,
            created_at=truth.created_at,
            updated_at=now,
        )
        write_standing(row, standing)
        return row

    async def _bring_credits(self, row: SubscriptionRow) -> None:
        """Each month that is paid and come, once; then what a higher plan adds to the present one."""
        now = self._world.clock()
        quota = self._products.quota(row.plan)
        standing = standing_of(row)
        while grant_due(standing, now=now):
            due_at = standing.next_grant_at
            standing = after_grant(standing, quota=quota)
            ends = standing.next_grant_at if standing.next_grant_at > now else row.period_end
            await self._grant(row, quota, reason="month", due_at=due_at, ends=ends)
        if more := upgrade_difference(standing, quota=quota, now=now):
            await self._grant(row, more, reason="upgrade", due_at=now, ends=standing.next_grant_at)
            standing = after_upgrade(standing, quota=quota)
        write_standing(row, standing)
        await self._repository.flush()

    async def _grant(
        self, row: SubscriptionRow, amount: int, *, reason: str, due_at: datetime, ends: datetime
    ) -> None:
        row.last_grant_at = self._world.clock()
        row.grants_made += 1
        if not amount:
            return
        await self._ledger.grant(
            row.user_id,
            amount,
            kind="subscription_grant",
            key=f"subscription-grant:{row.id}:{row.grants_made}",
            expires_at=ends,
            description=f"Credits of the month: {row.plan}",
            reference=f"subscription:{row.id}",
        )
        await self._repository.add(
            SubscriptionGrantRow(
                id=self._world.new_id(), subscription_id=row.id, reason=reason, amount=amount, due_at=due_at
            )
        )

    async def _renew_free(self, row: SubscriptionRow) -> None:
        """Free credits come once a month, and not in months that are paid for."""
        now = self._world.clock()
        if row.next_grant_at > now:
            return
        begun = row.next_grant_at
        while (following := next_month(row.created_at, after=begun)) <= now:
            begun = following
        row.period_start, row.period_end = begun, following
        row.next_grant_at, row.updated_at = following, now
        others = await self._repository.subscriptions(row.user_id)
        if not any(other.provider and entitled(standing_of(other), now=now) for other in others):
            quota = self._products.quota("free")
            await self._grant(row, quota, reason="month", due_at=begun, ends=following)
            row.month_granted = quota
        await self._repository.flush()

    async def _settle_tier(self, user_id: UUID) -> None:
        await self._repository.flush()
        await self._accounts.set_tier(user_id, (await self.current_and_effective(user_id))[1].plan)


def current_and_effective(
    rows: Sequence[AnySubscription], *, now: datetime
) -> tuple[AnySubscription, AnySubscription]:
    """Of all of a user's: what holds now, and the one whose plan is the user's tier."""
    usable = [row for row in rows if row.provider is None or entitled(standing_of(row), now=now)]
    return max(rows, key=lambda row: _weight(row, now=now)), max(usable, key=lambda row: RANKS[row.plan])


def _weight(row: SubscriptionRow | SubscriptionFacts, *, now: datetime) -> tuple[int, int]:
    if row.provider is None:
        return (1, 0)
    if entitled(standing_of(row), now=now):
        return (3, RANKS[row.plan])
    return (2, RANKS[row.plan]) if row.status == "paused" else (0, 0)
