"""The files of the public pages, at addresses that stay: those of others' cards and caches. They have no rate limit."""

from pathlib import Path
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Header, Query, Response

from sync_server.gallery.service.showing import Kind, Showing, ShownFile
from sync_server.platform.edge import AllTransactions

router = APIRouter(include_in_schema=False)

IfNoneMatch = Annotated[str, Header(max_length=1000)]
Download = Annotated[bool, Query()]
_ICON = (Path(__file__).parents[1] / "pages" / "icon.svg").read_bytes()
_PUBLIC = "public, max-age=600"
_BY_LINK = "private, no-cache"
"""A revoked link shows nothing from a cache."""


@router.get("/icon.svg")
async def icon() -> Response:
    headers = {"Cache-Control": "public, max-age=86400", "Content-Security-Policy": "default-src 'none'"}
    return Response(_ICON, media_type="image/svg+xml", headers=headers)


@router.get("/media/authors/{username}")
async def avatar(username: str, transactions: AllTransactions, if_none_match: IfNoneMatch = "") -> Response:
    async with transactions.begin() as work:
        showing = work.get(Showing)
        found = await showing.avatar(username)
    return await _answer(showing, found, _PUBLIC, if_none_match)


@router.get("/media/{item_id}/{kind}")
async def public(
    item_id: UUID,
    kind: Kind,
    transactions: AllTransactions,
    if_none_match: IfNoneMatch = "",
    download: Download = False,  # noqa: FBT002 - a query's parameter
) -> Response:
    async with transactions.begin() as work:
        showing = work.get(Showing)
        found = await showing.public_file(item_id, kind)
    return await _answer(showing, found, _PUBLIC, if_none_match, download=str(item_id) if download else "")


@router.get("/s/{token}/media/{kind}")
async def shared(
    token: str,
    kind: Kind,
    transactions: AllTransactions,
    if_none_match: IfNoneMatch = "",
    download: Download = False,  # noqa: FBT002 - as above
) -> Response:
    async with transactions.begin() as work:
        showing = work.get(Showing)
        found = await showing.shared_file(token, kind, None)
    return await _answer(showing, found, _BY_LINK, if_none_match, download="picture" if download else "")


@router.get("/s/{token}/{item_id}/media/{kind}")
async def shared_on_board(
    token: str,
    item_id: UUID,
    kind: Kind,
    transactions: AllTransactions,
    if_none_match: IfNoneMatch = "",
    download: Download = False,  # noqa: FBT002 - as above
) -> Response:
    async with transactions.begin() as work:
        showing = work.get(Showing)
        found = await showing.shared_file(token, kind, item_id)
    return await _answer(showing, found, _BY_LINK, if_none_match, download=str(item_id) if download else "")


async def _answer(
    showing: Showing, found: ShownFile, cached: str, if_none_match: str, *, download: str = ""
) -> Response:
    tag = f'"{quote(found.version)}"'
    headers = {"Cache-Control": cached, "ETag": tag, "Content-Security-Policy": "default-src 'none'"}
    if tag in if_none_match:
        return Response(status_code=304, headers=headers)
    if download:
        headers["Content-Disposition"] = f'attachment; filename="{download}.webp"'
    return Response(await showing.read(found), media_type="image/webp", headers=headers)
