"""Old files that could run code: closed without the artist's word, and with it opened for their weights alone."""

import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
import torch

from shared.contracts.errors import InvalidModelError, ModelUnavailableError
from shared.contracts.events import Failed
from shared.contracts.generation import LoraUse, ModelReference
from shared.contracts.models import ModelDescription
from shared.engine.protocol import RunJob
from shared.inference.add_ons.pickles import read_pickle
from shared.inference.add_ons.weights import read_weights
from shared.inference.pickled_models import opened
from tests.shared.inference.conftest import Studio
from tests.support.add_on_files import add_on, kohya_lora
from tests.support.tiny_models import save_single_file

# diffusers' schedulers hand tensors to numpy in an old way.
pytestmark = pytest.mark.filterwarnings("ignore:__array_:DeprecationWarning")


class Payload:
    """Runs when it is unpickled."""

    def __init__(self, marker: Path) -> None:
        self._marker = marker

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return os.system, (f"touch {self._marker}",)


@pytest.mark.parametrize("word", [False, True])
def test_a_strangers_code_never_runs(tmp_path: Path, *, word: bool) -> None:
    marker = tmp_path / "ran"
    path = tmp_path / "lora.pt"
    torch.save({"weight": torch.ones(1), "more": Payload(marker)}, path)

    with pytest.raises((InvalidModelError, ModelUnavailableError)) as caught:
        read_weights(add_on(path, "lora"), open_pickles=word)

    assert "lora" in caught.value.report.text
    assert caught.value.report.advice
    assert not marker.exists()


def packed_bomb(path: Path) -> None:
    """Some kilobytes that unpack to 64 MB of zeros."""
    torch.save({"weight": torch.zeros(16_000_000)}, path.with_suffix(".loose"))
    with (
        zipfile.ZipFile(path.with_suffix(".loose")) as loose,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed,
    ):
        for entry in loose.infolist():
            packed.writestr(entry.filename, loose.read(entry))
    path.with_suffix(".loose").unlink()


def stretched_bomb(path: Path) -> None:
    """One number, said to be a million times a million."""
    torch.save({"weight": torch.zeros(1).expand(1_000_000, 1_000_000)}, path)


def shared_bomb(path: Path) -> None:
    """The same megabyte under a thousand names."""
    megabyte = torch.zeros(250_000)
    torch.save({f"weight {number}": megabyte for number in range(1000)}, path)


@pytest.mark.parametrize("make", [packed_bomb, stretched_bomb, shared_bomb])
def test_a_file_that_would_fill_the_memory_is_refused_before_it_does(
    make: Callable[[Path], None], tmp_path: Path
) -> None:
    path = tmp_path / "bomb.pt"
    make(path)
    loaded = torch.load(path, weights_only=True)
    whole = sum(tensor.numel() * tensor.element_size() for tensor in loaded.values())
    assert whole > 60 * path.stat().st_size  # torch itself takes it
    del loaded

    with pytest.raises(InvalidModelError) as caught:
        read_pickle(path)

    assert caught.value.report.text.startswith("The file bomb.pt would unpack to far more than its size")


def test_a_packed_bomb_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "bomb.pt"
    packed_bomb(path)
    before = psutil.Process().memory_info().rss

    peaks = []
    for _ in range(3):
        with pytest.raises(InvalidModelError):
            read_pickle(path)
        peaks.append(psutil.Process().memory_info().rss - before)

    assert max(peaks) < 16_000_000


def test_a_damaged_archive_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "cut.pt"
    torch.save({"weight": torch.zeros(1000)}, path)
    path.write_bytes(path.read_bytes()[:-300])

    with pytest.raises(InvalidModelError) as caught:
        read_pickle(path)

    assert "is damaged" in caught.value.report.text


def test_tensors_on_the_same_numbers_are_no_bomb(tmp_path: Path) -> None:
    path = tmp_path / "tied.pt"
    tied = torch.randn(1000)
    torch.save({"state_dict": {"token": tied, "head": tied}}, path)

    assert read_pickle(path).keys() == {"token", "head"}


def test_a_lora_in_an_old_file_works_on_the_artists_word_alone(
    studio: Studio, tiny_pipeline: Any, tmp_path: Path
) -> None:
    path = tmp_path / "old.pt"
    torch.save(kohya_lora(tiny_pipeline), path)
    file = add_on(path, "lora").model_copy(update={"needs_consent": True})
    use = LoraUse(model=ModelReference(id=file.id))

    refused = studio.run(studio.text_to_image(loras=(use,)), add_ons=(file,))[-1]
    allowed = studio.picture(studio.text_to_image(loras=(use,), open_pickles=True), add_ons=(file,))

    assert isinstance(refused, Failed)
    assert refused.error.code == "MODEL_UNAVAILABLE"
    assert (allowed != studio.picture(studio.text_to_image())).any()


def test_a_checkpoint_in_an_old_file_is_copied_into_a_safe_one_once(
    tmp_path: Path, tiny_pipeline: Any
) -> None:
    from safetensors.torch import load_file

    save_single_file(tiny_pipeline, tmp_path / "model.safetensors")
    weights = load_file(tmp_path / "model.safetensors")
    path = tmp_path / "old.ckpt"
    torch.save({"state_dict": weights, "epoch": 3}, path)
    file = add_on(path, "checkpoint")

    description = opened(file, tmp_path / "opened")
    again = opened(file, tmp_path / "opened")

    assert isinstance(description, ModelDescription)
    assert (description.id, description.family) == (file.id, "stable_diffusion_1")
    assert again == description
    copied = load_file(description.path)
    assert all(torch.equal(copied[name], tensor) for name, tensor in weights.items())
    assert len(list((tmp_path / "opened").iterdir())) == 1


def test_an_old_file_that_is_no_model_leaves_no_copy(tmp_path: Path) -> None:
    path = tmp_path / "odd.ckpt"
    torch.save({"state_dict": {"weight": torch.ones(2)}}, path)

    with pytest.raises(InvalidModelError):
        opened(add_on(path, "checkpoint"), tmp_path / "opened")

    assert not list((tmp_path / "opened").iterdir())


def test_a_job_with_an_old_checkpoint_needs_the_artists_word(studio: Studio, tmp_path: Path) -> None:
    path = tmp_path / "old.ckpt"
    torch.save({"state_dict": {}}, path)
    file = add_on(path, "checkpoint").model_copy(update={"needs_consent": True})
    request = studio.text_to_image(model=ModelReference(id=file.id))
    job = RunJob(job_id="job", request=request, add_ons=(file,))

    last = studio.run_job(job)[-1]

    assert isinstance(last, Failed)
    assert last.error.code == "MODEL_UNAVAILABLE"
    assert "old" in last.error.text
