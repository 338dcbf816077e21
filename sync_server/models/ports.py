"""What models ask of the features above them."""

from collections.abc import Mapping
from typing import Protocol

from shared.contracts.model_catalogue import ModelStatistics, UsageTotals
from sync_server.models.rules import ModelEntry


class ModelUsage(Protocol):
    """Implemented by generation; acts in the same unit of work."""

    async def totals(self) -> Mapping[str, UsageTotals]:
        """By the model's name."""

    async def statistics(self, entry: ModelEntry) -> ModelStatistics: ...
