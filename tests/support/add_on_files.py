"""Files that go with the tiny models, random and in the layouts that trainers write."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
from diffusers import ControlNetModel, UNet2DConditionModel
from safetensors.torch import save_file
from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

from shared.contracts.models import ModelFamily, ModelFile, ModelKind

RANK = 2
Tensors = dict[str, torch.Tensor]
ATTENTION = ("to_q", "to_k", "to_v", "to_out.0")
TEXT_LAYERS = ("self_attn.q_proj", "self_attn.v_proj", "mlp.fc1")


def add_on(path: Path, kind: ModelKind, *, name: str = "", family: ModelFamily | None = None) -> ModelFile:
    size = path.stat().st_size if path.is_file() else 0
    return ModelFile(
        id=f"{kind}-{path.stem}",
        name=name or path.stem,
        kind=kind,
        family=family,
        path=path,
        size_bytes=size,
        layout="diffusers" if path.is_dir() else "single_file",
    )


def attention_layers(unet: Any) -> Iterator[tuple[str, torch.Size]]:
    for name, module in unet.named_modules():
        if name.endswith(ATTENTION) and "attn" in name:
            yield name, module.weight.shape


def text_layers(encoder: Any) -> Iterator[tuple[str, torch.Size]]:
    for name, module in encoder.named_modules():
        if name.endswith(TEXT_LAYERS):
            yield name.removeprefix("text_model."), module.weight.shape


def kohya_lora(pipeline: Any, *, seed: int = 1, convolutions: bool = False) -> Tensors:
    """With an alpha of half the rank; `convolutions` make it a LoCon. No out_proj, as kohya's trainer leaves it out."""
    tensors: Tensors = {}
    random = torch.Generator().manual_seed(seed)

    def layer(stem: str, shape: torch.Size) -> None:
        down = (RANK, *shape[1:])
        up = (shape[0], RANK, *[1] * (len(shape) - 2))
        tensors[f"{stem}.lora_down.weight"] = torch.randn(down, generator=random)
        tensors[f"{stem}.lora_up.weight"] = torch.randn(up, generator=random)
        tensors[f"{stem}.alpha"] = torch.tensor(RANK / 2)

    for name, shape in attention_layers(pipeline.unet):
        layer(f"lora_unet_{name.replace('.', '_')}", shape)
    for name, shape in text_layers(pipeline.text_encoder):
        layer(f"lora_te_text_model_{name.replace('.', '_')}", shape)
    if convolutions:
        for name, module in pipeline.unet.named_modules():
            if name.endswith(("conv1", "downsamplers.0.conv")):
                layer(f"lora_unet_{name.replace('.', '_')}", module.weight.shape)
    return tensors


def diffusers_lora(pipeline: Any, *, seed: int = 1) -> Tensors:
    random = torch.Generator().manual_seed(seed)
    tensors: Tensors = {}
    layers = [(f"unet.{name}", shape) for name, shape in attention_layers(pipeline.unet)]
    layers += [(f"text_encoder.text_model.{name}", s) for name, s in text_layers(pipeline.text_encoder)]
    for name, shape in layers:
        tensors[f"{name}.lora_A.weight"] = torch.randn((RANK, shape[1]), generator=random)
        tensors[f"{name}.lora_B.weight"] = torch.randn((shape[0], RANK), generator=random)
    return tensors


def loha(pipeline: Any, *, seed: int = 1) -> Tensors:
    random = torch.Generator().manual_seed(seed)
    tensors: Tensors = {}
    for name, shape in attention_layers(pipeline.unet):
        stem = f"lora_unet_{name.replace('.', '_')}"
        for number in "12":
            tensors[f"{stem}.hada_w{number}_a"] = torch.randn((shape[0], RANK), generator=random)
            tensors[f"{stem}.hada_w{number}_b"] = torch.randn((RANK, shape[1]), generator=random)
        tensors[f"{stem}.alpha"] = torch.tensor(1.0)
    return tensors


def lokr(pipeline: Any, *, seed: int = 1) -> Tensors:
    random = torch.Generator().manual_seed(seed)
    tensors: Tensors = {}
    for name, shape in attention_layers(pipeline.unet):
        stem = f"lora_unet_{name.replace('.', '_')}"
        tensors[f"{stem}.lokr_w1"] = torch.randn((2, 2), generator=random)
        tensors[f"{stem}.lokr_w2"] = torch.randn((shape[0] // 2, shape[1] // 2), generator=random)
    return tensors


LORA_FORMS: dict[str, Callable[..., Tensors]] = {
    "kohya": kohya_lora,
    "locon": lambda pipeline, **options: kohya_lora(pipeline, convolutions=True, **options),
    "diffusers": diffusers_lora,
    "loha": loha,
    "lokr": lokr,
}


def write(path: Path, tensors: Tensors) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, path)
    return path


def make_control_net(unet: UNet2DConditionModel, *, seed: int = 2) -> Any:
    """Its last layers random instead of zero, so that it changes something."""
    torch.manual_seed(seed)
    net = ControlNetModel.from_unet(unet, conditioning_embedding_out_channels=(8, 8, 8, 8))
    layers = [*net.controlnet_down_blocks, net.controlnet_mid_block]
    for layer in layers:
        torch.nn.init.normal_(layer.weight, std=0.2)
    torch.nn.init.normal_(net.controlnet_cond_embedding.conv_out.weight, std=0.2)
    return net.eval()


def save_image_encoder(folder: Path, *, width: int = 32, seed: int = 3) -> Any:
    torch.manual_seed(seed)
    configuration = CLIPVisionConfig(
        hidden_size=width, intermediate_size=width, num_hidden_layers=3, num_attention_heads=2,
        image_size=32, patch_size=8, projection_dim=width, hidden_act="gelu",
    )  # fmt: skip
    encoder = CLIPVisionModelWithProjection(configuration)
    encoder.save_pretrained(folder)
    return encoder.eval()


def ip_adapter(unet: UNet2DConditionModel, *, width: int = 32, seed: int = 4) -> Tensors:
    """The simple form: the picture as a whole becomes four words."""
    random = torch.Generator().manual_seed(seed)
    words = int(unet.config.cross_attention_dim)
    tensors = {
        "image_proj.proj.weight": torch.randn((4 * words, width), generator=random) * 0.3,
        "image_proj.proj.bias": torch.zeros(4 * words),
        "image_proj.norm.weight": torch.ones(words),
        "image_proj.norm.bias": torch.zeros(words),
    }
    number = 1
    for name in unet.attn_processors:
        if name.endswith("attn2.processor"):
            module = unet.get_submodule(name.removesuffix(".processor"))
            for letter in "kv":
                tensors[f"ip_adapter.{number}.to_{letter}_ip.weight"] = torch.randn(
                    module.to_k.weight.shape, generator=random
                )
            number += 2
    return tensors
