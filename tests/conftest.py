"""The guards that every test runs under: a leaked thread, window or task fails the test that left it."""

import getpass
import os
import pathlib
import tempfile

# Before anything imports Qt or torch: no display, no spinning threads on shared cores, no writes to a home folder.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
_runtime = pathlib.Path(tempfile.gettempdir()) / f"pentimento-tests-{getpass.getuser()}"
_runtime.mkdir(mode=0o700, exist_ok=True)
os.environ.setdefault("XDG_RUNTIME_DIR", str(_runtime))
os.environ.update(
    OMP_WAIT_POLICY="PASSIVE",
    GOMP_SPINCOUNT="0",
    OMP_NUM_THREADS="1",
    HF_HUB_OFFLINE="1",
    HF_HUB_CACHE=str(_runtime / "no-models"),  # whoever runs the tests may have models of their own
    VIPS_CONCURRENCY="1",
    PYTHON_KEYRING_BACKEND="keyring.backends.null.Keyring",
)

import gc
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# The same examples every time, so that a change is judged by itself; `make test-slow` looks for new ones.
settings.register_profile(
    "default",
    deadline=None,
    derandomize=True,
    max_examples=30,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.register_profile(
    "thorough",
    deadline=None,
    max_examples=1000,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

QtRun = Callable[..., Any]


def _still_running(before: set[threading.Thread], grace_seconds: float) -> list[threading.Thread]:
    """Threads that outlive the test; one that is just ending gets the grace.

    A library's own threads that once logged something show up as dummies, which can't be joined: not ours.
    """
    deadline = time.monotonic() + grace_seconds
    while True:
        left = [
            thread
            for thread in threading.enumerate()
            if thread not in before and thread.is_alive() and not isinstance(thread, threading._DummyThread)
        ]
        if not left or time.monotonic() > deadline:
            return left
        left[0].join(0.02)


def _close_leaked_windows() -> list[str]:
    """Names of top-level widgets that the test left behind; they are closed, so that one leak fails one test."""
    widgets = sys.modules.get("PySide6.QtWidgets")
    if widgets is None or widgets.QApplication.instance() is None:
        return []
    core = sys.modules["PySide6.QtCore"]
    core.QCoreApplication.sendPostedEvents(None, core.QEvent.Type.DeferredDelete)
    leaked = [
        widget
        for widget in widgets.QApplication.topLevelWidgets()
        if widget.isVisible() and widget.parent() is None
    ]
    for widget in leaked:
        widget.close()
        widget.deleteLater()
    return [f"{type(widget).__name__}({widget.objectName()})" for widget in leaked]


@pytest.fixture(autouse=True)
def no_leaks() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    windows = _close_leaked_windows()
    threads = _still_running(before, grace_seconds=3.0)
    assert not windows, f"windows left open: {windows}"
    assert not threads, f"threads left running: {[thread.name for thread in threads]}"


@pytest.fixture(scope="module", autouse=True)
def what_is_loaded_is_left_out_of_collections() -> None:
    """Tests collect garbage often; modules and what they hold, hundreds of thousands of objects, are none."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def qapp(qapp: Any) -> Any:
    """As in the app, a widget that became garbage is never destroyed by another thread."""
    from desktop.app.garbage import collect_garbage_here

    collect_garbage_here(qapp)
    return qapp


@pytest.fixture
def qt_run(qapp: Any) -> Iterator[QtRun]:
    """Runs a coroutine on the app's real event loop: `qt_run(coroutine, timeout=30)` returns its result."""
    import asyncio

    from desktop.app.event_loop import create_event_loop

    loop = create_event_loop(qapp)

    def run(coroutine: Coroutine[Any, Any, Any] | Awaitable[Any], timeout: float = 30) -> Any:
        return loop.run_until_complete(asyncio.wait_for(coroutine, timeout))

    yield run
    leaked = [task for task in asyncio.all_tasks(loop) if not task.done()]
    for task in leaked:
        task.cancel()
    if leaked:
        loop.run_until_complete(asyncio.gather(*leaked, return_exceptions=True))
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()
    asyncio.set_event_loop(None)
    # The loop leaves cancelled timers behind, which must not be collected by another thread later.
    gc.collect()
    assert not leaked, f"tasks left running: {[task.get_coro() for task in leaked]}"
