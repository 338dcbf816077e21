"""/users/me/sessions: where an account is signed in."""

from uuid import UUID

from fastapi import APIRouter

from shared.contracts.accounts import SessionSummary
from sync_server.accounts.routes.dependencies import TheSessions
from sync_server.platform.edge import InPerson
from sync_server.platform.errors import ForbiddenError, NotFoundError
from sync_server.platform.openapi import errors
from sync_server.platform.replies import Reply

router = APIRouter(prefix="/me/sessions", tags=["sign-in"])


@router.get("", summary="Where the account is signed in", responses=errors(ForbiddenError))
async def sessions(principal: InPerson, all_sessions: TheSessions) -> Reply[list[SessionSummary]]:
    found = await all_sessions.list(principal.user_id, current=principal.session_id)
    return Reply(data=list(found))


@router.delete("", summary="Sign out everywhere else", responses=errors(ForbiddenError))
async def end_others(principal: InPerson, all_sessions: TheSessions) -> Reply[None]:
    await all_sessions.end_all(principal.user_id, reason="signed out elsewhere", but=principal.session_id)
    return Reply(data=None, message="You are signed out everywhere else.")


@router.delete("/{session_id}", summary="Sign out there", responses=errors(ForbiddenError, NotFoundError))
async def end(session_id: UUID, principal: InPerson, all_sessions: TheSessions) -> Reply[None]:
    await all_sessions.end(principal.user_id, session_id)
    return Reply(data=None, message="That sign-in has ended.")
