"""An OpenAI-compatible endpoint for words, that answers what a test tells it to."""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse


class LanguageModelSimulator:
    """`reply` is what the model writes; with `down` it answers 500. `asked` holds every request's body and key."""

    def __init__(self, *, key: str = "secret") -> None:
        self.reply = "{}"
        self.down = False
        self.asked: list[dict[str, Any]] = []
        self.app = FastAPI()

        @self.app.post("/v1/chat/completions")
        async def complete(request: Request) -> JSONResponse:
            if request.headers.get("Authorization") != f"Bearer {key}":
                return JSONResponse({"error": {"message": "Incorrect API key provided"}}, 401)
            body = await request.json()
            self.asked.append(body)
            if self.down:
                return JSONResponse({"error": {"message": "overloaded"}}, 500)
            message = {"role": "assistant", "content": self.reply}
            return JSONResponse(
                {
                    "id": "chatcmpl-1",
                    "object": "chat.completion",
                    "model": body["model"],
                    "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
                    "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
                }
            )
