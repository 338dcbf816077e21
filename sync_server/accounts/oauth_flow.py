"""A browser's way to a provider and back: what is remembered of it, signed, in the address and in a cookie."""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from urllib.parse import urlencode, urlsplit, urlunsplit

from shared.contracts.ways_in import ProviderName
from sync_server.accounts.providers import TITLES, Provider, Providers
from sync_server.platform.errors import InvalidParametersError, InvalidTokenError, ServiceUnavailableError
from sync_server.platform.ports import World
from sync_server.platform.security.tokens import TokenSigner

Intent = Literal["sign_in", "connect"]

LIFETIME = timedelta(minutes=10)
_LOOPBACK = re.compile(r"http://(?:127\.0\.0\.1|\[::1\]):(\d{1,5})(?:/[A-Za-z0-9._~/-]*)?")
_HIGHEST_PORT = 65_535
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, kw_only=True)
class Destination:
    """Where the browser goes in the end, with a code that only the holder of the challenge's verifier can use."""

    redirect_uri: str
    code_challenge: str
    state: str

    def with_code(self, code: str) -> str:
        return self._with(code=code)

    def with_error(self, code: str, text: str) -> str:
        return self._with(error=code, error_description=text)

    def _with(self, **answer: str) -> str:
        parts = urlsplit(self.redirect_uri)
        query = urlencode({**answer, **({"state": self.state} if self.state else {})})
        return urlunsplit(parts._replace(query=f"{parts.query}&{query}" if parts.query else query))


@dataclass(frozen=True, kw_only=True)
class Journey:
    intent: Intent
    destination: Destination | None


@dataclass(frozen=True, kw_only=True)
class Departure:
    """`cookie` ties the way back to this browser: nobody finishes in it what was begun in another."""

    url: str
    cookie: str


class OAuthFlow:
    """`redirects` are the operator's; a program on the user's machine (RFC 8252) comes back to a loopback address."""

    def __init__(
        self,
        *,
        providers: Providers,
        tokens: TokenSigner,
        world: World,
        secret: str,
        redirects: list[str],
        public_url: str,
    ) -> None:
        self._providers = providers
        self._tokens = tokens
        self._world = world
        self._key = hashlib.sha256(b"pentimento oauth\0" + secret.encode()).digest()
        self._redirects = redirects
        self._public_url = public_url.rstrip("/")

    @property
    def names(self) -> list[ProviderName]:
        return list(self._providers)

    def provider(self, name: ProviderName) -> Provider:
        """Raises ServiceUnavailableError where the operator has not set it up."""
        if name not in self._providers:
            raise ServiceUnavailableError(
                "Signing in with {provider} is not set up here.",
                advice="Sign in another way.",
                provider=TITLES[name],
            )
        return self._providers[name]

    def callback(self, name: ProviderName) -> str:
        return f"{self._public_url}/api/v1/users/oauth/{name}/callback"

    def destination(self, redirect_uri: str, *, code_challenge: str, state: str) -> Destination:
        """Raises InvalidParametersError for an address that is not ours to send anybody to."""
        if redirect_uri not in self._redirects and not _is_loopback(redirect_uri):
            raise InvalidParametersError(
                "This redirect address is not allowed.",
                advice="Use one that the operator has listed, or http://127.0.0.1 with a port.",
                details={"fields": [{"path": "redirect_uri", "message": "not allowed"}]},
            )
        if not _CHALLENGE.fullmatch(code_challenge):
            raise InvalidParametersError(
                "A redirect address needs a code challenge.",
                advice="Send code_challenge, the S256 challenge of RFC 7636.",
                details={"fields": [{"path": "code_challenge", "message": "not an S256 challenge"}]},
            )
        return Destination(redirect_uri=redirect_uri, code_challenge=code_challenge, state=state)

    async def depart(self, name: ProviderName, journey: Journey) -> Departure:
        """Raises ServiceUnavailableError."""
        provider = self.provider(name)
        cookie = self._world.new_secret(32).hex()
        claims: dict[str, str] = {"sub": name, "intent": journey.intent, "browser": _hash(cookie)}
        if journey.destination is not None:
            claims |= {
                "uri": journey.destination.redirect_uri,
                "challenge": journey.destination.code_challenge,
                "state": journey.destination.state,
            }
        url = await provider.authorization_url(
            state=self._tokens.sign("oauth_state", claims, lifetime=LIFETIME),
            verifier=self.verifier(cookie),
            callback=self.callback(name),
        )
        return Departure(url=url, cookie=cookie)

    def arrive(self, name: ProviderName, *, state: str, cookie: str) -> Journey:
        """Raises InvalidTokenError, TokenExpiredError where it was not begun here, in this browser, for this provider."""
        claims = self._tokens.read(state, "oauth_state")
        if claims["sub"] != name or not hmac.compare_digest(claims["browser"], _hash(cookie)):
            raise InvalidTokenError(
                "This sign-in was begun elsewhere.", advice="Begin again in this browser."
            )
        destination = None
        if "uri" in claims:
            destination = Destination(
                redirect_uri=claims["uri"], code_challenge=claims["challenge"], state=claims["state"]
            )
        return Journey(intent=claims["intent"], destination=destination)

    def verifier(self, cookie: str) -> str:
        """The PKCE verifier of a journey: kept nowhere, made again from the browser's cookie."""
        digest = hmac.digest(self._key, cookie.encode(), "sha256")
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _is_loopback(address: str) -> bool:
    found = _LOOPBACK.fullmatch(address)
    return found is not None and 0 < int(found[1]) <= _HIGHEST_PORT


def _hash(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()
