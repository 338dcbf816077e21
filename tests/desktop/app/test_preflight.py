import socket
from pathlib import Path

import pytest

from desktop.app.display import find_display
from desktop.app.preflight import (
    NEEDED_ALWAYS,
    NEEDED_FOR_WINDOWS,
    can_load,
    library_complaint,
    missing_packages,
    python_complaint,
)


@pytest.mark.parametrize("version", [(3, 11), (3, 12), (3, 13)])
def test_these_pythons_will_do(version: tuple[int, int]) -> None:
    assert python_complaint(version) == ""


@pytest.mark.parametrize("version", [(3, 10), (3, 14)])
def test_other_pythons_are_named(version: tuple[int, int]) -> None:
    assert f"{version[0]}.{version[1]}" in python_complaint(version)


def test_what_is_missing_is_named_as_debian_names_it() -> None:
    packages = missing_packages(NEEDED_FOR_WINDOWS, lambda library: library != "libxcb-cursor.so.0")
    assert packages == ["libxcb-cursor0"]
    complaint = library_complaint(packages, windows_only=True)
    assert "sudo apt-get install libxcb-cursor0" in complaint
    assert library_complaint([], windows_only=False) == ""


def test_every_library_has_a_package() -> None:
    names = [*NEEDED_ALWAYS.items(), *NEEDED_FOR_WINDOWS.items()]
    assert all(".so" in library and package for library, package in names)


def test_a_library_that_no_system_has_does_not_load() -> None:
    assert not can_load("libpentimento-has-none.so.7")


class TestDisplay:
    def test_there_is_none_where_none_is_named_or_none_answers(self, tmp_path: Path) -> None:
        assert not find_display({})
        assert not find_display({"DISPLAY": ":7431"})
        assert not find_display({"DISPLAY": "nonsense"})
        assert not find_display({"WAYLAND_DISPLAY": "wayland-9", "XDG_RUNTIME_DIR": str(tmp_path)})

    def test_a_named_platform_needs_none(self) -> None:
        assert find_display({"QT_QPA_PLATFORM": "offscreen"})

    def test_a_wayland_that_answers_is_one(self, tmp_path: Path) -> None:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(str(tmp_path / "wayland-1"))
            server.listen()
            assert find_display({"WAYLAND_DISPLAY": "wayland-1", "XDG_RUNTIME_DIR": str(tmp_path)})
