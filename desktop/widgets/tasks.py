"""Who owns a running coroutine: it is cancelled with its owner, and its error is never lost."""

import asyncio
import logging
import traceback
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from shared.contracts.errors import ErrorReport, PentimentoError

Result = TypeVar("Result")
ErrorHandler = Callable[[ErrorReport], None]

_log = logging.getLogger(__name__)


def report_of(error: BaseException) -> ErrorReport:
    """Any error as something that can be shown; one of our own speaks for itself."""
    if isinstance(error, PentimentoError):
        return error.report
    return ErrorReport(
        code="INTERNAL_ERROR",
        message="Something went wrong inside Pentimento ({kind}).",
        advice="Your work is kept. Try again; if it happens again, copy the details and report them.",
        values={"kind": type(error).__name__},
        detail="".join(traceback.format_exception(error)),
    )


class TaskOwner:
    """Starts coroutines on the running loop and cancels them when it closes.

    `on_error` gets every error but cancellation, in the UI's thread. Unexpected ones are logged as well.
    """

    def __init__(self, *, on_error: ErrorHandler | None = None) -> None:
        self._on_error = on_error
        self._tasks: set[asyncio.Task[Any]] = set()

    def start(self, coroutine: Coroutine[Any, Any, Result], *, name: str = "") -> asyncio.Task[Result]:
        task = asyncio.get_event_loop().create_task(coroutine, name=name or None)
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        return task

    @property
    def busy(self) -> bool:
        return bool(self._tasks)

    def cancel_all(self) -> None:
        for task in self._tasks:
            task.cancel()

    async def close(self) -> None:
        """Cancel what still runs and wait until it has ended."""
        self.cancel_all()
        current = asyncio.current_task()
        await asyncio.gather(*(task for task in self._tasks if task is not current), return_exceptions=True)

    def _finished(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if error is None:
            return
        if not isinstance(error, PentimentoError):
            _log.error("The task %s failed.", task.get_name(), exc_info=error)
        elif self._on_error is None:
            _log.warning("The task %s ended: %s", task.get_name(), error)
        if self._on_error is not None:
            self._on_error(report_of(error))
