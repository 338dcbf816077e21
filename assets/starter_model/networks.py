"""The networks, made from the configuration."""

from __future__ import annotations

import torch
from diffusers import AutoencoderKL, DDIMScheduler, UNet2DConditionModel
from diffusers.models.attention_processor import AttnProcessor
from transformers import CLIPTextConfig, CLIPTextModel

from assets.starter_model.config import NATIVE_SIDE, AutoencoderConfig, DenoiserConfig


def make_autoencoder(config: AutoencoderConfig) -> AutoencoderKL:
    """Pictures of shape (n, 3, height, width) in -1..1 to latents (n, 8, height / 8, width / 8), and back."""
    depth = len(config.channels)
    return AutoencoderKL(
        in_channels=3,
        out_channels=3,
        down_block_types=("DownEncoderBlock2D",) * depth,
        up_block_types=("UpDecoderBlock2D",) * depth,
        block_out_channels=config.channels,
        layers_per_block=config.layers,
        latent_channels=config.latent_channels,
        norm_num_groups=config.groups,
        sample_size=NATIVE_SIDE,
        mid_block_add_attention=False,
        scaling_factor=1.0,
    )


def make_denoiser(config: DenoiserConfig, latent_channels: int, latent_side: int) -> UNet2DConditionModel:
    """Predicts the velocity; attends to the caption at its two coarser levels."""
    denoiser = UNet2DConditionModel(
        sample_size=latent_side,
        in_channels=latent_channels,
        out_channels=latent_channels,
        layers_per_block=config.layers,
        block_out_channels=config.channels,
        down_block_types=("DownBlock2D",) + ("CrossAttnDownBlock2D",) * (len(config.channels) - 1),
        up_block_types=("CrossAttnUpBlock2D",) * (len(config.channels) - 1) + ("UpBlock2D",),
        cross_attention_dim=config.text_width,
        attention_head_dim=config.heads,
    )
    if not torch.cuda.is_available():
        # On a CPU the backward pass of fused attention takes longer than everything else of a step.
        denoiser.set_attn_processor(AttnProcessor())
    return denoiser


def make_text_encoder(config: DenoiserConfig, rows: int, end_of_text: int) -> CLIPTextModel:
    """A small CLIP text encoder with `rows` rows of embedding."""
    return CLIPTextModel(
        CLIPTextConfig(
            vocab_size=rows,
            hidden_size=config.text_width,
            intermediate_size=config.text_width * 4,
            projection_dim=config.text_width,
            num_hidden_layers=config.text_layers,
            num_attention_heads=config.text_heads,
            max_position_embeddings=config.text_length,
            bos_token_id=end_of_text - 1,
            eos_token_id=end_of_text,
            pad_token_id=end_of_text,
        )
    )


def make_scheduler() -> DDIMScheduler:
    """Velocity prediction down to pure noise; samplers made from its configuration inherit both."""
    return DDIMScheduler(
        num_train_timesteps=1000,
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        prediction_type="v_prediction",
        rescale_betas_zero_snr=True,
        timestep_spacing="trailing",
        clip_sample=False,
        set_alpha_to_one=True,
        # Trailing spacing takes no notice of the offset; diffusers warns at any other value.
        steps_offset=1,
    )
