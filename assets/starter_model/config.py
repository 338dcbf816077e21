"""Every number and seed of the starter model's data, architecture and training."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
WORK = FOLDER.parents[1] / ".cache" / "starter_model"
MODEL = FOLDER / "model"
WEIGHTS = "diffusion_pytorch_model.safetensors"

# Side of the pictures that most training sees, and of those it ends with (the model's native side).
SMALL_SIDE = 128
NATIVE_SIDE = 256
LATENT_SCALE = 8
THREADS = 2


@dataclass(frozen=True)
class AutoencoderConfig:
    """The autoencoder: 8 latent channels at an eighth of the side."""

    channels: tuple[int, ...] = (32, 48, 96, 128)
    layers: int = 1
    groups: int = 8
    latent_channels: int = 8
    batch: int = 4
    side: int = SMALL_SIDE
    minutes: float = 14.0
    # From nothing; the tuning rate is for a start from weights that are there.
    matrix_rate: float = 0.02
    other_rate: float = 2e-3
    tuning_rate: float = 5e-4
    latent_noise: float = 0.03
    warmup_steps: int = 20
    average: float = 0.99
    mean_absolute_weight: float = 1.0
    mean_square_weight: float = 6.0
    edge_weight: float = 1.0
    kl_weight: float = 3e-6
    first_scene: int = 10_000_000
    seed: int = 1
    checkpoint_seconds: float = 90.0


@dataclass(frozen=True)
class Bucket:
    """Scenes of one size; `weight` is how often the last part of the training takes a batch from it."""

    name: str
    width: int
    height: int
    first_scene: int
    scenes: int
    batch: int
    weight: float


BUCKETS = (
    Bucket("small", SMALL_SIDE, SMALL_SIDE, 0, 3_000, 12, 0.25),
    Bucket("native", NATIVE_SIDE, NATIVE_SIDE, 1_000_000, 384, 4, 0.55),
    Bucket("wide", 320, 224, 1_100_000, 48, 4, 0.10),
    Bucket("tall", 224, 320, 1_200_000, 48, 4, 0.10),
)


@dataclass(frozen=True)
class DenoiserConfig:
    """The UNet, its text encoder and their training; the first part of it takes small scenes only."""

    channels: tuple[int, ...] = (96, 160, 192)
    layers: int = 1
    heads: int = 4
    text_width: int = 160
    text_layers: int = 3
    text_heads: int = 4
    text_length: int = 77
    captions_per_scene: int = 6
    flat_share: float = 0.75
    small_share: float = 0.33
    minutes: float = 70.0
    matrix_rate: float = 0.012
    other_rate: float = 1e-3
    # Of a warm start; the text encoder has new words to learn.
    tuning_rate: float = 5e-4
    text_tuning_rate: float = 1e-3
    warmup_steps: int = 40
    average: float = 0.995
    caption_dropout: float = 0.1
    unknown_token_rate: float = 0.03
    # Objects take form at these timesteps: they are drawn with 1.4 times the density, all others with 0.6.
    things_weight: float = 4.0
    dense_steps: tuple[int, int] = (300, 800)
    seed: int = 2
    checkpoint_seconds: float = 150.0


@dataclass(frozen=True)
class EvaluationConfig:
    """How much is asked of the model, and of the network that judges it."""

    classifier_scenes: int = 3_000
    classifier_epochs: int = 8
    unseen_scenes: int = 400
    pictures: int = 60
    inpainted: int = 30
    autoencoder_scenes: int = 4
    guidance: float = 5.0


AUTOENCODER = AutoencoderConfig()
DENOISER = DenoiserConfig()
EVALUATION = EvaluationConfig()
