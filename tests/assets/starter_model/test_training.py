"""Training resumes exactly, and what it exports is a plain pipeline; all on tiny networks."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from tqdm import tqdm

from assets.starter_model import checkpoint, export
from assets.starter_model.composing import Wish, make_scene
from assets.starter_model.config import AUTOENCODER, DENOISER, WEIGHTS, Bucket
from assets.starter_model.latents import Cached, normalise, shares_of, things_of
from assets.starter_model.networks import make_autoencoder
from assets.starter_model.optimising import orthogonal, rate_share
from assets.starter_model.train_autoencoder import AutoencoderTraining
from assets.starter_model.train_denoiser import (
    DenoiserTraining,
    Networks,
    draw_timesteps,
    warm_start,
)
from assets.starter_model.vocabulary import END, SIZE, START, UsedRows, write_tokenizer

TINY_AUTOENCODER = replace(AUTOENCODER, channels=(8, 8, 8, 8), side=32, batch=2)
TINY_DENOISER = replace(
    DENOISER, channels=(32, 32, 32), text_width=32, text_layers=1, heads=2, small_share=0.0
)
ROWS = UsedRows(np.array([320, 2368, START, END]))


@pytest.fixture(autouse=True)
def one_quiet_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    torch.set_num_threads(1)
    # The progress bars of diffusers and transformers would start a thread that outlives the test.
    monkeypatch.setattr(tqdm, "monitor_interval", 0)


def tiny_cache() -> list[Cached]:
    chance = np.random.default_rng(0)
    tokens = np.full((6, 2, 77), END, np.uint16)
    tokens[:, :, 0], tokens[:, :, 1] = START, 320
    latents = chance.normal(size=(6, 8, 8, 8)).astype(np.float16)
    things = chance.random((6, 8, 8)).astype(np.float16)
    return [
        Cached(Bucket(name, 64, 64, 0, 6, 2, 0.5), latents, tokens, things, np.full(6, 1 / 6))
        for name in ("small", "native")
    ]


def denoiser_training(path: Path) -> DenoiserTraining:
    return DenoiserTraining(TINY_DENOISER, path, tiny_cache(), ROWS)


def same(first: dict[str, torch.Tensor], second: dict[str, torch.Tensor]) -> bool:
    return all(torch.equal(first[name], second[name]) for name in first)


def test_the_autoencoders_training_resumes_exactly(tmp_path: Path) -> None:
    whole = AutoencoderTraining(TINY_AUTOENCODER, tmp_path / "whole.pt")
    losses = [whole.train_step() for _ in range(4)]
    stopped = AutoencoderTraining(TINY_AUTOENCODER, tmp_path / "stopped.pt")
    for _ in range(2):
        stopped.train_step()
    stopped.save()
    resumed = AutoencoderTraining(TINY_AUTOENCODER, tmp_path / "stopped.pt")
    assert resumed.step == 2
    assert [resumed.train_step() for _ in range(2)] == losses[2:]
    assert same(whole.average.weights, resumed.average.weights)


def test_the_denoisers_training_resumes_exactly(tmp_path: Path) -> None:
    whole = denoiser_training(tmp_path / "whole.pt")
    losses = [whole.train_step() for _ in range(4)]
    stopped = denoiser_training(tmp_path / "stopped.pt")
    for _ in range(2):
        stopped.train_step()
    stopped.save()
    resumed = denoiser_training(tmp_path / "stopped.pt")
    assert [resumed.train_step() for _ in range(2)] == losses[2:]
    assert same(whole.networks.state_dict(), resumed.networks.state_dict())
    assert same(whole.average.weights, resumed.average.weights)


def test_a_warm_start_of_the_autoencoder_leaves_latents_as_they_are(tmp_path: Path) -> None:
    torch.manual_seed(0)
    present = make_autoencoder(TINY_AUTOENCODER)
    training = AutoencoderTraining(TINY_AUTOENCODER, tmp_path / "tuned.pt", present.state_dict())
    for _ in range(3):
        training.train_step()
    after = training.network.state_dict()
    changed = {
        name.split(".")[0]
        for name, value in present.state_dict().items()
        if not torch.equal(value, after[name])
    }
    assert changed == {"decoder", "post_quant_conv"}


def test_a_warm_start_of_the_denoiser_keeps_words_and_gives_new_ones_embeddings_of_their_own(
    tmp_path: Path,
) -> None:
    first = Networks(TINY_DENOISER, ROWS)
    (tmp_path / "unet").mkdir()
    (tmp_path / "text_encoder").mkdir()
    save_file(first.denoiser.state_dict(), tmp_path / "unet" / WEIGHTS)
    full = export.full_text_encoder(TINY_DENOISER, first.text_encoder, ROWS)
    save_file(full.state_dict(), tmp_path / "text_encoder" / "model.safetensors")
    rows = UsedRows(np.array([320, 1125, 2368, 2377, START, END]))
    second = Networks(TINY_DENOISER, rows)
    warm_start(second, rows, tmp_path)
    old, new = (part.text_encoder.get_input_embeddings().weight for part in (first, second))
    known = torch.tensor([0, 2, 4, 5])
    assert torch.equal(new[known], old[:4])
    assert torch.equal(new[rows.unknown], old[ROWS.unknown])
    assert not torch.equal(new[1], new[3])
    assert not torch.equal(new[1], old[ROWS.unknown])
    assert same(first.denoiser.state_dict(), second.denoiser.state_dict())


def test_a_kill_while_saving_leaves_the_last_state(tmp_path: Path) -> None:
    path = tmp_path / "state.pt"
    assert checkpoint.load(path) is None
    checkpoint.save({"step": 1}, path)
    path.with_suffix(".part").write_bytes(b"half a file")
    assert checkpoint.load(path) == {"step": 1}


def test_normalised_latents_have_unit_variance_and_the_same_pictures() -> None:
    torch.manual_seed(0)
    network = make_autoencoder(TINY_AUTOENCODER).eval()
    picture = torch.rand(1, 3, 32, 32) * 2 - 1
    with torch.no_grad():
        before = network.decode(network.encode(picture).latent_dist.mean).sample
        normalise(network, scenes=4)
        after = network.decode(network.encode(picture).latent_dist.mean).sample
        latents = network.encode(picture).latent_dist.mean
    assert torch.allclose(before, after, atol=1e-3)
    assert latents.shape == (1, 8, 4, 4)


def test_the_tokenizer_is_clips(tmp_path: Path) -> None:
    tokenizer = write_tokenizer(tmp_path)
    assert tokenizer("a photo of a cat").input_ids == [START, 320, 1125, 539, 320, 2368, END]
    assert len(json.loads((tmp_path / "vocab.json").read_text("utf-8"))) == SIZE


def test_rows_that_no_caption_used_become_the_one_for_unknown_words() -> None:
    small = Networks(TINY_DENOISER, ROWS).text_encoder
    full = export.full_text_encoder(TINY_DENOISER, small, ROWS)
    learnt, table = (encoder.get_input_embeddings().weight for encoder in (small, full))
    assert torch.equal(table[2368], learnt[1])
    assert torch.equal(table[1125], learnt[ROWS.unknown])
    assert table.shape == (SIZE, 32)


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # diffusers with NumPy 2
def test_an_export_loads_as_a_plain_pipeline_and_replaces_the_last(tmp_path: Path) -> None:
    from diffusers import DPMSolverMultistepScheduler, StableDiffusionPipeline

    networks = Networks(TINY_DENOISER, ROWS)
    text_encoder = export.full_text_encoder(TINY_DENOISER, networks.text_encoder, ROWS)
    target = tmp_path / "model"
    target.mkdir()
    (target / "leftover").touch()
    export.write_model(target, make_autoencoder(TINY_AUTOENCODER), networks.denoiser, text_encoder)
    assert not (target / "leftover").exists()
    pipeline = StableDiffusionPipeline.from_pretrained(target, local_files_only=True)
    pipeline.scheduler = DPMSolverMultistepScheduler.from_config(pipeline.scheduler.config)
    pipeline.set_progress_bar_config(disable=True)
    picture = pipeline("a cat", width=64, height=48, num_inference_steps=2).images[0]
    assert picture.size == (64, 48)
    assert pipeline.vae.config.scaling_factor == 1.0
    assert pipeline.scheduler.config.rescale_betas_zero_snr


def test_update_directions_are_orthogonal_and_rates_end_low() -> None:
    torch.manual_seed(0)
    values = torch.linalg.svdvals(orthogonal(torch.randn(12, 40)))
    assert float(values.min()) > 0.6
    assert float(values.max()) < 1.3
    assert rate_share(0.0, 1000, 100) == pytest.approx(1.0)
    assert rate_share(1.0, 1000, 100) == pytest.approx(0.02)
    assert rate_share(0.0, 0, 100) == pytest.approx(0.01)


def test_things_are_found_where_they_stand() -> None:
    scene = make_scene(3, wish=Wish(ground="meadow", style="ink", kind="house", count=1))
    house = scene.of_kind("house")[-1]
    things = things_of(scene, 128, 128)
    assert things.shape == (16, 16)
    assert things[int(house.y * 16 - house.size * 4), int(house.x * 16)] > 0.5
    assert not things_of(replace(scene, things=(), light_shown=False, clouds=(), birds=()), 128, 128).any()


def test_flat_scenes_are_taken_more_often() -> None:
    bucket = Bucket("small", 64, 64, 0, 60, 2, 0.5)
    shares = shares_of(bucket)
    flat = np.array([make_scene(seed).style == "flat" for seed in range(60)])
    assert shares.sum() == pytest.approx(1.0)
    assert shares[flat].sum() == pytest.approx(DENOISER.flat_share)


def test_timesteps_cover_the_whole_range_and_more_of_its_middle() -> None:
    torch.manual_seed(0)
    steps = draw_timesteps(1000, 300, 800)
    assert int(steps.min()) < 5
    assert int(steps.max()) > 994
    assert float(((steps >= 300) & (steps < 800)).float().mean()) == pytest.approx(0.7, abs=0.01)
