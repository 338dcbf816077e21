"""An outside model of words behind an OpenAI-compatible endpoint, which the operator names."""

import json
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from sync_server.platform.errors import ServiceUnavailableError

log = logging.getLogger("pentimento.language_model")

_SECONDS = 30.0
_LARGEST_REPLY = 64 * 1024
_FENCE = re.compile(r"\A```(?:json)?\s*(.*?)\s*```\Z", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class LanguageModel:
    """`url` as clients of such endpoints take it: with the /v1, without what follows."""

    http: httpx.AsyncClient
    url: str
    key: str
    model: str

    async def answer(self, instruction: str, text: str) -> Mapping[str, Any]:
        """The object that it was told to write as JSON. Raises ServiceUnavailableError, whatever went wrong."""
        try:
            return await self._ask(instruction, text)
        except (
            httpx.HTTPError,
            httpx.InvalidURL,
            ValueError,
            LookupError,
            TypeError,
            RecursionError,
        ) as error:
            log.warning("the language model did not answer", extra={"problem": str(error)[:500]})
            raise ServiceUnavailableError(
                "The language model does not answer.", advice="It cost nothing. Try again later."
            ) from error

    async def _ask(self, instruction: str, text: str) -> Mapping[str, Any]:
        reply = await self.http.post(
            f"{self.url.rstrip('/')}/chat/completions",
            headers={"Authorization": f"Bearer {self.key}"} if self.key else {},
            json={
                "model": self.model,
                "messages": [
                    {"role": "system", "content": instruction},
                    {"role": "user", "content": text},
                ],
            },
            timeout=_SECONDS,
        )
        reply.raise_for_status()
        if len(reply.content) > _LARGEST_REPLY:
            raise ValueError("the reply is too long")
        written = str(reply.json()["choices"][0]["message"]["content"]).strip()
        fenced = _FENCE.match(written)
        found = json.loads(fenced[1] if fenced else written)
        if not isinstance(found, Mapping):
            raise TypeError("the reply is no object")
        return found
