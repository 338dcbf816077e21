"""/generation: asking for pictures."""

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
from sync_server.generation.routes.bodies import Body, body_of, described
from sync_server.generation.routes.dependencies import (
    CREATING,
    DRAFTING,
    AskedLanguage,
    Maker,
    TheCreation,
)
from sync_server.generation.service.creation import JobCreation
from sync_server.platform.edge import Principal, Verified
from sync_server.platform.errors import ConflictError
from sync_server.platform.idempotency import IdempotentRoute
from sync_server.platform.languages import Language
from sync_server.platform.openapi import errors
from sync_server.platform.replies import Reply

router = APIRouter(route_class=IdempotentRoute)

NewJob = Reply[Created | Job]


async def _make(
    creation: JobCreation, principal: Principal, body: Body[JobSettings], language: Language
) -> NewJob:
    created = await creation.create(principal, body.asked, files=body.files)
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
) -> NewJob:
    """With `image` it starts from that picture. With `sync_mode` the reply is the job as it is after a minute at most."""
    return await _make(creation, principal, body, language)


@router.post("/batch-create", status_code=201, summary="One job for each prompt", responses=CREATING)
async def batch_create(asked: BatchRequest, principal: Maker, creation: TheCreation) -> Reply[CreatedBatch]:
    """All or none are made; beyond the plan's places in the queue they wait as `pending`."""
    batch = await creation.create_batch(principal, asked)
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


@router.post(
    "/img2img",
    status_code=201,
    summary="A picture from a picture",
    responses=CREATING,
    openapi_extra=described(ImageToImageRequest),
)
async def image_to_image(
    body: Annotated[Body[JobSettings], body_of(ImageToImageRequest)],
    principal: Maker,
    creation: TheCreation,
    language: AskedLanguage,
) -> NewJob:
    return await _make(creation, principal, body, language)


@router.post(
    "/variations",
    status_code=201,
    summary="Pictures like a picture",
    responses=CREATING,
    openapi_extra=described(VariationsRequest),
)
async def variations(
    body: Annotated[Body[JobSettings], body_of(VariationsRequest)],
    principal: Maker,
    creation: TheCreation,
    language: AskedLanguage,
) -> NewJob:
    return await _make(creation, principal, body, language)


@router.post(
    "/edit",
    status_code=201,
    summary="A picture changed by words",
    responses=CREATING,
    openapi_extra=described(EditRequest),
)
async def edit(
    body: Annotated[Body[JobSettings], body_of(EditRequest)],
    principal: Maker,
    creation: TheCreation,
    language: AskedLanguage,
) -> NewJob:
    return await _make(creation, principal, body, language)


@router.post(
    "/inpaint",
    status_code=201,
    summary="A part of a picture repainted",
    responses=CREATING,
    openapi_extra=described(InpaintRequest),
)
async def inpaint(
    body: Annotated[Body[JobSettings], body_of(InpaintRequest)],
    principal: Maker,
    creation: TheCreation,
    language: AskedLanguage,
) -> NewJob:
    """White of the mask is repainted; it may also be rectangles or polygons."""
    return await _make(creation, principal, body, language)


@router.post(
    "/outpaint",
    status_code=201,
    summary="A picture continued beyond its sides",
    responses=CREATING,
    openapi_extra=described(OutpaintRequest),
)
async def outpaint(
    body: Annotated[Body[JobSettings], body_of(OutpaintRequest)],
    principal: Maker,
    creation: TheCreation,
    language: AskedLanguage,
) -> NewJob:
    return await _make(creation, principal, body, language)


@router.post(
    "/upscale",
    status_code=201,
    summary="A picture made larger",
    responses=CREATING,
    openapi_extra=described(UpscaleRequest),
)
async def upscale(
    body: Annotated[Body[JobSettings], body_of(UpscaleRequest)],
    principal: Maker,
    creation: TheCreation,
    language: AskedLanguage,
) -> NewJob:
    return await _make(creation, principal, body, language)


@router.post(
    "/enhance",
    status_code=201,
    summary="A picture with less noise, sharper, of better colour",
    responses=CREATING,
    openapi_extra=described(EnhanceRequest),
)
async def enhance(
    body: Annotated[Body[JobSettings], body_of(EnhanceRequest)],
    principal: Maker,
    creation: TheCreation,
    language: AskedLanguage,
) -> NewJob:
    return await _make(creation, principal, body, language)


@router.post(
    "/background",
    status_code=201,
    summary="The background removed, replaced or blurred",
    responses=CREATING,
    openapi_extra=described(BackgroundRequest),
)
async def background(
    body: Annotated[Body[JobSettings], body_of(BackgroundRequest)],
    principal: Maker,
    creation: TheCreation,
    language: AskedLanguage,
) -> NewJob:
    return await _make(creation, principal, body, language)
