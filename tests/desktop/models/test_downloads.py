"""The queue of downloads over a Hub on loopback: order, pause, restart, room on the disk, and where models lie then."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from desktop.models.downloads import STAGING, Download, DownloadFile, Downloads
from desktop.models.hub.client import Hub, HubProcess
from desktop.models.hub.keys import HubKeys
from desktop.models.hub.messages import HubFile, HubModel, HubRepository
from desktop.models.offers import Offer, offers
from shared.contracts.errors import StorageError
from tests.support.hub_simulator import COMMIT, HubSimulator
from tests.support.kept_hub import KeptProcess

REPO = "artist/painter"
WEIGHTS = bytes(range(256)) * 4000


class Place:
    """A models folder, the Hub, and as many queues over them as there are starts of the studio."""

    def __init__(self, root: Path, simulator: HubSimulator, address: str, process: HubProcess) -> None:
        self.folder = root / "models"
        self.simulator = simulator
        self.free = 10**12
        self._file = root / "downloads.json"
        self._address = address
        self._number = 0
        self._process = process
        self._hubs: list[Hub] = []

    def start(self) -> Downloads:
        hub = Hub(keys=HubKeys(), endpoint=self._address, new_process=lambda: self._process)
        self._hubs.append(hub)
        return Downloads(
            hub=hub,
            folder=self.folder,
            file=DownloadFile(self._file),
            new_id=self._new_id,
            free_bytes=lambda _: self.free,
        )

    async def offers(self) -> tuple[HubRepository, tuple[Offer, ...]]:
        repository = await self._hubs[0].inspect(REPO)
        return repository, offers(repository)

    async def close(self) -> None:
        for hub in self._hubs:
            await hub.close()

    def _new_id(self) -> str:
        self._number += 1
        return str(self._number)


@pytest.fixture
async def place(tmp_path: Path, kept_process: KeptProcess) -> AsyncIterator[Place]:
    simulator = HubSimulator()
    simulator.add(
        REPO,
        {
            "painter.safetensors": WEIGHTS,
            "painter.ckpt": WEIGHTS,
            "model_index.json": json.dumps({"_class_name": "StableDiffusionPipeline"}).encode(),
            "unet/config.json": b"{}",
            "unet/diffusion_pytorch_model.safetensors": WEIGHTS[:9000],
            "unet/diffusion_pytorch_model.fp16.safetensors": WEIGHTS[:5000],
            "vae/diffusion_pytorch_model.safetensors": WEIGHTS[:8000],
            "vae/diffusion_pytorch_model.fp16.safetensors": WEIGHTS[:4000],
            "vae/diffusion_pytorch_model.bin": WEIGHTS[:8000],
        },
    )
    with simulator.running() as address:
        place = Place(tmp_path, simulator, address, kept_process)
        yield place
        await place.close()


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0.02)


def states(downloads: Downloads) -> list[str]:
    return [download.state for download in downloads.all]


async def test_a_file_and_a_whole_model_come_one_after_the_other_and_lie_where_models_do(
    place: Place,
) -> None:
    downloads = place.start()
    arrived: list[Download] = []
    downloads.arrived.subscribe(arrived.append)
    repository, (whole, single) = await place.offers()
    assert [(offer.kind, offer.name, len(offer.files)) for offer in (whole, single)] == [
        ("folder", "artist--painter", 4),
        ("file", "painter.safetensors", 1),
    ]
    await downloads.add(repository, whole)
    await downloads.add(repository, single)
    assert states(downloads)[1] == "waiting"
    await until(lambda: len(arrived) == 2)
    assert (place.folder / "painter.safetensors").read_bytes() == WEIGHTS
    unet = place.folder / "artist--painter" / "unet" / "diffusion_pytorch_model.safetensors"
    assert unet.read_bytes() == WEIGHTS[:5000], "of half the size, under the name that every loader looks for"
    assert not (place.folder / "artist--painter" / "vae" / "diffusion_pytorch_model.bin").exists()
    assert list((place.folder / STAGING).iterdir()) == []
    assert [(each.state, each.received) for each in downloads.all] == [
        ("done", whole.size),
        ("done", single.size),
    ]
    await downloads.close()
    again = place.start()
    await again.load()
    assert again.all == (), "what is done needs no telling at the next start"
    await again.close()


async def test_what_was_running_at_the_end_goes_on_at_the_next_start(place: Place) -> None:
    downloads = place.start()
    repository, (_, single) = await place.offers()
    place.simulator.pace = 400_000
    download = await downloads.add(repository, single)
    await until(lambda: downloads.all[0].received > 250_000)
    await downloads.close()
    part = place.folder / STAGING / download.id / "painter.safetensors.part"
    kept = part.stat().st_size
    await asyncio.sleep(0.3)  # until the server has noticed
    place.simulator.pace = None
    place.simulator.served.clear()
    again = place.start()
    await again.load()
    assert [each.id for each in again.all] == [download.id]
    await until(lambda: states(again) == ["done"])
    assert (place.folder / "painter.safetensors").read_bytes() == WEIGHTS
    assert place.simulator.served["painter.safetensors"] == len(WEIGHTS) - kept
    await again.close()


async def test_a_paused_one_waits_others_pass_and_a_cancelled_one_leaves_nothing(place: Place) -> None:
    downloads = place.start()
    repository, (whole, single) = await place.offers()
    place.simulator.pace = 400_000
    first = await downloads.add(repository, single)
    second = await downloads.add(repository, whole)
    await until(lambda: downloads.all[0].received > 100_000)
    await downloads.pause(first.id)
    await until(lambda: states(downloads) == ["paused", "done"])
    await downloads.cancel(second.id)
    assert (place.folder / "artist--painter").is_dir(), "what is done stays"
    await downloads.resume(first.id)
    await until(lambda: downloads.all[0].state == "running" and downloads.all[0].received > 200_000)
    await downloads.cancel(first.id)
    assert downloads.all == ()
    assert not (place.folder / STAGING / first.id).exists()
    await downloads.close()


async def test_one_that_fails_is_told_and_goes_on_when_it_is_asked_to(place: Place) -> None:
    downloads = place.start()
    repository, (_, single) = await place.offers()
    place.simulator.lies["painter.safetensors"] = bytes(len(WEIGHTS))
    download = await downloads.add(repository, single)
    await until(lambda: states(downloads) == ["failed"])
    error = downloads.all[0].error
    assert error is not None
    assert error.code == "HUB_DAMAGED"
    place.simulator.lies.clear()
    await downloads.resume(download.id)
    await until(lambda: states(downloads) == ["done"])
    await downloads.close()


async def test_what_has_no_room_is_not_begun(place: Place) -> None:
    downloads = place.start()
    repository, (_, single) = await place.offers()
    place.free = 500_900_000
    with pytest.raises(StorageError, match="no room"):
        await downloads.add(repository, single)
    assert downloads.all == ()
    assert place.simulator.served == {}
    await downloads.close()


async def test_a_name_that_is_taken_is_left_alone(place: Place) -> None:
    downloads = place.start()
    place.folder.mkdir()
    (place.folder / "painter.safetensors").write_bytes(b"mine")
    repository, (_, single) = await place.offers()
    await downloads.add(repository, single)
    await until(lambda: states(downloads) == ["done"])
    assert (place.folder / "painter.safetensors").read_bytes() == b"mine"
    assert (place.folder / "painter (2).safetensors").read_bytes() == WEIGHTS
    await downloads.close()


@pytest.mark.parametrize("content", [b"", b"{", b'[{"id": 1}]'])
async def test_a_damaged_list_names_nothing(place: Place, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "downloads.json").write_bytes(content)
    downloads = place.start()
    await downloads.load()
    assert downloads.all == ()
    await downloads.close()


def repository(*paths: str) -> HubRepository:
    files = tuple(HubFile(path=path, size=10) for path in paths)
    return HubRepository(model=HubModel(id="a/b"), commit=COMMIT, files=files)


def test_only_what_can_be_used_is_offered() -> None:
    assert offers(repository("model.ckpt", "model.bin", "model.onnx", "README.md")) == ()
    assert [offer.name for offer in offers(repository("deep/lora.safetensors", "b.safetensors"))] == [
        "lora.safetensors",
        "b.safetensors",
    ]
    escaping = (
        "../a.safetensors",
        "/a.safetensors",
        "b/../../a.safetensors",
        "..\\a.safetensors",
        "C:a.safetensors",
    )
    assert offers(repository(*escaping)) == ()


def test_a_model_without_weights_that_can_be_used_is_not_offered_whole() -> None:
    assert offers(repository("model_index.json", "unet/diffusion_pytorch_model.bin")) == ()


def test_weights_in_halves_or_shards_that_are_not_whole_are_left_for_the_full_ones() -> None:
    (whole,) = offers(
        repository(
            "model_index.json",
            "unet/diffusion_pytorch_model.safetensors",
            "unet/diffusion_pytorch_model.fp16.safetensors",
            "unet/diffusion_pytorch_model.non_ema.safetensors",
            "vae/diffusion_pytorch_model.safetensors",
        )
    )
    assert [planned.file.path for planned in whole.files] == [
        "model_index.json",
        "unet/diffusion_pytorch_model.safetensors",
        "vae/diffusion_pytorch_model.safetensors",
    ]
