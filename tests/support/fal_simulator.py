"""fal.ai, as far as its own client speaks with it: the queue, files, signed webhooks."""

import base64
import hashlib
import io
import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from PIL import Image

from sync_server.platform.ports import Clock, utc_now

KEY = "id:secret"


@dataclass
class Asked:
    model: str
    arguments: dict[str, Any]
    webhook: str | None
    looks: int = 0
    status: str = "IN_QUEUE"
    error: str | None = None
    images: list[str] = field(default_factory=list)


class FalSimulator:
    """A request is in the queue at the first look, at work at the second, done at the third; with `holds` it waits."""

    def __init__(self, *, clock: Clock = utc_now) -> None:
        self._clock = clock
        self._numbers = itertools.count(1)
        self.private_key = Ed25519PrivateKey.generate()
        self.requests: dict[str, Asked] = {}
        self.holds = False
        self.down = False
        self.fails: str | None = None
        self.unsafe: set[int] = set()
        self.cancelled: list[str] = []
        self.address = ""
        self.app = _application(self)

    def submit(self, model: str, arguments: dict[str, Any], webhook: str | None) -> dict[str, str]:
        number = f"request-{next(self._numbers)}"
        self.requests[number] = Asked(model=model, arguments=arguments, webhook=webhook)
        owner, alias = model.split("/")[:2]
        base = f"{self.address}/{owner}/{alias}/requests/{number}"
        return {
            "request_id": number,
            "response_url": base,
            "status_url": f"{base}/status",
            "cancel_url": f"{base}/cancel",
        }

    def look(self, number: str) -> dict[str, Any]:
        asked = self.requests[number]
        if not self.holds and asked.status != "COMPLETED":
            asked.looks += 1
            if asked.looks > 2:
                self.finish(number)
            elif asked.looks == 2:
                asked.status = "IN_PROGRESS"
        if asked.status == "IN_QUEUE":
            return {"status": asked.status, "queue_position": 0}
        told: dict[str, Any] = {"status": asked.status, "logs": None}
        if asked.status == "COMPLETED":
            told |= {"metrics": {"inference_time": 1.0}}
            if asked.error:
                told |= {"error": asked.error, "error_type": "runner_error"}
        return told

    def finish(self, number: str) -> None:
        asked = self.requests[number]
        asked.status, asked.error = "COMPLETED", self.fails

    def result(self, number: str) -> dict[str, Any]:
        asked = self.requests[number]
        count = int(asked.arguments.get("num_images", 1))
        size = asked.arguments.get("image_size") or {"width": 64, "height": 64}
        return {
            "images": [
                {
                    "url": f"{self.address}/files/{number}-{index}.png?{size['width']}x{size['height']}",
                    "width": size["width"],
                    "height": size["height"],
                    "content_type": "image/png",
                }
                for index in range(count)
            ],
            "seed": asked.arguments.get("seed", 42),
            "has_nsfw_concepts": [index in self.unsafe for index in range(count)],
            "prompt": asked.arguments["prompt"],
        }

    def webhook(self, number: str) -> tuple[dict[str, str], bytes]:
        """Headers and body of what it would send now."""
        if self.fails:
            told: Mapping[str, Any] = {"status": "ERROR", "error": self.fails, "payload": None}
        else:
            told = {"status": "OK", "payload": self.result(number)}
        body = json.dumps({"request_id": number, "gateway_request_id": number, **told}).encode()
        timestamp = str(int(self._clock().timestamp()))
        message = f"{number}\nuser-1\n{timestamp}\n{hashlib.sha256(body).hexdigest()}"
        return {
            "X-Fal-Webhook-Request-Id": number,
            "X-Fal-Webhook-User-Id": "user-1",
            "X-Fal-Webhook-Timestamp": timestamp,
            "X-Fal-Webhook-Signature": self.private_key.sign(message.encode()).hex(),
            "Content-Type": "application/json",
        }, body

    def keys(self) -> dict[str, Any]:
        public = self.private_key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        encoded = base64.urlsafe_b64encode(public).decode().rstrip("=")
        return {"keys": [{"kty": "OKP", "crv": "Ed25519", "x": encoded, "kid": "1", "use": "sig"}]}


def _application(simulator: FalSimulator) -> FastAPI:
    app = FastAPI()

    @app.middleware("http")
    async def guard(request: Request, call_next: Any) -> Response:
        if simulator.down:
            return JSONResponse({"detail": "no runner"}, 503)
        public = request.url.path.startswith(("/files/", "/.well-known/"))
        if not public and request.headers.get("Authorization") != f"Key {KEY}":
            return JSONResponse({"detail": "Invalid key"}, 401)
        answer: Response = await call_next(request)
        return answer

    _serve_everybody(app, simulator)

    @app.get("/{owner}/{alias}/requests/{number}/status")
    async def status(owner: str, alias: str, number: str) -> Response:
        found = simulator.look(number)
        return JSONResponse(found, 200 if found["status"] == "COMPLETED" else 202)

    @app.get("/{owner}/{alias}/requests/{number}")
    async def result(owner: str, alias: str, number: str) -> Response:
        if simulator.requests[number].error:
            return JSONResponse({"detail": simulator.requests[number].error}, 422)
        return JSONResponse(simulator.result(number))

    @app.put("/{owner}/{alias}/requests/{number}/cancel")
    async def cancel(owner: str, alias: str, number: str) -> Response:
        if simulator.requests[number].status == "COMPLETED":
            return JSONResponse({"status": "ALREADY_COMPLETED"}, 400)
        simulator.cancelled.append(number)
        return JSONResponse({"status": "CANCELLATION_REQUESTED"}, 202)

    @app.post("/{model:path}")
    async def submit(model: str, request: Request) -> Response:
        arguments = await request.json()
        if not arguments.get("prompt"):
            return JSONResponse({"detail": [{"loc": ["body", "prompt"], "msg": "field required"}]}, 422)
        return JSONResponse(simulator.submit(model, arguments, request.query_params.get("fal_webhook")))

    return app


def _serve_everybody(app: FastAPI, simulator: FalSimulator) -> None:
    @app.get("/.well-known/jwks.json")
    async def keys() -> dict[str, Any]:
        return simulator.keys()

    @app.get("/files/{name}")
    async def file(name: str, request: Request) -> Response:
        across, down = map(int, request.url.query.split("x"))
        data = io.BytesIO()
        Image.new("RGB", (across, down), "green").save(data, "PNG")
        return Response(data.getvalue(), media_type="image/png")
