"""How the services of models, generation and workflows are built."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sync_server.accounts.service import Accounts, Creations
from sync_server.compat.service import OpenAIImages
from sync_server.credits.service import CreditLedger
from sync_server.gallery.ports import AreaPainter, PicturesHandedIn
from sync_server.gallery.service.keeping import ItemKeeper
from sync_server.generation import tasks
from sync_server.generation.providers.fal_signatures import FalSignatures
from sync_server.generation.providers.language_model import LanguageModel
from sync_server.generation.repository import JobRepository
from sync_server.generation.rules.prompts import PromptData
from sync_server.generation.service.assisting import CanvasPainter
from sync_server.generation.service.creation import JobCreation
from sync_server.generation.service.drafts import DraftMaker
from sync_server.generation.service.hosted import HostedRequests
from sync_server.generation.service.inputs import PictureInputs
from sync_server.generation.service.jobs import JobQueue
from sync_server.generation.service.own_requests import OwnRequests
from sync_server.generation.service.prompt_writing import PromptWriting
from sync_server.generation.service.runs import JobRuns
from sync_server.generation.service.statistics import JobCreations, JobModelUsage, JobStatistics
from sync_server.generation.service.uploads import Uploads
from sync_server.generation.service.views import JobViews
from sync_server.models.ports import ModelUsage
from sync_server.models.repository import ModelRepository
from sync_server.models.rules import load_catalogue
from sync_server.models.service import CustomModels, ModelCatalogue
from sync_server.platform.queue import TaskQueue
from sync_server.platform.signals import Signals
from sync_server.platform.work import Work
from sync_server.workflows.service import Workflows

if TYPE_CHECKING:
    from sync_server.app.container import Container


def builders(container: Container) -> dict[type, Callable[[Work], Any]]:
    world, tariffs = container.world, container.tariffs
    prompts, known, signatures = PromptData(), load_catalogue(), _signatures(container)
    return {
        Signals: lambda work: Signals(session=work.session),
        PromptData: lambda _: prompts,
        ModelRepository: lambda work: ModelRepository(session=work.session),
        ModelCatalogue: lambda work: ModelCatalogue(
            repository=work.get(ModelRepository),
            known=known,
            tariffs=tariffs,
            default_model=container.settings.default_model,
            clock=world.clock,
        ),
        CustomModels: lambda work: CustomModels(
            repository=work.get(ModelRepository), storage=container.storage, clock=world.clock
        ),
        ModelUsage: lambda work: JobModelUsage(session=work.session, clock=world.clock),
        Creations: lambda work: JobCreations(
            session=work.session,
            items=work.get(ItemKeeper),
            queue=work.get(TaskQueue),
            ledger=work.get(CreditLedger),
        ),
        JobRepository: lambda work: JobRepository(session=work.session),
        JobQueue: lambda work: JobQueue(
            repository=work.get(JobRepository),
            accounts=work.get(Accounts),
            ledger=work.get(CreditLedger),
            items=work.get(ItemKeeper),
            queue=work.get(TaskQueue),
            signals=work.get(Signals),
            tariffs=tariffs,
            world=world,
        ),
        JobRuns: lambda work: JobRuns(
            repository=work.get(JobRepository),
            queue=work.get(JobQueue),
            ledger=work.get(CreditLedger),
            items=work.get(ItemKeeper),
            signals=work.get(Signals),
            world=world,
            silence=timedelta(seconds=container.settings.worker_silence),
        ),
        JobViews: lambda work: JobViews(
            repository=work.get(JobRepository),
            items=work.get(ItemKeeper),
            storage=container.storage,
            clock=world.clock,
        ),
        JobStatistics: lambda work: JobStatistics(
            repository=work.get(JobRepository),
            items=work.get(ItemKeeper),
            models=work.get(ModelCatalogue),
            tariffs=tariffs,
            clock=world.clock,
        ),
        PicturesHandedIn: lambda _: _inputs(container),
        AreaPainter: lambda work: CanvasPainter(inputs=_inputs(container), creation=work.get(JobCreation)),
        HostedRequests: lambda _: HostedRequests(
            transactions=container.transactions,
            listener=container.listener,
            signatures=signatures,
            clock=world.clock,
        ),
        PromptWriting: lambda _: PromptWriting(
            transactions=container.transactions,
            language_model=_language_model(container),
            prompts=prompts,
            tariffs=tariffs,
            world=world,
        ),
        PictureInputs: lambda _: _inputs(container),
        Uploads: lambda _: _uploads(container),
        JobCreation: lambda _: _creation(container, prompts),
        OpenAIImages: lambda work: OpenAIImages(
            transactions=container.transactions,
            creation=work.get(JobCreation),
            storage=container.storage,
            clock=world.clock,
        ),
        Workflows: lambda work: Workflows(session=work.session, cursors=container.cursors, world=world),
    }


def register_tasks(container: Container) -> None:
    tasks.register(
        container.queue.app,
        transactions=container.transactions,
        storage=container.storage,
        uploads=_uploads(container),
        clock=container.world.clock,
    )


def _signatures(container: Container) -> FalSignatures | None:
    if not container.settings.fal_key.get_secret_value():
        return None
    return FalSignatures(
        http=container.http, keys_url=container.settings.fal_keys_url, clock=container.world.clock
    )


def _language_model(container: Container) -> LanguageModel | None:
    settings = container.settings
    if not settings.language_model_url:
        return None
    return LanguageModel(
        http=container.http,
        url=settings.language_model_url,
        key=settings.language_model_key.get_secret_value(),
        model=settings.language_model_name,
    )


def _creation(container: Container, prompts: PromptData) -> JobCreation:
    return JobCreation(
        transactions=container.transactions,
        drafts=DraftMaker(
            transactions=container.transactions,
            inputs=_inputs(container),
            prompts=prompts,
            tariffs=container.tariffs,
            world=container.world,
        ),
        own_requests=OwnRequests(
            transactions=container.transactions,
            inputs=_inputs(container),
            prompts=prompts,
            tariffs=container.tariffs,
        ),
        listener=container.listener,
        tariffs=container.tariffs,
        world=container.world,
    )


def _inputs(container: Container) -> PictureInputs:
    return PictureInputs(
        transactions=container.transactions,
        storage=container.storage,
        fetcher=container.fetcher,
        clock=container.world.clock,
    )


def _uploads(container: Container) -> Uploads:
    return Uploads(
        transactions=container.transactions,
        storage=container.storage,
        inputs=_inputs(container),
        world=container.world,
    )
