"""What the headless commands say, and where: results on stdout, progress and errors on stderr."""

import sys
from typing import TextIO

from shared.contracts.errors import ErrorReport
from shared.contracts.events import GenerationEvent, Loading, Progress

_BAR_WIDTH = 24
_STAGES = {
    "starting": "starting the engine",
    "model": "loading the model",
    "conditioning": "reading the prompt",
}


def say(text: str) -> None:
    print(text)


def say_error(report: ErrorReport, *, debug: bool = False) -> None:
    print(f"pentimento: {report.text}", file=sys.stderr)
    if report.advice:
        print(report.advice_text, file=sys.stderr)
    if debug and report.detail:
        print(report.detail, file=sys.stderr)


def say_aside(text: str) -> None:
    """What belongs neither to the result nor to an error."""
    print(text, file=sys.stderr)


class ProgressLine:
    """One line that is written over; nothing where stderr is no terminal."""

    def __init__(self, stream: TextIO = sys.stderr) -> None:
        self._stream = stream
        self._is_terminal = stream.isatty()
        self._width = 0

    def show(self, event: GenerationEvent) -> None:
        if isinstance(event, Loading):
            self._write(f"{_STAGES[event.stage]} ...")
        elif isinstance(event, Progress):
            filled = _BAR_WIDTH * event.step // event.steps
            bar = "#" * filled + "-" * (_BAR_WIDTH - filled)
            self._write(f"step {event.step} of {event.steps} {bar}")

    def say(self, text: str) -> None:
        self._write(text)

    def clear(self) -> None:
        self._write("")
        if self._is_terminal:
            self._stream.write("\r")
            self._stream.flush()

    def _write(self, text: str) -> None:
        if self._is_terminal:
            self._stream.write("\r" + text.ljust(self._width))
            self._stream.flush()
            self._width = len(text)
