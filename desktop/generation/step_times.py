"""How much longer a job takes, from how long its last steps took."""

from collections import deque
from collections.abc import Callable
from datetime import datetime
from statistics import median

STEPS_REMEMBERED = 12


class StepTimes:
    """The median of the latest steps, so that one slow step (decoding, a busy machine) hardly moves it."""

    def __init__(self, *, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._seconds_per_step: deque[float] = deque(maxlen=STEPS_REMEMBERED)
        self._last: tuple[int, datetime] | None = None

    def seconds_left(self, *, step: int, steps: int) -> float | None:
        """Called at each step; None until two of them were timed."""
        now = self._clock()
        if self._last is not None and step > self._last[0]:
            passed = max(0.0, (now - self._last[1]).total_seconds())
            self._seconds_per_step.append(passed / (step - self._last[0]))
        if self._last is None or step > self._last[0]:
            self._last = (step, now)
        if not self._seconds_per_step:
            return None
        return median(self._seconds_per_step) * max(0, steps - step)
