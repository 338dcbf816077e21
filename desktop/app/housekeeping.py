"""What is tidied at each start, out of the artist's way."""

import asyncio
import logging
from datetime import timedelta

from desktop.app.container import Container
from shared.contracts.errors import PentimentoError

BLOBS_KEPT = timedelta(days=1)
"""Younger blobs may belong to what is only just being made."""

_log = logging.getLogger(__name__)


async def tidy(container: Container) -> None:
    """Adopt pictures without a row, empty the old trash, and collect blobs that nothing needs any more."""
    try:
        await container.library.adopt_strays()
        await container.library.empty_trash()
        needed = (
            await container.library.referenced_blobs()
            | await container.queue.blobs_in_use()
            | await container.canvas_service.referenced_blobs()
        )
        unused_since = container.world.clock() - BLOBS_KEPT
        removed = await asyncio.to_thread(container.blobs.sweep, needed, unused_since=unused_since)
        _log.info("%d unused blobs were removed.", len(removed))
    except PentimentoError as error:
        # Nothing of the artist's hangs on it; the next start tries again.
        _log.warning("Tidying up was left for the next start: %s", error)
