"""In which order jobs begin: by a virtual start, so that users take turns and nobody waits for ever. Pure.

A user's jobs are laid one after another in virtual time, closer together in a higher tier. The one with the earliest
start comes first, whoever it is of. A job that waits keeps its start while those of later ones move on with the
clock, so that it is overtaken only by what came within the seconds by which a higher tier is advanced.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
_PER_SECOND = 4
"""Quarters of a second: the queue's priority is a 32-bit number, good for 17 years."""
_POINTS_PER_WEIGHT = 50


@dataclass(frozen=True, kw_only=True)
class Turn:
    """`order`: smaller comes first. `free_at`: where the user's next job begins."""

    order: int
    free_at: datetime


def keeps_warm_model(*, longest_wait_of_others: timedelta | None, patience: timedelta) -> bool:
    """Whether a worker looks for jobs of the model that it has loaded first; None where no other job waits."""
    return longest_wait_of_others is None or longest_wait_of_others <= patience


def turn(*, now: datetime, free_at: datetime | None, priority: int, seconds: float) -> Turn:
    """`priority` is the tier's (0 to 200), `seconds` what the job is expected to take."""
    begins = max(now, free_at or now)
    weight = 1 + priority / _POINTS_PER_WEIGHT
    ahead = begins - timedelta(seconds=priority)
    return Turn(
        order=round((ahead - _EPOCH).total_seconds() * _PER_SECOND),
        free_at=begins + timedelta(seconds=seconds / weight),
    )
