"""The queue as a view shows it: its notices as signals, its verbs as tasks."""

from collections.abc import Callable, Coroutine
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.generation.jobs import Job, JobProgress
from desktop.generation.queue import JobQueue
from desktop.widgets.tasks import TaskOwner
from shared.contracts.errors import PentimentoError

MEMORY_INTERVAL_MILLISECONDS = 2000


class QueueOverview(QObject):
    """`read_memory` tells the bytes that the engine holds, or None while it doesn't run."""

    jobs_changed = Signal(object)
    progress_changed = Signal(object)
    job_ended = Signal(object)
    memory_changed = Signal(object)
    failed = Signal(object)

    def __init__(
        self,
        *,
        queue: JobQueue,
        tasks: TaskOwner,
        read_memory: Callable[[], int | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._queue = queue
        self._tasks = tasks
        self._read_memory = read_memory
        self.memory: int | None = None
        self._unsubscribe = (
            queue.jobs_changed.subscribe(self.jobs_changed.emit),
            queue.progress_changed.subscribe(self.progress_changed.emit),
            queue.store_failed.subscribe(self.failed.emit),
            queue.job_ended.subscribe(self.job_ended.emit),
        )
        self._memory_timer = QTimer(self)
        self._memory_timer.setInterval(MEMORY_INTERVAL_MILLISECONDS)
        self._memory_timer.timeout.connect(self._measure)
        self._memory_timer.start()

    @property
    def jobs(self) -> tuple[Job, ...]:
        return self._queue.jobs

    @property
    def is_paused(self) -> bool:
        return self._queue.is_paused

    @property
    def progress(self) -> JobProgress | None:
        return self._queue.progress

    def progress_of(self, job: Job) -> JobProgress | None:
        return self._queue.progress_of(job.id)

    @property
    def in_hand(self) -> Job | None:
        """The job that the progress is of."""
        progress = self.progress
        return next((job for job in self.jobs if progress is not None and job.id == progress.job_id), None)

    @property
    def running(self) -> Job | None:
        return next((job for job in self.jobs if job.state == "running"), None)

    def toggle_pause(self) -> None:
        self._start(self._queue.resume() if self.is_paused else self._queue.pause())

    def cancel(self, job_id: str) -> None:
        self._start(self._queue.cancel(job_id))

    def cancel_running(self) -> None:
        job = self.in_hand or self.running
        if job is not None:
            self.cancel(job.id)

    def retry(self, job_id: str) -> None:
        self._start(self._queue.retry(job_id))

    def remove(self, job_id: str) -> None:
        self._start(self._queue.remove(job_id))

    def clear_finished(self) -> None:
        self._start(self._queue.clear_finished())

    def close(self) -> None:
        self._memory_timer.stop()
        for unsubscribe in self._unsubscribe:
            unsubscribe()

    def _start(self, verb: Coroutine[Any, Any, None]) -> None:
        self._tasks.start(self._told(verb))

    async def _told(self, verb: Coroutine[Any, Any, None]) -> None:
        try:
            await verb
        except PentimentoError as error:
            self.failed.emit(error.report)

    def _measure(self) -> None:
        memory = self._read_memory()
        if memory != self.memory:
            self.memory = memory
            self.memory_changed.emit(memory)
