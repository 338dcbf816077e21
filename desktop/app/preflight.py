"""Run before the app: does this machine have what Qt needs? Names the packages where it does not.

Uses the standard library alone, so that it can speak where nothing else loads.
"""

import ctypes
import sys
from collections.abc import Callable, Iterable

OLDEST_PYTHON = (3, 11)
FIRST_UNTRIED_PYTHON = (3, 14)

NEEDED_ALWAYS = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libX11.so.6": "libx11-6",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
}
"""Libraries that Qt needs even without a screen, and the Debian packages that bring them."""

NEEDED_FOR_WINDOWS = {
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb.so.1": "libxcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
"""Libraries that a window on X11 needs besides."""


def can_load(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def missing_packages(libraries: dict[str, str], loads: Callable[[str], bool] = can_load) -> list[str]:
    return [package for library, package in libraries.items() if not loads(library)]


def python_complaint(version: tuple[int, int]) -> str:
    """Empty for a version that Pentimento runs on."""
    if OLDEST_PYTHON <= version < FIRST_UNTRIED_PYTHON:
        return ""
    return (
        f"Pentimento runs on Python 3.11 to 3.13, and this is Python {version[0]}.{version[1]}.\n"
        "Install Python 3.11 and start again with: make run PYTHON=python3.11"
    )


def library_complaint(packages: Iterable[str], *, windows_only: bool) -> str:
    """Empty where nothing is missing."""
    names = " ".join(packages)
    if not names:
        return ""
    what = (
        "Pentimento cannot open a window yet: some system libraries of Qt are missing."
        if windows_only
        else "Pentimento cannot run yet: some system libraries of Qt are missing."
    )
    return f"{what}\nOn Debian or Ubuntu, install them with:\n\n    sudo apt-get install {names}\n"


def main() -> int:
    """1 where Pentimento cannot run at all; a missing library for windows alone is only told."""
    complaint = python_complaint(sys.version_info[:2])
    if complaint:
        print(complaint, file=sys.stderr)  # noqa: T201 - runs before any other way to tell exists
        return 1
    if not sys.platform.startswith("linux"):
        return 0
    always, windows = missing_packages(NEEDED_ALWAYS), missing_packages(NEEDED_FOR_WINDOWS)
    complaint = library_complaint([*always, *windows], windows_only=not always)
    if complaint:
        print(complaint, file=sys.stderr)  # noqa: T201 - runs before any other way to tell exists
    return 1 if always else 0


if __name__ == "__main__":
    sys.exit(main())
