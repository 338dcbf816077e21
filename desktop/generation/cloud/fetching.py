"""A finished picture's way from the cloud into the blob folder, and why a job has none."""

import asyncio
import traceback
from dataclasses import dataclass
from pathlib import Path

from desktop.generation.cloud.api import CloudApi
from desktop.generation.cloud.telling import small_preview
from shared.contracts.errors import ErrorReport, GenerationFailedError
from shared.contracts.events import Picture
from shared.contracts.generation import GenerationRequest, Placement, Recipe, Rendering
from shared.contracts.job_views import Job, JobImage


@dataclass(frozen=True, kw_only=True)
class Fetched:
    picture: Picture
    preview: bytes


async def fetch_picture(api: CloudApi, image: JobImage, index: int, request: GenerationRequest) -> Fetched:
    """Raises CloudError, UnreachableError."""
    blob = await api.fetch(image.url)
    recipe, preview = await asyncio.to_thread(_looked_at, api.path(blob))
    picture = Picture(
        index=index,
        blob=blob,
        width=image.width,
        height=image.height,
        placement=Placement(x=image.x, y=image.y),
        recipe=recipe or _recipe_of(image, index, request),
    )
    return Fetched(picture=picture, preview=preview)


def why_it_failed(job: Job) -> ErrorReport:
    """In the server's words, which are in the artist's language already."""
    if job.error is None:
        return GenerationFailedError("The cloud did not say why this job failed.").report
    return ErrorReport(code=job.error.code, message="{words}", values={"words": job.error.message})


def unforeseen(error: Exception) -> ErrorReport:
    return GenerationFailedError(
        "Something unexpected went wrong: {reason}",
        advice="Try the job again; if it happens twice, copy the details and report them.",
        detail="".join(traceback.format_exception(error)),
        reason=error,
    ).report


def _looked_at(file: Path) -> tuple[Recipe | None, bytes]:
    # Pillow would slow the app's start.
    from shared.imaging.recipe_pictures import read_recipe

    return read_recipe(file), small_preview(file.read_bytes())


def _recipe_of(image: JobImage, index: int, request: GenerationRequest) -> Recipe:
    """Of a picture that says nothing itself: a hosted model's."""
    return Recipe(
        request=request,
        rendering=Rendering(
            seed=image.seed if image.seed is not None else (request.seed + index) % 2**32,
            device="cloud",
            precision="",
            attention="",
            engine="cloud",
            model_sha256=request.model.sha256,
            work_width=image.width,
            work_height=image.height,
        ),
    )
