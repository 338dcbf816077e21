"""Models of the Hub, found and fetched from a server on loopback that speaks its protocol."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from desktop.models.hub.client import Hub, HubProcess
from desktop.models.hub.errors import HubError
from desktop.models.hub.keys import NAME, SERVICE, HubKeys
from desktop.models.hub.messages import Checking, HubFile, Received
from shared.contracts.errors import PentimentoError
from tests.support.hub_simulator import COMMIT, HubSimulator
from tests.support.kept_hub import KeptProcess
from tests.support.memory_keyring import MemoryKeyring

REPO = "artist/painter"
WEIGHTS = bytes(range(256)) * 12_000
"""Three million bytes."""


@pytest.fixture
def simulator() -> HubSimulator:
    simulator = HubSimulator()
    simulator.add(REPO, {"painter.safetensors": WEIGHTS, "config.json": b'{"a": 1}', "README.md": b"words"})
    return simulator


@pytest.fixture
async def hub(
    simulator: HubSimulator, memory_keyring: MemoryKeyring, kept_process: KeptProcess
) -> AsyncIterator[Hub]:
    with simulator.running() as address:
        hub = Hub(keys=HubKeys(), endpoint=address, new_process=lambda: kept_process)
        yield hub
        await hub.close()


async def listed(hub: Hub, path: str = "painter.safetensors", repo: str = REPO) -> HubFile:
    repository = await hub.inspect(repo)
    return next(file for file in repository.files if file.path == path)


async def fetch(hub: Hub, file: HubFile, target: Path, repo: str = REPO) -> list[Received | Checking]:
    return [reply async for reply in hub.fetch(repo, COMMIT, file, target)]


async def refused(work: Any) -> HubError:
    with pytest.raises(PentimentoError) as caught:
        await work
    assert caught.value.report.advice_text
    return caught.value  # type: ignore[return-value]


async def test_models_are_found_by_words_and_shown_with_licence_and_gate(
    hub: Hub, simulator: HubSimulator
) -> None:
    simulator.add("other/painter-xl", {}, gate="manual", licence="mit", downloads=5000)
    simulator.add("other/unrelated", {})

    first, second = await hub.search("painter")

    assert (first.id, first.gate, first.licence, first.downloads) == (
        "other/painter-xl",
        "manual",
        "mit",
        5000,
    )
    assert (second.id, second.gate, second.licence) == (REPO, "", "openrail")
    assert await hub.search("nothing of that name") == ()
    assert simulator.searches == ["painter", "nothing of that name"]


async def test_a_file_arrives_whole_and_is_checked(hub: Hub, simulator: HubSimulator, tmp_path: Path) -> None:
    file = await listed(hub)
    assert (file.size, len(file.sha256)) == (len(WEIGHTS), 64)

    told = await fetch(hub, file, tmp_path / "a" / "m.safetensors")

    assert (tmp_path / "a" / "m.safetensors").read_bytes() == WEIGHTS
    assert isinstance(told[-1], Checking)
    assert not list(tmp_path.rglob("*.part"))
    small = await listed(hub, "config.json")
    await fetch(hub, small, tmp_path / "config.json")
    assert (tmp_path / "config.json").read_bytes() == b'{"a": 1}'
    before = simulator.served.copy()
    await fetch(hub, file, tmp_path / "a" / "m.safetensors")
    assert simulator.served == before, "what is here is not fetched again"


def kill(process: HubProcess) -> None:
    assert process.process_id is not None
    os.kill(process.process_id, signal.SIGKILL)


async def test_a_killed_download_goes_on_where_it_was(
    hub: Hub, simulator: HubSimulator, tmp_path: Path, memory_keyring: MemoryKeyring
) -> None:
    file, part = await listed(hub), tmp_path / "m.safetensors.part"
    simulator.pace = 3_000_000
    processes: list[HubProcess] = []

    def new_process() -> HubProcess:
        processes.append(HubProcess())
        return processes[-1]

    killed = Hub(keys=HubKeys(), endpoint=hub.endpoint, new_process=new_process)

    async def fetch_and_kill() -> None:
        async for reply in killed.fetch(REPO, COMMIT, file, tmp_path / "m.safetensors"):
            if isinstance(reply, Received) and reply.size > len(WEIGHTS) // 3:
                kill(processes[-1])

    with pytest.raises(HubError, match="ended before"):
        await fetch_and_kill()
    await killed.close()
    await asyncio.sleep(0.3)  # until the server has noticed
    kept = part.stat().st_size
    assert len(WEIGHTS) // 3 < kept < len(WEIGHTS)
    simulator.pace = None
    simulator.served.clear()

    await fetch(hub, file, tmp_path / "m.safetensors")

    assert (tmp_path / "m.safetensors").read_bytes() == WEIGHTS
    assert simulator.served["painter.safetensors"] == len(WEIGHTS) - kept, "no byte came twice"
    assert simulator.ranges == [f"bytes={kept}-"]


async def test_a_download_that_is_closed_is_paused(hub: Hub, simulator: HubSimulator, tmp_path: Path) -> None:
    file = await listed(hub)
    simulator.pace = 3_000_000
    async with aclosing(hub.fetch(REPO, COMMIT, file, tmp_path / "m.safetensors")) as replies:
        async for reply in replies:
            if isinstance(reply, Received) and reply.size > 500_000:
                break
    kept = (tmp_path / "m.safetensors.part").stat().st_size
    await asyncio.sleep(0.3)
    assert (tmp_path / "m.safetensors.part").stat().st_size == kept > 500_000


@pytest.mark.parametrize("cuts", [[1_000_000], [700_000, 1, 900_000], [0, 0]])
async def test_a_line_that_breaks_is_taken_up_again(
    hub: Hub, simulator: HubSimulator, tmp_path: Path, cuts: list[int]
) -> None:
    file = await listed(hub)
    simulator.cuts = list(cuts)

    await fetch(hub, file, tmp_path / "m.safetensors")

    assert (tmp_path / "m.safetensors").read_bytes() == WEIGHTS
    assert simulator.cuts == []
    assert simulator.served["painter.safetensors"] < len(WEIGHTS) + 600_000


@pytest.mark.parametrize("faults", [[503], [429, 500], [502, 504]])
async def test_faults_that_pass_are_waited_for(
    hub: Hub, simulator: HubSimulator, tmp_path: Path, faults: list[int]
) -> None:
    file = await listed(hub)
    simulator.faults = list(faults)

    told = await fetch(hub, file, tmp_path / "m.safetensors")

    assert (tmp_path / "m.safetensors").read_bytes() == WEIGHTS
    assert simulator.faults == []
    assert any(isinstance(reply, Received) and reply.waiting for reply in told)


async def test_a_server_without_ranges_sends_all_again(
    hub: Hub, simulator: HubSimulator, tmp_path: Path
) -> None:
    file = await listed(hub)
    (tmp_path / "m.safetensors.part").write_bytes(b"another file's beginning")
    simulator.ignores_ranges = True

    await fetch(hub, file, tmp_path / "m.safetensors")

    assert (tmp_path / "m.safetensors").read_bytes() == WEIGHTS


@pytest.mark.parametrize("path", ["painter.safetensors", "config.json"])
async def test_what_arrives_damaged_is_removed_and_told(
    hub: Hub, simulator: HubSimulator, tmp_path: Path, path: str
) -> None:
    file = await listed(hub, path)
    simulator.lies[path] = bytes(file.size)

    error = await refused(fetch(hub, file, tmp_path / "m"))

    assert error.report.code == "HUB_DAMAGED"
    assert list(tmp_path.iterdir()) == []


async def test_a_gated_model_asks_for_consent_and_a_token_opens_it(
    hub: Hub, simulator: HubSimulator, tmp_path: Path, memory_keyring: MemoryKeyring
) -> None:
    simulator.add("gated/model", {"m.safetensors": WEIGHTS}, gate="auto")
    file = await listed(hub, "m.safetensors", "gated/model")
    error = await refused(fetch(hub, file, tmp_path / "m", "gated/model"))
    assert (error.report.code, "gated/model" in str(error)) == ("HUB_CONSENT", True)

    await HubKeys().keep("hf_wrong")
    assert (await refused(fetch(hub, file, tmp_path / "m", "gated/model"))).report.code == "HUB_TOKEN"
    await HubKeys().keep(simulator.token)
    await fetch(hub, file, tmp_path / "m", "gated/model")

    assert (tmp_path / "m").read_bytes() == WEIGHTS
    assert simulator.tokens_elsewhere == [], "a token goes to the Hub alone"
    assert memory_keyring.kept == {(SERVICE, NAME): simulator.token}
    await HubKeys().keep("")
    assert memory_keyring.kept == {}


@pytest.mark.parametrize("repo", ["artist/unknown", "secret/model", "no id at all", "../../etc"])
async def test_what_is_not_there_is_told_so(hub: Hub, simulator: HubSimulator, repo: str) -> None:
    simulator.add("secret/model", {}, private=True)

    assert (await refused(hub.inspect(repo))).report.code == "HUB_NOT_FOUND"


async def test_a_hub_that_stays_busy_or_away_is_told_so(hub: Hub, simulator: HubSimulator) -> None:
    simulator.faults = [500] * 20
    assert (await refused(hub.search("painter"))).report.code == "HUB_BUSY"
    hub.endpoint = "http://127.0.0.1:9"
    error = await refused(hub.search("painter"))
    assert (error.report.code, str(error).startswith("The Hub could not be reached")) == (
        "HUB_UNREACHABLE",
        True,
    )


async def test_a_disk_that_refuses_is_told_so(hub: Hub, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    error = await refused(fetch(hub, await listed(hub), tmp_path / "file" / "m.safetensors"))
    assert error.report.code == "STORAGE_FAILED"


async def test_asking_anew_after_the_process_died_works(hub: Hub) -> None:
    await hub.search("painter")
    assert hub._browsing is not None
    kill(hub._browsing)
    assert (await refused(hub.search("painter"))).report.code == "HUB_FAILED"
    assert len(await hub.search("painter")) == 1
