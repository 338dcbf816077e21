"""People with pictures in their galleries."""

import base64
import io
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from shared.contracts.generation import ModelReference, Recipe, Rendering, TextToImage
from shared.imaging.pictures import read_picture
from shared.imaging.recipe_pictures import encode_recipe_png
from sync_server.app.settings import Settings
from tests.support.server import Server, SignedInUser

GALLERY = "/api/v1/gallery"


def picture(
    size: tuple[int, int] = (64, 48), colour: str = "red", *, form: str = "PNG", **options: Any
) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", size, colour).save(data, form, **options)
    return data.getvalue()


def made_picture(prompt: str, *, seed: int = 7, size: tuple[int, int] = (64, 48)) -> bytes:
    """With the recipe of a generated one in it."""
    request = TextToImage(
        model=ModelReference(id="starter", name="Starter"),
        prompt=prompt,
        negative_prompt="blurry",
        seed=seed,
        width=size[0],
        height=size[1],
    )
    rendering = Rendering(
        seed=seed,
        device="cpu",
        precision="float32",
        attention="sdpa",
        engine="1",
        model_sha256="a" * 64,
        work_width=size[0],
        work_height=size[1],
    )
    return encode_recipe_png(read_picture(picture(size)), Recipe(request=request, rendering=rendering))


class Gallery:
    """One person at the API. Anything but the status it expects is an error."""

    def __init__(self, server: Server, user: SignedInUser | None) -> None:
        self.server = server
        self.user = user

    async def ask(
        self,
        method: str,
        path: str,
        *,
        status: int = 200,
        headers: dict[str, str] | None = None,
        **options: Any,
    ) -> Any:
        """The reply's body: `data`, a whole page where it has pagination, or the error."""
        body = (await self.reply(method, path, status=status, headers=headers, **options)).json()
        if not body["success"]:
            return body["error"]
        return body if "pagination" in body else body["data"]

    async def reply(
        self,
        method: str,
        path: str,
        *,
        status: int = 200,
        headers: dict[str, str] | None = None,
        **options: Any,
    ) -> httpx.Response:
        sent = {**(self.user.headers if self.user else {}), **(headers or {})}
        reply = await self.server.client.request(method, GALLERY + path, headers=sent, **options)
        assert reply.status_code == status, reply.text
        return reply

    async def add(self, data: bytes | None = None, **fields: Any) -> dict[str, Any]:
        image = base64.b64encode(data or picture()).decode()
        found: dict[str, Any] = await self.ask("POST", "/images", json={"image": image, **fields}, status=201)
        return found

    async def publish(self, data: bytes | None = None, **fields: Any) -> dict[str, Any]:
        item = await self.add(data)
        found: dict[str, Any] = await self.ask(
            "PATCH", f"/images/{item['id']}", json={"is_public": True, **fields}
        )
        return found

    async def fetch(self, url: str, *, status: int = 200) -> bytes:
        reply = await self.server.client.get(url)
        assert reply.status_code == status, reply.text
        return reply.content


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """New authors don't wait; what does is tested with the moderators."""
    return Settings(data_folder=tmp_path / "data", moderation="off")


@pytest.fixture
async def ann(server: Server) -> Gallery:
    user = await server.register(email="ann@example.com", tier="pro")
    return Gallery(server, user)


@pytest.fixture
async def ben(server: Server) -> Gallery:
    return Gallery(server, await server.register(email="ben@example.com", tier="pro"))


@pytest.fixture
async def fred(server: Server) -> Gallery:
    """On the free plan."""
    return Gallery(server, await server.register(email="fred@example.com"))


@pytest.fixture
async def moderator(server: Server) -> Gallery:
    return Gallery(server, await server.register(email="mo@example.com", role="moderator"))


@pytest.fixture
def anybody(server: Server) -> Gallery:
    return Gallery(server, None)
