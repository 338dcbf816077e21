"""/v1 as OpenAI's own clients speak it, so that programs written for it draw here unchanged."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.datastructures import FormData, UploadFile

from shared.contracts.openai_images import (
    ImageEditSettings,
    ImageSettings,
    ImagesMade,
    ListedModel,
    ModelList,
)
from sync_server.compat.errors import as_openai_says_it
from sync_server.compat.service import OpenAIImages
from sync_server.platform.bodies import MOST_BYTES
from sync_server.platform.edge import AskedLanguage, SignedIn, calling_out
from sync_server.platform.errors import FileTooLargeError, InvalidParametersError
from sync_server.platform.idempotency import IdempotentRoute, RequestKey
from sync_server.platform.rate_limits import Maker

_MOST_IMAGES = 16


class OpenAIRoute(IdempotentRoute):
    """Errors in their shape; their API has its own document, so ours does not repeat it."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()

        async def run(request: Request) -> Response:
            request.state.error_shape = as_openai_says_it
            return await handler(request)

        return run


router = APIRouter(prefix="/v1", route_class=OpenAIRoute, include_in_schema=False)

TheImages = Annotated[OpenAIImages, calling_out(OpenAIImages)]


@router.post("/images/generations")
async def generations(
    asked: ImageSettings, principal: Maker, images: TheImages, language: AskedLanguage, key: RequestKey
) -> ImagesMade:
    return await images.generate(principal, asked, language=language, request_key=key)


@router.post("/images/edits")
async def edits(
    request: Request, principal: Maker, images: TheImages, language: AskedLanguage, key: RequestKey
) -> ImagesMade:
    async with request.form(max_files=_MOST_IMAGES + 1, max_fields=100) as form:
        pictures = [value for name in ("image", "image[]") for value in form.getlist(name)]
        if len(pictures) != 1 or not isinstance(pictures[0], UploadFile):
            raise InvalidParametersError(
                "An edit takes one picture, as a file.",
                advice="Send one file in the field image.",
                details={"fields": [{"path": "image", "message": "one file"}]},
            )
        mask = form.get("mask")
        return await images.edit(
            principal,
            _settings(form),
            image=await _content(pictures[0]),
            mask=await _content(mask) if isinstance(mask, UploadFile) else None,
            language=language,
            request_key=key,
        )


@router.get("/models")
async def models(principal: SignedIn, images: TheImages) -> ModelList:  # noqa: ARG001 - checked by its type
    return await images.models()


@router.get("/models/{name:path}")
async def model(name: str, principal: SignedIn, images: TheImages) -> ListedModel:  # noqa: ARG001 - as above
    return await images.model(name)


def _settings(form: FormData) -> ImageEditSettings:
    values = {name: value for name, value in form.items() if isinstance(value, str)}
    try:
        return ImageEditSettings.model_validate(values)
    except ValidationError as error:
        raise RequestValidationError(
            [{**problem, "loc": ("body", *problem["loc"])} for problem in error.errors(include_url=False)]
        ) from error


async def _content(file: UploadFile) -> bytes:
    data = await file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise FileTooLargeError("This file is too large.", advice="Send a smaller one.")
    return data
