"""Where a job runs: as the artist says, or by a rule that can be told in a sentence."""

from dataclasses import dataclass
from typing import Literal

from desktop.generation.cloud.offers import CloudOffer
from desktop.generation.editor_state import PlaceChoice
from desktop.generation.jobs import Place
from desktop.generation.painters import is_cloud_only
from shared.contracts.errors import (
    ErrorReport,
    InvalidRequestError,
    ModelUnavailableError,
    PentimentoError,
)
from shared.contracts.models import ModelDescription
from shared.pricing.prices import PricedWork, price

Reason = Literal["chosen", "no_cloud", "only_there", "no_room", "faster", "soon_enough", "too_dear"]

MEMORY_OF_A_MODEL = 1.3
"""What a model takes while it paints, of its files' size."""
BYTES_OF_A_PIXEL = 3000
SHARE_OF_MEMORY = 0.8
PATIENCE_SECONDS = 30.0
"""So long a job may take here before the cloud is thought of."""
WORTH_IT = 0.5
"""The cloud is worth its price where it takes at most this share of the time here."""
MOST_STEPS = 100
MOST_PICTURES = 4


class CloudNotOpenError(PentimentoError):
    """Why no job runs in the cloud now."""

    code = "CLOUD_NOT_OPEN"


@dataclass(frozen=True, kw_only=True)
class Work:
    """What is to be made. Its price family is the cloud's to say; `parts` are files beside the model."""

    priced: PricedWork
    longest_side: int
    model: ModelDescription | None
    needs_model: bool = True
    parts: bool = False


@dataclass(frozen=True, kw_only=True)
class Machine:
    """`memory` in bytes; `pace` in seconds for one step of a million pixels, None before it was seen."""

    memory: int
    pace: float | None = None
    seconds_waiting: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Decision:
    """`price` in credits, of the cloud alone; `problem` keeps the job from running there."""

    place: Place
    reason: Reason
    price: int | None = None
    problem: ErrorReport | None = None


def decide_place(
    choice: PlaceChoice, work: Work, *, machine: Machine, offer: CloudOffer, ceiling: int
) -> Decision:
    """*automatic*: here, unless the model does not fit the memory, or the job takes over half a minute here and at
    most half as long in the cloud; and there only up to `ceiling` credits.
    """
    if choice == "local":
        return Decision(place="local", reason="chosen")
    cost = cloud_price(work, offer)
    problem = why_not_in_the_cloud(work, offer, cost)
    if choice == "cloud":
        return Decision(place="cloud", reason="chosen", price=cost, problem=problem)
    if work.model is not None and is_cloud_only(work.model):
        problem = problem or _too_dear(cost, ceiling)
        return Decision(place="cloud", reason="only_there", price=cost, problem=problem)
    if problem is not None or cost is None:
        return Decision(place="local", reason="no_cloud")
    return _by_the_rule(work, machine, offer, cost=cost, ceiling=ceiling)


def _by_the_rule(work: Work, machine: Machine, offer: CloudOffer, *, cost: int, ceiling: int) -> Decision:
    here = seconds_here(work, machine)
    fits = memory_needed(work) <= SHARE_OF_MEMORY * machine.memory
    faster = (
        here is not None
        and here > PATIENCE_SECONDS
        and offer.seconds is not None
        and offer.seconds <= WORTH_IT * here
    )
    if fits and not faster:
        return Decision(place="local", reason="soon_enough")
    if cost > ceiling:
        return Decision(place="local", reason="too_dear")
    return Decision(place="cloud", reason="faster" if fits else "no_room", price=cost)


def cloud_price(work: Work, offer: CloudOffer) -> int | None:
    """The most that it costs; None where the cloud does not have the model."""
    if not work.needs_model:
        return price(work.priced.model_copy(update={"family": "classic"}), offer.prices)
    model = offer.model_for(work.model) if work.model is not None else None
    if model is None:
        return None
    return price(work.priced.model_copy(update={"family": offer.price_family(model)}), offer.prices)


def why_not_in_the_cloud(work: Work, offer: CloudOffer, cost: int | None) -> ErrorReport | None:
    """In words; None where it can run there."""
    return _not_open(offer) or _not_there(work, offer) or _not_allowed(work, offer) or _not_paid(cost, offer)


def memory_needed(work: Work) -> float:
    """In bytes, for one picture at a time."""
    model = work.model.size_bytes * MEMORY_OF_A_MODEL if work.model is not None else 0
    return model + work.priced.pixels * BYTES_OF_A_PIXEL


def seconds_here(work: Work, machine: Machine) -> float | None:
    if machine.pace is None:
        return None
    priced = work.priced
    painting = machine.pace * priced.steps * priced.count * _made_pixels(priced) / 1e6
    return machine.seconds_waiting + painting


def only_in_the_cloud(model: ModelDescription) -> ModelUnavailableError:
    return ModelUnavailableError(
        "The model “{name}” is in the cloud only.",
        advice="Choose the cloud beside the button, or a model of this machine.",
        name=model.name,
    )


def _too_dear(cost: int | None, ceiling: int) -> ErrorReport | None:
    if cost is None or cost <= ceiling:
        return None
    return CloudNotOpenError(
        "This costs {price} credits, more than Automatic may spend.",
        advice="Let it spend more, or choose the cloud yourself.",
        price=cost,
    ).report


def _made_pixels(priced: PricedWork) -> float:
    """Of one picture of the result; an upscale is priced by its source."""
    return priced.pixels * priced.scale**2 if priced.kind == "upscale" else priced.pixels


def _not_open(offer: CloudOffer) -> ErrorReport | None:
    match offer.access:
        case "open":
            return None
        case "signed_out":
            return CloudNotOpenError("Sign in to paint in the cloud.", advice="Open Account.").report
        case "unconfirmed":
            return CloudNotOpenError(
                "Painting in the cloud begins when your address is confirmed.",
                advice="Open the mail that was sent to you.",
            ).report
        case "unknown":
            return CloudNotOpenError(
                "The server {server} does not answer now.",
                advice="Try again in a moment, or paint on this machine.",
                server=offer.server,
            ).report


def _not_there(work: Work, offer: CloudOffer) -> ErrorReport | None:
    if work.parts:
        return InvalidRequestError(
            "LoRAs, controls and VAEs are on this machine only.",
            advice="Take them out, or paint on this machine.",
        ).report
    if work.needs_model and work.model is not None and offer.model_for(work.model) is None:
        return ModelUnavailableError(
            "The cloud does not have the model “{name}” now.",
            advice="Choose another one, or paint on this machine.",
            name=work.model.name,
        ).report
    return None


def _not_allowed(work: Work, offer: CloudOffer) -> ErrorReport | None:
    side, priced = offer.most_side, work.priced
    if side and (_made_pixels(priced) > side**2 or work.longest_side > 2 * side):
        return InvalidRequestError(
            "Your plan paints up to {side} × {side} in the cloud.",
            advice="Choose a smaller size or a higher plan, or paint on this machine.",
            side=side,
        ).report
    if (work.needs_model and priced.steps > MOST_STEPS) or priced.count > MOST_PICTURES:
        return InvalidRequestError(
            "In the cloud a job has at most {steps} steps and {count} pictures.",
            advice="Ask for less, or paint on this machine.",
            steps=MOST_STEPS,
            count=MOST_PICTURES,
        ).report
    return None


def _not_paid(cost: int | None, offer: CloudOffer) -> ErrorReport | None:
    if cost is None or cost <= offer.credits:
        return None
    return CloudNotOpenError(
        "This costs {price} credits, and you have {credits}.",
        advice="Get more under Account, or ask for less.",
        price=cost,
        credits=offer.credits,
    ).report
