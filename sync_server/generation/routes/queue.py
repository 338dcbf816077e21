"""/generation: the queue, figures, uploads, prompts."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from shared.contracts.base import Contract
from shared.contracts.generation import BlobId
from shared.contracts.job_views import (
    EnhancedPrompt,
    GenerationStatistics,
    GlobalQueueStatus,
    QueueStatus,
    TranslatedPrompt,
    Upload,
)
from sync_server.credits.service import CreditStatements
from sync_server.generation.routes.dependencies import TheStatistics, TheUploads
from sync_server.generation.service.prompt_writing import PromptWriting
from sync_server.platform.bodies import MOST_BYTES
from sync_server.platform.edge import SignedIn, Verified, calling_out, service
from sync_server.platform.errors import (
    ConflictError,
    EmailNotVerifiedError,
    FileTooLargeError,
    InsufficientCreditsError,
    InvalidParametersError,
    InvalidPromptError,
    NotFoundError,
    ServiceUnavailableError,
    UnprocessableError,
    UnsupportedMediaTypeError,
)
from sync_server.platform.idempotency import IdempotentRoute
from sync_server.platform.openapi import errors
from sync_server.platform.replies import Reply

router = APIRouter(route_class=IdempotentRoute)
uploads_router = APIRouter(prefix="/uploads", tags=["uploads"], route_class=IdempotentRoute)

TheWriting = Annotated[PromptWriting, calling_out(PromptWriting)]


class EnhanceRequest(Contract):
    prompt: str = Field(min_length=1, max_length=2000)
    style: str | None = Field(None, max_length=60)


class TranslateRequest(Contract):
    prompt: str = Field(min_length=1, max_length=2000)
    source_language: str | None = Field(None, pattern=r"^[A-Za-z-]{2,10}$")


class UploadRequest(Contract):
    size: int = Field(ge=1, le=MOST_BYTES * 2, description="In bytes.")
    content_type: str = Field("image/png", max_length=100)
    sha256: BlobId | None = Field(
        None, description="Of the whole file, in hex; it is checked as the parts are joined."
    )


@router.get("/queue/status", summary="One's place in the queue", responses=errors())
async def queue_status(principal: SignedIn, statistics: TheStatistics) -> Reply[QueueStatus]:
    return Reply(data=await statistics.queue(principal.user_id, tier=principal.tier))


@router.get("/queue/global-status", summary="The whole queue", responses=errors())
async def global_status(statistics: TheStatistics) -> Reply[GlobalQueueStatus]:
    return Reply(data=await statistics.whole_queue())


@router.get("/stats/me", summary="What one generated", responses=errors())
async def my_statistics(
    principal: SignedIn,
    statistics: TheStatistics,
    balances: Annotated[CreditStatements, service(CreditStatements)],
) -> Reply[GenerationStatistics]:
    available = (await balances.balance(principal.user_id)).available
    return Reply(data=await statistics.mine(principal.user_id, tier=principal.tier, available=available))


@router.post(
    "/prompt/enhance",
    summary="A prompt with more words",
    responses=errors(InsufficientCreditsError, InvalidParametersError, InvalidPromptError),
)
async def enhance_prompt(
    asked: EnhanceRequest, principal: SignedIn, writing: TheWriting
) -> Reply[EnhancedPrompt]:
    """By the operator's language model, for a credit; else by templates of ours, which are free: `method` says which."""
    return Reply(data=await writing.enhance(principal, asked.prompt, style=asked.style))


@router.post(
    "/prompt/translate",
    summary="A prompt in English",
    responses=errors(InvalidPromptError, ServiceUnavailableError),
)
async def translate_prompt(
    asked: TranslateRequest,
    principal: SignedIn,  # noqa: ARG001 - checked by its type
    writing: TheWriting,
) -> Reply[TranslatedPrompt]:
    return Reply(data=await writing.translate(asked.prompt, source_language=asked.source_language))


@uploads_router.post(
    "",
    status_code=201,
    summary="Begin an upload",
    responses=errors(EmailNotVerifiedError, FileTooLargeError, UnsupportedMediaTypeError),
)
async def begin_upload(asked: UploadRequest, principal: Verified, uploads: TheUploads) -> Reply[Upload]:
    """Put each part to its address, in any order, then complete it. What was sent stays for a day."""
    return Reply(
        data=await uploads.begin(
            principal.user_id, size=asked.size, content_type=asked.content_type, sha256=asked.sha256
        )
    )


@uploads_router.get("/{upload_id}", summary="Which parts are there", responses=errors(NotFoundError))
async def upload(upload_id: UUID, principal: SignedIn, uploads: TheUploads) -> Reply[Upload]:
    return Reply(data=await uploads.get(principal.user_id, upload_id))


@uploads_router.post(
    "/{upload_id}/complete",
    summary="Join the parts",
    responses=errors(NotFoundError, ConflictError, UnprocessableError, UnsupportedMediaTypeError),
)
async def complete_upload(upload_id: UUID, principal: SignedIn, uploads: TheUploads) -> Reply[Upload]:
    return Reply(data=await uploads.complete(principal.user_id, upload_id))
