"""What accounts ask of billing: `accounts.ports.Entitlements`."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any, cast
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Uuid, bindparam, func, select

from shared.contracts.billing import (
    EntitlementsOverview,
    Plan,
    SpentReport,
    SubscriptionView,
    UsageCredits,
    UsageSpan,
    UsageTrends,
)
from shared.contracts.credits import CreditUsageDay
from sync_server.billing.repository import BillingRepository, SubscriptionFacts, subscription_facts
from sync_server.billing.rules import LIVE, whole_units
from sync_server.billing.service import views
from sync_server.billing.service.products import Products
from sync_server.billing.service.subscriptions import Subscriptions, current_and_effective
from sync_server.credits.service import CreditLedger, CreditStatements, balance_facts
from sync_server.platform.ports import Clock
from sync_server.platform.queue import TaskQueue
from sync_server.platform.statements import Statement
from sync_server.platform.work import Work

CANCEL = "billing.cancel_subscription"
_EXPORTED_AT_ONCE = 1000


def entitlement_facts(user_id: ColumnElement[UUID]) -> ColumnElement[Any]:
    """`accounts.ports.EntitlementFacts`; the query is run with `now`."""
    return func.jsonb_build_object(
        "subscriptions", subscription_facts(user_id), "credits", balance_facts(user_id)
    )


_FACTS = Statement(select(entitlement_facts(bindparam("user_id", type_=Uuid())).label("facts")))
_SUBSCRIPTIONS = TypeAdapter(list[SubscriptionFacts])


class BillingOverview:
    """A user's plan and credits, as clients see them."""

    def __init__(
        self,
        *,
        work: Work,
        subscriptions: Subscriptions,
        statements: CreditStatements,
        products: Products,
        clock: Clock,
    ) -> None:
        self._work = work
        self._subscriptions = subscriptions
        self._statements = statements
        self._products = products
        self._clock = clock

    async def subscription(self, user_id: UUID) -> SubscriptionView:
        return (await self.everything(user_id)).subscription

    async def everything(self, user_id: UUID) -> EntitlementsOverview:
        return await self.everything_from(user_id, await self._facts(user_id))

    async def everything_from(self, user_id: UUID, facts: Any) -> EntitlementsOverview:
        if facts["subscriptions"] is None:
            await self._subscriptions.open_free(user_id)
            facts = await self._facts(user_id)
        row, tier_row = current_and_effective(
            _SUBSCRIPTIONS.validate_python(facts["subscriptions"]), now=self._clock()
        )
        tier = self._products.tier(tier_row.plan)
        balance = self._statements.balance_from(
            facts["credits"], monthly_quota=tier.credits, resets_at=tier_row.next_grant_at
        )
        return EntitlementsOverview(
            tier=cast(Plan, tier_row.plan),
            credits=balance,
            storage_quota_bytes=tier.storage_bytes,
            subscription=views.subscription(row, products=self._products, credits_now=balance),
            features=views.features(tier),
            limits=views.limits(tier),
        )

    async def _facts(self, user_id: UUID) -> Any:
        return (await self._work.read(_FACTS, user_id=user_id, now=self._clock()))[0].facts


class BillingEntitlements:
    def __init__(
        self,
        *,
        repository: BillingRepository,
        subscriptions: Subscriptions,
        overview: BillingOverview,
        statements: CreditStatements,
        ledger: CreditLedger,
        queue: TaskQueue,
    ) -> None:
        self._repository = repository
        self._subscriptions = subscriptions
        self._overview = overview
        self._statements = statements
        self._ledger = ledger
        self._queue = queue

    async def open_account(self, user_id: UUID) -> None:
        await self._subscriptions.open_free(user_id)

    async def available(self, user_id: UUID) -> int:
        return (await self._statements.balance(user_id)).available

    async def overview(self, user_id: UUID) -> EntitlementsOverview:
        return await self._overview.everything(user_id)

    async def overview_from(self, user_id: UUID, facts: Any) -> EntitlementsOverview:
        return await self._overview.everything_from(user_id, facts)

    async def usage(self, user_id: UUID, *, since: datetime, until: datetime) -> SpentReport:
        usage = await self._statements.usage(user_id, since=since, until=until)
        balance = await self._statements.balance(user_id)
        return SpentReport(
            credits=UsageCredits(
                held=usage.held,
                used=usage.settled,
                remaining=balance.available,
                efficiency=usage.efficiency,
            ),
            by_kind=usage.by_kind,
            by_model=usage.by_model,
            days=usage.daily,
            trends=UsageTrends(
                daily=_spans(usage.daily, lambda day: day),
                weekly=_spans(usage.daily, lambda day: day - timedelta(days=day.weekday())),
                monthly=_spans(usage.daily, lambda day: day.replace(day=1)),
            ),
        )

    async def statistics(self) -> dict[str, Any]:
        """For operators: subscribers by plan, and what came in, in each currency's units."""
        return {
            "subscriptions_by_plan": await self._repository.live_by_plan(),
            "revenue": {
                currency: whole_units(amount, currency)
                for currency, amount in (await self._repository.revenue()).items()
            },
        }

    async def export(self, user_id: UUID) -> dict[str, Any]:
        """A person's own data: plan, payments and every line of the ledger."""
        overview = await self._overview.everything(user_id)
        payments = await self._repository.payments(user_id, limit=None, after=None, descending=False)
        return {
            "subscription": overview.subscription.model_dump(mode="json"),
            "credits": overview.credits.model_dump(mode="json"),
            "payments": [views.payment(row).model_dump(mode="json") for row in payments],
            "credit_transactions": [line async for line in self._ledger_lines(user_id)],
        }

    async def erase(self, user_id: UUID) -> None:
        """The provider stops charging; payments and the ledger's entries stay, without the person."""
        await self._subscriptions.lock(user_id)
        for row in await self._repository.subscriptions(user_id):
            if row.provider is not None and row.status in LIVE:
                await self._queue.defer(
                    CANCEL, provider=row.provider, subscription=row.provider_subscription_id
                )
        await self._repository.forget(user_id)
        await self._ledger.forget_person(user_id)

    async def _ledger_lines(self, user_id: UUID) -> Any:
        after = None
        while True:
            lines, more, _ = await self._statements.history(
                user_id, after=after, newest_first=False, limit=_EXPORTED_AT_ONCE
            )
            for line in lines:
                yield line.model_dump(mode="json")
            if not more:
                return
            after = (lines[-1].created_at, lines[-1].id)


def _spans(days: Iterable[CreditUsageDay], begins: Callable[[date], date]) -> list[UsageSpan]:
    jobs: defaultdict[date, int] = defaultdict(int)
    credits_used: defaultdict[date, int] = defaultdict(int)
    for day in days:
        jobs[begins(day.day)] += day.jobs
        credits_used[begins(day.day)] += day.credits
    return [UsageSpan(start=start, jobs=jobs[start], credits=credits_used[start]) for start in sorted(jobs)]
