"""The command as it is typed: statuses, and words instead of tracebacks."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image


def pentimento(*arguments: str, data: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    variables = {
        name: value
        for name, value in os.environ.items()
        if name not in {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}
    }
    return subprocess.run(
        [sys.executable, "-m", "desktop.app", *arguments],
        capture_output=True,
        text=True,
        env={**variables, "PENTIMENTO_DATA_DIR": str(data), **environment},
        check=False,
    )


def test_a_picture_goes_in_and_out_of_the_gallery(tmp_path: Path) -> None:
    data, picture = tmp_path / "data", tmp_path / "p.png"
    Image.new("RGB", (8, 6)).save(picture)
    imported = pentimento("gallery", "import", str(picture), data=data)
    assert imported.returncode == 0, imported.stderr
    listed = json.loads(pentimento("gallery", "list", "--json", data=data).stdout)
    assert [(entry["width"], entry["height"]) for entry in listed] == [(8, 6)]
    exported = pentimento("gallery", "export", listed[0]["id"][:10], str(tmp_path / "out.png"), data=data)
    assert exported.returncode == 0, exported.stderr
    assert (tmp_path / "out.png").is_file()


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("generate", "x", "--steps", "0"), 1, "The value 0 for steps is not possible"),
        (("generate", "x", "--seed", "abc"), 2, "--seed"),
        (("inpaint", "nowhere.png", "--mask", "m.png"), 1, "nowhere.png"),
        (("gallery", "show", "ffff"), 1, "ffff"),
        (("paint",), 2, "paint"),
    ],
)
def test_errors_are_words(tmp_path: Path, arguments: tuple[str, ...], status: int, words: str) -> None:
    result = pentimento(*arguments, data=tmp_path)
    assert result.returncode == status
    assert words in result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ""


def test_a_data_folder_that_cannot_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = pentimento("models", data=tmp_path / "file")
    assert result.returncode == 1
    assert "--data-dir" in result.stderr


def test_a_temporary_profile_leaves_nothing(tmp_path: Path) -> None:
    Image.new("RGB", (8, 8)).save(tmp_path / "p.png")
    result = pentimento(
        "--temp-profile",
        "gallery",
        "import",
        str(tmp_path / "p.png"),
        data=tmp_path / "data",
        TMPDIR=str(tmp_path),
    )
    assert result.returncode == 0, result.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["p.png"]


def test_the_window_closes_on_a_polite_kill_and_keeps_everything(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "desktop.app", "--window", "--data-dir", str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "PENTIMENTO_ANNOUNCE_FIRST_PAINT": "1"},
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"painted\n"
        process.terminate()
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    assert b"Traceback" not in errors
    assert (tmp_path / "settings.json").is_file()
    assert (tmp_path / "window.lock").stat().st_size == 0
