"""The worker: fetches jobs from the queue, has an executor carry them out, and stores what comes of it."""

from sync_server.generation.worker.executor import EngineExecutor, Executor
from sync_server.generation.worker.fal_executor import FalExecutor
from sync_server.generation.worker.runner import Runner
from sync_server.generation.worker.service import WorkerService

__all__ = ["EngineExecutor", "Executor", "FalExecutor", "Runner", "WorkerService"]
