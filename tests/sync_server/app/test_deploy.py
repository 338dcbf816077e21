"""The containers say what the programs understand: settings, commands, probes."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

import sync_server
from sync_server.app.settings import Settings

DEPLOY = Path(sync_server.__file__).parent / "deploy"
ROOT = Path(sync_server.__file__).parent.parent
DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")


def test_every_setting_that_is_set_exists() -> None:
    known = {f"PENTIMENTO_{name.upper()}" for name in Settings.model_fields}
    texts = DOCKERFILE + (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    named = set(re.findall(r"PENTIMENTO_[A-Z_]+", texts))
    assert len(named) >= 8
    assert named <= known


def test_every_image_runs_a_program_of_ours_and_is_probed() -> None:
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    images = dict(re.findall(r"FROM base AS (\w+)\n(.*?)(?=\nFROM |\Z)", DOCKERFILE, re.DOTALL))
    assert images.keys() == {"migrations", "api", "worker"}
    for name, lines in images.items():
        runs = re.search(r'^(?:ENTRYPOINT|CMD) \["([a-z-]+)"', lines, re.MULTILINE)
        assert runs is not None
        assert runs[1] in scripts, name
        assert ("HEALTHCHECK" in lines) == (name != "migrations")


def test_the_services_of_one_machine_wait_for_the_migrations() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"]
    targets = {name: service["build"]["target"] for name, service in services.items() if "build" in service}
    assert targets == {"migrations": "migrations", "api": "api", "worker": "worker"}
    for name in ("api", "worker"):
        waits_for = services[name]["depends_on"]["migrations"]
        assert waits_for == {"condition": "service_completed_successfully"}
    assert all(
        (ROOT / service["build"]["dockerfile"]).exists()
        for service in services.values()
        if "build" in service
    )


@pytest.mark.parametrize("alive", [True, False])
def test_the_workers_probe_tells_by_its_exit_code(tmp_path: Path, *, alive: bool) -> None:
    if alive:
        (tmp_path / "worker-alive").touch()
    done = subprocess.run(
        [sys.executable, "-m", "sync_server.app.worker", "--alive"],
        env={"PENTIMENTO_DATA_FOLDER": str(tmp_path), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode == 0) == alive, done.stderr
