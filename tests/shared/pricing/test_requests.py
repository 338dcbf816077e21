"""The price of a request, from its kind, its model's family and its picture's size."""

import pytest

from shared.contracts.generation import (
    Enhance,
    Extension,
    GenerationRequest,
    ImageToImage,
    Inpaint,
    ModelReference,
    Outpaint,
    RemoveBackground,
    TextToImage,
    Upscale,
    Variations,
)
from shared.pricing.prices import price
from shared.pricing.requests import priced_work
from shared.pricing.tariffs import load_tariffs

PRICES = load_tariffs().work
XL = "sdxl"
SQUARE = (1024, 1024)
IMAGE = "1" * 64
SETTINGS = {"model": ModelReference(id="m"), "seed": 1, "steps": 30}


def made(kind: type[GenerationRequest], **fields: object) -> GenerationRequest:
    request: GenerationRequest = kind.model_validate({**SETTINGS, "image": IMAGE, **fields})
    return request


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (TextToImage(**SETTINGS, width=1024, height=1024), 10),
        (made(ImageToImage), 15),
        (made(Variations), 15),
        (made(Inpaint, mask=IMAGE), 15),
        (made(Outpaint, extension=Extension(right=1024)), 30),
        (made(Upscale), 20),
        (made(Upscale, factor=4), 80),
        (made(Upscale, width=2048, height=2048), 20),
        (made(Variations, count=4), 60),
    ],
)
def test_a_request_of_sdxl_costs_what_is_promised(request_: GenerationRequest, expected: int) -> None:
    assert price(priced_work(request_, family=XL, source_size=SQUARE), PRICES) == expected


@pytest.mark.parametrize("kind", [Enhance, RemoveBackground])
def test_what_needs_no_model_costs_the_same_whatever_steps_it_names(kind: type[GenerationRequest]) -> None:
    work = [
        priced_work(kind.model_validate({"image": IMAGE, "steps": steps}), family=None, source_size=SQUARE)
        for steps in (1, 90)
    ]

    assert {price(each, PRICES) for each in work} == {3}


def test_a_smaller_family_costs_less() -> None:
    work = priced_work(made(Upscale), family="stable-diffusion-1", source_size=SQUARE)

    assert price(work, PRICES) == 10


def test_the_size_of_the_picture_must_be_known() -> None:
    with pytest.raises(ValueError, match="size"):
        priced_work(made(Upscale), family=XL)
