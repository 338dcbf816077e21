"""What a request's price depends on."""

from collections.abc import Mapping

from shared.contracts.generation import GenerationRequest, Outpaint, TextToImage, Upscale
from shared.pricing.prices import PictureKind, PricedWork

_KINDS: Mapping[str, PictureKind] = {
    "text_to_image": "text_to_image",
    "image_to_image": "image_to_image",
    "variations": "image_to_image",
    "inpaint": "inpaint",
    "outpaint": "outpaint",
    "upscale": "upscale",
    "enhance": "enhance",
    "remove_background": "background_removal",
}
_CLASSIC = "classic"
_REFERENCE_STEPS = 30


def priced_work(
    request: GenerationRequest, *, family: str | None, source_size: tuple[int, int] | None = None
) -> PricedWork:
    """`family` as the prices name the model's, None where it needs none; `source_size` (width, height) of its picture.

    What no model's steps are run for costs the same whatever steps it names.
    """
    runs_steps = family is not None
    return PricedWork(
        kind=_KINDS[request.kind],
        family=family or _CLASSIC,
        pixels=_pixels(request, source_size),
        steps=request.steps if runs_steps else _REFERENCE_STEPS,
        count=request.count,
        scale=_scale(request, source_size),
    )


def _pixels(request: GenerationRequest, source_size: tuple[int, int] | None) -> int:
    """Of one picture of the result; of an upscale's source."""
    if isinstance(request, TextToImage):
        return request.width * request.height
    if source_size is None:
        msg = "the price of a picture that is made from another depends on that one's size"
        raise ValueError(msg)
    width, height = source_size
    if isinstance(request, Outpaint):
        extension = request.extension
        width += extension.left + extension.right
        height += extension.top + extension.bottom
    return width * height


def _scale(request: GenerationRequest, source_size: tuple[int, int] | None) -> float:
    """By which both sides would grow to make an upscale's number of pixels."""
    if not isinstance(request, Upscale) or source_size is None:
        return 1.0
    if request.width is None or request.height is None:
        return request.factor
    return max(1.0, float((request.width * request.height / (source_size[0] * source_size[1])) ** 0.5))
