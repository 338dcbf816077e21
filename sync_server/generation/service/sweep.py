"""Files that no row knows: what a lost process put into the storage before it could say so."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sync_server.gallery.service.keeping import ItemKeeper
from sync_server.generation.repository import JobRepository
from sync_server.platform.ports import Clock
from sync_server.platform.storage import Storage, StoredFile
from sync_server.platform.work import Transactions

YOUNGEST = timedelta(days=1)
"""A file is put before its row is written: what is younger may have one yet."""
_THUMBNAIL = "-thumbnail"


async def sweep_storage(transactions: Transactions, *, storage: Storage, clock: Clock) -> int:
    """Tell how many were deleted."""
    count = 0
    before = clock() - YOUNGEST
    for folder in ("pictures/", "inputs/", "uploads/"):
        async for page in storage.pages(folder):
            old = [file for file in page if file.modified_at < before]
            for key in await _unknown(transactions, folder, old):
                await storage.delete(key)
                count += 1
    return count


async def _unknown(transactions: Transactions, folder: str, files: Sequence[StoredFile]) -> list[str]:
    keys = {file.key: _known_by(folder, file.key) for file in files}
    if not keys:
        return []
    wanted = sorted({name for name in keys.values() if name})
    async with transactions.begin() as work:
        repository = work.get(JobRepository)
        match folder:
            case "pictures/":
                known = await work.get(ItemKeeper).at_keys(wanted)
            case "inputs/":
                known = await repository.kept_inputs(wanted)
            case _:
                known = await repository.kept_uploads([UUID(name) for name in wanted])
    return [key for key, name in keys.items() if name not in known]


def _known_by(folder: str, key: str) -> str:
    """What a row calls it by: the key of the picture, the input's whole key, the upload's id; empty where none would."""
    parts = key.split("/")
    if folder == "pictures/":
        base = key.rpartition(".")[0].removesuffix(_THUMBNAIL)
        return f"{base}.png"
    if folder == "inputs/":
        return key
    try:
        return str(UUID(parts[2]))
    except (IndexError, ValueError):
        return ""
