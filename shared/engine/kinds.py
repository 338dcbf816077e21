"""What kind of model a safetensors file holds and what it works with, told by the names and shapes of its tensors."""

import math
import re
from collections.abc import Callable, Iterable

from shared.contracts.models import ModelFamily, ModelKind
from shared.engine.headers import Header, Shapes

_CHECKPOINT = "model.diffusion_model."
_LORA_PARTS = (
    ".lora_down.", ".lora_up.", ".lora_A.", ".lora_B.", ".lora.down.", ".lora.up.", "_lora.down.", "_lora.up.",
    ".hada_w1_a", ".lokr_w1", ".lokr_w2", ".oft_blocks", ".oft_diag", ".diff_b", ".lora_linear_layer.",
)  # fmt: skip
_CONTROLNET_STARTS = (
    "control_model.", "controlnet_cond_embedding.", "controlnet_down_blocks.", "input_hint_block.", "zero_convs.",
)  # fmt: skip
_UPSCALER_NAMES = (
    "conv_first.weight", "model.0.weight", "params_ema.conv_first.weight", "params.conv_first.weight",
    "conv_after_body.weight",
)  # fmt: skip
_EMBEDDING_NAMES = {"emb_params", "clip_l", "clip_g"}
_MOST_EMBEDDINGS = 4

_FAMILY_OF_WIDTH: dict[int, ModelFamily] = {
    768: "stable_diffusion_1",
    1024: "stable_diffusion_2",
    2048: "stable_diffusion_xl",
    1280: "stable_diffusion_xl_refiner",
}
"""By how many numbers the text gives for each token, as cross-attention takes it in."""

_STRANGERS = {
    "double_blocks": "Flux",
    "single_transformer_blocks": "Flux",
    "joint_blocks": "Stable Diffusion 3",
    "joint_transformer_blocks": "Stable Diffusion 3",
    "cap_embedder": "Lumina",
    "adaln_single": "PixArt",
    "transformer_blocks.0.img_mod": "Qwen-Image",
    "blocks.0.cross_attn": "Wan",
}
_STATED_STRANGERS = {
    "flux": "Flux",
    "stable-diffusion-v3": "Stable Diffusion 3",
    "stable-diffusion-3": "Stable Diffusion 3",
    "sd3": "Stable Diffusion 3",
    "qwen": "Qwen-Image",
    "wan": "Wan",
    "hunyuan": "Hunyuan",
    "lumina": "Lumina",
    "pixart": "PixArt",
}
_CROSS_ATTENTION = re.compile(r"attn2[._](?:processor[._])?to_[kv]|attn2[._]to_[kv]")


def kind_of(shapes: Shapes) -> ModelKind | None:
    """None for what is none of the kinds: a text encoder alone, an optimiser's state, another program's file."""
    return next((kind for kind, holds in _SIGNS if holds(shapes)), None)


def family_of(kind: ModelKind, header: Header) -> ModelFamily | None:
    """What it works with; None where neither its tensors nor its maker's words tell."""
    told = _told_by_shapes(kind, header.shapes)
    return told or stated_family(header.metadata)


def stranger(header: Header) -> str:
    """The name of a family that Pentimento can't use, where the file is of one; else empty."""
    stated = header.metadata.get("modelspec.architecture", "").lower()
    for beginning, name in _STATED_STRANGERS.items():
        if stated.startswith(beginning):
            return name
    for part, name in _STRANGERS.items():
        if any(part in tensor for tensor in header.shapes):
            return name
    channels = next(
        (shape for name, shape in header.shapes.items() if name.endswith("decoder.conv_in.weight")), ()
    )
    return "Flux" if len(channels) == 4 and channels[1] == 16 else ""


def stated_family(metadata: dict[str, str]) -> ModelFamily | None:
    """By `modelspec.architecture`, or by what kohya's trainer wrote down of its base."""
    told = metadata.get("modelspec.architecture", "").lower()
    base = metadata.get("ss_base_model_version", "").lower()
    if "refiner" in told:
        return "stable_diffusion_xl_refiner"
    if "xl" in told or base.startswith("sdxl"):
        return "stable_diffusion_xl"
    if told.startswith("stable-diffusion-v2") or base.startswith(("sd_v2", "sd_2", "sd2")):
        return "stable_diffusion_2"
    if metadata.get("ss_v2", "").lower() == "true":
        return "stable_diffusion_2"
    if told.startswith("stable-diffusion-v1") or base.startswith(("sd_v1", "sd_1", "sd1")):
        return "stable_diffusion_1"
    return None


def _any_starts(*beginnings: str) -> Callable[[Shapes], bool]:
    return lambda shapes: any(name.startswith(beginnings) for name in shapes)


def _is_lora(shapes: Shapes) -> bool:
    return any(part in name for name in shapes for part in _LORA_PARTS)


def _is_vae(shapes: Shapes) -> bool:
    return any(name.endswith("decoder.conv_in.weight") for name in shapes)


def _told_by_shapes(kind: ModelKind, shapes: Shapes) -> ModelFamily | None:
    if kind == "lora":
        return _family_of_lora(shapes)
    if kind == "embedding":
        return _family_of_embedding(shapes)
    if kind == "ip_adapter":
        return _first_known(shape[1] for name, shape in shapes.items() if _is_key_of_picture(name, shape))
    if kind == "controlnet":
        return _first_known(
            shape[-1]
            for name, shape in shapes.items()
            if _CROSS_ATTENTION.search(name) and name.endswith("weight") and len(shape) >= 2
        )
    return None


def _family_of_lora(shapes: Shapes) -> ModelFamily | None:
    second = (
        "lora_te2_",
        "text_encoder_2.",
        "lora_te1_",
        "lora_unet_input_blocks_",
        "lora_unet_output_blocks_",
    )
    if any(name.startswith(second) for name in shapes):
        return "stable_diffusion_xl"
    crossing = _first_known(
        width for name, shape in shapes.items() if (width := _width_in(name, shape, shapes, _CROSS_ATTENTION))
    )
    return crossing or _first_known(
        width for name, shape in shapes.items() if (width := _width_in(name, shape, shapes, _TEXT_ENCODER))
    )


_TEXT_ENCODER = re.compile(r"^(?:lora_te_|text_encoder\.).*(?:self_attn[._][qkv]_proj|mlp[._]fc1)")


def _width_in(name: str, shape: tuple[int, ...], shapes: Shapes, layer: re.Pattern[str]) -> int:
    """How wide the layer's input is that this tensor changes; 0 where the tensor does not tell it."""
    if len(shape) < 2 or not layer.search(name):
        return 0
    if name.endswith(
        (".lora_down.weight", ".lora_A.weight", ".lora.down.weight", "_lora.down.weight", ".hada_w1_b")
    ):
        return shape[1]
    if name.endswith(".diff"):
        return shape[-1]
    if name.endswith(".lokr_w1"):
        stem = name.removesuffix(".lokr_w1")
        other = shapes.get(f"{stem}.lokr_w2") or shapes.get(f"{stem}.lokr_w2_b", ())
        return shape[1] * other[1] if len(other) >= 2 else 0
    return 0


def _family_of_embedding(shapes: Shapes) -> ModelFamily | None:
    if "clip_g" in shapes:
        return "stable_diffusion_xl"
    widths = {768: "stable_diffusion_1", 1024: "stable_diffusion_2"}
    return _first_known(shape[-1] for shape in shapes.values() if shape and shape[-1] in widths)


def _is_key_of_picture(name: str, shape: tuple[int, ...]) -> bool:
    return name.endswith(("to_k_ip.weight", "to_v_ip.weight")) and len(shape) == 2


def _first_known(widths: Iterable[int]) -> ModelFamily | None:
    return next((_FAMILY_OF_WIDTH[width] for width in widths if width in _FAMILY_OF_WIDTH), None)


def _is_embedding(shapes: Shapes) -> bool:
    """Some vectors for words, under one of the known names or under the word itself."""
    if not 1 <= len(shapes) <= _MOST_EMBEDDINGS or any(len(shape) > 2 for shape in shapes.values()):
        return False
    if _EMBEDDING_NAMES & shapes.keys():
        return True
    return all(
        shape and shape[-1] in {768, 1024, 1280} and math.prod(shape) // shape[-1] <= 256
        for shape in shapes.values()
    )


def _is_upscaler(shapes: Shapes) -> bool:
    """ESRGAN and SwinIR by their first layer; Real-ESRGAN's small network by its row of layers and slopes."""
    if any(name in shapes for name in _UPSCALER_NAMES):
        return True
    first, slopes = shapes.get("body.0.weight", ()), shapes.get("body.1.weight", ())
    return len(first) == 4 and first[1] == 3 and slopes == first[:1]


_SIGNS: tuple[tuple[ModelKind, Callable[[Shapes], bool]], ...] = (
    ("lora", _is_lora),
    ("ip_adapter", _any_starts("ip_adapter.", "image_proj.")),
    ("controlnet", _any_starts(*_CONTROLNET_STARTS)),
    ("checkpoint", _any_starts(_CHECKPOINT)),
    ("vae", _is_vae),
    ("embedding", _is_embedding),
    ("upscaler", _is_upscaler),
)
"""Looked for in this order: a LoRA may have layers of the names that the others are told by."""
