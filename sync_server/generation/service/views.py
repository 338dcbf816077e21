"""Jobs in the API's words."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

from shared.contracts.errors import ErrorReport
from shared.contracts.job_views import (
    Created,
    Job,
    JobFailure,
    JobImage,
    JobKind,
    JobProgress,
    JobStage,
    JobStatus,
    JobSummary,
    SourceImage,
)
from sync_server.gallery.service.keeping import ItemKeeper, ItemRecord
from sync_server.generation.repository import JobRepository
from sync_server.generation.rules.work import HEARD_WITHIN
from sync_server.generation.service.inputs import input_key
from sync_server.generation.service.jobs import job_topic
from sync_server.generation.service.runs import percent
from sync_server.generation.tables import JobRow
from sync_server.models.rules import CLASSIC, model_id
from sync_server.platform.languages import Language, current_language, translate
from sync_server.platform.ports import Clock
from sync_server.platform.storage import Storage

_API = "/api/v1"
_OPEN = frozenset({"pending", "queued", "processing"})


class JobViews:
    def __init__(
        self, *, repository: JobRepository, items: ItemKeeper, storage: Storage, clock: Clock
    ) -> None:
        self._repository = repository
        self._items = items
        self._storage = storage
        self._clock = clock

    async def created(self, rows: Sequence[JobRow]) -> list[Created]:
        positions = await self._repository.positions(rows)
        return [await self._created(row, positions.get(row.id)) for row in rows]

    async def _created(self, row: JobRow, position: int | None) -> Created:
        source, wait = row.request.get("image"), await self._wait(row)
        return Created(
            job_id=row.id,
            kind=cast(JobKind, row.kind),
            status=cast(JobStatus, row.status),
            prompt=row.prompt,
            estimated_credits=row.price,
            estimated_time_seconds=row.estimated_seconds + wait,
            estimated_wait_seconds=wait,
            queue_position=position,
            channel=job_topic(row.id),
            created_at=row.created_at,
            links=links(row),
            width=row.width,
            height=row.height,
            init_image_url=await self._storage.url(input_key(row.user_id, source)) if source else None,
            original_resolution=row.options.get("original_resolution"),
            target_resolution=row.options.get("target_resolution"),
        )

    async def job(self, row: JobRow, *, language: Language, for_admin: bool) -> Job:
        positions = await self._repository.positions([row])
        items = (await self._items.of_jobs([row.id])).get(row.id, [])
        images = [await self._image(row, item) for item in items]
        seconds = (
            (row.completed_at - row.started_at).total_seconds()
            if row.completed_at and row.started_at
            else None
        )
        left = row.estimated_seconds + await self._wait(row) if row.status in _OPEN else None
        return Job(
            **self._summary_facts(row, positions, images, language),
            user_id=row.user_id,
            negative_prompt=row.negative_prompt,
            parameters=_parameters(row),
            model_id=None if row.model == CLASSIC else model_id(row.model),
            images=images,
            image=images[0] if images else None,
            original_image=await self._source(row, "image"),
            mask=await self._source(row, "mask"),
            width=row.width,
            height=row.height,
            processing_time_seconds=round(seconds, 3) if seconds is not None else None,
            estimated_completion=self._clock() + timedelta(seconds=left) if left is not None else None,
            result_metadata=_result(row, items, seconds),
            safety_checked=bool(row.result.get("safety_checked", False)),
            priority=-row.started_order if for_admin else None,
            worker_id=str(row.worker_id) if for_admin and row.worker_id else None,
            attempt=row.attempt,
            links=links(row),
        )

    async def summaries(self, rows: Sequence[JobRow], *, language: Language) -> list[JobSummary]:
        positions = await self._repository.positions(rows)
        items = await self._items.of_jobs([row.id for row in rows])
        shown = []
        for row in rows:
            images = [await self._image(row, item) for item in items.get(row.id, [])[:1]]
            shown.append(JobSummary(**self._summary_facts(row, positions, images, language)))
        return shown

    async def progress(self, row: JobRow) -> JobProgress:
        positions = await self._repository.positions([row])
        return JobProgress(
            job_id=row.id,
            status=cast(JobStatus, row.status),
            stage=cast(JobStage, row.stage),
            progress=_percent(row),
            step=row.step,
            steps=row.steps,
            queue_position=positions.get(row.id),
            message=progress_message(row.status, row.stage, row.step, row.steps, row.pictures),
        )

    async def images(self, row: JobRow) -> list[JobImage]:
        items = (await self._items.of_jobs([row.id])).get(row.id, [])
        return [await self._image(row, item) for item in items]

    async def delivered_keys(self, job_id: UUID) -> list[str]:
        """Where its pictures lie in the format that was asked for."""
        row = await self._repository.job(job_id)
        items = (await self._items.of_jobs([job_id])).get(job_id, [])
        return [delivered_key(item.key, _format(row)) for item in items] if row else []

    def _summary_facts(
        self, row: JobRow, positions: Mapping[UUID, int], images: Sequence[JobImage], language: Language
    ) -> dict[str, Any]:
        ended = row.status not in _OPEN
        return {
            "id": row.id,
            "job_id": row.id,
            "kind": row.kind,
            "job_type": row.kind,
            "status": row.status,
            "stage": row.stage,
            "progress": _percent(row),
            "model": row.model,
            "prompt": row.prompt,
            "num_images": row.pictures,
            "estimated_credits": row.price,
            "actual_credits": row.settled if ended else None,
            "refunded_credits": row.price - row.settled if ended else 0,
            "queue_position": positions.get(row.id),
            "thumbnail_url": images[0].thumbnail_url if images else None,
            "batch_id": row.batch_id,
            "created_at": row.created_at,
            "started_at": row.started_at,
            "completed_at": row.completed_at,
            "error": failure(row, language),
        }

    async def _image(self, row: JobRow, item: ItemRecord) -> JobImage:
        places = row.result.get("places") or ()
        x, y = places[item.position] if item.position < len(places) else (0, 0)
        wanted = _format(row)
        delivered = delivered_key(item.key, wanted)
        return JobImage(
            id=item.id,
            url=await self._storage.url(delivered),
            thumbnail_url=await self._storage.url(item.thumbnail_key),
            width=item.width,
            height=item.height,
            file_size=item.size,
            seed=item.seed,
            format=wanted,
            x=x,
            y=y,
        )

    async def _source(self, row: JobRow, name: str) -> SourceImage | None:
        blob = row.request.get(name)
        kept = await self._repository.input(row.user_id, blob) if blob else None
        if kept is None:
            return None
        url = await self._storage.url(input_key(row.user_id, kept.blob))
        return SourceImage(id=kept.blob, url=url, width=kept.width, height=kept.height)

    async def _wait(self, row: JobRow) -> int:
        """Seconds until it begins, by what is before it and how many workers have its model."""
        if row.status != "queued":
            return 0
        workers = await self._repository.workers_with(row.model, self._clock() - HEARD_WITHIN)
        return await self._repository.seconds_ahead(row) // max(workers, 1)


_SUFFIXES = {"png": "png", "jpeg": "jpg", "webp": "webp"}


def _format(row: JobRow) -> str:
    return str(row.options.get("format") or "png")


def delivered_key(key: str, wanted: str) -> str:
    """Where a picture lies in the format that was asked for."""
    return f"{key.rpartition('.')[0]}.{_SUFFIXES[wanted]}"


def links(row: JobRow) -> dict[str, str]:
    path = f"{_API}/generation/jobs/{row.id}"
    return {"self": path, "progress": f"{path}/progress", "cancel": path, "events": "/ws/generation/jobs"}


def failure(row: JobRow, language: Language) -> JobFailure | None:
    if row.error is None:
        return None
    report = ErrorReport.model_validate(row.error)
    words = [translate(text, language, report.values) for text in (report.message, report.advice) if text]
    return JobFailure(code=report.code, message=" ".join(words))


_IN_WORDS = {
    "pending": "Waits for a place",
    "queued": "Waits in the queue",
    "completed": "Completed",
    "failed": "Failed",
    "cancelled": "Cancelled",
    "loading": "Loading the model",
    "uploading": "Storing the pictures",
}


def progress_message(status: str, stage: str, step: int, steps: int, pictures: int) -> str:
    """In the language of the request, or of the socket, that asks."""
    language = current_language.get()
    if status == "processing" and stage == "generating":
        number = min(pictures, step * pictures // steps + 1) if steps else 1
        text = "Generating image {number} of {count}..."
        return translate(text, language, {"number": number, "count": pictures})
    return translate(_IN_WORDS.get(stage if status == "processing" else status, "Working"), language, {})


def _percent(row: JobRow) -> int:
    return 100 if row.status == "completed" else percent(row.step, row.steps)


def _parameters(row: JobRow) -> dict[str, Any]:
    """Of the engine's request without what stands beside it, and what was asked for around it."""
    request = {
        name: value
        for name, value in row.request.items()
        if name not in {"prompt", "negative_prompt", "model", "kind", "wildcards"}
        and value not in (None, [], ())
    }
    options = {name: value for name, value in row.options.items() if value is not None}
    return {
        **request,
        **options,
        "cfg_scale": row.request.get("guidance_scale"),
        "compiled_prompt": row.request.get("prompt", ""),
    }


def _result(row: JobRow, items: Sequence[ItemRecord], seconds: float | None) -> dict[str, Any]:
    if row.status != "completed":
        return {}
    rendering = (items[0].recipe or {}).get("rendering", {}) if items else {}
    return {
        "seed": items[0].seed if items else None,
        "actual_steps": row.request.get("steps"),
        "inference_time_ms": round(seconds * 1000) if seconds is not None else None,
        "rendering": rendering,
    }
