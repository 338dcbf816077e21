"""Everything under /generation, and /uploads."""

from fastapi import APIRouter

from sync_server.generation.routes import create, jobs, later, queue, webhooks

router = APIRouter(prefix="/generation", tags=["generation"])
for part in (create.router, later.router, queue.router, jobs.router, webhooks.router):
    router.include_router(part)
uploads_router = queue.uploads_router

__all__ = ["router", "uploads_router"]
