"""What the platform does apart from requests: mails, and putting things back in order."""

from typing import Any

import procrastinate

from sync_server.platform.kept_replies import KeptReplies
from sync_server.platform.mail import Mail, Mailer
from sync_server.platform.queue import Queue
from sync_server.platform.work import Transactions


def register(queue: Queue, *, transactions: Transactions, mailer: Mailer) -> None:
    app = queue.app

    @app.task(
        name="platform.send_mail",
        # A mail server that is away for an hour or two loses nobody's mail.
        retry=procrastinate.RetryStrategy(max_attempts=10, exponential_wait=3),
    )
    async def send_mail(**mail: Any) -> None:
        await mailer.send(Mail(**mail))

    @app.periodic(cron="* * * * *")
    @app.task(name="platform.retry_stalled", queueing_lock="platform.retry_stalled")
    async def retry_stalled(timestamp: int) -> None:  # noqa: ARG001 - Procrastinate gives the time it was due
        await queue.retry_stalled()

    @app.periodic(cron="41 * * * *")
    @app.task(name="platform.clean_idempotency", queueing_lock="platform.clean_idempotency", retry=3)
    async def clean_idempotency(timestamp: int) -> None:  # noqa: ARG001 - as above
        async with transactions.begin() as work:
            await work.get(KeptReplies).forget_old()
