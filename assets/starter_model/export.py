"""Writes the model's folder: `python -m assets.starter_model.export` from what training left in the work folder.

The folder is complete before it takes the old one's place.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

import torch
from diffusers import AutoencoderKL, StableDiffusionPipeline, UNet2DConditionModel
from transformers import CLIPTextModel

from assets.starter_model import checkpoint
from assets.starter_model.config import DENOISER, FOLDER, MODEL, WORK, DenoiserConfig
from assets.starter_model.networks import make_scheduler, make_text_encoder
from assets.starter_model.optimising import Average
from assets.starter_model.train_autoencoder import trained_autoencoder
from assets.starter_model.train_denoiser import Networks
from assets.starter_model.vocabulary import END, SIZE, UsedRows, write_tokenizer


@torch.no_grad()
def full_text_encoder(config: DenoiserConfig, small: CLIPTextModel, rows: UsedRows) -> CLIPTextModel:
    """The text encoder with all 49,408 rows; every row that no caption used is the one for unknown words."""
    weights = small.state_dict()
    name = next(key for key in weights if key.endswith("token_embedding.weight"))
    learnt = weights[name]
    table = learnt[rows.unknown].repeat(SIZE, 1)
    table[torch.from_numpy(rows.rows)] = learnt[: rows.unknown]
    weights[name] = table
    full = make_text_encoder(config, SIZE, END)
    full.load_state_dict(weights)
    return full


def trained_networks(work: Path) -> tuple[UNet2DConditionModel, CLIPTextModel]:
    """UNet and full text encoder with their averaged weights."""
    state = checkpoint.load(work / "denoiser.pt")
    if state is None:
        raise FileNotFoundError(f"no trained denoiser in {work}: run train_denoiser first")
    rows = UsedRows(state["rows"].numpy())
    networks = Networks(DENOISER, rows)
    average = Average(networks, DENOISER.average)
    average.weights = state["average"]
    average.copy_to(networks)
    return networks.denoiser, full_text_encoder(DENOISER, networks.text_encoder, rows)


def write_model(
    target: Path, autoencoder: AutoencoderKL, denoiser: UNet2DConditionModel, text_encoder: CLIPTextModel
) -> None:
    """Saves a half-precision pipeline beside `target`, then swaps the folders."""
    beside, old = target.with_name(target.name + ".part"), target.with_name(target.name + ".old")
    for folder in (beside, old):
        shutil.rmtree(folder, ignore_errors=True)
    pipeline = StableDiffusionPipeline(
        vae=autoencoder.half(),
        text_encoder=text_encoder.half(),
        tokenizer=write_tokenizer(beside / "tokenizer"),
        unet=denoiser.half(),
        scheduler=make_scheduler(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipeline.save_pretrained(beside, safe_serialization=True)
    # transformers would load this part in the precision it is stored in, diffusers the others in float32.
    settings = beside / "text_encoder" / "config.json"
    settings.write_text(settings.read_text("utf-8").replace('"float16"', '"float32"'), "utf-8")
    (beside / "tokenizer" / "tokenizer.json").unlink(
        missing_ok=True
    )  # vocab.json and merges.txt say the same
    for path in beside.rglob("*.safetensors"):
        path.chmod(0o644)
    shutil.copy(FOLDER / "tokenizer" / "LICENSE", beside / "tokenizer" / "LICENSE")
    shutil.copy(FOLDER / "pentimento.json", beside / "pentimento.json")
    if target.exists():
        target.rename(old)
    beside.rename(target)
    shutil.rmtree(old, ignore_errors=True)
    weights = sum(path.stat().st_size for path in target.rglob("*.safetensors"))
    print(f"{target}: {weights / 1e6:.1f} MB of weights", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=WORK)
    parser.add_argument("--target", type=Path, default=MODEL)
    options = parser.parse_args()
    autoencoder = trained_autoencoder(options.work, torch.device("cpu"))
    write_model(options.target, autoencoder, *trained_networks(options.work))


if __name__ == "__main__":
    main()
