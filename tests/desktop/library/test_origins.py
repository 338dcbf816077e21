import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from desktop.library.origins import read_origin
from desktop.library.query import Query
from shared.contracts.generation import Recipe
from tests.desktop.library.shelf import Shelf

PARAMETERS = """a boat, (golden:1.2) light
second line
Negative prompt: blurry
Steps: 30, Sampler: DPM++ 2M Karras, CFG scale: 6.5, Seed: 4294967295, Size: 64x32, Model hash: abcdef0123, Model: dream, Clip skip: 2, Version: v1.9"""

COMFY: dict[str, Any] = {
    "3": {
        "class_type": "KSampler",
        "inputs": {
            "seed": ["9", 0],
            "steps": 25,
            "cfg": 8.0,
            "sampler_name": "euler_ancestral",
            "scheduler": "karras",
            "positive": ["10", 0],
            "negative": ["7", 0],
            "model": ["11", 0],
        },
    },
    "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "dream.safetensors"}},
    "6": {"class_type": "CLIPTextEncode", "inputs": {"text": ["8", 0], "clip": ["4", 1]}},
    "7": {"class_type": "CLIPTextEncode", "inputs": {"text": "ugly", "clip": ["4", 1]}},
    "8": {"class_type": "PrimitiveString", "inputs": {"value": "a lighthouse"}},
    "9": {"class_type": "PrimitiveInt", "inputs": {"value": 2**63 + 5}},
    "10": {"class_type": "ConditioningSetArea", "inputs": {"conditioning": ["6", 0], "width": 64}},
    "11": {"class_type": "LoraLoader", "inputs": {"model": ["4", 0], "lora_name": "x"}},
}


def png_with(**texts: str) -> bytes:
    info = PngImagePlugin.PngInfo()
    for name, value in texts.items():
        info.add_text(name, value)
    buffer = io.BytesIO()
    Image.new("RGB", (64, 32)).save(buffer, "PNG", pnginfo=info)
    return buffer.getvalue()


def origin(data: bytes) -> Recipe | None:
    return read_origin(data, width=64, height=32)


def check_a1111(made: Recipe | None) -> None:
    assert made is not None
    request = made.request
    assert request.prompt == "a boat, (golden:1.2) light\nsecond line"
    assert (request.negative_prompt, request.steps, request.guidance_scale) == ("blurry", 30, 6.5)
    assert (request.sampler, request.schedule, request.seed) == ("dpmpp_2m", "karras", 4294967295)
    assert (request.model.name, made.rendering.model_sha256, request.clip_skip) == ("dream", "abcdef0123", 2)
    assert made.rendering.engine == "AUTOMATIC1111"


def test_a1111_parameters_in_a_png() -> None:
    check_a1111(origin(png_with(parameters=PARAMETERS)))


@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
@pytest.mark.parametrize("encoding", ["utf-16-be", "utf-16-le"])
def test_a1111_parameters_in_a_user_comment(kind: str, encoding: str) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9286] = b"UNICODE\0" + PARAMETERS.encode(encoding)
    buffer = io.BytesIO()
    Image.new("RGB", (64, 32)).save(buffer, kind, exif=exif)
    check_a1111(origin(buffer.getvalue()))


def test_a_comfyui_graph_is_followed_to_its_prompts() -> None:
    made = origin(png_with(prompt=json.dumps(COMFY), workflow="{}"))
    assert made is not None
    request = made.request
    assert (request.prompt, request.negative_prompt) == ("a lighthouse", "ugly")
    assert (request.sampler, request.schedule, request.steps) == ("euler_a", "karras", 25)
    assert request.model.name == "dream"
    assert request.seed == (2**63 + 5) % 2**32
    assert str(2**63 + 5) in made.rendering.notes[0]


def test_invokeai_metadata() -> None:
    metadata = {
        "positive_prompt": "a castle",
        "negative_prompt": "fog",
        "seed": 5,
        "steps": 12,
        "cfg_scale": 7,
        "scheduler": "dpmpp_2m_k",
        "model": {"key": "k", "hash": "h", "name": "Juggernaut", "base": "sd-1", "type": "main"},
    }
    made = origin(png_with(invokeai_metadata=json.dumps(metadata)))
    assert made is not None
    request = made.request
    assert (request.prompt, request.negative_prompt, request.seed) == ("a castle", "fog", 5)
    assert (request.sampler, request.schedule, request.model.name) == ("dpmpp_2m", "karras", "Juggernaut")


def test_a_circular_graph_ends() -> None:
    circle = {
        "1": {"inputs": {"positive": ["2", 0], "negative": ["2", 0], "seed": 1}},
        "2": {"inputs": {"conditioning": ["3", 0]}},
        "3": {"inputs": {"conditioning": ["2", 0]}},
    }
    made = origin(png_with(prompt=json.dumps(circle)))
    assert made is not None
    assert made.request.prompt == ""


def test_a_picture_that_tells_nothing() -> None:
    assert origin(png_with(Software="GIMP", prompt="just words", parameters="no settings")) is None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["inputs", "positive", "seed", "model", "steps", "cfg", "sampler_name", "1"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(value=json_values, name=st.sampled_from(["prompt", "invokeai_metadata"]))
def test_no_metadata_of_others_breaks_the_reading(value: object, name: str) -> None:
    made = origin(png_with(**{name: json.dumps(value)}))
    assert made is None or made.rendering.work_width == 64


async def test_an_imported_picture_is_found_by_its_foreign_prompt(shelf: Shelf, tmp_path: Path) -> None:
    source = tmp_path / "00001.png"
    source.write_bytes(png_with(parameters=PARAMETERS))
    picture = await shelf.library.import_file(source)
    check_a1111(picture.recipe)
    assert [found.id for found in await shelf.library.page(Query(search="golden dream"))] == [picture.id]
