"""/sync: what changed, what a device changed, and the files. docs/sync.md is the protocol's specification."""

import json
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from shared.contracts.generation import BlobId
from shared.contracts.sync import (
    MOST_ROWS,
    PROTOCOL,
    BlobAddress,
    BlobRequest,
    BlobsRequest,
    BlobUpload,
    MissingBlobs,
    Pushed,
    SyncChanges,
    SyncRow,
    SyncState,
)
from sync_server.platform.edge import SignedIn, service
from sync_server.platform.errors import (
    ConflictError,
    InvalidParametersError,
    NotFoundError,
    StorageExceededError,
    UnprocessableError,
    UnsupportedMediaTypeError,
)
from sync_server.platform.openapi import errors
from sync_server.platform.rate_limits import Limiter, outside_rate_limits
from sync_server.platform.replies import Reply
from sync_server.sync.blobs import SyncBlobs
from sync_server.sync.service import Syncing

router = APIRouter(prefix="/sync", tags=["sync"], dependencies=[Depends(outside_rate_limits)])

TheSyncing = Annotated[Syncing, service(Syncing)]
TheBlobs = Annotated[SyncBlobs, service(SyncBlobs)]
LINES = "application/x-ndjson"


@router.get("/state", summary="How far the server is", responses=errors())
async def state(principal: SignedIn, syncing: TheSyncing) -> Reply[SyncState]:
    return Reply(data=await syncing.state(principal.user_id))


@router.get(
    "/changes",
    summary="What changed after a number",
    response_model=Reply[SyncChanges],
    responses=errors(InvalidParametersError),
)
async def changes(
    principal: SignedIn,
    syncing: TheSyncing,
    after: Annotated[
        int, Query(ge=0, le=2**62, description="`next` of the reply before; 0 for everything.")
    ] = 0,
    epoch: Annotated[UUID | None, Query(description="That of the reply before.")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_ROWS, description="How many rows, at most 5,000.")] = MOST_ROWS,
) -> Response:
    """Whole rows, in the order of their last change. Ask again with `next` until there is no more."""
    found, following, more, rows = await syncing.changes(
        principal.user_id, after=after, epoch=epoch, limit=limit
    )
    head = {"protocol": PROTOCOL, "epoch": str(found), "next": following, "has_more": more}
    body = (
        f'{{"success": true, "data": {{{json.dumps(head)[1:-1]}, "rows": [{", ".join(rows)}]}}, '
        f'"message": null, "timestamp": "{datetime.now(UTC).isoformat()}"}}'
    )
    return Response(body, media_type="application/json")


@router.post(
    "/push",
    summary="What a device changed",
    responses=errors(InvalidParametersError, UnprocessableError, UnsupportedMediaTypeError),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                LINES: {"schema": {"type": "string", "description": "A SyncRow as JSON on each line."}}
            },
        }
    },
)
async def push(request: Request, principal: SignedIn, syncing: TheSyncing) -> Reply[Pushed]:
    """Up to 5,000 rows, merged with what is there, all or nothing. Sent again it changes nothing."""
    return Reply(data=await syncing.push(principal.user_id, await _rows(request)))


@router.post("/blobs/missing", summary="Which files are still to be sent", responses=errors())
async def missing(asked: BlobsRequest, principal: SignedIn, blobs: TheBlobs) -> Reply[MissingBlobs]:
    return Reply(data=MissingBlobs(missing=await blobs.missing(principal.user_id, asked.blobs)))


@router.post("/blobs", summary="Begin to send a file, or go on", responses=errors(StorageExceededError))
async def begin_blob(asked: BlobRequest, principal: SignedIn, blobs: TheBlobs) -> Reply[BlobUpload]:
    """Put each part to its address, in any order. What was sent stays for two days."""
    return Reply(data=await blobs.begin(principal, blob=asked.blob, size=asked.size))


@router.post(
    "/blobs/complete",
    summary="Join the parts of a file",
    responses=errors(ConflictError, StorageExceededError, UnprocessableError),
)
async def complete_blob(
    asked: BlobRequest, request: Request, principal: SignedIn, blobs: TheBlobs, limiter: Limiter
) -> Reply[BlobUpload]:
    """A day's files of both ways are at most twice what the plan stores."""
    await limiter.charge_synced(request, principal, asked.size)
    return Reply(data=await blobs.complete(principal, blob=asked.blob, size=asked.size))


@router.get("/blobs/{blob}", summary="Where a file lies", responses=errors(NotFoundError))
async def blob(
    blob: BlobId, request: Request, principal: SignedIn, blobs: TheBlobs, limiter: Limiter
) -> Reply[BlobAddress]:
    found = await blobs.address(principal.user_id, blob)
    await limiter.charge_synced(request, principal, found.size)
    return Reply(data=found)


async def _rows(request: Request) -> list[SyncRow]:
    kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind != LINES:
        raise UnsupportedMediaTypeError(
            "Rows come as lines of JSON.", advice="Send them as application/x-ndjson."
        )
    lines = [line for line in (await request.body()).split(b"\n") if line.strip()]
    if len(lines) > MOST_ROWS:
        raise InvalidParametersError(
            "A push holds at most {most} rows.",
            advice="Send the others after it.",
            details={"max_rows": MOST_ROWS},
            most=MOST_ROWS,
        )
    rows = []
    for number, line in enumerate(lines):
        try:
            rows.append(SyncRow.model_validate_json(line))
        except ValidationError as error:
            problems = [
                {**problem, "loc": ("body", number, *problem["loc"])}
                for problem in error.errors(include_url=False, include_context=False)
            ]
            raise RequestValidationError(problems) from error
    return rows
