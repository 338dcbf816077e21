"""What accounts ask of the features above them: everything that has to do with money."""

from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from shared.contracts.billing import EntitlementsOverview, UsageReport


class Entitlements(Protocol):
    """Implemented by billing; acts in the same unit of work."""

    async def open_account(self, user_id: UUID) -> None:
        """A free subscription and its first credits."""

    async def available(self, user_id: UUID) -> int:
        """Credits that a new job can use."""

    async def overview(self, user_id: UUID) -> EntitlementsOverview: ...

    async def usage(self, user_id: UUID, *, since: datetime, until: datetime) -> UsageReport: ...

    async def statistics(self) -> dict[str, Any]:
        """For operators: subscribers by plan, revenue."""

    async def export(self, user_id: UUID) -> dict[str, Any]: ...

    async def erase(self, user_id: UUID) -> None:
        """Everything of the person; the ledger's entries stay without them."""
