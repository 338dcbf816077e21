"""What the gallery does by the clock and behind replies."""

from datetime import timedelta
from uuid import UUID

import procrastinate

from sync_server.gallery.repository.social import SocialRepository
from sync_server.gallery.service.copying import COPY_BOARD, copy_board
from sync_server.gallery.service.files import Files
from sync_server.gallery.service.items import Items
from sync_server.gallery.service.publishing import Publishing
from sync_server.gallery.service.social import VIEWS_KEPT
from sync_server.platform.ports import Clock
from sync_server.platform.work import Transactions

_RETRY = procrastinate.RetryStrategy(max_attempts=5, exponential_wait=4)


def register(
    app: procrastinate.App,
    *,
    transactions: Transactions,
    files: Files,
    publishing: Publishing,
    clock: Clock,
) -> None:
    @app.periodic(cron="*/10 * * * *")
    @app.task(name="gallery.sweep", queueing_lock="gallery.sweep", retry=3)
    async def sweep(timestamp: int) -> None:  # noqa: ARG001 - Procrastinate gives the time it was due
        await files.sweep()

    @app.periodic(cron="23 * * * *")
    @app.task(name="gallery.clean", queueing_lock="gallery.clean", retry=3)
    async def clean(timestamp: int) -> None:  # noqa: ARG001 - as above
        await clean_up(transactions, clock=clock)

    @app.task(name=COPY_BOARD, retry=_RETRY)
    async def copy(user_id: str, board_id: str) -> None:
        await copy_board(transactions, publishing, user_id=UUID(user_id), board_id=UUID(board_id))


async def clean_up(transactions: Transactions, *, clock: Clock) -> None:
    """What lay in the trash for thirty days, and who looked at what before yesterday."""
    while True:
        async with transactions.begin() as work:
            erased = await work.get(Items).erase_old()
        if not erased:
            break
    async with transactions.begin() as work:
        await work.get(SocialRepository).forget_visits((clock() - VIEWS_KEPT + timedelta(days=1)).date())
