"""How the services of the gallery are built."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sync_server.accounts.service import Accounts, People
from sync_server.gallery import tasks
from sync_server.gallery.ports import AreaPainter, PicturesHandedIn
from sync_server.gallery.repository.items import ItemRepository
from sync_server.gallery.repository.social import SocialRepository
from sync_server.gallery.service.adding import ItemAdding, PicturePlacer
from sync_server.gallery.service.boards import Boards
from sync_server.gallery.service.canvases import Canvases
from sync_server.gallery.service.feed import Feed
from sync_server.gallery.service.files import FileRecords, Files
from sync_server.gallery.service.items import Items
from sync_server.gallery.service.keeping import ItemKeeper
from sync_server.gallery.service.moderation import Moderation
from sync_server.gallery.service.publishing import Publications, Publishing
from sync_server.gallery.service.shares import Shares
from sync_server.gallery.service.shelving import BoardShelf
from sync_server.gallery.service.showing import Showing
from sync_server.gallery.service.social import Social
from sync_server.gallery.service.views import GalleryViews
from sync_server.platform.work import Work

if TYPE_CHECKING:
    from sync_server.app.container import Container


def builders(container: Container) -> dict[type, Callable[[Work], Any]]:
    return {**_rows(container), **_public(container), **_makers(container)}


def _rows(container: Container) -> dict[type, Callable[[Work], Any]]:
    world, cursors = container.world, container.cursors
    return {
        ItemRepository: lambda work: ItemRepository(session=work.session),
        SocialRepository: lambda work: SocialRepository(session=work.session),
        BoardShelf: lambda work: BoardShelf(session=work.session, clock=world.clock),
        ItemKeeper: lambda work: ItemKeeper(
            session=work.session, accounts=work.get(Accounts), shelf=work.get(BoardShelf), world=world
        ),
        FileRecords: lambda work: FileRecords(
            session=work.session,
            accounts=work.get(Accounts),
            tariffs=container.tariffs,
            clock=world.clock,
        ),
        Publications: lambda work: Publications(
            session=work.session,
            repository=work.get(ItemRepository),
            files=work.get(FileRecords),
            world=world,
            new_authors_wait=container.settings.moderation == "new_authors",
        ),
        Items: lambda work: Items(
            session=work.session,
            repository=work.get(ItemRepository),
            publications=work.get(Publications),
            files=work.get(FileRecords),
            accounts=work.get(Accounts),
            cursors=cursors,
            tariffs=container.tariffs,
            world=world,
        ),
        Boards: lambda work: Boards(
            session=work.session,
            repository=work.get(ItemRepository),
            shelf=work.get(BoardShelf),
            views=work.get(GalleryViews),
            people=work.get(People),
            storage=container.storage,
            cursors=cursors,
            world=world,
        ),
    }


def _public(container: Container) -> dict[type, Callable[[Work], Any]]:
    world, cursors = container.world, container.cursors
    return {
        GalleryViews: lambda work: GalleryViews(
            repository=work.get(ItemRepository),
            social=work.get(SocialRepository),
            people=work.get(People),
            storage=container.storage,
            public_url=container.settings.public_url,
            clock=world.clock,
        ),
        Feed: lambda work: Feed(
            session=work.session,
            repository=work.get(ItemRepository),
            social=work.get(SocialRepository),
            views=work.get(GalleryViews),
            people=work.get(People),
            cursors=cursors,
        ),
        Social: lambda work: Social(
            session=work.session,
            repository=work.get(ItemRepository),
            social=work.get(SocialRepository),
            feed=work.get(Feed),
            people=work.get(People),
            storage=container.storage,
            world=world,
            secret=container.settings.secret_key.get_secret_value(),
        ),
        Shares: lambda work: Shares(
            session=work.session,
            repository=work.get(ItemRepository),
            boards=work.get(Boards),
            views=work.get(GalleryViews),
            cursors=cursors,
            world=world,
        ),
        Showing: lambda work: Showing(
            repository=work.get(ItemRepository),
            feed=work.get(Feed),
            shares=work.get(Shares),
            people=work.get(People),
            storage=container.storage,
        ),
        Moderation: lambda work: Moderation(
            session=work.session,
            repository=work.get(ItemRepository),
            social=work.get(SocialRepository),
            views=work.get(GalleryViews),
            cursors=cursors,
            world=world,
        ),
    }


def _makers(container: Container) -> dict[type, Callable[[Work], Any]]:
    """What opens its own transactions."""

    def placer() -> PicturePlacer:
        return PicturePlacer(files=_files(container), world=container.world)

    return {
        Files: lambda _: _files(container),
        Publishing: lambda _: _publishing(container),
        ItemAdding: lambda work: ItemAdding(
            transactions=container.transactions,
            pictures=work.get(PicturesHandedIn),
            placer=placer(),
            world=container.world,
        ),
        Canvases: lambda work: Canvases(
            transactions=container.transactions,
            storage=container.storage,
            pictures=work.get(PicturesHandedIn),
            painter=work.get(AreaPainter),
            placer=placer(),
            files=_files(container),
            world=container.world,
        ),
    }


def register_tasks(container: Container) -> None:
    tasks.register(
        container.queue.app,
        transactions=container.transactions,
        files=_files(container),
        publishing=_publishing(container),
        clock=container.world.clock,
    )


def _files(container: Container) -> Files:
    return Files(transactions=container.transactions, storage=container.storage, clock=container.world.clock)


def _publishing(container: Container) -> Publishing:
    return Publishing(
        transactions=container.transactions,
        storage=container.storage,
        files=_files(container),
        world=container.world,
    )
