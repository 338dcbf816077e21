"""Training resumes exactly, and what it exports is a plain pipeline; all on tiny networks."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tqdm import tqdm

from assets.starter_model import checkpoint, export
from assets.starter_model.composing import Wish, make_scene
from assets.starter_model.config import AUTOENCODER, DENOISER, Bucket, Share
from assets.starter_model.drawing import render
from assets.starter_model.latents import Cached, encode, read_cache
from assets.starter_model.networks import make_autoencoder
from assets.starter_model.optimising import MatrixMomentum, Working, orthogonal, rate_share
from assets.starter_model.pictures import Files, captions_of, drawing, things_of
from assets.starter_model.train_autoencoder import AutoencoderTraining, normalise, trained_autoencoder
from assets.starter_model.train_denoiser import DenoiserTraining, Networks, draw_timesteps
from assets.starter_model.vocabulary import END, SIZE, START, UsedRows, write_tokenizer

CPU = torch.device("cpu")
TINY_AUTOENCODER = replace(AUTOENCODER, channels=(8, 8, 8, 8), side=32, batch=4)
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
    chance = torch.Generator().manual_seed(0)
    numbers = torch.full((6, 2, 77), ROWS.end, dtype=torch.int32)
    numbers[:, :, 0], numbers[:, :, 1] = 2, 0
    latents = torch.randn(6, 8, 8, 8, generator=chance).half()
    things = torch.rand(6, 8, 8, generator=chance).half()
    return [
        Cached(Share(Bucket(name, 64, 64, 0, 6), 2, 0.5), latents, numbers, things)
        for name in ("small", "native")
    ]


def autoencoder_training(path: Path) -> AutoencoderTraining:
    chance = np.random.default_rng(0)
    details, wholes = (chance.integers(0, 256, (3, side, side, 3), np.uint8) for side in (64, 32))
    return AutoencoderTraining(TINY_AUTOENCODER, path, CPU, details, wholes)


def denoiser_training(path: Path) -> DenoiserTraining:
    return DenoiserTraining(TINY_DENOISER, path, CPU, tiny_cache(), ROWS)


def same(first: dict[str, torch.Tensor], second: dict[str, torch.Tensor]) -> bool:
    return all(torch.equal(first[name], second[name]) for name in first)


def test_the_autoencoders_training_resumes_exactly(tmp_path: Path) -> None:
    whole = autoencoder_training(tmp_path / "whole.pt")
    losses = [whole.train_step() for _ in range(4)]
    stopped = autoencoder_training(tmp_path / "stopped.pt")
    for _ in range(2):
        stopped.train_step()
    stopped.save()
    resumed = autoencoder_training(tmp_path / "stopped.pt")
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
        normalise(network, np.random.default_rng(0).integers(0, 256, (4, 32, 32, 3), np.uint8))
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
    for shape in ((3, 12, 40), (2, 40, 12)):
        values = torch.linalg.svdvals(orthogonal(torch.randn(shape)))
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


def test_matrices_of_one_shape_are_updated_together_as_each_would_be_alone() -> None:
    torch.manual_seed(0)
    together = [torch.nn.Parameter(torch.randn(6, 10)) for _ in range(3)]
    alone = [torch.nn.Parameter(one.detach().clone()) for one in together]
    optimisers = [MatrixMomentum(together, 0.1), *(MatrixMomentum([one], 0.1) for one in alone)]
    for _ in range(2):
        for first, second in zip(together, alone, strict=True):
            first.grad = torch.randn(6, 10)
            second.grad = first.grad.clone()
        for optimiser in optimisers:
            optimiser.step()
    for first, second in zip(together, alone, strict=True):
        assert torch.allclose(first, second, atol=1e-5)


def test_the_copy_that_computes_follows_the_weights_and_hands_its_gradients_over() -> None:
    network = torch.nn.Linear(4, 2)
    working = Working(network, CPU)
    working.copy = torch.nn.Linear(4, 2).bfloat16()  # as where the device has half precision
    working.refresh()
    assert torch.equal(working.copy.weight, network.weight.bfloat16())
    working.copy(torch.ones(1, 4, dtype=working.precision)).sum().backward()
    working.hand_over_gradients()
    assert network.weight.grad is not None
    assert network.weight.grad.dtype == torch.float32
    assert torch.equal(network.weight.grad, torch.ones(2, 4))
    assert working.copy.weight.grad is None


def test_scenes_are_drawn_captioned_and_encoded_once(tmp_path: Path) -> None:
    bucket = Bucket("tiny", 64, 32, 20, 3)
    with drawing(tmp_path, 1) as drawn:
        drawn.start([bucket], captioned=True)()
    files = Files(tmp_path, bucket)
    pictures = np.load(files.pictures)
    assert np.array_equal(pictures[2], render(make_scene(22), 64, 32))
    assert np.array_equal(np.load(files.things)[1], things_of(make_scene(21), 64, 32))
    words = write_tokenizer(tmp_path / "words")(captions_of(make_scene(20))[0]).input_ids
    assert np.load(files.tokens)[0, 0, : len(words)].tolist() == words
    assert files.begin(captioned=True) == 3

    network = make_autoencoder(TINY_AUTOENCODER).eval()
    cached, rows = read_cache(tmp_path, network, (Share(bucket, 2, 1.0),))
    assert cached[0].latents.shape == (3, 8, 4, 8)
    assert rows.rows[cached[0].numbers[0, 0, : len(words)].numpy()].tolist() == words
    files.pictures.unlink()
    assert torch.equal(encode(network, files), cached[0].latents)


def test_an_autoencoder_that_was_never_trained_is_asked_for_in_words(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="train it first"):
        trained_autoencoder(tmp_path, CPU)


def test_timesteps_cover_the_whole_range_and_more_of_its_middle() -> None:
    torch.manual_seed(0)
    steps = draw_timesteps(1000, 300, 800)
    assert int(steps.min()) < 5
    assert int(steps.max()) > 994
    assert float(((steps >= 300) & (steps < 800)).float().mean()) == pytest.approx(0.7, abs=0.01)
