"""Pictures as other programs write them, made from the grammar of their formats; and some that mean harm."""

import io
import json
import zlib
from typing import Any

from PIL import Image, PngImagePlugin

A1111_TEXT = """{prompt}
Negative prompt: {negative}
Steps: {steps}, Sampler: {sampler}, {schedule}CFG scale: 6.5, Seed: {seed}, Size: 64x32, Model hash: abcdef0123, Model: dream, {extras}Version: v1.10.1"""
EXTRAS = {
    "plain": "",
    "image to image": "Denoising strength: 0.55, Clip skip: 2, Mask blur: 4, Inpaint area: Only masked, Masked area padding: 32, ",
    "hires": "Hires upscale: 2, Hires steps: 12, Hires upscaler: 4x-UltraSharp, ",
    "lora": 'Lora hashes: "detail: 0123456789ab, sky (v2): ba9876543210", TI hashes: "bad: 1", ',
    "civitai": 'Hashes: {"model": "abcdef0123", "lora:x, y": "1"}, Civitai resources: [{"type":"checkpoint","modelVersionId":1}], ',
    "quoted": 'Wildcard prompt: "a, b: \\"c\\"\\nd", ',
}
USER_COMMENT, EXIF_FOLDER = 0x9286, 0x8769


def a1111_text(**values: Any) -> str:
    known = {
        "prompt": "a (golden:1.2) boat, 바다\nsecond line",
        "negative": "blurry, [ugly]",
        "steps": 30,
        "sampler": "DPM++ 2M",
        "schedule": "Schedule type: Karras, ",
        "seed": 4294967295,
        "extras": "",
    }
    return A1111_TEXT.format(**{**known, **values})


def png(**texts: str) -> bytes:
    info = PngImagePlugin.PngInfo()
    for name, text in texts.items():
        info.add_itxt(name, text)
    return _saved("PNG", pnginfo=info)


def with_comment(kind: str, text: str, encoding: str) -> bytes:
    exif = Image.Exif()
    exif.get_ifd(EXIF_FOLDER)[USER_COMMENT] = b"UNICODE\0" + text.encode(encoding)
    return _saved(kind, exif=exif)


def comfyui_graph(sampler: str = "dpmpp_2m", scheduler: str = "karras", **values: Any) -> dict[str, Any]:
    inputs = {
        "seed": 7,
        "steps": 30,
        "cfg": 6.5,
        "sampler_name": sampler,
        "scheduler": scheduler,
        "denoise": 1.0,
        "positive": ["6", 0],
        "negative": ["7", 0],
        "model": ["10", 0],
        "latent_image": ["5", 0],
    }
    return {
        "3": {"class_type": "KSampler", "inputs": inputs | values},
        "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "sd15\\dream.safetensors"}},
        "5": {"class_type": "EmptyLatentImage", "inputs": {"width": 64, "height": 32, "batch_size": 1}},
        "6": {
            "class_type": "CLIPTextEncode",
            "inputs": {"text": "a (golden:1.2) boat, 바다", "clip": ["4", 1]},
        },
        "7": {"class_type": "CLIPTextEncode", "inputs": {"text": "blurry", "clip": ["4", 1]}},
        "9": {"class_type": "SaveImage", "inputs": {"images": ["8", 0], "filename_prefix": "ComfyUI"}},
        "10": {"class_type": "LoraLoader", "inputs": {"model": ["4", 0], "clip": ["4", 1], "lora_name": "x"}},
    }


def invokeai_metadata(scheduler: str | None = "dpmpp_2m_k", **values: Any) -> dict[str, Any]:
    return {
        "app_version": "5.4.0",
        "generation_mode": "txt2img",
        "positive_prompt": "a (golden)1.2 boat, 바다",
        "negative_prompt": "blurry",
        "width": 64,
        "height": 32,
        "seed": 7,
        "steps": 30,
        "cfg_scale": 6.5,
        "scheduler": scheduler,
        "model": {"key": "1", "hash": "blake3:0", "name": "dream", "base": "sd-1", "type": "main"},
        "loras": [{"model": {"name": "detail"}, "weight": 0.75}],
    } | values


def hostile() -> dict[str, bytes]:
    """Whole pictures whose metadata means harm, is damaged, or is not what it says."""
    deep = "[" * 100_000 + "]" * 100_000
    circle = {
        str(n): {"inputs": {"positive": [str(n + 1), 0], "seed": 1, "text": [str(n), 0]}} for n in range(500)
    }
    return {
        "deep json": png(prompt=deep, invokeai_metadata=deep),
        "a graph in a circle": png(prompt=json.dumps(circle)),
        "endless numbers": png(prompt=json.dumps(comfyui_graph(seed=10**400, steps=1e308, cfg=-1e308))),
        "no numbers": png(
            invokeai_metadata='{"seed": NaN, "steps": Infinity, "cfg_scale": -Infinity, "scheduler": 7}'
        ),
        "wrong types": png(
            invokeai_metadata=json.dumps(invokeai_metadata(seed=[], steps={}, model=[1], scheduler=None))
        ),
        "a list": png(prompt="[1, 2]", invokeai_metadata='"text"'),
        "a long line": png(parameters="x\n" + "Steps: 1, " * 100_000),
        "slow quotes": png(parameters='x\nSteps: 20, Sampler: Euler, Seed: 1, A: "' + "\\" * 50_000),
        "slow keys": png(parameters="x\n" + "a b " * 40_000 + "Steps: 20, Seed: 1, Size: 1x1"),
        "lone surrogates": png(prompt=json.dumps(comfyui_graph()).replace("blurry", "\\ud800\\udfff\\ud800")),
        "control signs": png(parameters=a1111_text(prompt="a\x00b\x1b[31m\u202e\ufeff")),
        "odd comment": with_comment("JPEG", "Steps: 1, x" * 3, "utf-16-be")[:-1] + b"\xd9",
        "half a comment": _saved(
            "WEBP", exif=b"Exif\0\0II*\0\x08\0\0\0\x01\0\x69\x87\x04\0\x01\0\0\0\xff\xff\xff\x7f"
        ),
        "an inflating text": _with_chunk(
            png(), b"zTXt", b"parameters\0\0" + zlib.compress(b"Steps: " * 10_000_000)
        ),
    }


def _saved(kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 32), (90, 120, 200)).save(buffer, kind, **options)
    return buffer.getvalue()


def _with_chunk(data: bytes, kind: bytes, content: bytes) -> bytes:
    """Behind the header."""
    chunk = len(content).to_bytes(4, "big") + kind + content + zlib.crc32(kind + content).to_bytes(4, "big")
    return data[:33] + chunk + data[33:]
