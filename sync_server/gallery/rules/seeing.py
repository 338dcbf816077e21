"""Who sees what of what is public, and what stands first."""

import math
from datetime import datetime

from sync_server.platform.edge import Principal

_HALF_A_DAY = 45_000.0
_MODERATORS = frozenset({"moderator", "admin"})


def sees_everything(viewer: Principal | None) -> bool:
    """Signed-out and free viewers see safe items, at most 1024 pixels on a side."""
    return viewer is not None and (viewer.tier != "free" or viewer.role in _MODERATORS)


def moderates(viewer: Principal | None) -> bool:
    return viewer is not None and viewer.role in _MODERATORS


def trending(*, likes: int, downloads: int, views: int, published_at: datetime) -> float:
    """Ten times the attention counts as much as being half a day newer, so that it changes only with attention."""
    attention = 1 + 3 * likes + 2 * downloads + views / 10
    return math.log10(attention) + published_at.timestamp() / _HALF_A_DAY
