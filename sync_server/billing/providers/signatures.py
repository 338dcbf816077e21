"""How providers sign their webhooks. Times come in, comparisons take equally long."""

import hashlib
import hmac
from datetime import datetime, timedelta

STRIPE_TOLERANCE = timedelta(minutes=5)


def hex_hmac(secret: str, message: bytes) -> str:
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def lemon_squeezy_signed(body: bytes, header: str, *, secret: str) -> bool:
    """Hex HMAC-SHA256 of the raw body, with or without `sha256=` before it."""
    given = header.strip().removeprefix("sha256=")
    return hmac.compare_digest(given.encode(), hex_hmac(secret, body).encode())


def stripe_signed(body: bytes, header: str, *, secret: str, now: datetime) -> bool:
    """`t=…,v1=…[,v1=…]`: the HMAC of `{t}.{body}`, at most five minutes from now, any of the signatures."""
    times, signatures = [], []
    for part in header.split(","):
        name, _, value = part.strip().partition("=")
        if name == "t":
            times.append(value)
        elif name == "v1":
            signatures.append(value)
    if len(times) != 1 or not times[0].isascii() or not times[0].isdigit() or len(times[0]) > 12:
        return False
    if abs(now.timestamp() - int(times[0])) > STRIPE_TOLERANCE.total_seconds():
        return False
    expected = hex_hmac(secret, times[0].encode() + b"." + body).encode()
    return any(hmac.compare_digest(signature.encode(), expected) for signature in signatures)
