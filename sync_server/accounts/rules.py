"""What passwords, addresses and names must be like, and how failed sign-ins slow down. Pure."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from email_validator import EmailNotValidError, validate_email

from sync_server.platform.errors import InvalidEmailError, WeakPasswordError

PASSWORD_LENGTH = range(8, 129)
# What attackers try first; argon2id takes care of what is merely short of ideal.
_COMMON = frozenset(
    {
        "password", "password1", "password123", "passw0rd", "12345678", "123456789", "1234567890", "qwerty123",
        "qwertyuiop", "iloveyou", "sunshine", "princess", "football", "baseball", "welcome1", "abc12345",
        "letmein1", "trustno1", "superman", "starwars", "11111111", "00000000", "1q2w3e4r", "asdfghjkl",
        "administrator", "pentimento", "changeme", "dragon123", "monkey123", "master123",
    }
)  # fmt: skip

FREE_FAILURES = 5
FAILURES_WINDOW = timedelta(minutes=15)
_LONGEST_WAIT = timedelta(minutes=15)


def checked_email(address: str) -> str:
    """In the form that is kept: lower-case. Raises InvalidEmailError."""
    try:
        found = validate_email(address, check_deliverability=False)
    except EmailNotValidError:
        raise InvalidEmailError(
            "This is not an e-mail address.", advice="Check it for a missing @ or a stray sign."
        ) from None
    return found.normalized.lower()


def email_to_look_up(address: str) -> str:
    """As it would be kept; what is no address is looked for as it stands, and not found."""
    try:
        return checked_email(address)
    except InvalidEmailError:
        return address.strip().lower()


def check_password(password: str, *, email: str) -> None:
    """Raises WeakPasswordError."""
    if len(password) not in PASSWORD_LENGTH:
        raise WeakPasswordError(
            "A password has 8 to 128 characters.",
            advice="A few words in a row are easy to remember and hard to guess.",
        )
    plain = password.lower()
    if plain in _COMMON or plain == email or plain == email.partition("@")[0] or len(set(plain)) < 4:
        raise WeakPasswordError(
            "This password is among the first that anybody would try.",
            advice="A few words in a row are easy to remember and hard to guess.",
        )


def made_up_username(email: str, new_secret: Callable[[int], bytes]) -> str:
    """From the address, with a tail that makes it one of its kind."""
    stem = "".join(
        sign for sign in email.partition("@")[0] if sign.isascii() and (sign.isalnum() or sign in "_.")
    )
    return f"{stem[:20] or 'artist'}_{new_secret(4).hex()}"


def wait_after(failures: Sequence[datetime], *, now: datetime) -> timedelta:
    """How long a sign-in has to wait: nothing for the first failures, then twice as long after each."""
    recent = [at for at in failures if at > now - FAILURES_WINDOW]
    beyond = len(recent) - FREE_FAILURES
    if beyond < 0:
        return timedelta()
    wait = min(timedelta(seconds=2 ** min(beyond, 10)), _LONGEST_WAIT)
    return max(timedelta(), max(recent) + wait - now)
