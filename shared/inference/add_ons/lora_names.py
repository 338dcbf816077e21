"""Which of a model's layers a LoRA file means by the names of diffusers, of kohya's trainer or of the first programs."""

from collections.abc import Iterator
from typing import Any

_WRAPPINGS = ("base_model.model.", "diffusion_model.")
_ENCODER_PREFIXES = {
    "text_encoder": ("lora_te_", "lora_te1_", "text_encoder."),
    "text_encoder_2": ("lora_te2_", "text_encoder_2."),
}
_PARTS = {
    "norm1": "in_layers.0",
    "conv1": "in_layers.2",
    "time_emb_proj": "emb_layers.1",
    "norm2": "out_layers.0",
    "conv2": "out_layers.3",
    "conv_shortcut": "skip_connection",
}
_WHOLE = {
    "time_embedding.linear_1": "time_embed.0",
    "time_embedding.linear_2": "time_embed.2",
    "add_embedding.linear_1": "label_emb.0.0",
    "add_embedding.linear_2": "label_emb.0.2",
    "conv_in": "input_blocks.0.0",
    "conv_out": "out.2",
}


def plain(name: str) -> str:
    """Without the difference of points and underscores, and without wrappings."""
    for wrapping in _WRAPPINGS:
        name = name.removeprefix(wrapping)
    return name.replace(".", "_").replace("_text_model_", "_")


def unet_layers(unet: Any) -> dict[str, Any]:
    """Every module that has a weight, under each of the names that files know it by."""
    layers_in_a_level = int(unet.config.layers_per_block)
    modules = dict(unet.named_modules())
    attending = {name.rsplit(".attentions", 1)[0] for name in modules if ".attentions" in name}
    found: dict[str, Any] = {}
    for name, module in modules.items():
        if not hasattr(module, "weight"):
            continue
        for known in _names_in_a_unet(name, layers_in_a_level, attending):
            found[plain(known)] = module
    return found


def encoder_layers(slot: str, encoder: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, module in encoder.named_modules():
        if hasattr(module, "weight"):
            bare = name.removeprefix("text_model.")
            for prefix in _ENCODER_PREFIXES[slot]:
                found[plain(f"{prefix}text_model.{bare}")] = module
    return found


def _names_in_a_unet(name: str, layers: int, attending: set[str]) -> Iterator[str]:
    yield f"lora_unet_{name}"
    yield f"unet.{name}"
    first = _first_programs_name(name, layers, attending)
    yield f"lora_unet_{first}"
    yield f"diffusion_model.{first}"


def _first_programs_name(name: str, layers: int, attending: set[str]) -> str:
    """As the files of the first programs call a layer of diffusers' UNet with `layers` layers in each level."""
    first = _WHOLE.get(name, name)
    match name.split("."):
        case ["down_blocks", level, "downsamplers", "0", "conv"]:
            first = f"input_blocks.{(layers + 1) * (int(level) + 1)}.0.op"
        case ["down_blocks", level, part, layer, *inner]:
            first = f"input_blocks.{(layers + 1) * int(level) + int(layer) + 1}.{_inside(part, inner)}"
        case ["mid_block", "attentions", "0", *inner]:
            first = f"middle_block.1.{'.'.join(inner)}"
        case ["mid_block", "resnets", layer, *inner]:
            first = f"middle_block.{2 * int(layer)}.{_resnet(inner)}"
        case ["up_blocks", level, "upsamplers", "0", "conv"]:
            place = 2 if f"up_blocks.{level}" in attending else 1
            first = f"output_blocks.{(layers + 1) * int(level) + layers}.{place}.conv"
        case ["up_blocks", level, part, layer, *inner]:
            first = f"output_blocks.{(layers + 1) * int(level) + int(layer)}.{_inside(part, inner)}"
    return first


def _inside(part: str, inner: list[str]) -> str:
    return f"0.{_resnet(inner)}" if part == "resnets" else f"1.{'.'.join(inner)}"


def _resnet(inner: list[str]) -> str:
    return _PARTS.get(inner[0], inner[0])
