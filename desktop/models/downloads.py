"""The queue of downloads: one at a time, paused and resumed at will, and there again after a crash."""

import asyncio
import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from desktop.library.notices import Notice
from desktop.models.hub.client import Hub
from desktop.models.hub.errors import DiskRefusedError
from desktop.models.hub.messages import HubModel, HubRepository, Received
from desktop.models.offers import Offer
from desktop.widgets.tasks import report_of
from shared.contracts.base import Contract
from shared.contracts.errors import ErrorReport, StorageError

State = Literal["waiting", "running", "checking", "offline", "paused", "failed", "done"]

STAGING = ".downloads"
"""In the models folder, on the disk where the models will lie; hidden, so that nobody takes a half for a whole."""
ROOM_LEFT = 500_000_000
"""Bytes of the disk that stay free."""


class Download(Contract):
    id: str
    model: HubModel
    commit: str
    offer: Offer
    state: State = "waiting"
    received: int = 0
    error: ErrorReport | None = None
    place: Path | None = None
    """Where it lies, once it is done."""

    @property
    def size(self) -> int:
        return self.offer.size

    @property
    def is_over(self) -> bool:
        return self.state == "done"


_downloads: TypeAdapter[tuple[Download, ...]] = TypeAdapter(tuple[Download, ...])


class DownloadFile:
    """The queue on disk; whole or not at all."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> tuple[Download, ...]:
        """One that can't be read names nothing: what was fetched lies in the staging folder all the same."""
        try:
            return _downloads.validate_json(self._path.read_bytes())
        except (OSError, ValidationError):
            return ()

    def save(self, downloads: tuple[Download, ...]) -> None:
        """Raises StorageError."""
        try:
            handle, name = tempfile.mkstemp(dir=self._path.parent, prefix=f".{self._path.name}-")
            with os.fdopen(handle, "wb") as file:
                file.write(_downloads.dump_json(downloads))
            Path(name).replace(self._path)
        except OSError as error:
            raise DiskRefusedError(self._path, error.strerror) from error


class Downloads:
    """`arrived` is awaited when a model lies in its place."""

    def __init__(
        self,
        *,
        hub: Hub,
        folder: Path,
        file: DownloadFile,
        new_id: Callable[[], str],
        free_bytes: Callable[[Path], int] = lambda folder: shutil.disk_usage(folder).free,
    ) -> None:
        self.all: tuple[Download, ...] = ()
        self.changed: Notice[Download] = Notice()
        self.arrived: Notice[Download] = Notice()
        self._hub = hub
        self._folder = folder
        self._file = file
        self._new_id = new_id
        self._free_bytes = free_bytes
        self._work: asyncio.Task[None] | None = None
        self._current = ""

    async def load(self) -> None:
        """What was running when the studio ended goes on."""
        kept = await asyncio.to_thread(self._file.load)
        self.all = tuple(
            each.model_copy(update={"state": "waiting"})
            if each.state in {"running", "checking", "offline"}
            else each
            for each in kept
            if not each.is_over
        )
        for each in self.all:
            self.changed.tell(each)
        self._go_on()

    async def add(self, repository: HubRepository, offer: Offer) -> Download:
        """Raises StorageError where there is no room for it."""
        await asyncio.to_thread(self._check_room, offer.size)
        download = Download(id=self._new_id(), model=repository.model, commit=repository.commit, offer=offer)
        self.all += (download,)
        await self._keep(download)
        self._go_on()
        return download

    async def pause(self, download_id: str) -> None:
        download = self._find(download_id)
        if download is not None and not download.is_over:
            await self._keep(download.model_copy(update={"state": "paused"}))
            if self._current == download_id:
                await self._interrupt()

    async def resume(self, download_id: str) -> None:
        download = self._find(download_id)
        if download is not None and download.state in {"paused", "failed"}:
            await self._keep(download.model_copy(update={"state": "waiting", "error": None}))
            self._go_on()

    async def cancel(self, download_id: str) -> None:
        """Takes it off the list; of one that is not done, what was fetched is removed."""
        download = self._find(download_id)
        if download is None:
            return
        self.all = tuple(each for each in self.all if each.id != download_id)
        if self._current == download_id:
            await self._interrupt()
        if not download.is_over:
            await asyncio.to_thread(shutil.rmtree, self._staging(download), ignore_errors=True)
        await asyncio.to_thread(self._file.save, self.all)
        self.changed.tell(download)
        self._go_on()

    async def close(self) -> None:
        """What is running stays so on disk, and goes on at the next start."""
        if self._work is not None:
            self._work.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._work

    def _find(self, download_id: str) -> Download | None:
        return next((each for each in self.all if each.id == download_id), None)

    def _go_on(self) -> None:
        if self._work is None or self._work.done():
            self._work = asyncio.get_running_loop().create_task(self._run(), name="downloads")

    async def _interrupt(self) -> None:
        await self.close()
        self._current = ""
        self._go_on()

    async def _run(self) -> None:
        """Until none is waiting, also none that was asked for while the last one ended."""
        while (download := next((each for each in self.all if each.state == "waiting"), None)) is not None:
            await self._take(download)
            if not any(each.state == "waiting" for each in self.all):
                await self._hub.rest()

    async def _take(self, download: Download) -> None:
        self._current = download.id
        await self._keep(download.model_copy(update={"state": "running"}))
        try:
            place = await self._fetch(download)
        except Exception as error:  # noqa: BLE001 - one that fails must not stop the others
            self._update(download.id, state="failed", error=report_of(error))
        else:
            self._update(download.id, state="done", received=download.size, place=place)
        finally:
            self._current = ""
        if (ended := self._find(download.id)) is not None:
            await asyncio.to_thread(self._file.save, self.all)
            if ended.is_over:
                self.arrived.tell(ended)

    async def _fetch(self, download: Download) -> Path:
        staging = self._staging(download)
        await asyncio.to_thread(self._check_room, download.size - await asyncio.to_thread(_size_of, staging))
        before = 0
        for planned in download.offer.files:
            target = staging / planned.saved_as
            replies = self._hub.fetch(download.model.id, download.commit, planned.file, target)
            async with aclosing(replies) as told:
                async for reply in told:
                    if isinstance(reply, Received):
                        state: State = "offline" if reply.waiting else "running"
                        self._update(download.id, state=state, received=before + reply.size)
                    else:
                        self._update(download.id, state="checking")
            before += planned.file.size
        return await asyncio.to_thread(self._put_in_place, download)

    def _put_in_place(self, download: Download) -> Path:
        """Raises StorageError."""
        staging = self._staging(download)
        whole = download.offer.kind == "folder"
        source = staging if whole else staging / download.offer.files[0].saved_as
        try:
            place = _free_name(self._folder / download.offer.name)
            source.rename(place)
            if not whole:
                shutil.rmtree(staging, ignore_errors=True)
        except OSError as error:
            raise DiskRefusedError(self._folder, error.strerror) from error
        return place

    def _staging(self, download: Download) -> Path:
        return self._folder / STAGING / download.id

    def _check_room(self, needed: int) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            free = self._free_bytes(self._folder)
        except OSError as error:
            raise DiskRefusedError(self._folder, error.strerror) from error
        if needed + ROOM_LEFT > free:
            raise StorageError(
                "There is no room for it: it needs {needed} MB, and {free} MB are free in {folder}.",
                advice="Make room on that disk, then try again.",
                needed=round((needed + ROOM_LEFT) / 1e6),
                free=round(free / 1e6),
                folder=self._folder,
            )

    def _update(self, download_id: str, **values: object) -> None:
        """Nothing where it was cancelled or paused meanwhile."""
        for number, each in enumerate(self.all):
            if each.id == download_id and each.state != "paused":
                updated = each.model_copy(update=values)
                self.all = (*self.all[:number], updated, *self.all[number + 1 :])
                self.changed.tell(updated)

    async def _keep(self, download: Download) -> None:
        self.all = tuple(download if each.id == download.id else each for each in self.all)
        await asyncio.to_thread(self._file.save, self.all)
        self.changed.tell(download)


def _size_of(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) if folder.exists() else 0


def _free_name(place: Path) -> Path:
    """`name`, or `name (2)` where something lies there already."""
    number, free = 2, place
    while free.exists():
        free = place.with_name(f"{place.stem} ({number}){place.suffix}")
        number += 1
    return free
