"""/workflows: keeping and sharing them; running answers MODEL_UNAVAILABLE at /generation/workflow."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from shared.contracts.model_catalogue import Workflow, WorkflowChange, WorkflowRequest, WorkflowSummary
from sync_server.platform.cursors import Paging
from sync_server.platform.edge import SignedIn, service
from sync_server.platform.errors import InvalidParametersError, NotFoundError, UnprocessableError
from sync_server.platform.idempotency import IdempotentRoute
from sync_server.platform.openapi import errors
from sync_server.platform.replies import Page, Reply
from sync_server.workflows.service import Workflows

router = APIRouter(prefix="/workflows", tags=["workflows"], route_class=IdempotentRoute)

TheWorkflows = Annotated[Workflows, service(Workflows)]


@router.get("", summary="One's workflows", responses=errors(InvalidParametersError))
async def workflows(principal: SignedIn, kept: TheWorkflows, page: Paging) -> Page[WorkflowSummary]:
    shown, pagination = await kept.page(principal.user_id, page)
    return Page(data=shown, pagination=pagination)


@router.post(
    "",
    status_code=201,
    summary="Keep a workflow",
    responses=errors(InvalidParametersError, UnprocessableError),
)
async def make_workflow(asked: WorkflowRequest, principal: SignedIn, kept: TheWorkflows) -> Reply[Workflow]:
    return Reply(data=await kept.make(principal.user_id, asked), message="The workflow is kept.")


@router.get(
    "/{workflow_id}", summary="A workflow, one's own or a shared one", responses=errors(NotFoundError)
)
async def workflow(workflow_id: UUID, principal: SignedIn, kept: TheWorkflows) -> Reply[Workflow]:
    return Reply(data=await kept.get(workflow_id, seen_by=principal.user_id))


@router.patch(
    "/{workflow_id}",
    summary="Change one's workflow",
    responses=errors(NotFoundError, InvalidParametersError),
)
async def change_workflow(
    workflow_id: UUID, asked: WorkflowChange, principal: SignedIn, kept: TheWorkflows
) -> Reply[Workflow]:
    return Reply(data=await kept.change(principal.user_id, workflow_id, asked))


@router.delete("/{workflow_id}", summary="Delete one's workflow", responses=errors(NotFoundError))
async def delete_workflow(workflow_id: UUID, principal: SignedIn, kept: TheWorkflows) -> Reply[None]:
    await kept.delete(principal.user_id, workflow_id)
    return Reply(data=None, message="The workflow is deleted.")
