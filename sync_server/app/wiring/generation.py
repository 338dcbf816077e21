"""How the services of models, generation and workflows are built."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sync_server.accounts.service import Accounts, Creations
from sync_server.credits.service import CreditLedger
from sync_server.generation import tasks
from sync_server.generation.repository import JobRepository
from sync_server.generation.rules.prompts import PromptData
from sync_server.generation.service.boards import BoardShelf
from sync_server.generation.service.creation import JobCreation
from sync_server.generation.service.drafts import DraftMaker
from sync_server.generation.service.inputs import PictureInputs
from sync_server.generation.service.jobs import JobQueue
from sync_server.generation.service.own_requests import OwnRequests
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
    prompts, known = PromptData(), load_catalogue()
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
        Creations: lambda work: JobCreations(session=work.session, queue=work.get(TaskQueue)),
        JobRepository: lambda work: JobRepository(session=work.session),
        BoardShelf: lambda work: BoardShelf(session=work.session, clock=world.clock),
        JobQueue: lambda work: JobQueue(
            repository=work.get(JobRepository),
            accounts=work.get(Accounts),
            ledger=work.get(CreditLedger),
            queue=work.get(TaskQueue),
            signals=work.get(Signals),
            tariffs=tariffs,
            world=world,
        ),
        JobRuns: lambda work: JobRuns(
            repository=work.get(JobRepository),
            queue=work.get(JobQueue),
            accounts=work.get(Accounts),
            ledger=work.get(CreditLedger),
            shelf=work.get(BoardShelf),
            signals=work.get(Signals),
            world=world,
        ),
        JobViews: lambda work: JobViews(
            repository=work.get(JobRepository), storage=container.storage, clock=world.clock
        ),
        JobStatistics: lambda work: JobStatistics(
            repository=work.get(JobRepository),
            models=work.get(ModelCatalogue),
            tariffs=tariffs,
            clock=world.clock,
        ),
        PictureInputs: lambda _: _inputs(container),
        Uploads: lambda _: _uploads(container),
        JobCreation: lambda _: JobCreation(
            transactions=container.transactions,
            drafts=DraftMaker(
                transactions=container.transactions,
                inputs=_inputs(container),
                prompts=prompts,
                tariffs=tariffs,
                world=world,
            ),
            own_requests=OwnRequests(
                transactions=container.transactions,
                inputs=_inputs(container),
                prompts=prompts,
                tariffs=tariffs,
            ),
            listener=container.listener,
            tariffs=tariffs,
            world=world,
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
