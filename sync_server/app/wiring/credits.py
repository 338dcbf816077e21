"""How the services of credits are built."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sync_server.credits import tasks
from sync_server.credits.repository import CreditRepository
from sync_server.credits.service import CreditLedger, CreditStatements, LedgerAudit
from sync_server.platform.work import Work

if TYPE_CHECKING:
    from sync_server.app.container import Container


def builders(container: Container) -> dict[type, Callable[[Work], Any]]:
    world = container.world
    return {
        CreditRepository: lambda work: CreditRepository(work=work, clock=world.clock, new_id=world.new_id),
        CreditLedger: lambda work: CreditLedger(
            repository=work.get(CreditRepository), clock=world.clock, new_id=world.new_id
        ),
        CreditStatements: lambda work: CreditStatements(
            repository=work.get(CreditRepository), clock=world.clock
        ),
        LedgerAudit: lambda work: LedgerAudit(session=work.session),
    }


def register_tasks(container: Container) -> None:
    tasks.register(container.queue.app, transactions=container.transactions, clock=container.world.clock)
