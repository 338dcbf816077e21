"""Our errors in the words of OpenAI's API."""

from typing import Any

from shared.contracts.openai_images import Problem, ProblemReply
from sync_server.platform.errors import ServerError

_TYPES = {
    401: "authentication_error",
    402: "insufficient_quota",
    403: "permission_error",
    404: "not_found_error",
    429: "rate_limit_error",
}
_CODES = {
    "UNAUTHORIZED": "invalid_api_key",
    "INVALID_TOKEN": "invalid_api_key",
    "TOKEN_EXPIRED": "invalid_api_key",
    "INSUFFICIENT_CREDITS": "insufficient_quota",
    "STORAGE_EXCEEDED": "insufficient_quota",
    "INVALID_PROMPT": "content_policy_violation",
    "RATE_LIMIT_EXCEEDED": "rate_limit_exceeded",
    "QUEUE_LIMIT_REACHED": "rate_limit_exceeded",
}


def as_openai_says_it(error: ServerError, message: str) -> dict[str, Any]:
    default = "server_error" if error.status >= 500 else "invalid_request_error"
    fields = error.details.get("fields")
    return ProblemReply(
        error=Problem(
            message=message,
            type=_TYPES.get(error.status, default),
            param=str(fields[0]["path"]) if fields else None,
            code=_CODES.get(error.code, error.code.lower()),
        )
    ).model_dump()
