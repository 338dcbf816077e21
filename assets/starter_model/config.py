"""Every number and seed of the starter model's data, architecture and training."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
WORK = FOLDER.parents[1] / ".cache" / "starter_model"
MODEL = FOLDER / "model"
WEIGHTS = "diffusion_pytorch_model.safetensors"

# Side of the pictures that training begins with, and of those it ends with (the model's native side).
SMALL_SIDE = 128
NATIVE_SIDE = 256
LATENT_SCALE = 8
# Of the evaluation, which is asked for figures on two cores.
THREADS = 2


@dataclass(frozen=True)
class Bucket:
    """Scenes of one size."""

    name: str
    width: int
    height: int
    first_scene: int
    scenes: int


@dataclass(frozen=True)
class Share:
    """A bucket that the denoiser learns from: pictures a batch, and how often the last part of the training
    takes a batch from it.
    """

    bucket: Bucket
    batch: int
    weight: float


# What the autoencoder learns from: crops of the first, and the second whole.
DETAILS = Bucket("details", NATIVE_SIDE, NATIVE_SIDE, 10_000_000, 12_000)
WHOLES = Bucket("wholes", SMALL_SIDE, SMALL_SIDE, 12_000_000, 6_000)
SHARES = (
    Share(Bucket("small", SMALL_SIDE, SMALL_SIDE, 0, 48_000), 768, 0.10),
    Share(Bucket("native", NATIVE_SIDE, NATIVE_SIDE, 1_000_000, 36_000), 192, 0.66),
    Share(Bucket("wide", 320, 224, 1_100_000, 5_000), 192, 0.12),
    Share(Bucket("tall", 224, 320, 1_200_000, 5_000), 192, 0.12),
)


@dataclass(frozen=True)
class AutoencoderConfig:
    """The autoencoder: 8 latent channels at an eighth of the side."""

    channels: tuple[int, ...] = (32, 64, 128, 160)
    layers: int = 1
    groups: int = 8
    latent_channels: int = 8
    batch: int = 48
    side: int = SMALL_SIDE
    minutes: float = 2.0
    matrix_rate: float = 0.02
    other_rate: float = 2e-3
    warmup_steps: int = 50
    average: float = 0.998
    mean_absolute_weight: float = 1.0
    mean_square_weight: float = 10.0
    edge_weight: float = 0.7
    kl_weight: float = 3e-6
    seed: int = 1
    checkpoint_seconds: float = 90.0


@dataclass(frozen=True)
class DenoiserConfig:
    """The UNet, its text encoder and their training; the first part of it takes small scenes only."""

    channels: tuple[int, ...] = (128, 160, 192)
    layers: int = 1
    heads: int = 4
    text_width: int = 160
    text_layers: int = 3
    text_heads: int = 4
    text_length: int = 77
    captions_per_scene: int = 6
    small_share: float = 0.25
    minutes: float = 6.0
    matrix_rate: float = 0.014
    other_rate: float = 1e-3
    warmup_steps: int = 80
    average: float = 0.998
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

    classifier_scenes: int = 6_000
    classifier_epochs: int = 8
    unseen_scenes: int = 400
    pictures: int = 100
    inpainted: int = 60
    autoencoder_scenes: int = 4
    guidance: float = 5.0


AUTOENCODER = AutoencoderConfig()
DENOISER = DenoiserConfig()
EVALUATION = EvaluationConfig()
