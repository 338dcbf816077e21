"""What the OpenAPI document says beyond what FastAPI knows: errors with their codes, and who may call."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts

from sync_server.platform.errors import (
    AccountSuspendedError,
    ConflictError,
    FileTooLargeError,
    InternalServerError,
    InvalidRequestError,
    InvalidTokenError,
    RateLimitExceededError,
    ServerError,
    ServiceUnavailableError,
    TokenExpiredError,
    UnauthorizedError,
    UnprocessableError,
    ValidationFailedError,
)
from sync_server.platform.idempotency import HEADER, IdempotentRoute
from sync_server.platform.openapi_page import documentation_page
from sync_server.platform.replies import ErrorReply
from sync_server.platform.routes import asks_who, needs_account

Responses = dict[int | str, dict[str, Any]]

BEARER = "bearer"
CODES = "x-error-codes"

_EVERYWHERE = (RateLimitExceededError, InternalServerError, ServiceUnavailableError)
_WITH_INPUT = (ValidationFailedError, InvalidRequestError)
_WITH_BODY = (FileTooLargeError,)
_WITH_KEY = (InvalidRequestError, ConflictError, UnprocessableError)
_WITH_TOKEN = (UnauthorizedError, InvalidTokenError, TokenExpiredError)
_WITH_ACCOUNT = (AccountSuspendedError,)

_IDEMPOTENCY_KEY = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    "description": "The same key and body again get the first reply, for 24 hours.",
}

_DESCRIPTION = """\
Accounts, credits, subscriptions, generation and galleries of Pentimento.

Every reply is an envelope: `{success: true, data, message, timestamp}`, lists with
`pagination {next_cursor, has_more, total_count}`; errors are `{success: false, error: {code, message, details},
timestamp, request_id}`, the id also as `X-Request-ID`. Codes never change; messages follow `Accept-Language`
(en, ko). An `Idempotency-Key` on an operation that creates or pays makes it safe to send again for 24 hours.
`X-RateLimit-Limit`, `-Remaining` and `-Reset` tell what is left of the tightest limit; a 429 has `Retry-After`."""


def errors(*kinds: type[ServerError]) -> Responses:
    """For a route's `responses=`: every status it may answer with and the codes under it."""
    return {
        status: {"model": ErrorReply, "description": ", ".join(codes), CODES: codes}
        for status, codes in _by_status(kinds).items()
    }


def _by_status(kinds: tuple[type[ServerError], ...]) -> dict[int, list[str]]:
    codes: dict[int, list[str]] = {}
    for kind in kinds:
        known = codes.setdefault(kind.status, [])
        if kind.code not in known:
            known.append(kind.code)
    return dict(sorted(codes.items()))


def install_documentation(app: FastAPI) -> None:
    """/openapi.json in full, and /docs to read. Made once, when first asked for."""

    @cache
    def document() -> dict[str, Any]:
        return openapi_document(app)

    @cache
    def page() -> str:
        return documentation_page(document())

    app.openapi = document  # type: ignore[method-assign]  # FastAPI's documented way to extend the document

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
        return HTMLResponse(page(), headers={"Content-Security-Policy": policy})


def openapi_document(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(
        title=app.title,
        version=app.version,
        openapi_version="3.1.0",
        description=_DESCRIPTION,
        routes=app.routes,
        separate_input_output_schemas=app.separate_input_output_schemas,
    )
    components = document.setdefault("components", {})
    components["securitySchemes"] = {
        BEARER: {
            "type": "http",
            "scheme": "bearer",
            "description": "The access token of a session, or an API key.",
        }
    }
    schemas = components.setdefault("schemas", {})
    error = ErrorReply.model_json_schema(mode="serialization", ref_template="#/components/schemas/{model}")
    for name, schema in {**error.pop("$defs"), "ErrorReply": error}.items():
        schemas.setdefault(name, schema)
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for route, operation in _operations(app, document):
        _complete(operation, route)
        if isinstance(route.original_route, IdempotentRoute) and route.original_route.keeps_replies:
            operation.setdefault("parameters", []).append(_IDEMPOTENCY_KEY)
    return document


def _operations(app: FastAPI, document: Mapping[str, Any]) -> Iterator[tuple[RouteContext, dict[str, Any]]]:
    for route in iter_route_contexts(app.routes):
        if not isinstance(route.original_route, APIRoute):
            continue
        for method in route.methods or ():
            operation = document.get("paths", {}).get(route.path_format, {}).get(method.lower())
            if operation is not None:
                yield route, operation


def _complete(operation: dict[str, Any], route: Any) -> None:
    kinds: list[type[ServerError]] = list(_EVERYWHERE)
    if operation.get("parameters") or "requestBody" in operation:
        kinds += _WITH_INPUT
    if "requestBody" in operation:
        kinds += _WITH_BODY
    if isinstance(route.original_route, IdempotentRoute) and route.original_route.keeps_replies:
        kinds += _WITH_KEY
    if asks_who(route.dependant):
        kinds += _WITH_TOKEN
        operation["security"] = [{BEARER: []}]
        if needs_account(route.dependant):
            kinds += _WITH_ACCOUNT
        else:
            operation["security"].append({})
    responses = operation["responses"]
    if "HTTPValidationError" in str(responses.get("422", "")):
        del responses["422"]  # FastAPI's own, which never goes out: ours is a 400
    for status, codes in _by_status(tuple(kinds)).items():
        _add(responses, str(status), codes)
    operation["responses"] = dict(sorted(responses.items()))


def _add(responses: dict[str, Any], status: str, codes: list[str]) -> None:
    reply = responses.setdefault(status, {CODES: []})
    known = reply.setdefault(CODES, [])
    known.extend(code for code in codes if code not in known)
    reply["description"] = ", ".join(known)
    content = reply.setdefault("content", {}).setdefault("application/json", {})
    content.setdefault("schema", {"$ref": "#/components/schemas/ErrorReply"})
    content["example"] = {
        "success": False,
        "error": {"code": known[0], "message": "What happened and what to do about it.", "details": {}},
        "timestamp": "2026-01-15T12:00:00Z",
        "request_id": "019bc1a2-7c00-7000-8000-000000000000",
    }
