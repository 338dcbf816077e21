"""Random models of a few channels in the real layouts, whose pictures mean nothing and are made at once."""

import json
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL, DDIMScheduler, StableDiffusionPipeline, UNet2DConditionModel
from safetensors.torch import save_file
from transformers import CLIPTextConfig, CLIPTextModel

from shared.inference.families.clip.tokenizer import make_clip_tokenizer

SIDES = {"minimum_side": 64, "native_side": 64, "maximum_side": 128}
_WIDTH = 32


def make_tiny_pipeline(
    *, in_channels: int = 4, latent_channels: int = 4, zero_snr: bool = False, seed: int = 0
) -> Any:
    """Four levels as in Stable Diffusion 1, an eighth of the side in latents, and CLIP's whole vocabulary."""
    torch.manual_seed(seed)
    unet = UNet2DConditionModel(
        sample_size=8,
        in_channels=in_channels,
        out_channels=latent_channels,
        block_out_channels=(8, 8, 8, 8),
        layers_per_block=2,
        down_block_types=("CrossAttnDownBlock2D",) * 3 + ("DownBlock2D",),
        up_block_types=("UpBlock2D",) + ("CrossAttnUpBlock2D",) * 3,
        cross_attention_dim=_WIDTH,
        attention_head_dim=2,
        norm_num_groups=4,
    )
    vae = AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        block_out_channels=(4, 4, 4, 4),
        layers_per_block=2,
        latent_channels=latent_channels,
        norm_num_groups=2,
        sample_size=64,
    )
    text_encoder = CLIPTextModel(
        CLIPTextConfig(
            vocab_size=49408,
            hidden_size=_WIDTH,
            intermediate_size=_WIDTH,
            num_hidden_layers=3,
            num_attention_heads=2,
            projection_dim=_WIDTH,
            bos_token_id=49406,
            eos_token_id=49407,
            pad_token_id=49407,
        )
    )
    scheduler = DDIMScheduler(
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        clip_sample=False,
        set_alpha_to_one=zero_snr,
        steps_offset=1,
        prediction_type="v_prediction" if zero_snr else "epsilon",
        rescale_betas_zero_snr=zero_snr,
        timestep_spacing="trailing" if zero_snr else "leading",
    )
    return StableDiffusionPipeline(
        vae=vae,
        text_encoder=text_encoder,
        tokenizer=make_clip_tokenizer(),
        unet=unet,
        scheduler=scheduler,
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )


def save_tiny_model(folder: Path, model_id: str = "tiny", **options: Any) -> Any:
    """In diffusers' layout; gives the pipeline back."""
    pipeline = make_tiny_pipeline(**options)
    pipeline.save_pretrained(folder)
    (folder / "pentimento.json").write_text(json.dumps({"id": model_id, "name": "Tiny", **SIDES}))
    return pipeline


def save_single_file(pipeline: Any, path: Path) -> None:
    """The same weights under the names that the first programs gave them."""
    tensors: dict[str, torch.Tensor] = {}
    for name, tensor in pipeline.unet.state_dict().items():
        tensors[f"model.diffusion_model.{_unet_name(name)}"] = tensor
    for name, tensor in pipeline.vae.state_dict().items():
        value = tensor[:, :, None, None] if "attentions" in name and tensor.dim() == 2 else tensor
        tensors[f"first_stage_model.{_vae_name(name)}"] = value
    for name, tensor in pipeline.text_encoder.state_dict().items():
        tensors[f"cond_stage_model.transformer.text_model.{name.removeprefix('text_model.')}"] = tensor
    save_file({name: tensor.contiguous().clone() for name, tensor in tensors.items()}, path)


def _unet_name(name: str) -> str:
    """Of a UNet with four levels of two layers; every level but the deepest attends."""
    for ours, theirs in (
        ("time_embedding.linear_1", "time_embed.0"),
        ("time_embedding.linear_2", "time_embed.2"),
        ("conv_in.", "input_blocks.0.0."),
        ("conv_norm_out", "out.0"),
        ("conv_out", "out.2"),
        ("mid_block.attentions.0", "middle_block.1"),
    ):
        name = name.replace(ours, theirs)
    first, *rest = name.split(".")
    match first, rest:
        case "down_blocks", [level, "downsamplers", "0", "conv", kind]:
            name = f"input_blocks.{3 * (int(level) + 1)}.0.op.{kind}"
        case "down_blocks", [level, part, layer, *inner]:
            name = f"input_blocks.{3 * int(level) + int(layer) + 1}.{_part(part, inner)}"
        case "mid_block", ["resnets", layer, *inner]:
            name = f"middle_block.{2 * int(layer)}.{_resnet('.'.join(inner))}"
        case "up_blocks", [level, "upsamplers", "0", "conv", kind]:
            name = f"output_blocks.{3 * int(level) + 2}.{1 if level == '0' else 2}.conv.{kind}"
        case "up_blocks", [level, part, layer, *inner]:
            name = f"output_blocks.{3 * int(level) + int(layer)}.{_part(part, inner)}"
    return name


def _part(part: str, inner: list[str]) -> str:
    return f"0.{_resnet('.'.join(inner))}" if part == "resnets" else f"1.{'.'.join(inner)}"


def _resnet(name: str) -> str:
    for ours, theirs in (
        ("norm1", "in_layers.0"),
        ("conv1", "in_layers.2"),
        ("time_emb_proj", "emb_layers.1"),
        ("norm2", "out_layers.0"),
        ("conv2", "out_layers.3"),
        ("conv_shortcut", "skip_connection"),
    ):
        name = name.replace(ours, theirs)
    return name


def _vae_name(name: str) -> str:
    for level in range(4):
        name = name.replace(f"down_blocks.{level}.resnets", f"down.{level}.block")
        name = name.replace(f"down_blocks.{level}.downsamplers.0", f"down.{level}.downsample")
        name = name.replace(f"up_blocks.{level}.resnets", f"up.{3 - level}.block")
        name = name.replace(f"up_blocks.{level}.upsamplers.0", f"up.{3 - level}.upsample")
    for ours, theirs in (
        ("mid_block.resnets.0", "mid.block_1"),
        ("mid_block.resnets.1", "mid.block_2"),
        ("mid_block.attentions.0", "mid.attn_1"),
        ("group_norm", "norm"),
        ("to_q", "q"),
        ("to_k", "k"),
        ("to_v", "v"),
        ("to_out.0", "proj_out"),
        ("conv_norm_out", "norm_out"),
        ("conv_shortcut", "nin_shortcut"),
    ):
        name = name.replace(ours, theirs)
    return name
