"""How what every feature uses is built, and what the platform does by the clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from shared.pricing.tariffs import Tariffs
from sync_server.platform import tasks
from sync_server.platform.cursors import CursorSigner
from sync_server.platform.kept_replies import KeptReplies
from sync_server.platform.ports import World
from sync_server.platform.queue import TaskQueue
from sync_server.platform.storage import Storage
from sync_server.platform.work import Work

if TYPE_CHECKING:
    from sync_server.app.container import Container


def builders(container: Container) -> dict[type, Callable[[Work], Any]]:
    return {
        TaskQueue: lambda work: TaskQueue(work=work, app=container.queue.app),
        CursorSigner: lambda _: container.cursors,
        Storage: lambda _: container.storage,
        World: lambda _: container.world,
        Tariffs: lambda _: container.tariffs,
        KeptReplies: lambda work: KeptReplies(
            session=work.session,
            world=container.world,
            secret=container.settings.secret_key.get_secret_value(),
            runs_at_most=timedelta(seconds=container.settings.request_seconds),
        ),
    }


def register_tasks(container: Container) -> None:
    tasks.register(container.queue, transactions=container.transactions, mailer=container.mailer)
