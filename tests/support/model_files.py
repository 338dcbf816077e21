"""Model files as the catalogue sees them: headers and configurations that are right, weights of nothing."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


def write_safetensors(
    path: Path, shapes: Mapping[str, tuple[int, ...]], *, metadata: Mapping[str, str] | None = None
) -> None:
    """Half-precision zeros of these shapes."""
    header: dict[str, Any] = {"__metadata__": {"format": "pt", **(metadata or {})}}
    offset = 0
    for name, shape in shapes.items():
        size = 2
        for side in shape:
            size *= side
        header[name] = {"dtype": "F16", "shape": list(shape), "data_offsets": [offset, offset + size]}
        offset += size
    content = json.dumps(header).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(len(content).to_bytes(8, "little") + content + bytes(offset))


def write_model_folder(
    folder: Path,
    *,
    pipeline: str = "StableDiffusionPipeline",
    in_channels: int = 4,
    sample_size: int = 64,
    encoders: Sequence[str] = ("text_encoder",),
    width: int = 768,
    notes: Mapping[str, Any] | None = None,
) -> None:
    _write(
        folder / "model_index.json",
        {"_class_name": pipeline, **{encoder: ["transformers", "CLIPTextModel"] for encoder in encoders}},
    )
    _write(
        folder / "unet" / "config.json",
        {"in_channels": in_channels, "sample_size": sample_size, "cross_attention_dim": width},
    )
    _write(folder / "vae" / "config.json", {"latent_channels": 4, "block_out_channels": [8, 8, 8, 8]})
    for part in ("unet", "vae", *encoders):
        write_safetensors(folder / part / "model.safetensors", {"weight": (1,)})
    if notes is not None:
        _write(folder / "pentimento.json", notes)


def write_checkpoint(
    path: Path, *, in_channels: int = 4, text_encoder: str = "cond_stage_model.transformer."
) -> None:
    """The tensors of a single file that tell what it is."""
    write_safetensors(
        path,
        {
            "model.diffusion_model.input_blocks.0.0.weight": (8, in_channels, 3, 3),
            "model.diffusion_model.out.2.weight": (4, 8, 3, 3),
            "first_stage_model.decoder.conv_in.weight": (8, 4, 3, 3),
            f"{text_encoder}text_model.final_layer_norm.weight": (8,),
        },
    )


def write_lora(
    path: Path,
    *,
    width: int = 768,
    style: str = "kohya",
    metadata: Mapping[str, str] | None = None,
) -> None:
    """One layer of a UNet's cross-attention, as each trainer names it; `width` is that of the text."""
    kohya = "lora_unet_down_blocks_1_attentions_0_transformer_blocks_0_attn2_to_k"
    diffusers = "unet.down_blocks.1.attentions.0.transformer_blocks.0.attn2"
    layers: dict[str, dict[str, tuple[int, ...]]] = {
        "kohya": {
            f"{kohya}.lora_down.weight": (4, width),
            f"{kohya}.lora_up.weight": (8, 4),
            f"{kohya}.alpha": (),
        },
        "locon": {f"{kohya}.lora_down.weight": (4, width), f"{kohya}.lora_mid.weight": (4, 4, 3, 3)},
        "loha": {f"{kohya}.hada_w1_a": (8, 4), f"{kohya}.hada_w1_b": (4, width)},
        "lokr": {f"{kohya}.lokr_w1": (2, 4), f"{kohya}.lokr_w2": (8, width // 4)},
        "full": {f"{kohya}.diff": (8, width), f"{kohya}.diff_b": (8,)},
        "diffusers": {
            f"{diffusers}.to_k.lora.down.weight": (4, width),
            f"{diffusers}.to_k.lora.up.weight": (8, 4),
        },
        "peft": {f"{diffusers}.to_k.lora_A.weight": (4, width), f"{diffusers}.to_k.lora_B.weight": (8, 4)},
        "attention": {f"{diffusers}.processor.to_k_lora.down.weight": (4, width)},
    }
    write_safetensors(path, layers[style], metadata=metadata)


def _write(path: Path, content: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")
