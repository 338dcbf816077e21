"""Avatars in the storage, from what was sent or from an address. All of it takes time: no transaction is open meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit
from uuid import UUID

from sync_server.accounts.avatars import MAX_BYTES, make_avatar
from sync_server.accounts.service.profiles import Profiles
from sync_server.platform.outside import OutsideFetcher
from sync_server.platform.ports import World
from sync_server.platform.storage import Storage
from sync_server.platform.work import Transactions, Work


class Avatars:
    def __init__(
        self, *, transactions: Transactions, storage: Storage, fetcher: OutsideFetcher, world: World
    ) -> None:
        self._transactions = transactions
        self._storage = storage
        self._fetcher = fetcher
        self._world = world

    async def set(self, user_id: UUID, data: bytes) -> str:
        """Its address. Raises what tells why it is no fit picture."""
        async with self._kept(data) as key, self._transactions.begin() as work:
            before = await work.get(Profiles).set_avatar(user_id, key)
        await self.drop(before)
        return await self._storage.url(key)

    @asynccontextmanager
    async def changing(self, user_id: UUID, address: str | None) -> AsyncIterator[Work]:
        """A transaction in which the avatar becomes the picture at `address`, or none. An address of the present one
        changes nothing: clients send back what they got.
        """
        async with self._transactions.begin() as work:
            present = await work.get(Profiles).avatar(user_id)
        if address is not None and present is not None and urlsplit(address).path.endswith(present):
            async with self._transactions.begin() as work:
                yield work
            return
        async with self.fetched(address) as key, self._transactions.begin() as work:
            before = await work.get(Profiles).set_avatar(user_id, key)
            yield work
        await self.drop(before)

    @asynccontextmanager
    async def fetched(self, address: str | None) -> AsyncIterator[str | None]:
        """The key of the picture at `address`, made an avatar; it goes again where the body fails."""
        if address is None:
            yield None
            return
        data = await self._fetcher.fetch(address, most_bytes=MAX_BYTES, content_type="image/")
        async with self._kept(data) as key:
            yield key

    @asynccontextmanager
    async def _kept(self, data: bytes) -> AsyncIterator[str]:
        picture = await asyncio.to_thread(make_avatar, data)
        key = f"avatars/{self._world.new_id()}.webp"
        await self._storage.put(key, picture, "image/webp")
        try:
            yield key
        except BaseException:
            await self.drop(key)
            raise

    async def drop(self, key: str | None) -> None:
        """A picture that nobody shows any more."""
        if key:
            await self._storage.delete(key)
