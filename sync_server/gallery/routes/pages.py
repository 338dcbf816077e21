"""Public pages: the feed, a picture, a board, an author, and what a link shows. They need no script and no account."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote, urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse

from shared.contracts.gallery import Author, BoardImage, BoardWithImages, Category, Item, PublicItem
from sync_server.gallery.routes.dependencies import (
    ClientAddress,
    TheBoards,
    TheFeed,
    TheShares,
    TheSocial,
    TheViews,
)
from sync_server.gallery.rules.labels import asked_tags
from sync_server.gallery.service.feed import FeedFilter
from sync_server.gallery.service.showing import Showing
from sync_server.platform.cursors import PageRequest
from sync_server.platform.edge import service
from sync_server.platform.errors import ServerError
from sync_server.platform.languages import current_language, translate
from sync_server.platform.rate_limits import charge_public_gallery
from sync_server.platform.replies import Pagination
from sync_server.platform.web_pages import WebPages

router = APIRouter(include_in_schema=False, dependencies=[Depends(charge_public_gallery)])

PAGES = WebPages(Path(__file__).parents[1] / "pages")
TheShowing = Annotated[Showing, service(Showing)]
Cursor = Annotated[str | None, Query(max_length=2000)]
_A_PAGE = 60
_PREVIEW_SIDE = 1024
_NARROWEST, _WIDEST = 0.45, 2.6
_ORDERS = {
    "trending": "Trending",
    "created_at": "Latest",
    "like_count": "Most liked",
    "view_count": "Most viewed",
}
_COMMON: Mapping[str, Any] = {"card": None, "unlisted": False, "words": ""}


@router.get("/explore")
async def explore(
    feed: TheFeed,
    q: Annotated[str, Query(max_length=200)] = "",
    sort: Annotated[str, Query(max_length=20)] = "trending",
    category: Category | None = None,
    tags: Annotated[str, Query(max_length=500)] = "",
    model: Annotated[str, Query(max_length=200)] = "",
    cursor: Cursor = None,
) -> HTMLResponse:
    query = {"q": q, "category": category or "", "tags": tags, "model": model}
    sort = sort if sort in _ORDERS else "trending"
    try:
        chosen = FeedFilter(
            model=model or None, category=category, tags=asked_tags(tags), words=q.strip() or None
        )
        images, pagination = await feed.page(
            None, chosen, PageRequest(limit=_A_PAGE, cursor=cursor, sort_by=sort)
        )
    except ServerError as error:
        return _refused(error)
    orders = [
        {"name": _t(name), "href": _address("/explore", **query, sort=order), "current": order == sort}
        for order, name in _ORDERS.items()
    ]
    return _page(
        "explore.html",
        words=q,
        orders=orders,
        narrowed=" · ".join(
            part for part in (q, category and category.replace("_", " "), tags, model) if part
        ),
        images=[_public_tile(image) for image in images],
        next_page=_following("/explore", pagination, **query, sort=sort),
        card=None,
    )


@router.get("/i/{item_id}")
async def picture(
    item_id: str, request: Request, feed: TheFeed, social: TheSocial, address: ClientAddress
) -> HTMLResponse:
    try:
        found = await feed.item(_id(item_id), None)
        await social.seen(found.id, None, address)
    except ServerError as error:
        return _refused(error)
    return _picture_page(request, found, page=f"/i/{found.id}", media=f"/media/{found.id}", unlisted=False)


@router.get("/b/{board_id}")
async def board(board_id: str, request: Request, boards: TheBoards, cursor: Cursor = None) -> HTMLResponse:
    try:
        found = await boards.get(_id(board_id), None, PageRequest(limit=_A_PAGE, cursor=cursor))
    except ServerError as error:
        return _refused(error)
    tiles = [_tile(image, page=f"/i/{image.id}", media=f"/media/{image.id}") for image in found.images]
    return _board_page(request, found, tiles, page=f"/b/{found.id}", unlisted=False)


@router.get("/u/{username}")
async def author(
    username: str,
    request: Request,
    feed: TheFeed,
    social: TheSocial,
    boards: TheBoards,
    cursor: Cursor = None,
) -> HTMLResponse:
    try:
        person = await social.profile(username, None)
        page = PageRequest(limit=_A_PAGE, cursor=cursor)
        images, pagination = await feed.page(None, FeedFilter(author_id=person.id), page)
        shown, _ = await boards.public_page(PageRequest(limit=20), None, author_id=person.id)
    except ServerError as error:
        return _refused(error)
    path = f"/u/{quote(person.username)}"
    told = _person(person.username, person.full_name, has_face=person.avatar_url is not None)
    return _page(
        "author.html",
        author={
            **told,
            "bio": person.bio,
            "website": person.website if (person.website or "").startswith(("http://", "https://")) else None,
            "pictures": person.public_image_count,
            "likes": person.like_count,
        },
        boards=[
            {"name": entry.name, "page": f"/b/{entry.id}", "count": entry.image_count} for entry in shown
        ],
        images=[_public_tile(image) for image in images],
        next_page=_following(path, pagination),
        card=_card(
            request,
            path,
            title=told["name"],
            description=person.bio or "",
            image=f"/media/{images[0].id}/preview" if images else None,
            kind="profile",
        ),
    )


@router.get("/s/{token}")
async def shared(
    token: str,
    request: Request,
    shares: TheShares,
    views: TheViews,
    boards: TheBoards,
    cursor: Cursor = None,
) -> HTMLResponse:
    path = f"/s/{quote(token)}"
    try:
        opened = await shares.opened_item(token)
        if opened is not None:
            item = await views.foreign(*opened, None)
            return _picture_page(request, item, page=path, media=f"{path}/media", unlisted=True)
        row = await shares.opened_board(token)
        found = await boards.shared(row, None, PageRequest(limit=_A_PAGE, cursor=cursor))
    except ServerError as error:
        return _refused(error)
    tiles = [
        _tile(image, page=f"{path}/{image.id}", media=f"{path}/{image.id}/media") for image in found.images
    ]
    return _board_page(request, found, tiles, page=path, unlisted=True)


@router.get("/s/{token}/{item_id}")
async def shared_on_board(
    token: str, item_id: str, request: Request, showing: TheShowing, views: TheViews
) -> HTMLResponse:
    try:
        row, publication = await showing.shared_item(token, _id(item_id))
        item = await views.by_link(row, publication)
    except ServerError as error:
        return _refused(error)
    path = f"/s/{quote(token)}/{item.id}"
    return _picture_page(request, item, page=path, media=f"{path}/media", unlisted=True)


def _picture_page(request: Request, item: Item, *, page: str, media: str, unlisted: bool) -> HTMLResponse:
    title = item.title or item.prompt[:80] or _t("Untitled")
    scale = min(1.0, _PREVIEW_SIDE / max(item.width, item.height))
    size = {"width": round(item.width * scale), "height": round(item.height * scale)}
    facts: list[tuple[str, Any]] = [
        (_t("Size"), f"{item.width} × {item.height}"),
        (_t("Model"), item.model),
        (_t("Licence"), item.licence),
        (_t("Published") if not unlisted else _t("Made"), f"{item.created_at:%Y-%m-%d}"),
    ]
    if item.recipe is not None:
        told = item.metadata
        facts += [
            (_t("Prompt"), told.prompt),
            (_t("Negative prompt"), told.negative_prompt),
            (_t("Steps"), told.steps),
            (_t("Guidance"), told.cfg_scale),
            (_t("Sampler"), told.sampler),
            (_t("Seed"), told.seed),
        ]
    return _page(
        "picture.html",
        picture={
            "title": title,
            "description": item.description,
            "prompt": item.prompt,
            "tags": [] if unlisted else item.tags,
            "preview": f"{media}/preview",
            "shown_width": size["width"],
            "shown_height": size["height"],
            "likes": item.like_count,
            "views": item.view_count,
        },
        author=_author(item.user),
        facts=[(name, value) for name, value in facts if value not in (None, "")],
        unlisted=unlisted,
        card=_card(
            request,
            page,
            title=title,
            description=item.description or item.prompt,
            image=f"{media}/preview",
            size=size,
        ),
    )


def _board_page(
    request: Request, board: BoardWithImages, tiles: Sequence[dict[str, Any]], *, page: str, unlisted: bool
) -> HTMLResponse:
    following = board.pagination.next_cursor
    return _page(
        "board.html",
        board={"name": board.name, "description": board.description},
        author=_author(board.user),
        images=tiles,
        next_page=_address(page, cursor=following) if following else None,
        unlisted=unlisted,
        card=_card(
            request,
            page,
            title=board.name,
            description=board.description or "",
            image=tiles[0]["media"] + "/preview" if tiles else None,
        ),
    )


def _page(name: str, **values: Any) -> HTMLResponse:
    return PAGES.render(name, **{**_COMMON, **values})


def _refused(error: ServerError) -> HTMLResponse:
    return PAGES.refuse("missing.html", error, **_COMMON)


def _public_tile(image: PublicItem) -> dict[str, Any]:
    tile = _tile(image, page=f"/i/{image.id}", media=f"/media/{image.id}")
    return {**tile, "author": image.user.full_name or image.user.username}


def _tile(image: PublicItem | BoardImage, *, page: str, media: str) -> dict[str, Any]:
    prompt = image.prompt if isinstance(image, PublicItem) else ""
    shape = min(max(image.width / image.height, _NARROWEST), _WIDEST)
    return {
        "page": page,
        "media": media,
        "thumbnail": f"{media}/thumbnail",
        "title": image.title or prompt[:80] or _t("Untitled"),
        "author": "",
        "width": image.width,
        "height": image.height,
        "shape": f"{shape:.3f}",
    }


def _author(person: Author) -> dict[str, Any]:
    return _person(person.username, person.full_name, has_face=person.avatar_url is not None)


def _person(username: str, full_name: str | None, *, has_face: bool) -> dict[str, Any]:
    name = full_name or username
    return {
        "name": name,
        "initial": name[:1].upper(),
        "page": f"/u/{quote(username)}",
        "avatar": f"/media/authors/{quote(username)}" if has_face else None,
    }


def _card(
    request: Request,
    path: str,
    *,
    title: str,
    description: str,
    image: str | None,
    size: Mapping[str, int] | None = None,
    kind: str = "article",
) -> dict[str, Any]:
    """What other sites show of a link to here."""
    base = str(request.app.state.public_url).rstrip("/")
    return {
        "type": kind,
        "title": title,
        "description": description[:300],
        "url": base + path,
        "image": base + image if image else None,
        "width": (size or {}).get("width"),
        "height": (size or {}).get("height"),
    }


def _following(path: str, pagination: Pagination, **query: str) -> str | None:
    cursor = pagination.next_cursor
    return _address(path, **query, cursor=cursor) if cursor else None


def _address(path: str, **query: str) -> str:
    told = {name: value for name, value in query.items() if value}
    return f"{path}?{urlencode(told)}" if told else path


def _id(text: str) -> UUID:
    """What is no id is nothing that exists."""
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)


def _t(text: str) -> str:
    return translate(text, current_language.get(), {})
