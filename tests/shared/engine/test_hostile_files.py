"""Files that lie: each is refused in words, nothing of them runs, and memory stays bounded."""

import json
import os
import pickle
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.errors import InvalidModelError
from shared.engine.catalogue import Catalogue, describe_model
from shared.engine.headers import LARGEST_HEADER, Header, read_safetensors_header

TENSOR = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}


def write(path: Path, header: Any, weights: bytes = bytes(8), *, length: int | None = None) -> Path:
    content = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes((len(content) if length is None else length).to_bytes(8, "little") + content + weights)
    return path


HOSTILE: dict[str, tuple[Any, dict[str, Any]]] = {
    "a header as long as the universe": ({"a": TENSOR}, {"length": 2**64 - 1}),
    "a header longer than the file": ({"a": TENSOR}, {"length": 4000}),
    "a header of nothing": (b"", {}),
    "no JSON": (b"\x80\x04\x95 not JSON", {}),
    "a list": ([1, 2], {}),
    "JSON that never ends": (b"[" * 200_000, {}),
    "objects in objects": (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, {}),
    "weights that are cut off": ({"a": {**TENSOR, "shape": [8], "data_offsets": [0, 32]}}, {}),
    "offsets far outside": ({"a": {**TENSOR, "data_offsets": [2**60, 2**60 + 8]}}, {}),
    "offsets backwards": ({"a": {**TENSOR, "data_offsets": [8, 0]}}, {}),
    "negative offsets": ({"a": {**TENSOR, "data_offsets": [-8, 0]}}, {}),
    "tensors over one another": ({"a": TENSOR, "b": TENSOR}, {}),
    "a shape beyond all numbers": ({"a": {**TENSOR, "shape": [2**62, 2**62]}}, {}),
    "a million dimensions": ({"a": {**TENSOR, "shape": [2**50] * 100_000}}, {}),
    "a negative side": ({"a": {**TENSOR, "shape": [-2]}}, {}),
    "a side that is no number": ({"a": {**TENSOR, "shape": ["2"]}}, {}),
    "a side of true": ({"a": {**TENSOR, "shape": [True, 2]}}, {}),
    "a kind of number that is none": ({"a": {**TENSOR, "dtype": "F1024"}}, {}),
    "a name that stands twice": (b'{"a": %b, "a": %b}' % ((json.dumps(TENSOR).encode(),) * 2), {}),
    "an entry without a shape": ({"a": {"dtype": "F32", "data_offsets": [0, 8]}}, {}),
    "an entry that is a word": ({"a": "b"}, {}),
    "a number of ten thousand digits": (b'{"a": ' + b"9" * 10_000 + b"}", {}),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_that_lies_is_refused_in_words(tmp_path: Path, name: str) -> None:
    header, options = HOSTILE[name]
    file = write(tmp_path / "hostile.safetensors", header, **options)

    for read in (read_safetensors_header, describe_model):
        with pytest.raises(InvalidModelError) as caught:
            read(file)
        assert "hostile.safetensors" in caught.value.report.text
        assert caught.value.report.advice
    assert not Catalogue([tmp_path]).survey().models


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
_entry = st.fixed_dictionaries(
    {
        "dtype": st.sampled_from(["F32", "F16", "BOOL", "odd"]) | _json,
        "shape": st.lists(st.integers(-2, 5), max_size=4) | _json,
        "data_offsets": st.tuples(st.integers(-4, 40), st.integers(-4, 40)).map(list) | _json,
    }
)


@given(
    header=st.dictionaries(st.text(max_size=12), _entry | _json, max_size=4) | _json,
    weights=st.binary(max_size=64),
    lie=st.integers(-20, 20),
)
def test_any_header_is_read_or_refused_and_nothing_else_happens(
    tmp_path_factory: pytest.TempPathFactory, header: Any, weights: bytes, lie: int
) -> None:
    file = tmp_path_factory.getbasetemp() / "fuzzed.safetensors"
    content = json.dumps(header).encode()
    write(file, content, weights, length=max(0, len(content) + lie))

    header_or_none = read_or_refuse(file)

    if header_or_none is not None:
        assert all(side >= 0 for shape in header_or_none.shapes.values() for side in shape)


@given(content=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    file = tmp_path_factory.getbasetemp() / "bytes.safetensors"
    file.write_bytes(content)

    read_or_refuse(file)


def read_or_refuse(file: Path) -> Header | None:
    """Any other error than ours is let through, and fails the test."""
    try:
        return read_safetensors_header(file)
    except InvalidModelError:
        return None


class Payload:
    """Runs when it is unpickled."""

    def __init__(self, marker: Path) -> None:
        self._marker = marker

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return os.system, (f"touch {self._marker}",)


def test_a_pickle_under_another_name_is_refused_and_never_runs(tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    for name in ("model.safetensors", "model.ckpt", "model.pt"):
        (tmp_path / name).write_bytes(pickle.dumps({"state_dict": Payload(marker)}))

    survey = Catalogue([tmp_path]).survey()

    assert not survey.models
    assert {file.path.suffix for file in survey.files if file.needs_consent} == {".ckpt", ".pt"}
    assert not marker.exists()


IN_A_CHILD = """
import resource, sys
from pathlib import Path
limit = {limit} * 1024 * 1024
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
from shared.contracts.errors import PentimentoError
try:
    {call}
except PentimentoError as error:
    print("refused:", error.report.text)
"""


def in_a_child(call: str, *, limit: int) -> str:
    """What it prints, with so many megabytes of memory at most."""
    code = textwrap.dedent(IN_A_CHILD.format(limit=limit, call=call))
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False
    )
    return done.stdout + done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
@pytest.mark.parametrize("piece", [b'"%06d":{},', b"[],[[]],[[[]]],"])
def test_the_largest_header_is_read_or_refused_within_bounded_memory(tmp_path: Path, piece: bytes) -> None:
    count = LARGEST_HEADER // (len(piece) + 4)
    pieces = b"".join(piece % number if b"%" in piece else piece for number in range(count))
    content = b"{" + pieces.rstrip(b",") + b"}" if b"%" in piece else b"[" + pieces.rstrip(b",") + b"]"
    file = write(tmp_path / "large.safetensors", content[:LARGEST_HEADER])

    said = in_a_child(
        f"from shared.engine.headers import read_safetensors_header as read; read(Path({str(file)!r}))",
        limit=1200,
    )

    assert said.startswith("refused:"), said


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_a_picture_of_a_billion_pixels_is_refused_within_bounded_memory(tmp_path: Path) -> None:
    import struct
    import zlib

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return len(data).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")

    row = zlib.compressobj(9)
    packed = b"".join(row.compress(bytes(1 + 40_000 // 8) * 250) for _ in range(120)) + row.flush()
    header = struct.pack(">IIBBBBB", 40_000, 30_000, 1, 0, 0, 0, 0)
    file = tmp_path / "bomb.png"
    file.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
    )
    assert file.stat().st_size < 300_000

    said = in_a_child(
        f"from shared.imaging.pictures import read_picture; read_picture(Path({str(file)!r}))", limit=1200
    )

    assert said.startswith("refused:"), said
    assert "too large" in said
