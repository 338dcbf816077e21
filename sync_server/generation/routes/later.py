"""/generation: what is checked and told now, and runs once a worker can do it."""

from fastapi import APIRouter

from shared.contracts.job_views import Created
from shared.contracts.jobs import VideoRequest, VideoVariationRequest
from shared.contracts.model_catalogue import WorkflowRunRequest
from sync_server.platform.edge import Verified
from sync_server.platform.errors import EmailNotVerifiedError, ModelUnavailableError
from sync_server.platform.idempotency import IdempotentRoute
from sync_server.platform.openapi import errors
from sync_server.platform.replies import Reply

router = APIRouter(route_class=IdempotentRoute)

_LATER = errors(EmailNotVerifiedError, ModelUnavailableError)


@router.post("/videos", status_code=201, summary="A video from words", responses=_LATER)
async def videos(asked: VideoRequest, principal: Verified) -> Reply[Created]:  # noqa: ARG001 - checked by their types
    raise _no_video()


@router.post("/videos/variations", status_code=201, summary="A video from a video", responses=_LATER)
async def video_variations(asked: VideoVariationRequest, principal: Verified) -> Reply[Created]:  # noqa: ARG001 - as above
    raise _no_video()


@router.post("/workflow", status_code=201, summary="Run a workflow", responses=_LATER)
async def run_workflow(asked: WorkflowRunRequest, principal: Verified) -> Reply[Created]:  # noqa: ARG001 - as above
    raise ModelUnavailableError(
        "Workflows can be kept, but not run on this server yet.",
        advice="Running them comes with a later release of the worker.",
    )


def _no_video() -> ModelUnavailableError:
    return ModelUnavailableError(
        "No model for videos is installed on this server.",
        advice="Videos come with a later release of the worker.",
    )
