"""What somebody used and made in a period."""

from datetime import datetime
from uuid import UUID

from shared.contracts.billing import (
    UsageDay,
    UsageGenerations,
    UsageModel,
    UsageReport,
    UsageSummary,
)
from sync_server.accounts.ports import Creations, Entitlements
from sync_server.accounts.service.accounts import Accounts
from sync_server.accounts.service.api_keys import ApiKeys


class Usage:
    def __init__(
        self, *, accounts: Accounts, api_keys: ApiKeys, entitlements: Entitlements, creations: Creations
    ) -> None:
        self._accounts = accounts
        self._api_keys = api_keys
        self._entitlements = entitlements
        self._creations = creations

    async def report(self, user_id: UUID, *, period: str, since: datetime, until: datetime) -> UsageReport:
        spent = await self._entitlements.usage(user_id, since=since, until=until)
        made = await self._creations.usage(user_id, since=since, until=until)
        calls = await self._api_keys.calls(user_id, since=since, until=until)
        credits_by_day = {day.day: day.credits for day in spent.days}
        made_by_day = {day.date: day for day in made.daily}
        return UsageReport(
            period=period,
            start_date=since.date(),
            end_date=until.date(),
            since=since,
            until=until,
            summary=UsageSummary(
                total_generations=made.generations,
                total_credits_used=spent.credits.used,
                total_images_created=made.images,
                storage_used_bytes=await self._accounts.stored_bytes(user_id),
                api_calls=calls,
            ),
            generations=UsageGenerations(
                total=made.generations,
                images=made.images,
                videos=made.videos,
                enhancements=made.enhancements,
            ),
            credits=spent.credits,
            by_kind=spent.by_kind,
            by_model=[
                UsageModel(model=entry.model, generations=entry.jobs, credits_used=entry.credits)
                for entry in spent.by_model
            ],
            daily=[
                UsageDay(
                    date=day,
                    generations=made_by_day[day].generations if day in made_by_day else 0,
                    credits_used=credits_by_day.get(day, 0),
                    images_created=made_by_day[day].images if day in made_by_day else 0,
                )
                for day in sorted(made_by_day.keys() | credits_by_day.keys(), reverse=True)
            ],
            trends=spent.trends,
            api_calls=calls,
        )
