"""Whether there is a screen to open a window on, told before Qt would abort for want of one."""

import socket
import sys
from collections.abc import Mapping
from pathlib import Path

_PATIENCE_SECONDS = 1.0


def find_display(environment: Mapping[str, str]) -> bool:
    """True where a window can open: always off Linux, where a platform is named, or where a server answers."""
    if not sys.platform.startswith("linux"):
        return True
    if environment.get("QT_QPA_PLATFORM"):
        return True
    return _wayland_answers(environment) or _x11_answers(environment.get("DISPLAY", ""))


def _wayland_answers(environment: Mapping[str, str]) -> bool:
    name = environment.get("WAYLAND_DISPLAY", "")
    if not name:
        return False
    path = Path(environment.get("XDG_RUNTIME_DIR", "")) / name
    return _answers(socket.AF_UNIX, str(path))


def _x11_answers(display: str) -> bool:
    """`display` is "[host]:number[.screen]"."""
    host, _, rest = display.rpartition(":")
    number = rest.partition(".")[0]
    if not number.isdigit():
        return False
    if host in {"", "unix"}:
        path = f"/tmp/.X11-unix/X{number}"  # noqa: S108 - where every X server listens
        return _answers(socket.AF_UNIX, path) or _answers(socket.AF_UNIX, f"\0{path}")
    return _answers(socket.AF_INET, (host, 6000 + int(number)))


def _answers(family: socket.AddressFamily, address: str | tuple[str, int]) -> bool:
    with socket.socket(family, socket.SOCK_STREAM) as connection:
        connection.settimeout(_PATIENCE_SECONDS)
        try:
            connection.connect(address)
        except OSError:
            return False
    return True
