import base64
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_server.platform.cursors import CursorSigner, PageRequest
from sync_server.platform.errors import InvalidParametersError

SIGNER = CursorSigner(secret="a secret")
VALUES = st.lists(st.one_of(st.none(), st.integers(), st.text()), max_size=4)


@given(values=VALUES)
def test_what_was_signed_comes_back(values: Sequence[str | int | None]) -> None:
    assert SIGNER.decode(SIGNER.encode(values), expected=len(values)) == values


@given(cursor=st.text(max_size=200))
def test_no_other_text_opens(cursor: str) -> None:
    with pytest.raises(InvalidParametersError):
        SIGNER.decode(cursor, expected=1)


def test_a_changed_payload_is_refused() -> None:
    cursor = SIGNER.encode(["2026-01-15T12:00:00Z", 7])
    raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    forged = base64.urlsafe_b64encode(raw.replace(b"7", b"8")).decode().rstrip("=")
    with pytest.raises(InvalidParametersError):
        SIGNER.decode(forged, expected=2)


def test_another_secret_another_list_and_another_length_are_refused() -> None:
    cursor = SIGNER.encode([1], scope="transactions")
    assert SIGNER.decode(cursor, expected=1, scope="transactions") == [1]
    another = CursorSigner(secret="another")
    for signer, expected, scope in (
        (SIGNER, 1, "users"),
        (SIGNER, 2, "transactions"),
        (another, 1, "transactions"),
    ):
        with pytest.raises(InvalidParametersError):
            signer.decode(cursor, expected=expected, scope=scope)


def test_a_list_is_sorted_only_by_what_it_offers() -> None:
    assert PageRequest().sorted_by({"created_at"}, default="created_at") == "created_at"
    with pytest.raises(InvalidParametersError, match="password_hash"):
        PageRequest(sort_by="password_hash").sorted_by({"created_at"}, default="created_at")
