"""How pictures of other programs were made, as far as their metadata tells, as a recipe of ours."""

import io
import json
from collections.abc import Mapping
from typing import Any

from PIL import Image

from desktop.library.comfyui import read_comfyui
from desktop.library.told import ToldSettings, from_told
from shared.contracts.generation import Recipe
from shared.imaging.parameters import read_parameters
from shared.imaging.png_texts import read_png_texts

USER_COMMENT = 0x9286
EXIF_FOLDER = 0x8769
KARRAS_SUFFIX = "_k"
"""InvokeAI writes the schedule behind the sampler."""


def read_origin(data: bytes, *, width: int, height: int) -> Recipe | None:
    """None where the picture tells nothing that we understand; never raises for what stands in it."""
    texts = _texts(data)
    told = None
    if "invokeai_metadata" in texts:
        told = _read_invokeai(texts["invokeai_metadata"])
    if told is None and "parameters" in texts:
        told = _read_a1111(texts["parameters"])
    if told is None and "prompt" in texts:
        told = read_comfyui(texts["prompt"])
    return None if told is None else from_told(told, width=width, height=height)


def _texts(data: bytes) -> dict[str, str]:
    """PNG text chunks; from JPEG, WebP and AVIF the EXIF user comment as `parameters`."""
    texts = read_png_texts(data)
    with Image.open(io.BytesIO(data)) as image:
        if image.format == "PNG":  # whose EXIF may stand behind its pixels, and nobody writes settings there
            return texts
        comment = _user_comment(image)
    if "parameters" not in texts and comment:
        texts["parameters"] = comment if isinstance(comment, str) else _decode_user_comment(bytes(comment))
    return texts


def _user_comment(image: Image.Image) -> Any:
    try:
        return image.getexif().get_ifd(EXIF_FOLDER).get(USER_COMMENT)
    except Exception:  # noqa: BLE001 - a picture is worth keeping even where its EXIF is damaged in any way
        return None


def _decode_user_comment(comment: bytes) -> str:
    """Eight bytes name the encoding. Programs write UTF-16 in either byte order: take the plausible one."""
    kind, text = comment[:8], comment[8:]
    if kind.startswith(b"UNICODE"):
        readings = [text.decode(encoding, errors="replace") for encoding in ("utf-16-be", "utf-16-le")]
        return max(readings, key=lambda reading: reading.count("Steps: ")).strip("\0")
    return text.decode("utf-8", errors="replace").strip("\0")


def _read_a1111(text: str) -> ToldSettings | None:
    if "Steps: " not in text:
        return None
    parsed = read_parameters(text)
    return ToldSettings(
        program="AUTOMATIC1111",
        prompt=parsed.prompt,
        negative_prompt=parsed.negative_prompt,
        model_name=parsed.model_name,
        model_hash=parsed.model_hash,
        steps=parsed.steps,
        guidance_scale=parsed.guidance_scale,
        sampler=parsed.settings.get("Sampler"),
        schedule=parsed.settings.get("Schedule type"),
        seed=parsed.seed,
        clip_skip=parsed.clip_skip,
    )


def _read_invokeai(text: str) -> ToldSettings | None:
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, Mapping):
        return None
    model: Any = told.get("model")
    scheduler = str(told.get("scheduler") or "")
    return ToldSettings(
        program="InvokeAI",
        prompt=told.get("positive_prompt"),
        negative_prompt=told.get("negative_prompt"),
        model_name=model.get("name") if isinstance(model, Mapping) else model,
        steps=told.get("steps"),
        guidance_scale=told.get("cfg_scale"),
        sampler=scheduler.removesuffix(KARRAS_SUFFIX),
        schedule="karras" if scheduler.endswith(KARRAS_SUFFIX) else "",
        seed=told.get("seed"),
    )
