"""What the gallery asks of features above it, or of the outside; wired by the application."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from shared.contracts.canvases import AssistRequest
from shared.contracts.job_views import Created
from sync_server.platform.edge import Principal


@dataclass(frozen=True, kw_only=True)
class HandedIn:
    """A picture that came from a client: looked at, and within the limits."""

    data: bytes
    width: int
    height: int


class PicturesHandedIn(Protocol):
    """Turns whatever stands for a picture in a request into its bytes. Implemented by generation."""

    async def fetch(self, user_id: UUID, given: str, *, field: str, files: Mapping[str, bytes]) -> HandedIn:
        """Raises what tells why it is no picture of theirs."""


class AreaPainter(Protocol):
    """Repaints an area of a picture. Implemented by generation."""

    async def repaint(self, principal: Principal, picture: bytes, asked: AssistRequest) -> Created: ...
