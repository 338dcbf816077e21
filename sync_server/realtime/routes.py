"""The WebSockets: /ws/generation/jobs follows single jobs, /ws everything of a user."""

from urllib.parse import urlsplit

from fastapi import APIRouter, WebSocket

from sync_server.platform.languages import preferred_language
from sync_server.realtime.connection import Connection

router = APIRouter()

_FORBIDDEN = 1008


@router.websocket("/ws/generation/jobs")
async def follow_jobs(socket: WebSocket) -> None:
    await _serve(socket, of_jobs=True)


@router.websocket("/ws")
async def follow_everything(socket: WebSocket) -> None:
    await _serve(socket, of_jobs=False)


async def _serve(socket: WebSocket, *, of_jobs: bool) -> None:
    if not _known_origin(socket):
        await socket.close(_FORBIDDEN)
        return
    connection = Connection(
        socket=socket,
        transactions=socket.app.state.transactions,
        listener=socket.app.state.listener,
        language=preferred_language(socket.headers.get("Accept-Language", "")),
        of_jobs=of_jobs,
        patience=socket.app.state.socket_patience,
    )
    await connection.run(_token(socket))


def _token(socket: WebSocket) -> str | None:
    """From the header or the query; None where the first message brings it."""
    scheme, _, credentials = socket.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and credentials:
        return credentials.strip()
    return socket.query_params.get("token")


def _known_origin(socket: WebSocket) -> bool:
    """Browsers always name the page that they come from; other programs name none."""
    origin = socket.headers.get("Origin")
    if origin is None or origin in socket.app.state.cors_origins:
        return True
    public_url: str = socket.app.state.public_url
    return urlsplit(origin).netloc == urlsplit(public_url).netloc
