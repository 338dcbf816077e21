"""A corpus in the formats of other programs goes through the one importer."""

import json
from pathlib import Path

import pytest

from desktop.library.origins import read_origin
from desktop.library.query import Query
from shared.contracts.errors import InvalidPictureError
from shared.contracts.generation import Recipe
from shared.imaging.parameters import read_parameters, write_parameters
from shared.imaging.samplers import SAMPLER_NAMES, SCHEDULE_NAMES, read_sampler
from tests.desktop.library.shelf import Shelf, recipe
from tests.support import foreign_pictures as foreign

A1111_SAMPLERS = (
    ("DPM++ 2M", "Schedule type: Karras, ", "dpmpp_2m", "karras"),
    ("DPM++ 2M Karras", "", "dpmpp_2m", "karras"),
    ("DPM++ 2M SDE Exponential", "", "dpmpp_2m_sde", "exponential"),
    ("DPM++ SDE", "Schedule type: Automatic, ", "dpmpp_sde", "automatic"),
    ("Euler a", "", "euler_a", "automatic"),
    ("DPM2 a Karras", "", "dpm2_a", "karras"),
    ("UniPC", "Schedule type: SGM Uniform, ", "unipc", "sgm_uniform"),
    ("LCM", "Schedule type: Beta, ", "lcm", "beta"),
)
COMFYUI_SAMPLERS = (
    ("euler_ancestral", "normal", "euler_a", "normal"),
    ("dpmpp_2m", "karras", "dpmpp_2m", "karras"),
    ("dpmpp_2m_sde", "exponential", "dpmpp_2m_sde", "exponential"),
    ("dpmpp_sde", "karras", "dpmpp_sde", "karras"),
    ("uni_pc", "simple", "unipc", "simple"),
    ("dpm_2_ancestral", "sgm_uniform", "dpm2_a", "sgm_uniform"),
    ("ddim", "ddim_uniform", "ddim", "normal"),
)
INVOKEAI_SAMPLERS = (
    ("dpmpp_2m_k", "dpmpp_2m", "karras"),
    ("dpmpp_2m_sde_k", "dpmpp_2m_sde", "karras"),
    ("euler_a", "euler_a", "automatic"),
    ("kdpm_2_a", "dpm2_a", "automatic"),
    ("unipc", "unipc", "automatic"),
    ("heun_k", "heun", "karras"),
)


def check(made: Recipe | None, sampler: str, schedule: str, *, notes: bool = False) -> None:
    assert made is not None
    request = made.request
    assert "golden" in request.prompt
    assert "바다" in request.prompt
    assert request.negative_prompt.startswith("blurry")
    assert (request.steps, request.guidance_scale, request.model.name) == (30, 6.5, "dream")
    assert (request.sampler, request.schedule) == (sampler, schedule)
    assert bool(made.rendering.notes) == notes


def read(data: bytes) -> Recipe | None:
    return read_origin(data, width=64, height=32)


@pytest.mark.parametrize(("name", "written", "sampler", "schedule"), A1111_SAMPLERS)
@pytest.mark.parametrize("extras", foreign.EXTRAS)
def test_a1111(name: str, written: str, sampler: str, schedule: str, extras: str) -> None:
    text = foreign.a1111_text(sampler=name, schedule=written, extras=foreign.EXTRAS[extras])
    for data in (
        foreign.png(parameters=text),
        foreign.with_comment("JPEG", text, "utf-16-be"),
        foreign.with_comment("WEBP", text, "utf-16-le"),
    ):
        made = read(data)
        check(made, sampler, schedule)
        assert made is not None
        assert made.request.seed == 4294967295
        assert made.request.clip_skip == (2 if extras == "image to image" else 1)


@pytest.mark.parametrize(("name", "written", "sampler", "schedule"), COMFYUI_SAMPLERS)
def test_comfyui(name: str, written: str, sampler: str, schedule: str) -> None:
    check(read(foreign.png(prompt=json.dumps(foreign.comfyui_graph(name, written)))), sampler, schedule)


@pytest.mark.parametrize(("name", "sampler", "schedule"), INVOKEAI_SAMPLERS)
def test_invokeai(name: str, sampler: str, schedule: str) -> None:
    data = foreign.png(invokeai_metadata=json.dumps(foreign.invokeai_metadata(name)))
    check(read(data), sampler, schedule)


@pytest.mark.parametrize(
    ("name", "sampler"),
    [
        ("dpmpp_2s_ancestral", "dpmpp_sde"),
        ("dpm_fast", "dpmpp_2m"),
        ("dpmpp_2m_sde_gpu", "dpmpp_2m_sde"),
        ("res_multistep", "dpmpp_2m"),
    ],
)
def test_a_sampler_that_we_lack_is_replaced_and_said_so(name: str, sampler: str) -> None:
    made = read(foreign.png(prompt=json.dumps(foreign.comfyui_graph(name))))
    assert made is not None
    assert made.request.sampler == sampler
    assert name in made.rendering.notes[0]


@pytest.mark.parametrize("sampler", SAMPLER_NAMES)
@pytest.mark.parametrize("schedule", SCHEDULE_NAMES)
def test_what_we_write_is_read_back_and_names_are_known_both_ways(sampler: str, schedule: str) -> None:
    made = recipe("a boat, (calm:1.1)\nsea", sampler=sampler, schedule=schedule, negative_prompt="fog")
    parsed = read_parameters(write_parameters(made, width=64, height=32))
    assert (parsed.prompt, parsed.negative_prompt) == ("a boat, (calm:1.1)\nsea", "fog")
    assert (parsed.sampler, parsed.seed, parsed.width, parsed.height) == (sampler, 7, 64, 32)
    assert parsed.schedule == (schedule if schedule != "automatic" else parsed.schedule)
    known = read_sampler(SAMPLER_NAMES[made.request.sampler], SCHEDULE_NAMES[made.request.schedule])
    assert (known.sampler, known.schedule, known.notes) == (sampler, schedule, ())


@pytest.mark.parametrize("kind", foreign.hostile())
async def test_hostile_pictures_come_in_or_are_refused_in_words(
    shelf: Shelf, tmp_path: Path, kind: str
) -> None:
    file = tmp_path / "hostile.png"
    file.write_bytes(foreign.hostile()[kind])
    try:
        picture = await shelf.library.import_file(file)
    except InvalidPictureError:
        assert await shelf.library.count() == 0
    else:
        assert (picture.width, picture.height) == (64, 32)
        assert await shelf.library.get(picture.id) == picture
        assert len(await shelf.library.page(Query(kind="imported"))) == 1
        assert picture.file.parent.parent.parent == shelf.folders.pictures
