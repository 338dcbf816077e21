import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.generation import Recipe, Sampler, Schedule
from shared.imaging.parameters import read_parameters, write_parameters
from shared.imaging.pictures import encode_png, read_picture, read_png_texts
from shared.imaging.recipe_pictures import encode_recipe_png, read_recipe
from shared.imaging.samplers import SAMPLER_NAMES, SCHEDULE_NAMES, read_sampler, resolved_schedule
from tests.shared.imaging.strategies import document, recipes

TEXT = """a castle, (golden:1.2) light
by a river
Negative prompt: blurry, low quality
two lines
Steps: 28, Sampler: DPM++ 2M Karras, CFG scale: 7.5, Seed: 123456, Size: 512x768, Model hash: 6ce0161689, \
Model: v1-5-pruned, Denoising strength: 0.6, Clip skip: 2, Hires upscale: 2, \
Lora hashes: "style: 0123456789ab, odd: name: ba9876543210", Version: v1.9.4"""


def test_a_text_as_a1111_writes_it() -> None:
    parsed = read_parameters(TEXT)
    assert parsed.prompt == "a castle, (golden:1.2) light\nby a river"
    assert parsed.negative_prompt == "blurry, low quality\ntwo lines"
    assert (parsed.steps, parsed.sampler, parsed.schedule) == (28, "dpmpp_2m", "karras")
    assert (parsed.guidance_scale, parsed.seed) == (7.5, 123456)
    assert (parsed.width, parsed.height) == (512, 768)
    assert (parsed.model_hash, parsed.model_name) == ("6ce0161689", "v1-5-pruned")
    assert (parsed.strength, parsed.clip_skip) == (0.6, 2)
    assert parsed.lora_hashes == {"style": "0123456789ab", "odd: name": "ba9876543210"}
    assert parsed.settings["Hires upscale"] == "2"
    assert parsed.notes == ()


def test_raw_json_as_civitai_adds_it() -> None:
    parsed = read_parameters(
        'a cat\nSteps: 20, Sampler: Euler a, Seed: 5, Hashes: {"model": "abc, def", "n": {"a": 1}}, '
        'Civitai resources: [{"type":"lora","weight":0.8,"modelName":"x, y: z"}], Created Date: 2024-01-01T10:00:00'
    )
    assert parsed.settings["Hashes"] == '{"model": "abc, def", "n": {"a": 1}}'
    assert parsed.settings["Civitai resources"].endswith('"x, y: z"}]')
    assert parsed.settings["Created Date"] == "2024-01-01T10:00:00"
    assert (parsed.sampler, parsed.seed) == ("euler_a", 5)


def test_fewer_than_three_settings_are_prompt() -> None:
    parsed = read_parameters("a sign that says\nsize: big, colour: red")
    assert parsed.prompt == "a sign that says\nsize: big, colour: red"
    assert parsed.settings == {}
    assert parsed.sampler is None


def test_values_out_of_range_are_nothing_but_stay_in_the_settings() -> None:
    parsed = read_parameters(
        "x\nSteps: 99999999999, Sampler: Euler, Seed: -1, CFG scale: nan, Size: 0x5y, Denoising strength: inf, "
        "Clip skip: two"
    )
    assert parsed.steps is parsed.seed is parsed.guidance_scale is parsed.width is None
    assert parsed.strength is parsed.clip_skip is None
    assert parsed.settings["Seed"] == "-1"


@given(recipe=recipes(), width=st.integers(16, 16384), height=st.integers(16, 16384))
def test_what_is_written_is_read_again(recipe: Recipe, width: int, height: int) -> None:
    request = recipe.request
    text = write_parameters(recipe, width=width, height=height)
    parsed = read_parameters(text)
    assert (parsed.prompt, parsed.negative_prompt) == (request.prompt, request.negative_prompt)
    assert (parsed.steps, parsed.seed) == (request.steps, recipe.rendering.seed)
    assert (parsed.width, parsed.height) == (width, height)
    assert parsed.guidance_scale == request.guidance_scale
    assert parsed.sampler == request.sampler
    assert parsed.schedule == resolved_schedule(request.sampler, request.schedule)
    assert parsed.model_hash == recipe.rendering.model_sha256[:10]
    assert parsed.model_name == (request.model.name or "starter")
    assert parsed.strength == getattr(request, "strength", None)
    assert (parsed.clip_skip or 1) == request.clip_skip
    assert parsed.settings["Version"] == recipe.rendering.engine
    assert parsed.notes == ()
    assert "Steps: " in text
    assert list(parsed.settings)[:3] == ["Steps", "Sampler", "Schedule type"]


@given(recipe=recipes())
def test_a_picture_carries_its_recipe(recipe: Recipe) -> None:
    pixels = document(5, 7, 1)
    data = encode_recipe_png(pixels, recipe)
    assert read_recipe(data) == recipe
    assert (read_picture(data) == pixels).all()
    texts = read_png_texts(data)
    assert read_parameters(texts["parameters"]).width == 7
    kind = "compositeWithTrained" if recipe.request.kind == "inpaint" else "/trained"
    assert f"{kind}AlgorithmicMedia</Iptc4xmpExt:DigitalSourceType>" in texts["XML:com.adobe.xmp"]


@pytest.mark.parametrize(
    "text", ["", "{}", "[" * 100_000, '{"request": {"kind": "text_to_image"}}', "\ufeff{"]
)
def test_a_recipe_that_is_not_understood_is_none(text: str) -> None:
    assert read_recipe(encode_png(document(2, 2, 1), {"pentimento": text})) is None


def test_a_picture_without_a_recipe_has_none() -> None:
    assert read_recipe(encode_png(document(2, 2, 1))) is None
    assert read_recipe(b"no picture") is None


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    parsed = read_parameters(text)
    assert len(parsed.prompt) + len(parsed.negative_prompt) <= len(text)


@pytest.mark.parametrize(
    "piece",
    ["a", " ", "aa:", 'aa: "', "aa:[", "aa:{", '"\\', "a: ", "-/", 'aa:"\\', "aa:[[[[,", "[", '["', "Negative prompt:", "\n",
     'aa:["k, ', '", "aa:["'],
)  # fmt: skip
def test_hostile_texts_take_bounded_time(piece: str) -> None:
    generator = random.Random(5)
    noise = "".join(generator.choice([piece, piece, piece, ","]) for _ in range(20_000))
    began = time.perf_counter()
    for text in (piece * (200_000 // len(piece)), noise, "Steps: 1, Seed: 2, " + piece * 20_000):
        read_parameters(text)
        read_parameters(text[:100_000])
    assert time.perf_counter() - began < 5


def test_every_sampler_and_schedule_is_read_in_each_spelling() -> None:
    for sampler, name in SAMPLER_NAMES.items():
        for schedule, label in SCHEDULE_NAMES.items():
            for choice in (
                read_sampler(name, label),
                read_sampler(f"{name} {label}"),
                read_sampler(sampler, schedule),
                read_sampler(name.upper(), label.lower()),
            ):
                assert (choice.sampler, choice.schedule, choice.notes) == (sampler, schedule, ())
        assert read_sampler(name).schedule == "automatic"
        assert read_sampler(f"{name} Karras", "Automatic").sampler == sampler


@pytest.mark.parametrize(
    ("sampler", "schedule"),
    [
        ("dpmpp_2m", "karras"),
        ("dpmpp_sde", "karras"),
        ("dpm2", "karras"),
        ("dpm2_a", "karras"),
        ("dpmpp_2m_sde", "exponential"),
        ("euler", "normal"),
    ],
)
def test_automatic_is_the_samplers_own_schedule(sampler: Sampler, schedule: Schedule) -> None:
    assert resolved_schedule(sampler, "automatic") == schedule
    assert resolved_schedule(sampler, "beta") == "beta"


@pytest.mark.parametrize(
    ("name", "sampler", "schedule"),
    [
        ("DPM++ 2S a Karras", "dpmpp_sde", "karras"),
        ("DPM++ 3M SDE Exponential", "dpmpp_2m_sde", "exponential"),
        ("DPM fast", "dpmpp_2m", "normal"),
        ("DPM adaptive", "dpmpp_2m", "normal"),
        ("Restart", "heun", "karras"),
        ("Brand New Sampler", "dpmpp_2m", "automatic"),
    ],
)
def test_what_we_do_not_have_is_mapped_and_said(name: str, sampler: str, schedule: str) -> None:
    choice = read_sampler(name)
    assert (choice.sampler, choice.schedule) == (sampler, schedule)
    assert "nearest" in choice.notes[0]
    assert read_sampler("Euler", "Polyexponential").schedule == "exponential"
    assert len(read_sampler("Euler", "Polyexponential").notes) == 1
    assert read_sampler("dpmpp_2m_sde_gpu").notes
    assert read_sampler("k_euler_a").sampler == "euler_a"
