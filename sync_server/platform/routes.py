"""What a route depends on, found by walking its dependencies as FastAPI resolved them."""

from collections.abc import Callable
from typing import Any, get_args

from fastapi import Request
from fastapi.dependencies.models import Dependant

from sync_server.platform.edge import AccountAsker, Asker, Leaving, unit_of_work


def asks_who(dependant: Dependant) -> bool:
    """Whether a token that is sent along is looked at."""
    return _depends_on(dependant, lambda call: isinstance(call, Asker))


def needs_account(dependant: Dependant) -> bool:
    leaving = get_args(Leaving)[1].dependency
    return _depends_on(dependant, lambda call: call is leaving or isinstance(call, AccountAsker))


def has_unit_of_work(dependant: Dependant) -> bool:
    return _depends_on(dependant, lambda call: call is unit_of_work)


def route_asks_who(request: Request) -> bool:
    return asks_who(request.scope["route"].dependant)


def _depends_on(dependant: Dependant, is_it: Callable[[Any], bool]) -> bool:
    return any(is_it(one.call) or _depends_on(one, is_it) for one in dependant.dependencies)
