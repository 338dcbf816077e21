"""Jobs that come as the engine's own request, so that a picture is the same here as on the artist's machine."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from shared.contracts.generation import Outpaint, PictureRequest, RemoveBackground, TextToImage, Upscale
from shared.contracts.job_views import JobKind
from shared.contracts.jobs import RunRequest
from shared.pricing.tariffs import Tariffs
from sync_server.generation.rules.prompts import PromptData
from sync_server.generation.rules.sizes import Size, check_tier
from sync_server.generation.rules.work import job_price, job_seconds
from sync_server.generation.service.drafts import Draft
from sync_server.generation.service.inputs import PictureInputs
from sync_server.models.rules import CLASSIC, ModelEntry
from sync_server.models.service import ModelCatalogue
from sync_server.platform.edge import Principal
from sync_server.platform.errors import InvalidParametersError, ModelUnavailableError, PriceChangedError
from sync_server.platform.work import Transactions

_MOST_STEPS = 100
_MOST_PICTURES = 4
_LONGEST_PROMPT = 2000
_LONGEST_NEGATIVE_PROMPT = 1000
_HIGHEST_GUIDANCE = 20.0


class OwnRequests:
    """Looks pictures up, so it opens its own transactions."""

    def __init__(
        self, *, transactions: Transactions, inputs: PictureInputs, prompts: PromptData, tariffs: Tariffs
    ) -> None:
        self._transactions = transactions
        self._inputs = inputs
        self._prompts = prompts
        self._tariffs = tariffs

    async def draft(self, principal: Principal, asked: RunRequest) -> Draft:
        """Raises what tells the client why it can't run: its words, size, model, pictures, price."""
        request = asked.request
        _check_bounds(request)
        lines = [line for wildcard in request.wildcards for line in wildcard.lines]
        self._prompts.policy.check(request.prompt, *lines)
        _no_parts_that_are_missing(request)
        kind = _kind_of(request)
        model = await self._model(principal, request, kind)
        source = await self._source(principal.user_id, request)
        size = _result_size(request, source)
        check_tier(size, self._tariffs.tier(principal.tier), tier_name=principal.tier)
        price = job_price(
            kind,
            request,
            size=source if source and kind == "upscale" else size,
            model=model,
            prices=self._tariffs.work,
        )
        if request.max_credits is not None and price > request.max_credits:
            raise PriceChangedError(
                "This costs {price} credits, more than the {most} that you allowed.",
                advice="Allow more, or ask for less.",
                details={"price": price, "max_credits": request.max_credits},
                price=price,
                most=request.max_credits,
            )
        return Draft(
            job_id=asked.job_id,
            kind=kind,
            model=model.name if model else CLASSIC,
            request=request,
            size=size,
            price=price,
            seconds=job_seconds(request, size=size, model=model),
            prompt=request.prompt,
            negative_prompt=request.negative_prompt,
            board_id=None,
            options={"format": "png", "as_made": True},
        )

    async def _model(self, principal: Principal, request: PictureRequest, kind: JobKind) -> ModelEntry | None:
        if kind in {"enhance", "background"}:
            return None
        async with self._transactions.begin() as work:
            return await work.get(ModelCatalogue).usable(request.model.id, tier=principal.tier, kind=kind)

    async def _source(self, user_id: UUID, request: PictureRequest) -> Size | None:
        """Of the picture that it is made from; every picture of it has to be there."""
        sizes = {blob: await self._inputs.take(user_id, blob, field="request") for blob in _pictures(request)}
        mask = getattr(request, "mask", None)
        if request.source is None:
            return None
        size = Size(width=sizes[request.source].width, height=sizes[request.source].height)
        if mask is not None and (sizes[mask].width, sizes[mask].height) != (size.width, size.height):
            raise InvalidParametersError(
                "The mask must be as large as the picture: {size}.",
                advice="Make it of the same size, white where it is repainted.",
                details={"fields": [{"path": "request.mask", "message": "another size"}]},
                size=size.words,
            )
        return size


def _pictures(request: PictureRequest) -> Iterator[str]:
    yield from dict.fromkeys(request.pictures)


def _kind_of(request: PictureRequest) -> JobKind:
    return "background" if isinstance(request, RemoveBackground) else request.kind


def _result_size(request: PictureRequest, source: Size | None) -> Size:
    if isinstance(request, TextToImage):
        return Size(width=request.width, height=request.height)
    assert source is not None  # noqa: S101 - every other kind has its picture
    if isinstance(request, Outpaint):
        sides = request.extension
        return Size(
            width=source.width + sides.left + sides.right, height=source.height + sides.top + sides.bottom
        )
    if isinstance(request, Upscale):
        if request.width is not None and request.height is not None:
            return Size(width=request.width, height=request.height)
        return Size(width=round(source.width * request.factor), height=round(source.height * request.factor))
    return source


def _check_bounds(request: PictureRequest) -> None:
    """The server's; on the artist's own machine there are none but the machine's."""
    bounds: list[tuple[str, float, float]] = [
        ("steps", request.steps, _MOST_STEPS),
        ("count", request.count, _MOST_PICTURES),
        ("guidance_scale", request.guidance_scale, _HIGHEST_GUIDANCE),
        ("prompt", len(request.prompt), _LONGEST_PROMPT),
        ("negative_prompt", len(request.negative_prompt), _LONGEST_NEGATIVE_PROMPT),
    ]
    for name, value, most in bounds:
        if value > most:
            raise InvalidParametersError(
                "In the cloud {field} may be at most {most}.",
                advice="Make it smaller, or run the job on your own machine.",
                details={"fields": [{"path": f"request.{name}", "message": f"at most {most:g}"}]},
                field=name,
                most=f"{most:g}",
            )


def _no_parts_that_are_missing(request: PictureRequest) -> None:
    """Files beside the model are named by what they are called on the artist's machine; no worker has them."""
    parts: list[Any] = [lora.model for lora in request.loras]
    parts += [*request.embeddings, *(control.model for control in request.controls)]
    parts += [part for part in (request.vae, request.refiner.model if request.refiner else None) if part]
    if parts:
        names = [part.name or part.id for part in parts]
        raise ModelUnavailableError(
            "{model} is not installed on any worker that runs.",
            advice="Leave it out, or choose one that /models shows.",
            details={"models": names},
            model=names[0],
        )
