"""Signed tokens: what we signed, as the kind we signed it, until it is over."""

import base64
import json
from datetime import timedelta
from typing import Any

import jwt
import pytest

from sync_server.platform.errors import InvalidTokenError, TokenExpiredError
from sync_server.platform.ports import World
from sync_server.platform.security.tokens import TokenSigner
from tests.support.server import FakeClock

SECRET = "a secret of the operator's, long enough"
LIFETIME = timedelta(minutes=15)


@pytest.fixture
def signer(clock: FakeClock) -> TokenSigner:
    return TokenSigner(secret=SECRET, world=World(clock=clock))


def claims_of(token: str) -> dict[str, Any]:
    return dict(jwt.decode(token, options={"verify_signature": False}))


def test_a_token_tells_what_was_signed_with_type_times_and_an_id(
    signer: TokenSigner, clock: FakeClock
) -> None:
    token = signer.sign("access", {"sub": "me", "role": "user"}, lifetime=LIFETIME)
    claims = signer.read(token, "access")
    assert (claims["sub"], claims["role"], claims["type"]) == ("me", "user", "access")
    assert claims["iat"] == int(clock().timestamp())
    assert claims["exp"] - claims["iat"] == 15 * 60
    assert (
        claims["jti"] != signer.read(signer.sign("access", {"sub": "me"}, lifetime=LIFETIME), "access")["jti"]
    )


def test_a_token_is_over_at_the_end_of_its_lifetime(signer: TokenSigner, clock: FakeClock) -> None:
    token = signer.sign("access", {"sub": "me"}, lifetime=LIFETIME)
    clock.advance(LIFETIME - timedelta(seconds=1))
    assert signer.read(token, "access")["sub"] == "me"
    clock.advance(timedelta(seconds=1))
    with pytest.raises(TokenExpiredError):
        signer.read(token, "access")


def test_a_challenge_is_no_access_token(signer: TokenSigner) -> None:
    token = signer.sign("challenge", {"sub": "me"}, lifetime=LIFETIME)
    with pytest.raises(InvalidTokenError):
        signer.read(token, "access")


def test_the_kind_cannot_be_claimed(signer: TokenSigner) -> None:
    token = signer.sign("challenge", {"sub": "me", "type": "access"}, lifetime=LIFETIME)
    with pytest.raises(InvalidTokenError):
        signer.read(token, "access")


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE"])
def test_a_token_without_a_signature_is_refused(signer: TokenSigner, algorithm: str) -> None:
    body = signer.sign("access", {"sub": "me"}, lifetime=LIFETIME).split(".")[1]
    head = (
        base64.urlsafe_b64encode(json.dumps({"alg": algorithm, "typ": "JWT"}).encode()).decode().rstrip("=")
    )
    for forged in (f"{head}.{body}.", f"{head}.{body}"):
        with pytest.raises(InvalidTokenError):
            signer.read(forged, "access")


def test_a_token_of_another_key_is_refused(signer: TokenSigner, clock: FakeClock) -> None:
    claims = claims_of(signer.sign("access", {"sub": "me"}, lifetime=LIFETIME))
    other = TokenSigner(secret="another secret of some other operator", world=World(clock=clock))
    forgeries = [
        jwt.encode(claims, SECRET, algorithm="HS256"),  # the secret itself is not the key
        jwt.encode(claims, SECRET * 2, algorithm="HS512"),
        other.sign("access", {"sub": "me"}, lifetime=LIFETIME),
    ]
    for forged in forgeries:
        with pytest.raises(InvalidTokenError):
            signer.read(forged, "access")


def test_changed_claims_are_refused(signer: TokenSigner) -> None:
    head, body, signature = signer.sign("access", {"sub": "me", "role": "user"}, lifetime=LIFETIME).split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))) | {"role": "admin"}
    changed = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    with pytest.raises(InvalidTokenError):
        signer.read(f"{head}.{changed}.{signature}", "access")


@pytest.mark.parametrize("nonsense", ["", ".", "..", "a.b.c", "é", "a" * 5000, "\x00", "bearer"])
def test_what_is_no_token_is_refused(signer: TokenSigner, nonsense: str) -> None:
    with pytest.raises(InvalidTokenError):
        signer.read(nonsense, "access")
