"""How the services of sync are built."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sync_server.gallery.service.files import FileRecords
from sync_server.platform.work import Work
from sync_server.sync.blobs import SyncBlobs
from sync_server.sync.service import Syncing

if TYPE_CHECKING:
    from sync_server.app.container import Container


def builders(container: Container) -> dict[type, Callable[[Work], Any]]:
    return {
        Syncing: lambda work: Syncing(
            session=work.session, files=work.get(FileRecords), world=container.world
        ),
        SyncBlobs: lambda _: SyncBlobs(transactions=container.transactions, storage=container.storage),
    }
