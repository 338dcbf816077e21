"""What the studio asks of the cloud queue."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from desktop.account.client import CloudClient
from desktop.account.errors import CloudError
from shared.contracts.generation import BlobId, GenerationRequest
from shared.contracts.job_views import Created, Job, JobCancelled, JobProgress, JobStage, JobStatus, Upload
from shared.contracts.jobs import RunRequest
from shared.imaging.blob_folder import BlobFolder

_NOT_FOUND = 404
ENDED: frozenset[JobStatus] = frozenset({"completed", "failed", "cancelled"})


@dataclass(frozen=True, kw_only=True)
class JobNews:
    """How a job stands. `preview` is a small JPEG or empty, `place` where it lies: corner, width and height."""

    status: JobStatus
    stage: JobStage = ""
    step: int = 0
    steps: int = 0
    preview: bytes = b""
    place: tuple[int, int, int, int] | None = None

    @property
    def has_ended(self) -> bool:
        return self.status in ENDED


class CloudApi:
    """Everything raises CloudError, UnreachableError and NotSignedInError."""

    def __init__(self, *, client: CloudClient, blobs: BlobFolder) -> None:
        self.client = client
        self._blobs = blobs

    async def send_pictures(self, request: GenerationRequest) -> None:
        """Those that a request is made from; what is there already is found so by its hash."""
        for blob in dict.fromkeys(request.pictures):
            await self._upload(blob)

    async def create(self, cloud_id: UUID, request: GenerationRequest) -> Created:
        """The same id again is the same job."""
        return await self.client.post(
            "/generation/run", Created, RunRequest(job_id=cloud_id, request=request), key=str(cloud_id)
        )

    async def job(self, cloud_id: UUID) -> Job | None:
        """None where there is no such job of this account's."""
        try:
            return await self.client.get(f"/generation/jobs/{cloud_id}", Job)
        except CloudError as error:
            if error.status == _NOT_FOUND:
                return None
            raise

    async def news(self, cloud_id: UUID) -> JobNews:
        found = await self.client.get(f"/generation/jobs/{cloud_id}/progress", JobProgress)
        return JobNews(status=found.status, stage=found.stage, step=found.step, steps=found.steps)

    async def cancel(self, cloud_id: UUID) -> JobCancelled | None:
        """None where it has ended already, or never was."""
        try:
            return await self.client.delete(f"/generation/jobs/{cloud_id}", JobCancelled)
        except CloudError as error:
            if error.status == _NOT_FOUND or error.name == "JOB_NOT_CANCELLABLE":
                return None
            raise

    async def fetch(self, url: str) -> BlobId:
        content = await self.client.wire.get_bytes(url)
        return await asyncio.to_thread(self._blobs.put, content)

    def path(self, blob: BlobId) -> Path:
        return self._blobs.path(blob)

    async def _upload(self, blob: BlobId) -> None:
        content = await asyncio.to_thread(self._blobs.read, blob)
        upload = await self.client.post(
            "/uploads", Upload, {"size": len(content), "content_type": _type_of(content)}
        )
        for part in upload.parts:
            if not part.received:
                start = sum(other.size for other in upload.parts if other.number < part.number)
                await self.client.wire.put_bytes(part.url, content[start : start + part.size])
        await self.client.post(f"/uploads/{upload.id}/complete", Upload)


def _type_of(content: bytes) -> str:
    if content.startswith(b"\xff\xd8"):
        return "image/jpeg"
    return "image/webp" if content[8:12] == b"WEBP" else "image/png"
