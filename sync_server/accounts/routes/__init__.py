"""/users: everything about accounts."""

from fastapi import APIRouter

from sync_server.accounts.routes import admin, auth, data, magic_link, profile, sessions

router = APIRouter()
for part in (auth, magic_link, sessions, profile, data, admin):
    router.include_router(part.router, prefix="/users")
