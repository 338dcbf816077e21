"""/gallery/boards: a tree of boards, each with its items in an order of its own."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from shared.contracts.gallery import (
    Board,
    BoardAdded,
    BoardAddition,
    BoardChange,
    BoardRequest,
    Reordering,
    Share,
    ShareRequest,
)
from sync_server.gallery.routes.dependencies import TheBoards, TheShares
from sync_server.gallery.service.copying import COPY_BOARD
from sync_server.platform.cursors import Paging
from sync_server.platform.edge import SignedIn, Verified, service
from sync_server.platform.errors import (
    EmailNotVerifiedError,
    InvalidParametersError,
    NotFoundError,
    UnprocessableError,
)
from sync_server.platform.idempotency import IdempotentRoute
from sync_server.platform.openapi import errors
from sync_server.platform.queue import TaskQueue
from sync_server.platform.replies import Page, Reply

router = APIRouter(prefix="/boards", route_class=IdempotentRoute)


@router.get("", summary="One's boards, of every level", responses=errors(InvalidParametersError))
async def boards(principal: SignedIn, kept: TheBoards, page: Paging) -> Page[Board]:
    shown, pagination = await kept.page(principal.user_id, page)
    return Page(data=shown, pagination=pagination)


@router.post("", status_code=201, summary="Make a board", responses=errors(NotFoundError, UnprocessableError))
async def make_board(asked: BoardRequest, principal: SignedIn, kept: TheBoards) -> Reply[Board]:
    return Reply(data=await kept.make(principal.user_id, asked), message="The board is made.")


@router.patch(
    "/{board_id}",
    summary="Change a board, or move it",
    responses=errors(NotFoundError, UnprocessableError),
)
async def change_board(
    board_id: UUID, asked: BoardChange, principal: SignedIn, kept: TheBoards
) -> Reply[Board]:
    return Reply(data=await kept.change(principal.user_id, board_id, asked))


@router.delete("/{board_id}", summary="Delete a board", responses=errors(NotFoundError))
async def delete_board(board_id: UUID, principal: SignedIn, kept: TheBoards) -> Reply[None]:
    """Its pictures stay."""
    await kept.delete(principal.user_id, board_id)
    return Reply(data=None, message="The board is deleted; its pictures stay.")


@router.post(
    "/{board_id}/images",
    status_code=201,
    summary="Put items onto a board",
    responses=errors(NotFoundError, InvalidParametersError),
)
async def add_images(
    board_id: UUID, asked: BoardAddition, principal: SignedIn, kept: TheBoards
) -> Reply[BoardAdded]:
    ids = [*([asked.image_id] if asked.image_id else []), *asked.image_ids]
    return Reply(data=await kept.add(principal.user_id, board_id, ids), message="It is on the board.")


@router.patch(
    "/{board_id}/images/reorder", summary="Order the items of a board", responses=errors(NotFoundError)
)
async def reorder(board_id: UUID, asked: Reordering, principal: SignedIn, kept: TheBoards) -> Reply[None]:
    """Those named come to the places named, counted from 0; the others keep their order around them."""
    await kept.reorder(principal.user_id, board_id, asked.image_orders)
    return Reply(data=None, message="The board has its new order.")


@router.delete(
    "/{board_id}/images/{image_id}", summary="Take an item off a board", responses=errors(NotFoundError)
)
async def remove_image(board_id: UUID, image_id: UUID, principal: SignedIn, kept: TheBoards) -> Reply[None]:
    await kept.remove(principal.user_id, board_id, image_id)
    return Reply(data=None, message="It is off the board.")


@router.post(
    "/{board_id}/share",
    summary="A link to a board",
    responses=errors(NotFoundError, EmailNotVerifiedError, InvalidParametersError),
)
async def share_board(
    board_id: UUID,
    asked: ShareRequest,
    principal: Verified,
    shares: TheShares,
    queue: Annotated[TaskQueue, service(TaskQueue)],
) -> Reply[Share]:
    share = await shares.share_board(principal.user_id, board_id, expires_at=asked.expires_at)
    await queue.defer(COPY_BOARD, user_id=str(principal.user_id), board_id=str(board_id))
    return Reply(data=share)


@router.delete("/{board_id}/share", summary="Revoke all links to a board", responses=errors(NotFoundError))
async def revoke_board_links(board_id: UUID, principal: SignedIn, shares: TheShares) -> Reply[None]:
    await shares.revoke_all_of_board(principal.user_id, board_id)
    return Reply(data=None, message="The links show nothing any more.")
