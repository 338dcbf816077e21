"""Every error becomes the envelope: its code, words in the reader's language, details for programs."""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import psycopg
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic_core import to_json
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from shared.contracts.errors import ErrorReport
from sync_server.platform.errors import (
    FileTooLargeError,
    InternalServerError,
    InvalidRequestError,
    MethodNotAllowedError,
    NotFoundError,
    ServerError,
    ServiceUnavailableError,
    ValidationFailedError,
)
from sync_server.platform.field_messages import field_message
from sync_server.platform.languages import Language, preferred_language, translate
from sync_server.platform.replies import ErrorBody, ErrorReply

log = logging.getLogger("pentimento.errors")

ErrorShape = Callable[[ServerError, str], dict[str, Any]]
"""Another API's words for an error and its message; a route that speaks it sets `request.state.error_shape`."""


def install_error_handlers(app: FastAPI) -> None:
    """Errors that nobody foresaw are caught further out, by the middleware's ErrorBoundary."""
    app.add_exception_handler(ServerError, _server_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_exception)
    app.add_exception_handler(PoolTimeoutError, _database_busy)
    app.add_exception_handler(DBAPIError, _database_error)
    app.add_exception_handler(psycopg.Error, _database_error)


def error_response(request: Request, error: ServerError) -> Response:
    message = _words(error.report, preferred_language(request.headers.get("Accept-Language", "")))
    shape: ErrorShape | None = getattr(request.state, "error_shape", None)
    body = shape(error, message) if shape else _envelope(request, error, message)
    return Response(
        to_json(body, inf_nan_mode="null"),
        status_code=error.status,
        headers=error.headers,
        media_type="application/json",
    )


def _envelope(request: Request, error: ServerError, message: str) -> dict[str, Any]:
    return ErrorReply(
        error=ErrorBody(code=error.code, message=message, details=error.details),
        request_id=getattr(request.state, "request_id", ""),
    ).model_dump()


def unforeseen() -> InternalServerError:
    return InternalServerError(
        "Something went wrong on our side.",
        advice="Try again; if it happens again, tell support the request id.",
    )


def _words(report: ErrorReport, language: Language) -> str:
    parts = [translate(text, language, report.values) for text in (report.message, report.advice) if text]
    return " ".join(parts)


async def _server_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, ServerError)  # noqa: S101 - registered for this class only
    return error_response(request, error)


async def _validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class only
    language = preferred_language(request.headers.get("Accept-Language", ""))
    fields = [_field(problem, language) for problem in error.errors()]
    return error_response(
        request,
        ValidationFailedError(
            "The request does not fit: {paths}.",
            advice="Correct these fields and send it again.",
            details={"fields": fields},
            paths=", ".join(field["path"] for field in fields[:10]),
        ),
    )


def _field(problem: Mapping[str, Any], language: Language) -> dict[str, str]:
    return {
        "path": _path(problem["loc"]),
        "message": _clean(field_message(problem, language)),
        "type": str(problem["type"]),
    }


def _path(location: Sequence[str | int]) -> str:
    """As the client wrote it: without the part of the request, which stays only where it is all there is."""
    named = location if len(location) == 1 else location[1:]
    if location[0] == "body" and all(isinstance(part, int) for part in named):
        named = ["body"]
    return _clean(".".join(str(part) for part in named))[:200]


def _clean(text: str) -> str:
    """A client's own words may hold half a surrogate pair, which no reply could be written with."""
    return text.encode("utf-8", "replace").decode("utf-8")


async def _http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class only
    return error_response(request, _from_http(error))


def _from_http(error: HTTPException) -> ServerError:
    headers = error.headers
    if error.status_code == NotFoundError.status:
        return NotFoundError("There is nothing at this address.", headers=headers)
    if error.status_code == MethodNotAllowedError.status:
        return MethodNotAllowedError("This address does not take this method.", headers=headers)
    if error.status_code == FileTooLargeError.status:
        return FileTooLargeError(
            "The request is larger than this server accepts.",
            advice="Send a smaller file.",
            headers=headers,
        )
    if error.status_code < InternalServerError.status:
        return InvalidRequestError(
            "The request could not be read.", advice="Check its format.", headers=headers
        )
    return unforeseen()


async def _database_busy(request: Request, error: Exception) -> Response:
    log.error("no database connection became free", extra={"problem": str(error)})
    return error_response(request, _busy())


async def _database_error(request: Request, error: Exception) -> Response:
    """What a value did (a NUL in a text, a number too large) is the client's error; a lost connection, a
    deadlock or a time-out is nobody's, and another try may work.
    """
    problem = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(problem, psycopg.DataError):
        log.warning("a value could not be stored", extra={"problem": str(problem)})
        return error_response(
            request,
            InvalidRequestError(
                "A value of the request can't be stored.",
                advice="Remove control characters and numbers that are too large.",
            ),
        )
    if isinstance(problem, psycopg.OperationalError):
        log.error("the database could not serve", extra={"problem": str(problem)})
        return error_response(request, _busy())
    raise error


def _busy() -> ServiceUnavailableError:
    return ServiceUnavailableError(
        "The server is busy.", advice="Try again in a few seconds.", headers={"Retry-After": "5"}
    )
