"""/users: everything about accounts."""

from fastapi import APIRouter

from sync_server.accounts.routes import (
    admin,
    api_keys,
    auth,
    data,
    magic_link,
    oauth,
    profile,
    security,
    sessions,
)

router = APIRouter()
# In the order in which they are looked through: what is asked most comes first, a path with an id last.
for part in (profile, auth, magic_link, oauth, sessions, api_keys, security, data, admin):
    router.include_router(part.router, prefix="/users")
