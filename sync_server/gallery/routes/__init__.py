"""Everything under /gallery, and the public pages. What is public has a limit of its own for who is not signed in."""

from fastapi import APIRouter

from sync_server.gallery.routes import (
    boards,
    canvases,
    images,
    media,
    moderation,
    pages,
    people,
    public,
    shares,
)

router = APIRouter(prefix="/gallery", tags=["gallery"])
for part in (images.router, boards.router, canvases.router, shares.router, moderation.router, people.router):
    router.include_router(part)
public_router = APIRouter(prefix="/gallery", tags=["gallery"])
public_router.include_router(public.router)

pages_router = APIRouter()
pages_router.include_router(media.router)
pages_router.include_router(pages.router)

__all__ = ["pages_router", "public_router", "router"]
