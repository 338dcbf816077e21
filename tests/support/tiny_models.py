"""Random models of a few channels in the real layouts, whose pictures mean nothing and are made at once."""

import json
from pathlib import Path
from typing import Any

import torch
from diffusers import (
    AutoencoderKL,
    DDIMScheduler,
    EulerDiscreteScheduler,
    StableDiffusionPipeline,
    StableDiffusionXLPipeline,
    UNet2DConditionModel,
)
from safetensors.torch import save_file
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

from shared.inference.families.clip.tokenizer import make_clip_tokenizer

SIDES = {"minimum_side": 64, "native_side": 64, "maximum_side": 128}
_WIDTH = 32


def make_tiny_pipeline(
    *,
    in_channels: int = 4,
    latent_channels: int = 4,
    zero_snr: bool = False,
    use_linear_projection: bool = False,
    seed: int = 0,
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
        use_linear_projection=use_linear_projection,
    )
    vae = _tiny_vae(latent_channels)
    text_encoder = CLIPTextModel(_text_config(_WIDTH, 49407))
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


def make_tiny_xl(*, refiner: bool = False, in_channels: int = 4, seed: int = 0) -> Any:
    """Three levels as in SDXL, or its refiner's one text encoder; the encoders differ in width."""
    torch.manual_seed(seed)
    large, big = _text_config(_WIDTH, 0), _text_config(2 * _WIDTH, 0)
    text_encoder_2 = CLIPTextModelWithProjection(big)
    unet = UNet2DConditionModel(
        sample_size=8,
        in_channels=in_channels,
        out_channels=4,
        block_out_channels=(8, 8, 8),
        layers_per_block=2,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        transformer_layers_per_block=(1, 1, 2),
        cross_attention_dim=2 * _WIDTH if refiner else 3 * _WIDTH,
        attention_head_dim=2,
        norm_num_groups=4,
        use_linear_projection=True,
        addition_embed_type="text_time",
        addition_time_embed_dim=8,
        projection_class_embeddings_input_dim=2 * _WIDTH + 8 * (5 if refiner else 6),
    )
    return StableDiffusionXLPipeline(
        vae=_tiny_vae(4),
        text_encoder=None if refiner else CLIPTextModel(large),
        text_encoder_2=text_encoder_2,
        tokenizer=None if refiner else make_clip_tokenizer(),
        tokenizer_2=make_clip_tokenizer("!"),
        unet=unet,
        scheduler=EulerDiscreteScheduler(
            beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", steps_offset=1
        ),
        force_zeros_for_empty_prompt=not refiner,
        add_watermarker=False,
    )


def make_tiny_second_version(*, in_channels: int = 4) -> Any:
    """Stable Diffusion 2: an OpenCLIP text encoder and linear projections."""
    pipeline = make_tiny_pipeline(in_channels=in_channels, use_linear_projection=True)
    pipeline.text_encoder = CLIPTextModel(_text_config(_WIDTH, 0))
    pipeline.tokenizer = make_clip_tokenizer("!")
    return pipeline


def _text_config(width: int, pad_token_id: int) -> CLIPTextConfig:
    return CLIPTextConfig(
        vocab_size=49408,
        hidden_size=width,
        intermediate_size=width,
        num_hidden_layers=3,
        num_attention_heads=2,
        projection_dim=width,
        bos_token_id=49406,
        eos_token_id=49407,
        pad_token_id=pad_token_id,
    )


def _tiny_vae(latent_channels: int) -> Any:
    return AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        block_out_channels=(4, 4, 4, 4),
        layers_per_block=2,
        latent_channels=latent_channels,
        norm_num_groups=2,
        sample_size=64,
    )


def save_tiny_model(folder: Path, model_id: str = "tiny", *, pipeline: Any = None, **options: Any) -> Any:
    """In diffusers' layout; gives the pipeline back."""
    pipeline = pipeline or make_tiny_pipeline(**options)
    pipeline.save_pretrained(folder)
    (folder / "pentimento.json").write_text(json.dumps({"id": model_id, "name": "Tiny", **SIDES}))
    return pipeline


def save_single_file(pipeline: Any, path: Path) -> None:
    """The same weights under the names that the first programs gave them."""
    tensors: dict[str, torch.Tensor] = {}
    attending = {
        name.rsplit(".attentions", 1)[0] for name in pipeline.unet.state_dict() if "attentions" in name
    }
    for name, tensor in pipeline.unet.state_dict().items():
        tensors[f"model.diffusion_model.{_unet_name(name, attending)}"] = tensor
    for name, tensor in pipeline.vae.state_dict().items():
        value = tensor[:, :, None, None] if "attentions" in name and tensor.dim() == 2 else tensor
        tensors[f"first_stage_model.{_vae_name(name)}"] = value
    tensors |= _text_encoder_tensors(pipeline)
    save_file({name: tensor.contiguous().clone() for name, tensor in tensors.items()}, path)


def _text_encoder_tensors(pipeline: Any) -> dict[str, torch.Tensor]:
    second = getattr(pipeline, "text_encoder_2", None)
    if second is not None:
        number = 0 if pipeline.text_encoder is None else 1
        tensors = _open_clip(second, f"conditioner.embedders.{number}.model.")
        if number:
            tensors |= _clip(pipeline.text_encoder, "conditioner.embedders.0.transformer.text_model.")
        return tensors
    if pipeline.unet.config.use_linear_projection:
        return _open_clip(pipeline.text_encoder, "cond_stage_model.model.")
    return _clip(pipeline.text_encoder, "cond_stage_model.transformer.text_model.")


def _clip(encoder: Any, prefix: str) -> dict[str, torch.Tensor]:
    return {f"{prefix}{name}": tensor for name, tensor in encoder.state_dict().items()}


def _open_clip(encoder: Any, prefix: str) -> dict[str, torch.Tensor]:
    """Queries, keys and values lie in one tensor there."""
    ours = {name.removeprefix("text_model."): tensor for name, tensor in encoder.state_dict().items()}
    tensors: dict[str, torch.Tensor] = {}
    for name, theirs in (
        ("embeddings.token_embedding.weight", "token_embedding.weight"),
        ("embeddings.position_embedding.weight", "positional_embedding"),
        ("final_layer_norm.weight", "ln_final.weight"),
        ("final_layer_norm.bias", "ln_final.bias"),
    ):
        tensors[prefix + theirs] = ours[name]
    if "text_projection.weight" in ours:
        tensors[f"{prefix}text_projection"] = ours["text_projection.weight"].T
    for layer in range(encoder.config.num_hidden_layers):
        block, there = f"encoder.layers.{layer}.", f"{prefix}transformer.resblocks.{layer}."
        for kind in ("weight", "bias"):
            joined = [ours[f"{block}self_attn.{part}_proj.{kind}"] for part in "qkv"]
            tensors[f"{there}attn.in_proj_{kind}"] = torch.cat(joined)
            for name, theirs in (
                ("self_attn.out_proj", "attn.out_proj"),
                ("layer_norm1", "ln_1"),
                ("layer_norm2", "ln_2"),
                ("mlp.fc1", "mlp.c_fc"),
                ("mlp.fc2", "mlp.c_proj"),
            ):
                tensors[f"{there}{theirs}.{kind}"] = ours[f"{block}{name}.{kind}"]
    return tensors


def _unet_name(name: str, attending: set[str]) -> str:
    """Of a UNet with levels of two layers; `attending` are the levels that attend."""
    for ours, theirs in (
        ("time_embedding.linear_1", "time_embed.0"),
        ("time_embedding.linear_2", "time_embed.2"),
        ("add_embedding.linear_1", "label_emb.0.0"),
        ("add_embedding.linear_2", "label_emb.0.2"),
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
            place = 2 if f"up_blocks.{level}" in attending else 1
            name = f"output_blocks.{3 * int(level) + 2}.{place}.conv.{kind}"
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
