"""Pictures as OpenAI's programs ask for them: a job of the cloud queue like any other, and the wait for its end."""

import asyncio
import base64
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from shared.contracts.job_views import Job
from shared.contracts.jobs import CreateRequest, EditRequest, InpaintRequest, JobSettings
from shared.contracts.openai_images import (
    ImageEditSettings,
    ImageSettings,
    ImagesMade,
    ListedModel,
    MadeImage,
    ModelList,
)
from sync_server.compat.masks import parse_size, prepare_edit
from sync_server.generation.service.creation import JobCreation
from sync_server.generation.service.views import JobViews
from sync_server.models.service import ModelCatalogue, OfferedModel
from sync_server.platform.bodies import FILE_MARK
from sync_server.platform.edge import Principal
from sync_server.platform.errors import GenerationFailedError, NotFoundError, ServiceUnavailableError
from sync_server.platform.languages import Language
from sync_server.platform.ports import Clock
from sync_server.platform.storage import Storage
from sync_server.platform.work import Transactions

WAIT_SECONDS = 540.0
"""Their client waits for ten minutes."""
_THEIR_MODELS = ("dall-e", "gpt-image", "chatgpt-image")
_NOT_AGAIN = {"x-should-retry": "false"}
"""Their client asks again after a server's error, which would make and pay a second job."""


class OpenAIImages:
    """Speaks with the storage between its transactions, so it opens its own."""

    def __init__(
        self,
        *,
        transactions: Transactions,
        creation: JobCreation,
        storage: Storage,
        clock: Clock,
    ) -> None:
        self._transactions = transactions
        self._creation = creation
        self._storage = storage
        self._clock = clock

    async def generate(
        self, principal: Principal, asked: ImageSettings, *, language: Language, request_key: str | None
    ) -> ImagesMade:
        values = _settings(asked)
        if asked.size is not None:
            values["width"], values["height"] = parse_size(asked.size)
        request = CreateRequest.model_validate(values)
        created = await self._creation.create(principal, request, request_key=request_key)
        return await self._made(principal, asked, created.job_id, language)

    async def edit(
        self,
        principal: Principal,
        asked: ImageEditSettings,
        *,
        image: bytes,
        mask: bytes | None,
        language: Language,
        request_key: str | None,
    ) -> ImagesMade:
        edit = await asyncio.to_thread(prepare_edit, image, mask, asked.size)
        values = {**_settings(asked), "image": f"{FILE_MARK}image"}
        files = {"image": edit.image}
        if edit.mask is None:
            request: JobSettings = EditRequest.model_validate({**values, "strength": asked.strength})
        else:
            files["mask"] = edit.mask
            request = InpaintRequest.model_validate({**values, "mask": f"{FILE_MARK}mask"})
        created = await self._creation.create(principal, request, files=files, request_key=request_key)
        return await self._made(principal, asked, created.job_id, language)

    async def models(self) -> ModelList:
        """Those that can be used now."""
        return ModelList(data=[_listed(model) for model in await self._offered()])

    async def model(self, name: str) -> ListedModel:
        for model in await self._offered():
            if model.entry.name == name:
                return _listed(model)
        raise NotFoundError("There is no model {name}.", advice="Choose one of /models.", name=name)

    async def _offered(self) -> list[OfferedModel]:
        now = self._clock()
        async with self._transactions.begin() as work:
            return [model for model in await work.get(ModelCatalogue).all() if model.available(now)]

    async def _made(
        self, principal: Principal, asked: ImageSettings, job_id: UUID, language: Language
    ) -> ImagesMade:
        job = await self._creation.wait(job_id, principal.user_id, language=language, seconds=WAIT_SECONDS)
        if job.status == "failed" and job.error is not None:
            raise GenerationFailedError(
                "The picture could not be made: {reason}",
                advice="It cost nothing.",
                headers=_NOT_AGAIN,
                reason=job.error.message,
            )
        if job.status != "completed":
            raise ServiceUnavailableError(
                "The picture is not ready yet.",
                advice="It comes into your gallery when it is.",
                details={"job_id": str(job.id), "status": job.status},
                headers=_NOT_AGAIN,
            )
        return ImagesMade(
            created=int(job.created_at.timestamp()),
            data=await self._images(job, asked),
            output_format=asked.output_format or "png",
            size=f"{job.images[0].width}x{job.images[0].height}" if job.images else None,
        )

    async def _images(self, job: Job, asked: ImageSettings) -> list[MadeImage]:
        contents: list[str | None] = [None] * len(job.images)
        if asked.response_format != "url":
            contents = [base64.b64encode(data).decode() for data in await self._contents(job.id)]
        prompt = str(job.parameters.get("compiled_prompt") or asked.prompt)
        return [
            MadeImage(
                url=None if asked.response_format == "b64_json" else image.url,
                b64_json=content,
                revised_prompt=prompt,
            )
            for image, content in zip(job.images, contents, strict=True)
        ]

    async def _contents(self, job_id: UUID) -> list[bytes]:
        async with self._transactions.begin() as work:
            keys = await work.get(JobViews).delivered_keys(job_id)
        return [await self._storage.read(key) for key in keys]


def _settings(asked: ImageSettings) -> dict[str, Any]:
    theirs = asked.model is not None and asked.model.startswith(_THEIR_MODELS)
    values: Mapping[str, Any] = {
        "prompt": asked.prompt,
        "model": None if theirs else asked.model,
        "num_images": asked.n or 1,
        "format": asked.output_format or "png",
        "negative_prompt": asked.negative_prompt,
        "steps": asked.steps,
        "guidance_scale": asked.guidance_scale,
        "sampler": asked.sampler,
        "seed": asked.seed,
    }
    return dict(values)


def _listed(model: OfferedModel) -> ListedModel:
    since = model.first_offered_at
    return ListedModel(id=model.entry.name, created=int(since.timestamp()) if since else 0)
