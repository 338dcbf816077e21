"""Larger pictures: by the model itself, tile by tile, and by an upscaler's file."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from shared.contracts.errors import ModelUnavailableError
from shared.contracts.events import Completed, Failed, Progress
from shared.contracts.generation import Enhance, ModelReference, RemoveBackground, Upscale
from shared.contracts.models import ModelFile
from shared.engine.catalogue import Catalogue
from shared.imaging.pictures import read_picture
from shared.imaging.pixels import Pixels
from shared.inference.add_ons.weights import Weights
from shared.inference.job_runner import JobRunner
from shared.inference.upscalers import Upscaler, make_upscaler
from tests.shared.inference.conftest import CPU, Studio
from tests.shared.inference.test_memory_ladder import exhausted_at, pictures_of
from tests.support.add_on_files import add_on, write
from tests.support.upscaler_files import compact_upscaler, enlarged_by_compact, esrgan

# diffusers' schedulers hand tensors to numpy in an old way.
pytestmark = pytest.mark.filterwarnings("ignore:__array_:DeprecationWarning")


def upscale(studio: Studio, picture: Pixels, **options: Any) -> Upscale:
    settings = {"model": studio.model.reference, "seed": 3, "steps": 8, "image": studio.put(picture)}
    return Upscale(**{**settings, **options})


@pytest.mark.parametrize(
    ("options", "size"),
    [({"factor": 2}, (180, 244)), ({"width": 130, "height": 70}, (70, 130)), ({"factor": 1}, (90, 122))],
)
def test_the_model_paints_a_larger_picture_in_tiles(
    studio: Studio, landscape: Pixels, options: dict[str, Any], size: tuple[int, int]
) -> None:
    events = studio.run(upscale(studio, landscape, overlap=16, **options))

    (picture,) = pictures_of(events)
    painted = studio.read(picture)
    assert painted.shape[:2] == size
    assert any("tiles" in note for note in picture.recipe.rendering.notes)
    progress = [event for event in events if isinstance(event, Progress)]
    assert progress[-1].step == progress[-1].steps
    corners = {(event.preview_placement.x, event.preview_placement.y) for event in progress}
    assert len(corners) > 1
    assert all(x + progress[0].preview_width <= size[1] for x, _ in corners)


def test_a_weak_upscale_leans_on_the_picture_and_tiles_leave_no_seam(studio: Studio) -> None:
    """Of a picture of one colour each tile is painted from the same noise only by chance, so that a hard seam would show."""
    flat = np.full((64, 64, 3), 128, np.uint8)
    request = upscale(studio, flat, factor=2, strength=0.05, overlap=24)

    painted = studio.picture(request).astype(int)

    inner = painted[40:88]
    along = np.abs(np.diff(inner, axis=1)).mean(axis=(0, 2))
    assert along.max() < 6 * (np.median(along) + 1)


def test_a_picture_that_would_be_too_large_is_refused(studio: Studio, landscape: Pixels) -> None:
    last = studio.run(upscale(studio, landscape, width=16384, height=16384))[-1]

    assert isinstance(last, Failed)
    assert "megapixels" in last.error.text


class Doubler:
    """Stands in for an upscaler's file: each pixel becomes four."""

    scale = 2

    def __init__(self) -> None:
        self.model = torch.nn.Identity()
        self.tiles: list[tuple[int, ...]] = []

    def __call__(self, picture: torch.Tensor) -> torch.Tensor:
        self.tiles.append(tuple(picture.shape))
        return picture.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3)


@pytest.fixture
def file(tmp_path: Path) -> ModelFile:
    return add_on(write(tmp_path / "doubler.safetensors", {"weight": torch.ones(1)}), "upscaler")


def runner(studio: Studio, doubler: Upscaler, **options: Any) -> JobRunner:
    def make(weights: Weights, name: str) -> Upscaler:
        assert weights.keys() == {"weight"}
        return doubler

    return JobRunner(blobs=studio.blobs, device=CPU, models=studio.keeper, make_upscaler=make, **options)


def by_file(studio: Studio, file: ModelFile, picture: Pixels, **options: Any) -> Upscale:
    return upscale(studio, picture, method="upscaler", model={"id": file.id, "name": file.name}, **options)


def test_an_upscalers_file_enlarges_and_transparency_comes_along(
    studio: Studio, file: ModelFile, landscape: Pixels
) -> None:
    alpha = np.where(np.arange(122) < 61, 0, 255).astype(np.uint8)
    picture = np.dstack([landscape, np.tile(alpha, (90, 1))])

    events = studio.run_with(runner(studio, Doubler()), by_file(studio, file, picture), add_ons=(file,))

    result = studio.read(*pictures_of(events))
    assert result.shape == (180, 244, 4)
    assert (result[::2, ::2, :3] == landscape).all()
    assert result[90, 10, 3] == 0
    assert result[90, 230, 3] == 255
    recipe = pictures_of(events)[0].recipe
    assert recipe.request.model.name == "doubler"


def test_a_target_size_is_met_exactly_and_a_file_is_used_again_until_it_is_reached(
    studio: Studio, file: ModelFile, landscape: Pixels
) -> None:
    doubler = Doubler()

    events = studio.run_with(
        runner(studio, doubler), by_file(studio, file, landscape, width=400, height=300), add_ons=(file,)
    )

    assert studio.read(*pictures_of(events)).shape == (300, 400, 3)
    assert len(doubler.tiles) == 2


@pytest.mark.parametrize("stage", ["load", "upscale"])
def test_an_upscaler_out_of_memory_takes_smaller_tiles(studio: Studio, file: ModelFile, stage: Any) -> None:
    doubler = Doubler()
    picture = np.random.default_rng(0).integers(0, 256, (200, 300, 3)).astype(np.uint8)
    made = runner(studio, doubler, before_stage=exhausted_at(stage, 1))

    events = studio.run_with(made, by_file(studio, file, picture), add_ons=(file,))

    assert isinstance(events[-1], Completed)
    assert max(doubler.tiles[-1][2:]) <= 128
    expected = picture.repeat(2, axis=0).repeat(2, axis=1)
    assert np.abs(studio.read(*pictures_of(events)).astype(int) - expected).max() <= 1
    again = studio.run_with(made, by_file(studio, file, picture), add_ons=(file,))
    assert max(doubler.tiles[-1][2:]) > 128
    assert isinstance(again[-1], Completed)


def test_where_spandrel_does_not_load_it_is_said_in_words() -> None:

    try:
        import spandrel  # noqa: F401
    except (ImportError, RuntimeError, AttributeError):
        with pytest.raises(ModelUnavailableError) as caught:
            make_upscaler({}, "any")
        assert "upscale" in caught.value.report.advice
    else:
        pytest.skip("spandrel loads here")


def test_a_picture_is_enhanced_and_cut_out_without_any_model(studio: Studio, landscape: Pixels) -> None:
    picture = landscape.copy()
    picture[30:60, 40:80] = (250, 20, 20)
    image = studio.put(picture)

    for request in (Enhance(image=image, sharpen=0.5), RemoveBackground(image=image)):
        events = studio.run(request)
        (made,) = pictures_of(events)
        result = read_picture(studio.blobs.path(made.blob))
        assert result.shape[:2] == picture.shape[:2]
        assert result.shape[2] == (3 if isinstance(request, Enhance) else 4)
        assert (result[:, :, :3] != picture).any()
        assert made.recipe.request == request
        assert isinstance(events[-1], Completed)


def test_an_enhancement_of_nothing_is_refused_in_words(studio: Studio, landscape: Pixels) -> None:
    last = studio.run(Enhance(image=studio.put(landscape)))[-1]

    assert isinstance(last, Failed)
    assert last.error.advice


def test_an_upscaler_that_is_not_here_is_told_by_its_name(studio: Studio, landscape: Pixels) -> None:
    request = upscale(studio, landscape, method="upscaler", model={"id": "x", "name": "Sharpest"})

    last = studio.run(request)[-1]

    assert isinstance(last, Failed)
    assert "Sharpest" in last.error.text


def spandrel_loads() -> bool:
    try:
        import spandrel
    except (ImportError, RuntimeError, AttributeError):
        return False
    return bool(spandrel.MAIN_REGISTRY)


needs_spandrel = pytest.mark.skipif(
    not spandrel_loads(), reason="the extra upscale, with a torchvision made for this torch, is not installed"
)


@needs_spandrel
def test_a_real_upscalers_file_enlarges_as_its_network_is_defined(
    studio: Studio, landscape: Pixels, tmp_path: Path
) -> None:
    tensors = compact_upscaler(scale=2)
    path = write(tmp_path / "upscale_models" / "compact.safetensors", tensors)
    (file,) = Catalogue([tmp_path]).survey().files
    assert (file.kind, file.path) == ("upscaler", path)
    picture = torch.from_numpy(landscape).permute(2, 0, 1)[None].float() / 255
    expected = enlarged_by_compact(tensors, picture)[0].clamp(0, 1).permute(1, 2, 0).numpy() * 255
    request = upscale(
        studio, landscape, factor=2, method="upscaler", model=ModelReference(id=file.id, name=file.name)
    )

    painted = studio.picture(request, add_ons=(file,))

    assert painted.shape == expected.shape
    assert np.abs(painted - expected).max() <= 1


@needs_spandrel
def test_an_esrgan_file_enlarges_four_times_tile_by_tile(studio: Studio, tmp_path: Path) -> None:
    path = write(tmp_path / "esrgan.safetensors", esrgan())
    file = add_on(path, "upscaler")
    wide = np.random.default_rng(1).integers(0, 256, (40, 600, 3), dtype=np.uint8)
    request = upscale(studio, wide, factor=4, method="upscaler", model=ModelReference(id=file.id))

    events = studio.run(request, add_ons=(file,))

    (picture,) = pictures_of(events)
    assert studio.read(picture).shape == (160, 2400, 3)
    assert [event.steps for event in events if isinstance(event, Progress)] == [2, 2]
