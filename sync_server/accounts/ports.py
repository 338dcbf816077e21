"""What accounts ask of the features above them: of money, and of what people made."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import ColumnElement

from shared.contracts.billing import CreationUsage, EntitlementsOverview, SpentReport


class Entitlements(Protocol):
    """Implemented by billing; acts in the same unit of work."""

    async def open_account(self, user_id: UUID) -> None:
        """A free subscription and its first credits."""

    async def available(self, user_id: UUID) -> int:
        """Credits that a new job can use."""

    async def overview(self, user_id: UUID) -> EntitlementsOverview: ...

    async def overview_from(self, user_id: UUID, facts: Any) -> EntitlementsOverview:
        """From the `EntitlementFacts` of the user's row."""

    async def usage(self, user_id: UUID, *, since: datetime, until: datetime) -> SpentReport: ...

    async def statistics(self) -> dict[str, Any]:
        """For operators: subscribers by plan, revenue."""

    async def export(self, user_id: UUID) -> dict[str, Any]: ...

    async def erase(self, user_id: UUID) -> None:
        """Everything of the person; the ledger's entries stay without them."""


EntitlementFacts = Callable[[ColumnElement[UUID]], ColumnElement[Any]]
"""What an overview is made of, as one value in a query of users: given the column of their ids."""


class Creations(Protocol):
    """What people made. Implemented by generation; acts in the same unit of work."""

    async def usage(self, user_id: UUID, *, since: datetime | None, until: datetime) -> CreationUsage:
        """Of all time where `since` is None."""

    async def export(self, user_id: UUID) -> dict[str, Any]: ...

    async def erase(self, user_id: UUID) -> None:
        """The files too, once this is committed."""
