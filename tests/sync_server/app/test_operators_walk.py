"""The walk of docs/operators/README.md, as printed: servers in the background, then every line in one shell."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest

from tests.support.server_process import free_port

ROOT = Path(__file__).parents[3]
PRINTED = ROOT / "docs" / "operators" / "README.md"


def blocks(kind: str) -> list[str]:
    text = PRINTED.read_text(encoding="utf-8")
    return re.findall(rf"<!-- {kind} -->\n```sh\n(.*?)```", text, re.DOTALL)


def moved(text: str, ports: Mapping[str, str]) -> str:
    """On ports of the test's own, as those that are printed may be in use."""
    for printed, chosen in ports.items():
        text = text.replace(printed, chosen)
    return text.replace("pentimento-server serve", f"pentimento-server serve --port {ports['8000']}")


@pytest.mark.timeout(180)
def test_the_walk_works_as_printed(postgres_folder: Path) -> None:
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
    }
    ports = {printed: str(free_port()) for printed in ("8000", "8070")}
    walk = blocks("walk")
    assert len(walk) == 4
    (server,), (simulator,) = blocks("walk: server"), blocks("walk: simulator")
    background = [
        subprocess.Popen(
            ["bash", "-e", "-c", moved(text, ports)],
            cwd=postgres_folder,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        for text in (server, simulator)
    ]
    try:
        wait_for(f"http://127.0.0.1:{ports['8000']}/ready")
        done = subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", moved("\n".join(walk), ports)],
            cwd=postgres_folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert '"available":210' in done.stdout, done.stdout
        assert done.stdout.rstrip().endswith("The ledger is sound.")
    finally:
        for process in background:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(30)


def wait_for(url: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if httpx.get(url, timeout=2).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.2)
    raise AssertionError(f"{url} does not answer")
