"""What a place that makes pictures can do, wherever it is."""

from collections.abc import AsyncIterator
from typing import Protocol

from shared.contracts.events import GenerationEvent
from shared.contracts.generation import GenerationRequest


class GenerationEngine(Protocol):
    """Runs jobs one after another; the desktop's own process, a cloud, or a test's fake."""

    def run(self, job_id: str, request: GenerationRequest) -> AsyncIterator[GenerationEvent]:
        """Events of one job, from accepted to exactly one of completed, cancelled or failed.

        Never raises for what happens to a job: that is a `Failed` event. Closing the iterator early gives the job
        up: an engine here stops it; a cloud's goes on, and running the same `job_id` again follows it.
        """
        ...

    async def cancel(self, job_id: str) -> None:
        """Stop the job at its next step; its stream then ends with `Cancelled`. Unknown ids are ignored."""
        ...

    async def close(self) -> None:
        """Let go of the jobs in hand, whose streams end with `Cancelled`, and give back memory and processes."""
        ...
