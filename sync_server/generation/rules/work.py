"""What a job costs and how long it takes. Pure."""

import math
from collections.abc import Mapping
from datetime import timedelta

from shared.contracts.generation import PictureRequest, TextToImage
from shared.contracts.job_views import JobKind
from shared.pricing.prices import PricedKind, PricedWork, price
from shared.pricing.tariffs import WorkPrices
from sync_server.generation.rules.sizes import Size
from sync_server.models.rules import CLASSIC, ModelEntry

_PRICED_AS: Mapping[JobKind, PricedKind] = {
    "text_to_image": "text_to_image",
    "image_to_image": "image_to_image",
    "variations": "image_to_image",
    "edit": "image_to_image",
    "inpaint": "inpaint",
    "outpaint": "outpaint",
    "upscale": "upscale",
    "enhance": "enhance",
    "background": "background_removal",
}
_CLASSIC_SECONDS = 2.0
HEARD_WITHIN = timedelta(seconds=60)
"""A worker that was not heard for so long is counted as gone."""


def job_price(
    kind: JobKind, request: PictureRequest, *, size: Size, model: ModelEntry | None, prices: WorkPrices
) -> int:
    """`size` is that of the result, of an upscale that of its source. The most that the job can cost.

    What no model's steps are run for costs the same whatever steps it names.
    """
    return price(
        PricedWork(
            kind=_PRICED_AS[kind],
            family=model.price_family if model else CLASSIC,
            pixels=size.pixels,
            steps=request.steps if model else prices.reference_steps,
            count=request.count,
            scale=getattr(request, "factor", 2.0),
        ),
        prices,
    )


def job_seconds(request: PictureRequest, *, size: Size, model: ModelEntry | None) -> int:
    if model is None:
        return math.ceil(_CLASSIC_SECONDS * request.count)
    effort = request.steps / model.default_steps * size.pixels / model.native_side**2
    strength = 1.0 if isinstance(request, TextToImage) else getattr(request, "strength", 1.0)
    return max(1, math.ceil(model.seconds * effort * max(strength, 0.1) * request.count))


def share_of(amount: int, *, done: int, asked: int) -> int:
    """What `done` of `asked` steps cost of a price: never more, and rounded in favour of who pays."""
    if asked <= 0:
        return 0
    return amount * min(max(done, 0), asked) // asked
