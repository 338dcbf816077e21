"""The window as it is first seen: themed, in its place, still without the rooms, which take longer to load."""

import base64
import binascii
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from PySide6.QtWidgets import QApplication

from desktop.app.appearance import Appearance
from desktop.app.main_window import MainWindow
from desktop.app.settings import Settings


def make_window(*, application: QApplication, settings: Settings, data_folder: Path) -> MainWindow:
    appearance = Appearance(application=application, theme=settings.theme, language=settings.language)
    window = MainWindow(appearance=appearance, data_folder=data_folder, version=_version())
    window.restore_place(decoded(settings.window_geometry))
    return window


def _version() -> str:
    try:
        return version("pentimento")
    except PackageNotFoundError:
        return ""


def decoded(state: str) -> bytes:
    """One of Qt's states from the settings; empty where it cannot be read."""
    try:
        return base64.b64decode(state, validate=True)
    except (binascii.Error, ValueError):
        return b""
