"""/gallery/canvases: documents of layers, and help with an area of one."""

import re
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Response

from shared.contracts.canvases import AssistRequest, Canvas, CanvasChange, CanvasRequest
from shared.contracts.job_views import Created
from sync_server.gallery.routes.dependencies import ADDING, TheCanvases, TheItems, ThePublishing
from sync_server.platform.bodies import Body, body_of, described
from sync_server.platform.edge import SignedIn, Verified
from sync_server.platform.errors import (
    EmailNotVerifiedError,
    FeatureLockedError,
    InsufficientCreditsError,
    InvalidParametersError,
    InvalidPromptError,
    ModelNotAvailableError,
    ModelUnavailableError,
    NotFoundError,
    PreconditionFailedError,
    PreconditionRequiredError,
    PriceChangedError,
    QueueLimitReachedError,
    StorageExceededError,
    UnprocessableError,
)
from sync_server.platform.idempotency import IdempotentRoute
from sync_server.platform.openapi import errors
from sync_server.platform.replies import Reply

router = APIRouter(prefix="/canvases", route_class=IdempotentRoute)

_TAG = re.compile(r'(?:W/)?"?(\d{1,9})"?')


@router.post(
    "",
    status_code=201,
    summary="Save a canvas",
    responses=errors(*ADDING, EmailNotVerifiedError, UnprocessableError),
    openapi_extra=described(CanvasRequest),
)
async def save_canvas(
    body: Annotated[Body[CanvasRequest], body_of(CanvasRequest)],
    principal: SignedIn,
    canvases: TheCanvases,
    publishing: ThePublishing,
    response: Response,
) -> Reply[Canvas]:
    """Pictures of more than a few hundred kilobytes come by their ids from `POST /uploads`."""
    canvas_id = await canvases.save(principal, body.asked, files=body.files)
    if body.asked.is_public:
        await publishing.publish(principal, canvas_id)
    return await _shown(canvases, principal.user_id, canvas_id, response)


@router.get("/{canvas_id}", summary="A canvas with its layers", responses=errors(NotFoundError))
async def canvas(
    canvas_id: UUID, principal: SignedIn, canvases: TheCanvases, response: Response
) -> Reply[Canvas]:
    """Its ETag goes into the If-Match of a change."""
    return await _shown(canvases, principal.user_id, canvas_id, response)


@router.put(
    "/{canvas_id}",
    summary="Change a canvas",
    responses=errors(
        *ADDING,
        EmailNotVerifiedError,
        PreconditionFailedError,
        PreconditionRequiredError,
        UnprocessableError,
    ),
    openapi_extra=described(CanvasChange),
)
async def change_canvas(
    canvas_id: UUID,
    body: Annotated[Body[CanvasChange], body_of(CanvasChange)],
    principal: SignedIn,
    canvases: TheCanvases,
    publishing: ThePublishing,
    response: Response,
    if_match: Annotated[str | None, Header(max_length=100, description="The ETag of what was read.")] = None,
) -> Reply[Canvas]:
    """428 without If-Match, 412 where it was changed since."""
    if if_match is None:
        raise PreconditionRequiredError(
            "A change of a canvas needs If-Match.", advice="Send the ETag that came with it."
        )
    found = _TAG.fullmatch(if_match.strip())
    version = int(found[1]) if found else -1
    public = await canvases.change(principal, canvas_id, body.asked, version=version, files=body.files)
    if public:
        await publishing.make_copies(principal.user_id, canvas_id)
    return await _shown(canvases, principal.user_id, canvas_id, response)


@router.delete("/{canvas_id}", summary="Put a canvas into the trash", responses=errors(NotFoundError))
async def delete_canvas(canvas_id: UUID, principal: SignedIn, items: TheItems) -> Reply[None]:
    row = await items.own(principal.user_id, canvas_id)
    if row.type != "canvas":
        raise NotFoundError("There is no such canvas.")
    await items.delete(principal.user_id, canvas_id)
    return Reply(data=None, message="It lies in the trash for 30 days.")


@router.post(
    "/{canvas_id}/assist",
    status_code=201,
    summary="Repaint an area of a saved canvas",
    responses=errors(
        NotFoundError,
        InvalidParametersError,
        InvalidPromptError,
        EmailNotVerifiedError,
        FeatureLockedError,
        InsufficientCreditsError,
        ModelNotAvailableError,
        ModelUnavailableError,
        PriceChangedError,
        QueueLimitReachedError,
        StorageExceededError,
    ),
)
async def assist(
    canvas_id: UUID, asked: AssistRequest, principal: Verified, canvases: TheCanvases
) -> Reply[Created]:
    """A job as of /generation/inpaint: its picture becomes an item of its own, and the canvas stays as it is."""
    return Reply(data=await canvases.assist(principal, canvas_id, asked), message="The job is in the queue.")


async def _shown(canvases: TheCanvases, user_id: UUID, canvas_id: UUID, response: Response) -> Reply[Canvas]:
    found = await canvases.get(user_id, canvas_id)
    response.headers["ETag"] = f'"{found.version}"'
    return Reply(data=found)
