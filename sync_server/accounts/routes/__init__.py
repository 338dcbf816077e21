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
for part in (auth, magic_link, oauth, sessions, api_keys, profile, security, data, admin):
    router.include_router(part.router, prefix="/users")
