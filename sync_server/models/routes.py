"""/models: the catalogue, samplers, one's own models, training."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query

from shared.contracts.model_catalogue import (
    CloudModel,
    CloudModelDetails,
    CustomModel,
    ModelBase,
    ModelStatistics,
    ModelType,
    SamplerView,
    ShareRequest,
    TrainingRequest,
    UsageTotals,
)
from sync_server.models import views
from sync_server.models.ports import ModelUsage
from sync_server.models.service import CustomModels, ModelCatalogue
from sync_server.platform.edge import AllTransactions, SignedIn, Verified, service
from sync_server.platform.errors import (
    EmailNotVerifiedError,
    ModelUnavailableError,
    NotFoundError,
)
from sync_server.platform.idempotency import IdempotentRoute
from sync_server.platform.openapi import errors
from sync_server.platform.ports import World
from sync_server.platform.replies import Reply
from sync_server.platform.storage import Storage

router = APIRouter(prefix="/models", tags=["models"], route_class=IdempotentRoute)

TheCatalogue = Annotated[ModelCatalogue, service(ModelCatalogue)]
TheUsage = Annotated[ModelUsage, service(ModelUsage)]
TheCustomModels = Annotated[CustomModels, service(CustomModels)]
TheWorld = Annotated[World, service(World)]
SortModels = Literal["popularity_score", "created_at", "name"]


@router.get("", summary="Models", responses=errors())
async def models(
    catalogue: TheCatalogue,
    usage: TheUsage,
    world: TheWorld,
    type: Annotated[ModelType | None, Query(description="Only this type.")] = None,  # noqa: A002 - the API's name
    base: Annotated[ModelBase | None, Query(description="Only what works with this base.")] = None,
    model_type: Annotated[
        Literal["sd15", "sd2", "sdxl", "sd3", "flux", "hosted", "controlnet", "lora"] | None,
        Query(description="Base or type in one word."),
    ] = None,
    min_tier: Annotated[str | None, Query(max_length=20, description="Only those of this plan.")] = None,
    is_active: Annotated[
        bool | None, Query(description="Only those that can, or can't, be used now.")
    ] = None,
    sort_by: Annotated[SortModels, Query(description="The field to sort by.")] = "popularity_score",
) -> Reply[list[CloudModel]]:
    totals, now = await usage.totals(), world.clock()
    shown = [
        views.model(
            offered,
            credits_each=catalogue.credits(offered.entry),
            usage=totals.get(offered.entry.name, UsageTotals()),
            now=now,
        )
        for offered in await catalogue.all()
    ]
    shown = [
        model
        for model in shown
        if (type is None or model.type == type)
        and (base is None or model.base == base)
        and (model_type is None or model_type in {model.model_type, model.type})
        and (min_tier is None or model.min_tier == min_tier)
        and (is_active is None or model.is_active == is_active)
    ]
    shown.sort(key=lambda model: model.name)
    if sort_by == "popularity_score":
        shown.sort(key=lambda model: (not model.is_available, -model.popularity_score))
    elif sort_by == "created_at":
        shown.sort(key=lambda model: -(model.created_at.timestamp() if model.created_at else 0))
    return Reply(data=shown)


@router.get("/samplers", summary="Samplers", responses=errors())
async def samplers() -> Reply[list[SamplerView]]:
    return Reply(data=views.samplers())


@router.get("/custom", summary="One's own models", responses=errors())
async def custom_models(principal: SignedIn, custom: TheCustomModels) -> Reply[list[CustomModel]]:
    return Reply(data=list(await custom.list(principal.user_id)))


@router.get("/custom/{custom_id}", summary="One of them, or a shared one", responses=errors(NotFoundError))
async def custom_model(custom_id: UUID, principal: SignedIn, custom: TheCustomModels) -> Reply[CustomModel]:
    return Reply(data=await custom.get(custom_id, seen_by=principal.user_id))


@router.delete("/custom/{custom_id}", summary="Delete one's model", responses=errors(NotFoundError))
async def delete_custom_model(
    custom_id: UUID,
    principal: SignedIn,
    transactions: AllTransactions,
    storage: Annotated[Storage, service(Storage)],
) -> Reply[None]:
    async with transactions.begin() as work:
        key = await work.get(CustomModels).delete(principal.user_id, custom_id)
    if key:
        await storage.delete(key)
    return Reply(data=None, message="The model is deleted.")


@router.post(
    "/custom/{custom_id}/share", summary="Share one's model, or no more", responses=errors(NotFoundError)
)
async def share_custom_model(
    custom_id: UUID, asked: ShareRequest, principal: SignedIn, custom: TheCustomModels
) -> Reply[CustomModel]:
    return Reply(data=await custom.share(principal.user_id, custom_id, asked))


@router.post(
    "/train",
    summary="Train a LoRA",
    status_code=201,
    responses=errors(EmailNotVerifiedError, ModelUnavailableError),
)
async def train(asked: TrainingRequest, principal: Verified) -> Reply[None]:  # noqa: ARG001 - checked by their types
    """Until a worker can train this answers MODEL_UNAVAILABLE."""
    raise ModelUnavailableError(
        "Models can't be trained on this server yet.",
        advice="Training comes with a later release of the worker.",
    )


@router.get("/train/{training_id}", summary="A training", responses=errors(NotFoundError))
async def training(training_id: UUID, principal: SignedIn) -> Reply[None]:  # noqa: ARG001 - as above
    raise NotFoundError("There is no such training of yours.")


@router.get("/train/{training_id}/progress", summary="How far a training is", responses=errors(NotFoundError))
async def training_progress(training_id: UUID, principal: SignedIn) -> Reply[None]:  # noqa: ARG001 - as above
    raise NotFoundError("There is no such training of yours.")


@router.get("/{model_id:path}/stats", summary="How much a model is used", responses=errors(NotFoundError))
async def model_statistics(model_id: str, catalogue: TheCatalogue, usage: TheUsage) -> Reply[ModelStatistics]:
    return Reply(data=await usage.statistics((await catalogue.find(model_id)).entry))


@router.get("/{model_id:path}", summary="A model, by id or name", responses=errors(NotFoundError))
async def model(
    model_id: str, catalogue: TheCatalogue, usage: TheUsage, world: TheWorld
) -> Reply[CloudModelDetails]:
    offered = await catalogue.find(model_id)
    totals = await usage.totals()
    return Reply(
        data=views.details(
            offered,
            credits_each=catalogue.credits(offered.entry),
            usage=totals.get(offered.entry.name, UsageTotals()),
            now=world.clock(),
        )
    )
