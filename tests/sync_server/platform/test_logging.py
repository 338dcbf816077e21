import json
import logging
from collections.abc import Mapping
from typing import Any

import pytest

from sync_server.platform.logging import ACCESS_LOG, HIDDEN, log_formatter


def written(message: str, *, production: bool = True, **extra: Any) -> str:
    logger = logging.Logger("pentimento.test")  # noqa: LOG001 - one of its own, not the process's
    record = logger.makeRecord(logger.name, logging.INFO, __file__, 1, message, (), None, extra=extra)
    return log_formatter(production=production).format(record)


def written_of_a_request(path: str, *, production: bool = True) -> str:
    told = {"method": "GET", "path": path, "status": 200, "milliseconds": 1.5, "client": "10.0.0.1"}
    told |= {"user_id": "u-1", "request_id": "r-1"}
    logger = logging.Logger(ACCESS_LOG)  # noqa: LOG001 - one of its own, not the process's
    record = logger.makeRecord(logger.name, logging.INFO, __file__, 1, "request", (), None, extra=told)
    return log_formatter(production=production).format(record)


def fields(message: str, **extra: Any) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(written(message, **extra))
    return found


def test_a_line_of_production_is_json() -> None:
    line = fields("request", status=200, path="/api/v1/users/me")
    assert line["event"] == "request"
    assert (line["status"], line["path"], line["level"]) == (200, "/api/v1/users/me", "info")
    assert line["timestamp"].endswith("Z")


@pytest.mark.parametrize(
    "name",
    [
        "authorization",
        "Authorization",
        "cookie",
        "Set-Cookie",
        "password",
        "new_password",
        "access_token",
        "refresh_token",
        "code",
        "verification_code",
        "client_secret",
        "api_key",
        "recovery_codes",
        "stripe_signature",
    ],
)
def test_fields_named_like_secrets_are_hidden(name: str) -> None:
    for production in (True, False):
        assert "hunter2" not in written("x", production=production, **{name: "hunter2"})
        assert "hunter2" not in written("x", production=production, headers={name: "hunter2"})


@pytest.mark.parametrize(
    "message",
    [
        "Authorization: Bearer hunter2",
        "GET /verify?token=hunter2&x=1",
        "GET /callback?state=a&code=hunter2",
        "postgresql://pentimento:hunter2@db/pentimento",
        "got eyJhbGciOiJI.eyJzdWIiOiJodW50ZXIy.hunter2",
    ],
)
def test_texts_that_look_like_secrets_are_hidden(message: str) -> None:
    for line in (written(message), written("x", problem=message), written("x", many=[message])):
        assert "hunter2" not in line
        assert HIDDEN in line


def test_what_is_no_secret_stays() -> None:
    line = fields("x", status_code=200, error_code="NOT_FOUND", user_id="u-1")
    assert (line["status_code"], line["error_code"], line["user_id"]) == (200, "NOT_FOUND", "u-1")


@pytest.mark.parametrize("production", [True, False])
@pytest.mark.parametrize("control", ["\n", "\r\n", "\x1b[31m", "\u2028", "\x00", "\x85"])
def test_a_client_can_not_forge_a_line(control: str, *, production: bool) -> None:
    line = written(f"a{control}forged", production=production, path=f"/a{control}2026 [info] signed in")
    assert control not in line
    assert len(line.splitlines()) == 1


def test_a_traceback_hides_secrets_too() -> None:
    try:
        raise RuntimeError("password=hunter2")
    except RuntimeError as error:
        info = (type(error), error, error.__traceback__)
    record = logging.LogRecord("pentimento", logging.ERROR, __file__, 1, "failed", (), info)
    line = json.loads(log_formatter(production=True).format(record))
    assert "RuntimeError" in line["exception"]
    assert "password=hunter2" not in line["exception"].splitlines()[-1]


def test_the_line_of_a_request_tells_who_asked_what_and_how_it_went() -> None:
    line = json.loads(written_of_a_request("/api/v1/users/me"))
    assert (line["event"], line["level"], line["logger"]) == ("request", "info", ACCESS_LOG)
    assert (line["method"], line["path"], line["status"]) == ("GET", "/api/v1/users/me", 200)
    assert (line["milliseconds"], line["client"], line["user_id"]) == (1.5, "10.0.0.1", "u-1")
    assert (line["request_id"], line["timestamp"][-1]) == ("r-1", "Z")
    readable = written_of_a_request("/api/v1/users/me", production=False)
    assert "request method=GET path=/api/v1/users/me status=200" in readable


@pytest.mark.parametrize("production", [True, False])
@pytest.mark.parametrize("control", ["\n", "\x1b[31m", "\u2028", "\x00"])
def test_the_line_of_a_request_can_not_be_forged_either(control: str, *, production: bool) -> None:
    line = written_of_a_request(f"/x{control}2026 forged?token=hunter2", production=production)
    assert control not in line
    assert len(line.splitlines()) == 1
    assert "hunter2" not in line
