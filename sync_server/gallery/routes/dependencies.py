"""What the routes of the gallery ask for."""

from typing import Annotated

from fastapi import Depends, Request

from sync_server.gallery.service.adding import ItemAdding
from sync_server.gallery.service.boards import Boards
from sync_server.gallery.service.canvases import Canvases
from sync_server.gallery.service.feed import Feed
from sync_server.gallery.service.items import Items
from sync_server.gallery.service.moderation import Moderation
from sync_server.gallery.service.publishing import Publishing
from sync_server.gallery.service.shares import Shares
from sync_server.gallery.service.social import Social
from sync_server.gallery.service.views import GalleryViews
from sync_server.platform.edge import service
from sync_server.platform.errors import (
    FileTooLargeError,
    InvalidParametersError,
    NotFoundError,
    StorageExceededError,
    UnsupportedMediaTypeError,
)
from sync_server.platform.rate_limits import address_of

ADDING = (
    FileTooLargeError,
    InvalidParametersError,
    NotFoundError,
    StorageExceededError,
    UnsupportedMediaTypeError,
)


def _address(request: Request) -> str:
    return address_of(request.scope)


ClientAddress = Annotated[str, Depends(_address)]
TheItems = Annotated[Items, service(Items)]
TheAdding = Annotated[ItemAdding, service(ItemAdding)]
TheBoards = Annotated[Boards, service(Boards)]
TheCanvases = Annotated[Canvases, service(Canvases)]
TheFeed = Annotated[Feed, service(Feed)]
TheSocial = Annotated[Social, service(Social)]
TheShares = Annotated[Shares, service(Shares)]
TheModeration = Annotated[Moderation, service(Moderation)]
ThePublishing = Annotated[Publishing, service(Publishing)]
TheViews = Annotated[GalleryViews, service(GalleryViews)]
