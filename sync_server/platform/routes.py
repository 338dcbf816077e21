"""What a route depends on, found by walking its dependencies as FastAPI resolved them."""

from collections.abc import Callable
from typing import Any, get_args

from fastapi import Request
from fastapi.dependencies.models import Dependant

from sync_server.platform.edge import Leaving, MaybeSignedIn, unit_of_work


def asks_who(dependant: Dependant) -> bool:
    """Whether a token that is sent along is looked at."""
    return _depends_on(dependant, _dependency(MaybeSignedIn))


def needs_account(dependant: Dependant) -> bool:
    return _depends_on(dependant, _dependency(Leaving))


def has_unit_of_work(dependant: Dependant) -> bool:
    return _depends_on(dependant, unit_of_work)


def route_asks_who(request: Request) -> bool:
    return asks_who(request.scope["route"].dependant)


def _dependency(annotated: Any) -> Callable[..., Any]:
    found: Callable[..., Any] = get_args(annotated)[1].dependency
    return found


def _depends_on(dependant: Dependant, call: Callable[..., Any]) -> bool:
    return any(
        dependency.call is call or _depends_on(dependency, call) for dependency in dependant.dependencies
    )
