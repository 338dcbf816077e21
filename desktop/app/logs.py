"""Where the app writes what engineers need after something went wrong."""

import logging
import sys
from collections.abc import Callable
from logging.handlers import RotatingFileHandler
from pathlib import Path

_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_LARGEST_BYTES = 1_000_000
_KEPT_FILES = 2


def start_logging(file: Path, *, debug: bool) -> Callable[[], None]:
    """To the log file, and with `debug` to the terminal as well. Returns the way to stop."""
    root = logging.getLogger()
    handlers: list[logging.Handler] = []
    try:
        handlers.append(
            RotatingFileHandler(file, maxBytes=_LARGEST_BYTES, backupCount=_KEPT_FILES, encoding="utf-8")
        )
    except OSError:
        # A log that can't be written must not keep the artist from working; the terminal takes it.
        handlers.append(logging.StreamHandler(sys.stderr))
    if debug:
        handlers.append(logging.StreamHandler(sys.stderr))
    level = root.level
    for handler in handlers:
        handler.setFormatter(logging.Formatter(_FORMAT))
        root.addHandler(handler)
    root.setLevel(logging.DEBUG if debug else logging.INFO)
    logging.getLogger("PIL").setLevel(logging.INFO)
    logging.getLogger("qasync").setLevel(logging.INFO)

    def stop() -> None:
        root.setLevel(level)
        for handler in handlers:
            root.removeHandler(handler)
            handler.close()

    return stop
