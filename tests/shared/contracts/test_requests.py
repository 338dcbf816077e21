"""Requests of every kind: what they refuse, what they remember, what was stored before they grew."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from shared.contracts.generation import (
    Control,
    Enhance,
    Extension,
    ModelReference,
    Outpaint,
    RemoveBackground,
    Upscale,
    generation_request_adapter,
)

IMAGE, MASK, LINES = "1" * 64, "2" * 64, "3" * 64
MODEL = ModelReference(id="m")

STORED_BEFORE = [
    {"kind": "text_to_image", "model": {"id": "m"}, "seed": 1, "width": 64, "height": 64},
    {"kind": "image_to_image", "model": {"id": "m"}, "seed": 1, "image": IMAGE, "strength": 0.4},
    {"kind": "inpaint", "model": {"id": "m"}, "seed": 1, "image": IMAGE, "mask": MASK, "feather": 3},
]


@pytest.mark.parametrize("stored", STORED_BEFORE, ids=lambda stored: str(stored["kind"]))
def test_what_was_stored_before_is_read_and_asks_for_nothing_new(stored: dict[str, Any]) -> None:
    request = generation_request_adapter.validate_json(json.dumps(stored))

    assert not (request.loras)
    assert not (request.controls)
    assert not (request.embeddings)
    assert not (request.vae)
    assert not (request.refiner)
    assert not (request.variation)
    assert request.seamless == "none"


@pytest.mark.parametrize(
    "request_of_kind",
    [
        {"kind": "variations", "model": {"id": "m"}, "seed": 1, "image": IMAGE},
        {"kind": "outpaint", "model": {"id": "m"}, "seed": 1, "image": IMAGE, "extension": {"left": 8}},
        {"kind": "upscale", "model": {"id": "m"}, "seed": 1, "image": IMAGE, "factor": 4},
        {"kind": "enhance", "image": IMAGE, "denoise": 0.5},
        {"kind": "remove_background", "image": IMAGE},
    ],
    ids=lambda request: str(request["kind"]),
)
def test_each_kind_comes_back_as_it_was(request_of_kind: dict[str, Any]) -> None:
    request = generation_request_adapter.validate_python(request_of_kind)

    again = generation_request_adapter.validate_json(request.model_dump_json())

    assert again == request
    assert again.pictures == (IMAGE,)


def test_a_request_names_every_picture_that_it_needs() -> None:
    control = Control(model=ModelReference(id="c"), image=LINES)

    assert RemoveBackground(image=IMAGE, mask=MASK).pictures == (IMAGE, MASK)
    assert Enhance(image=IMAGE, controls=(control,)).pictures == (IMAGE, LINES)
    assert Enhance(image=IMAGE).source == IMAGE


@pytest.mark.parametrize(
    "make",
    [
        Extension,
        lambda: Extension(left=-1),
        lambda: Upscale(model=MODEL, seed=1, image=IMAGE, width=100),
        lambda: Control(model=MODEL, image=LINES, start=0.5, end=0.5),
        lambda: Control(model=MODEL, image=LINES, weight=2.1),
        lambda: Outpaint.model_validate({"model": {"id": "m"}, "seed": 1, "image": IMAGE}),
    ],
)
def test_what_makes_no_sense_is_refused(make: Any) -> None:
    with pytest.raises(ValidationError):
        make()
