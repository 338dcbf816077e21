"""/generation: asking for pictures."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter

from shared.contracts.job_views import Created, CreatedBatch, Estimate, Job
from shared.contracts.jobs import (
    BackgroundRequest,
    BatchRequest,
    CreateRequest,
    EditRequest,
    EnhanceRequest,
    ImageToImageRequest,
    InpaintRequest,
    JobSettings,
    OutpaintRequest,
    RunRequest,
    UpscaleRequest,
    VariationsRequest,
)
from sync_server.generation.routes.dependencies import (
    CREATING,
    DRAFTING,
    TheCreation,
)
from sync_server.generation.service.creation import JobCreation
from sync_server.platform.bodies import Body, body_of, described
from sync_server.platform.edge import AskedLanguage, Principal, Verified
from sync_server.platform.errors import ConflictError
from sync_server.platform.idempotency import IdempotentRoute, RequestKey
from sync_server.platform.languages import Language
from sync_server.platform.openapi import errors
from sync_server.platform.rate_limits import Maker
from sync_server.platform.replies import Reply

router = APIRouter(route_class=IdempotentRoute)

NewJob = Reply[Created | Job]


async def _make(
    creation: JobCreation,
    principal: Principal,
    body: Body[JobSettings],
    language: Language,
    key: str | None,
) -> NewJob:
    created = await creation.create(principal, body.asked, files=body.files, request_key=key)
    if body.asked.sync_mode:
        job = await creation.wait(created.job_id, principal.user_id, language=language)
        return NewJob(data=job)
    return NewJob(data=created, message="The job is in the queue.")


@router.post(
    "/create",
    status_code=201,
    summary="A picture from words",
    responses=CREATING,
    openapi_extra=described(CreateRequest),
)
async def create(
    body: Annotated[Body[JobSettings], body_of(CreateRequest)],
    principal: Maker,
    creation: TheCreation,
    language: AskedLanguage,
    key: RequestKey,
) -> NewJob:
    """With `image` it starts from that picture. With `sync_mode` the reply is the job as it is after a minute at most."""
    return await _make(creation, principal, body, language, key)


@router.post("/batch-create", status_code=201, summary="One job for each prompt", responses=CREATING)
async def batch_create(
    asked: BatchRequest, principal: Maker, creation: TheCreation, key: RequestKey
) -> Reply[CreatedBatch]:
    """All or none are made; beyond the plan's places in the queue they wait as `pending`."""
    batch = await creation.create_batch(principal, asked, request_key=key)
    return Reply(
        data=CreatedBatch(
            batch_id=batch.id,
            jobs=batch.jobs,
            total_jobs=len(batch.jobs),
            total_estimated_credits=sum(job.estimated_credits for job in batch.jobs),
        ),
        message="The jobs are in the queue.",
    )


@router.post(
    "/run",
    status_code=201,
    summary="A job as the studio's own engine is asked for it",
    responses={**CREATING, **errors(ConflictError)},
)
async def run(asked: RunRequest, principal: Maker, creation: TheCreation) -> Reply[Created]:
    """With the same `job_id` again it answers with the job that there is. Layers come as they were made, with their place."""
    return Reply(data=await creation.run(principal, asked), message="The job is in the queue.")


@router.post(
    "/estimate",
    summary="What a request would cost",
    responses=errors(*DRAFTING),
    openapi_extra=described(CreateRequest),
)
async def estimate(
    body: Annotated[Body[JobSettings], body_of(CreateRequest)], principal: Verified, creation: TheCreation
) -> Reply[Estimate]:
    """Takes what `/create` takes; nothing is made or held."""
    return Reply(data=await creation.estimate(principal, body.asked, files=body.files))


@dataclass(frozen=True, kw_only=True)
class _Kind:
    path: str
    name: str
    asked: type[JobSettings]
    summary: str
    description: str | None = None


def _offer(kind: _Kind) -> None:
    """A route that makes a job of one picture, and differs from the others only in what it asks for."""

    async def make(
        body: Annotated[Body[JobSettings], body_of(kind.asked)],
        principal: Maker,
        creation: TheCreation,
        language: AskedLanguage,
        key: RequestKey,
    ) -> NewJob:
        return await _make(creation, principal, body, language, key)

    router.post(
        kind.path,
        name=kind.name,
        status_code=201,
        summary=kind.summary,
        description=kind.description,
        responses=CREATING,
        openapi_extra=described(kind.asked),
    )(make)


for _kind in (
    _Kind(
        path="/img2img", name="image_to_image", asked=ImageToImageRequest, summary="A picture from a picture"
    ),
    _Kind(path="/variations", name="variations", asked=VariationsRequest, summary="Pictures like a picture"),
    _Kind(path="/edit", name="edit", asked=EditRequest, summary="A picture changed by words"),
    _Kind(
        path="/inpaint",
        name="inpaint",
        asked=InpaintRequest,
        summary="A part of a picture repainted",
        description="White of the mask is repainted; it may also be rectangles or polygons.",
    ),
    _Kind(
        path="/outpaint",
        name="outpaint",
        asked=OutpaintRequest,
        summary="A picture continued beyond its sides",
    ),
    _Kind(path="/upscale", name="upscale", asked=UpscaleRequest, summary="A picture made larger"),
    _Kind(
        path="/enhance",
        name="enhance",
        asked=EnhanceRequest,
        summary="A picture with less noise, sharper, of better colour",
    ),
    _Kind(
        path="/background",
        name="background",
        asked=BackgroundRequest,
        summary="The background removed, replaced or blurred",
    ),
):
    _offer(_kind)
