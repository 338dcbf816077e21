"""The window is seen before anything heavy is loaded, and torch is never loaded beside it."""

import subprocess
import sys

import pytest


def modules_after(statement: str) -> set[str]:
    code = f"{statement}\nimport sys\nprint(*sys.modules, sep='\\n')"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(result.stdout.split())


def test_the_first_window_needs_neither_a_database_nor_numpy() -> None:
    loaded = modules_after("import desktop.app.run")
    assert "PySide6.QtWidgets" in loaded
    assert not loaded & {"torch", "diffusers", "sqlalchemy", "alembic", "numpy", "cv2", "PIL"}


def test_the_whole_studio_starts_without_torch() -> None:
    loaded = modules_after("import desktop.app.studio, desktop.app.container")
    assert "desktop.canvas.viewmodel" in loaded
    assert not loaded & {"torch", "diffusers", "transformers", "accelerate", "alembic", "scipy"}


@pytest.mark.parametrize("room", ["painting", "generate", "inpaint", "models", "gallery", "without_display"])
def test_headless_commands_need_no_widgets(room: str) -> None:
    loaded = modules_after(f"import desktop.app.command_line, desktop.app.headless.{room}")
    assert "desktop.app.container" in loaded
    assert not loaded & {"PySide6.QtWidgets", "torch", "alembic"}
