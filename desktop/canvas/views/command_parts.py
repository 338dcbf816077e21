"""What several lists of commands ask of the canvas."""

from collections.abc import Callable, Coroutine
from typing import Any

from desktop.canvas.viewmodel import CanvasViewModel


def when_open(viewmodel: CanvasViewModel) -> Callable[[], bool]:
    """Enabled while there is a picture."""
    return lambda: viewmodel.current.document is not None


def as_task(
    viewmodel: CanvasViewModel, action: Callable[[], Coroutine[Any, Any, object]]
) -> Callable[[], object]:
    """Runs by being started, and goes on by itself."""
    return lambda: viewmodel.tasks.start(action())
