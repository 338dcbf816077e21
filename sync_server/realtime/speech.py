"""What the two WebSockets say: the first seed's words for single jobs, the last one's for everything of a user."""

from collections.abc import Mapping
from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime

from shared.contracts.base import Contract
from sync_server.generation.repository import JobRepository
from sync_server.generation.service.runs import percent
from sync_server.generation.service.views import JobViews, failure, progress_message
from sync_server.generation.tables import JobRow
from sync_server.platform.languages import Language
from sync_server.platform.replies import utc_now
from sync_server.platform.work import Work

EventName = Literal["generation_progress", "training_progress", "system_notifications"]


class Auth(Contract):
    type: Literal["auth"]
    token: str


class Subscribe(Contract):
    """To one job, or to events of all of one's jobs: after a broken connection also of those that ended `since`."""

    type: Literal["subscribe", "unsubscribe"]
    job_id: UUID | None = None
    events: list[EventName] | None = None
    since: AwareDatetime | None = None


class Ping(Contract):
    type: Literal["ping"]


def at() -> str:
    return utc_now().isoformat().replace("+00:00", "Z")


async def state_of_job(
    work: Work, job_id: UUID, user_id: UUID, *, language: Language
) -> dict[str, Any] | None:
    """A job as it stands, in the words of `/ws/generation/jobs`; None where it is not theirs."""
    row = await work.get(JobRepository).own_job(job_id, user_id)
    if row is None:
        return None
    message: dict[str, Any] = {"job_id": str(row.id), "status": row.status, "timestamp": at()}
    if row.status == "completed":
        images = [image.model_dump(mode="json") for image in await work.get(JobViews).images(row)]
        return {
            "type": "job_completed",
            **message,
            "image": images[0] if images else None,
            "images": images,
            "actual_credits": row.settled,
            "processing_time_seconds": _seconds(row),
        }
    if row.status in {"failed", "cancelled"}:
        told = failure(row, language)
        return {
            "type": "job_failed" if row.status == "failed" else "job_cancelled",
            **message,
            "error_code": told.code if told else None,
            "error_message": told.message if told else None,
            "refunded_credits": row.price - row.settled,
        }
    progress = await work.get(JobViews).progress(row)
    return {
        "type": "job_status",
        **message,
        "stage": row.stage,
        "progress_percent": progress.progress,
        "step": row.step,
        "steps": row.steps,
        "queue_position": progress.queue_position,
        "message": progress.message,
    }


def job_progress(message: Mapping[str, Any]) -> dict[str, Any]:
    """A worker's word, as `/ws/generation/jobs` passes it on.

    `preview` is a small JPEG in base64 or empty, `place` its corner, width and height on the picture.
    """
    return {
        "type": "job_status",
        "job_id": message["job_id"],
        "status": message["status"],
        "stage": message["stage"],
        "progress_percent": message["progress"],
        "step": message["step"],
        "steps": message["steps"],
        "message": _message(message),
        "preview": message.get("preview", ""),
        "place": message.get("place"),
        "timestamp": at(),
    }


def generation_progress(message: Mapping[str, Any]) -> dict[str, Any]:
    """The same as `/ws` says it."""
    return {
        "type": "generation_progress",
        "generation_id": message["job_id"],
        "job_id": message["job_id"],
        "progress": message["progress"],
        "status": message["status"],
        "message": _message(message),
        "timestamp": at(),
    }


def row_progress(row: JobRow) -> dict[str, Any]:
    return generation_progress(
        {
            "job_id": str(row.id),
            "progress": 100 if row.status == "completed" else percent(row.step, row.steps),
            "status": row.status,
            "stage": row.stage,
            "step": row.step,
            "steps": row.steps,
            "pictures": row.pictures,
        }
    )


def problem(code: str, message: str) -> dict[str, Any]:
    return {"type": "error", "error": {"code": code, "message": message}, "timestamp": at()}


def _message(message: Mapping[str, Any]) -> str:
    return progress_message(
        str(message["status"]),
        str(message["stage"]),
        int(message["step"]),
        int(message["steps"]),
        int(message["pictures"]),
    )


def _seconds(row: JobRow) -> float | None:
    if row.completed_at is None or row.started_at is None:
        return None
    return round((row.completed_at - row.started_at).total_seconds(), 3)
