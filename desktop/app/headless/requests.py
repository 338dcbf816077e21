"""From what was typed to a request, with errors in words."""

from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from shared.contracts.errors import InvalidRequestError
from shared.contracts.generation import FillIntent, Sampler
from shared.contracts.models import ModelDescription

Request = TypeVar("Request", bound=BaseModel)


def settings_of(model: ModelDescription, typed: dict[str, Any]) -> dict[str, Any]:
    """The model's defaults under what was typed; None means that nothing was."""
    defaults = {
        "model": model.reference,
        "steps": model.default_steps,
        "guidance_scale": model.default_guidance_scale,
        "sampler": model.default_sampler,
        "schedule": model.default_schedule,
    }
    return {**defaults, **{name: value for name, value in typed.items() if value is not None}}


def build(kind: type[Request], values: dict[str, Any]) -> Request:
    """Raises InvalidRequestError that names the first value that cannot be."""
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        problem = error.errors()[0]
        raise InvalidRequestError(
            "The value {value} for {name} is not possible: {reason}.",
            advice="See what is possible with: pentimento --help",
            value=problem["input"],
            name=str(problem["loc"][0]) if problem["loc"] else "the request",
            reason=problem["msg"][:1].lower() + problem["msg"][1:],
        ) from error


def read_sampler_name(typed: str | None) -> dict[str, str]:
    """`typed` as we write it ("dpmpp_2m") or as others do ("DPM++ 2M Karras"). Raises InvalidRequestError."""
    if typed is None:
        return {}
    if typed in get_args(Sampler):
        return {"sampler": typed}
    from shared.imaging.samplers import read_sampler

    choice = read_sampler(typed)
    if choice.notes:
        raise InvalidRequestError(
            "There is no sampler “{name}”.",
            advice="Choose one of: {known}.",
            name=typed,
            known=", ".join(get_args(Sampler)),
        )
    return {"sampler": choice.sampler, "schedule": choice.schedule}


def check_intent(typed: str | None) -> str | None:
    if typed is not None and typed not in get_args(FillIntent):
        raise InvalidRequestError(
            "There is no intent “{name}”.",
            advice="Choose one of: {known}.",
            name=typed,
            known=", ".join(get_args(FillIntent)),
        )
    return typed
