"""/users/me/api-keys: keys for programs of one's own."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from shared.contracts.ways_in import ApiKey, ApiKeyRequest, NewApiKey
from sync_server.accounts.service import ApiKeys
from sync_server.platform.edge import InPerson, service
from sync_server.platform.errors import (
    FeatureLockedError,
    ForbiddenError,
    NotFoundError,
    UnprocessableError,
)
from sync_server.platform.openapi import errors
from sync_server.platform.replies import Reply

router = APIRouter(prefix="/me/api-keys", tags=["sign-in"])

TheApiKeys = Annotated[ApiKeys, service(ApiKeys)]


@router.get("", summary="The account's API keys", responses=errors(ForbiddenError))
async def api_keys(principal: InPerson, all_keys: TheApiKeys) -> Reply[list[ApiKey]]:
    return Reply(data=list(await all_keys.list(principal.user_id)))


# Not an IdempotentRoute: its replies are kept for a day, and a key must not be.
@router.post(
    "",
    status_code=201,
    summary="Make an API key",
    responses=errors(ForbiddenError, FeatureLockedError, UnprocessableError),
)
async def make(asked: ApiKeyRequest, principal: InPerson, all_keys: TheApiKeys) -> Reply[NewApiKey]:
    made = await all_keys.make(principal.user_id, principal.tier, asked)
    return Reply(data=made, message="Keep this key now: it is not shown again.")


@router.delete("/{key_id}", summary="Delete an API key", responses=errors(ForbiddenError, NotFoundError))
async def delete(key_id: UUID, principal: InPerson, all_keys: TheApiKeys) -> Reply[None]:
    await all_keys.delete(principal.user_id, key_id)
    return Reply(data=None, message="That key opens nothing any more.")
