"""A user's payments, page by page."""

from datetime import datetime
from uuid import UUID

from shared.contracts.billing import Payment
from sync_server.billing.repository import BillingRepository
from sync_server.billing.service import views
from sync_server.platform.cursors import CursorSigner, PageRequest
from sync_server.platform.replies import Pagination


class PaymentHistory:
    def __init__(self, *, repository: BillingRepository, cursors: CursorSigner) -> None:
        self._repository = repository
        self._cursors = cursors

    async def page(self, user_id: UUID, page: PageRequest) -> tuple[list[Payment], Pagination]:
        page.sorted_by({"created_at", "billed_at"}, default="billed_at")
        scope = f"payments:{user_id}:{page.sort_order}"
        after = None
        if page.cursor is not None:
            moment, row_id = self._cursors.decode(page.cursor, expected=2, scope=scope)
            after = (datetime.fromisoformat(str(moment)), UUID(str(row_id)))
        rows = await self._repository.payments(
            user_id, limit=page.limit + 1, after=after, descending=page.sort_order == "desc"
        )
        shown, more = rows[: page.limit], len(rows) > page.limit
        following = None
        if more:
            last = shown[-1]
            following = self._cursors.encode([last.billed_at.isoformat(), str(last.id)], scope=scope)
        return [views.payment(row) for row in shown], Pagination(
            next_cursor=following,
            has_more=more,
            total_count=await self._repository.count_payments(user_id),
        )
