"""An ASGI application on a real loopback port, in a thread of its own."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from tests.support.server_process import free_port


@contextmanager
def listening(app: ASGIApp) -> Iterator[str]:
    """Its address, as soon as it answers."""
    port = free_port()
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning", lifespan="off", ws="none")
    )
    started = threading.Event()
    announce = server.startup

    async def startup(sockets: list[object] | None = None) -> None:
        await announce(sockets)  # type: ignore[arg-type]  # passed on as it came
        started.set()

    server.startup = startup  # type: ignore[assignment, method-assign]  # uvicorn tells nobody that it listens
    thread = threading.Thread(target=server.run)
    thread.start()
    assert started.wait(30)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(30)
