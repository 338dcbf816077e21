"""Jobs that come as the engine's own request: the studio's way into the cloud."""

import hashlib
import uuid
from typing import Any

import pytest

from shared.contracts.generation import Inpaint, ModelReference, TextToImage, Upscale
from tests.support.cloud import CloudWorker
from tests.support.server import Server, SignedInUser
from tests.sync_server.generation.test_jobs import GENERATION, credits_of, fetch, job, picture, sound

STARTER = ModelReference(id="starter")
WORDS = TextToImage(model=STARTER, prompt="a red house", steps=4, seed=7, width=256, height=192)


async def run(
    server: Server, user: SignedInUser, request: Any, job_id: str = "", *, status: int = 201
) -> Any:
    body = {"job_id": job_id or str(uuid.uuid4()), "request": request.model_dump(mode="json")}
    reply = await server.client.post(f"{GENERATION}/run", json=body, headers=user.headers)
    assert reply.status_code == status, reply.text
    return reply.json()["data"] if status < 300 else reply.json()["error"]


async def upload(server: Server, user: SignedInUser, data: bytes) -> str:
    reply = await server.client.post(
        "/api/v1/uploads", json={"size": len(data), "content_type": "image/png"}, headers=user.headers
    )
    begun = reply.json()["data"]
    for part in begun["parts"]:
        assert (await server.client.put(part["url"], content=data)).status_code in {200, 204}
    done = await server.client.post(f"/api/v1/uploads/{begun['id']}/complete", headers=user.headers)
    assert done.json()["data"]["status"] == "complete"
    return hashlib.sha256(data).hexdigest()


async def test_the_same_id_again_is_the_same_job_and_is_paid_once(
    server: Server, artist: SignedInUser, worker: CloudWorker
) -> None:
    job_id = str(uuid.uuid4())
    first = await run(server, artist, WORDS, job_id)
    again = await run(server, artist, WORDS, job_id)
    assert (first["job_id"], again["job_id"]) == (job_id, job_id)
    assert await credits_of(server, artist) == (1000 - first["estimated_credits"], first["estimated_credits"])
    await worker.work_off()
    assert (await run(server, artist, WORDS, job_id))["status"] == "completed"
    assert worker.engine.requests == [WORDS]
    other = await server.register(email="other@example.com", tier="pro")
    assert (await run(server, other, WORDS, job_id, status=409))["code"] == "CONFLICT"
    await sound(server)


async def test_a_layer_comes_as_it_was_made_with_its_place(
    server: Server, artist: SignedInUser, worker: CloudWorker
) -> None:
    image = await upload(server, artist, picture((96, 64)))
    mask = await upload(server, artist, _mask())
    created = await run(
        server, artist, Inpaint(model=STARTER, prompt="a boat", seed=3, steps=2, image=image, mask=mask)
    )
    await worker.work_off()
    (made,) = (await job(server, artist, created["job_id"]))["images"]
    engine_file = worker.executor.blobs.path(hashlib.sha256(await fetch(server, made["url"])).hexdigest())
    assert engine_file.exists()
    assert (made["x"], made["y"]) != (0, 0)
    assert (made["width"], made["height"]) != (96, 64)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"steps": 101}, "INVALID_PARAMETERS"),
        ({"count": 5}, "INVALID_PARAMETERS"),
        ({"prompt": "a " * 1001}, "INVALID_PARAMETERS"),
        ({"max_credits": 0}, "PRICE_CHANGED"),
        ({"width": 4096, "height": 4096}, "FEATURE_LOCKED"),
        ({"vae": ModelReference(id="mine", name="my vae")}, "MODEL_UNAVAILABLE"),
        ({"model": ModelReference(id="stable-diffusion-1.5")}, "MODEL_UNAVAILABLE"),
    ],
)
async def test_what_it_cannot_do_it_says_and_holds_nothing(
    server: Server, artist: SignedInUser, worker: CloudWorker, change: dict[str, Any], code: str
) -> None:
    statuses = {
        "INVALID_PARAMETERS": 400,
        "PRICE_CHANGED": 409,
        "FEATURE_LOCKED": 403,
        "MODEL_UNAVAILABLE": 503,
    }
    refused = await run(server, artist, WORDS.model_copy(update=change), status=statuses[code])
    assert refused["code"] == code
    assert await credits_of(server, artist) == (1000, 0)


async def test_another_ones_picture_is_not_found(
    server: Server, artist: SignedInUser, worker: CloudWorker
) -> None:
    other = await server.register(email="other@example.com", tier="pro")
    image = await upload(server, other, picture((96, 64)))
    request = Upscale(model=STARTER, seed=1, image=image)
    assert (await run(server, artist, request, status=404))["code"] == "NOT_FOUND"


def _mask() -> bytes:
    import io

    from PIL import Image

    whole = Image.new("L", (96, 64))
    whole.paste(255, (48, 24, 88, 56))
    data = io.BytesIO()
    whole.save(data, "PNG")
    return data.getvalue()
