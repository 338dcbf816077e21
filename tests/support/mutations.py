"""Valid files made hostile: what hypothesis changes in them, and a child process that may not eat the machine."""

import os
import resource
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from hypothesis import strategies as st

from shared.contracts.errors import PentimentoError

ROOT = Path(__file__).parents[2]
INTERESTING = (0, 1, 0x7F, 0x80, 0xFF)
LONG_VALUES = (b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\x80\0\0\0", b"\0\1\0\0", b"\xff\xff")


@dataclass(frozen=True)
class Edit:
    """One change: at a part (0 to 1) of the file, of a kind, with a length and bytes of its own."""

    place: float
    kind: str
    length: int
    data: bytes

    def apply(self, file: bytes) -> bytes:
        at = round(self.place * len(file))
        match self.kind:
            case "overwrite":
                return file[:at] + self.data + file[at + len(self.data) :]
            case "insert":
                return file[:at] + self.data + file[at:]
            case "delete":
                return file[:at] + file[at + self.length :]
            case "repeat":
                return file[: at + self.length] + file[at:]
            case "truncate":
                return file[:at]
        msg = self.kind
        raise AssertionError(msg)


_data = st.one_of(
    st.binary(min_size=1, max_size=8),
    st.sampled_from(LONG_VALUES),
    st.sampled_from(INTERESTING).map(lambda value: bytes([value])),
)
_edits = st.builds(
    Edit,
    # Heads hold what a reader believes: half of all edits fall there.
    place=st.one_of(st.floats(0, 1), st.floats(0, 0.05)),
    kind=st.sampled_from(["overwrite", "overwrite", "insert", "delete", "repeat", "truncate"]),
    length=st.integers(1, 64),
    data=_data,
)


def mutated(files: list[bytes]) -> st.SearchStrategy[bytes]:
    """One of the files with one to five changes."""

    def changed(file: bytes, edits: list[Edit]) -> bytes:
        for edit in edits:
            file = edit.apply(file)
        return file

    return st.builds(changed, st.sampled_from(files), st.lists(_edits, min_size=1, max_size=5))


Read = TypeVar("Read")


def read_or_refused(read: Callable[[], Read]) -> Read | None:
    """What was read; None where it was refused as an artist should be told. Any other error goes through."""
    try:
        return read()
    except PentimentoError as error:
        report = error.report
    if not (report.text and report.advice_text):
        raise AssertionError(report)
    return None


def run_limited(code: str, *arguments: str, megabytes: int, seconds: int = 60) -> str:
    """What a Python child prints that may take so much memory beyond its own start; it must end by itself."""

    def limit() -> None:
        # Libraries and thread stacks reserve addresses that they never touch.
        limit_bytes = (megabytes + 1500) * 1024 * 1024
        resource.setrlimit(resource.RLIMIT_AS, (limit_bytes, limit_bytes))

    environment = os.environ | {"PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
        env=environment,
        preexec_fn=limit,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout
