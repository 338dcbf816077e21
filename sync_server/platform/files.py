"""Serves the files of a folder storage by their signed addresses; a bucket serves its own."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from sync_server.platform.errors import NotFoundError
from sync_server.platform.storage import FolderStorage

router = APIRouter(tags=["files"])


def _folder(request: Request) -> FolderStorage:
    storage = request.app.state.storage
    if not isinstance(storage, FolderStorage):
        raise NotFoundError("There is no such file, or its address has expired.", advice="Ask for it again.")
    return storage


@router.get(
    "/files/{key:path}",
    summary="A stored file",
    response_class=Response,
    include_in_schema=False,  # clients follow addresses that they were given, and never make their own
)
async def file(
    key: str,
    folder: Annotated[FolderStorage, Depends(_folder)],
    expires: Annotated[int, Query(ge=0, description="Until when the address is good, in Unix seconds.")],
    signature: Annotated[str, Query(max_length=100, description="As the address was given.")],
) -> Response:
    content, content_type = await folder.read_signed(key, expires=expires, signature=signature)
    headers = {"Cache-Control": "private, max-age=3600", "Content-Security-Policy": "default-src 'none'"}
    return Response(content, media_type=content_type, headers=headers)


@router.put(
    "/files/{key:path}",
    summary="Put a file where an address was given for it",
    status_code=204,
    include_in_schema=False,  # as above
)
async def put_file(
    key: str,
    request: Request,
    folder: Annotated[FolderStorage, Depends(_folder)],
    size: Annotated[int, Query(ge=1, description="How many bytes.")],
    expires: Annotated[int, Query(ge=0, description="Until when the address is good, in Unix seconds.")],
    signature: Annotated[str, Query(max_length=100, description="As the address was given.")],
) -> None:
    await folder.write_signed(key, await request.body(), size=size, expires=expires, signature=signature)
