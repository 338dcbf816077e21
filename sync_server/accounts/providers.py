"""Google, GitHub and Discord as ways in: OAuth 2 with PKCE, spoken through Authlib."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar, Protocol, TypeVar

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from pydantic import BaseModel, SecretStr, TypeAdapter, ValidationError

from shared.contracts.ways_in import ProviderName
from sync_server.platform.errors import AuthenticationFailedError, ServiceUnavailableError

Kind = TypeVar("Kind")

_PATIENCE_SECONDS = 10

TITLES: Mapping[ProviderName, str] = {"google": "Google", "github": "GitHub", "discord": "Discord"}
"""As people write them."""


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Somebody's account at a provider. `email` only where the provider has confirmed it."""

    provider: ProviderName
    subject: str
    email: str | None
    name: str | None

    @property
    def provider_title(self) -> str:
        return TITLES[self.provider]


@dataclass(frozen=True, kw_only=True)
class Endpoints:
    authorize: str
    token: str
    person: str


class Provider(ABC):
    """`callback` is the address at this server to which the provider sends the browser back."""

    name: ClassVar[ProviderName]
    scope: ClassVar[str]

    def __init__(self, *, client_id: str, client_secret: SecretStr) -> None:
        self._client_id = client_id
        self._client_secret = client_secret

    async def authorization_url(self, *, state: str, verifier: str, callback: str) -> str:
        """Raises ServiceUnavailableError."""
        with self._speaking():
            async with self._client(callback) as client:
                endpoints = await self._endpoints(client)
                url, _ = client.create_authorization_url(
                    endpoints.authorize, state=state, code_verifier=verifier
                )
        return str(url)

    async def identify(self, *, code: str, verifier: str, callback: str) -> Identity:
        """Raises AuthenticationFailedError where the provider refuses the code, ServiceUnavailableError."""
        with self._speaking():
            async with self._client(callback) as client:
                endpoints = await self._endpoints(client)
                await client.fetch_token(
                    endpoints.token,
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=verifier,
                    headers={"Accept": "application/json"},
                )
                return await self._identity(client, endpoints)

    @abstractmethod
    async def _endpoints(self, client: AsyncOAuth2Client) -> Endpoints: ...

    @abstractmethod
    async def _identity(self, client: AsyncOAuth2Client, endpoints: Endpoints) -> Identity: ...

    def _client(self, callback: str) -> AsyncOAuth2Client:
        return AsyncOAuth2Client(
            client_id=self._client_id,
            client_secret=self._client_secret.get_secret_value(),
            token_endpoint_auth_method="client_secret_post",  # noqa: S106 - the name of a method
            code_challenge_method="S256",
            scope=self.scope,
            redirect_uri=callback,
            timeout=_PATIENCE_SECONDS,
        )

    @contextmanager
    def _speaking(self) -> Iterator[None]:
        try:
            yield
        except AuthlibBaseError:
            raise AuthenticationFailedError(
                "{provider} did not accept the sign-in.", advice="Begin again.", provider=TITLES[self.name]
            ) from None
        except (httpx2.HTTPError, ValidationError, ValueError):
            raise ServiceUnavailableError(
                "{provider} does not answer as it should.",
                advice="Try again in a while, or sign in another way.",
                provider=TITLES[self.name],
            ) from None


class _Discovery(BaseModel):
    authorization_endpoint: str
    token_endpoint: str
    userinfo_endpoint: str


class _GooglePerson(BaseModel):
    sub: str
    email: str | None = None
    email_verified: bool = False
    name: str | None = None


class Google(Provider):
    """OpenID Connect; who it is comes from the userinfo endpoint over TLS, so no ID token need be checked."""

    name = "google"
    scope = "openid email profile"

    def __init__(self, *, client_id: str, client_secret: SecretStr, issuer: str) -> None:
        super().__init__(client_id=client_id, client_secret=client_secret)
        self._issuer = issuer.rstrip("/")
        self._found: Endpoints | None = None

    async def _endpoints(self, client: AsyncOAuth2Client) -> Endpoints:
        if self._found is None:
            url = f"{self._issuer}/.well-known/openid-configuration"
            found = await _get(client, url, _Discovery, signed=False)
            self._found = Endpoints(
                authorize=found.authorization_endpoint,
                token=found.token_endpoint,
                person=found.userinfo_endpoint,
            )
        return self._found

    async def _identity(self, client: AsyncOAuth2Client, endpoints: Endpoints) -> Identity:
        person = await _get(client, endpoints.person, _GooglePerson)
        return Identity(
            provider=self.name,
            subject=person.sub,
            email=person.email if person.email_verified else None,
            name=person.name,
        )


class _GitHubPerson(BaseModel):
    id: int
    name: str | None = None


class _GitHubEmail(BaseModel):
    email: str
    primary: bool
    verified: bool


class GitHub(Provider):
    name = "github"
    scope = "read:user user:email"

    def __init__(self, *, client_id: str, client_secret: SecretStr, address: str, api: str) -> None:
        super().__init__(client_id=client_id, client_secret=client_secret)
        self._address, self._api = address.rstrip("/"), api.rstrip("/")

    async def _endpoints(self, client: AsyncOAuth2Client) -> Endpoints:  # noqa: ARG002 - Google asks with it
        return Endpoints(
            authorize=f"{self._address}/login/oauth/authorize",
            token=f"{self._address}/login/oauth/access_token",
            person=f"{self._api}/user",
        )

    async def _identity(self, client: AsyncOAuth2Client, endpoints: Endpoints) -> Identity:
        person = await _get(client, endpoints.person, _GitHubPerson)
        # The profile's own address may be any; the list says which are confirmed.
        emails = await _get(client, f"{self._api}/user/emails", list[_GitHubEmail])
        confirmed = [one.email for one in emails if one.primary and one.verified]
        return Identity(
            provider=self.name,
            subject=str(person.id),
            email=confirmed[0] if confirmed else None,
            name=person.name,
        )


class _DiscordPerson(BaseModel):
    id: str
    email: str | None = None
    verified: bool = False
    global_name: str | None = None


class Discord(Provider):
    name = "discord"
    scope = "identify email"

    def __init__(self, *, client_id: str, client_secret: SecretStr, address: str) -> None:
        super().__init__(client_id=client_id, client_secret=client_secret)
        self._address = address.rstrip("/")

    async def _endpoints(self, client: AsyncOAuth2Client) -> Endpoints:  # noqa: ARG002 - Google asks with it
        return Endpoints(
            authorize=f"{self._address}/oauth2/authorize",
            token=f"{self._address}/api/oauth2/token",
            person=f"{self._address}/api/users/@me",
        )

    async def _identity(self, client: AsyncOAuth2Client, endpoints: Endpoints) -> Identity:
        person = await _get(client, endpoints.person, _DiscordPerson)
        return Identity(
            provider=self.name,
            subject=person.id,
            email=person.email if person.verified else None,
            name=person.global_name,
        )


async def _get(client: AsyncOAuth2Client, url: str, kind: type[Kind], *, signed: bool = True) -> Kind:
    reply = await client.request(
        "GET", url, headers={"Accept": "application/json"}, withhold_token=not signed
    )
    reply.raise_for_status()
    return TypeAdapter(kind).validate_json(reply.content)


class ProviderSettings(Protocol):
    @property
    def google_client_id(self) -> str: ...
    @property
    def google_client_secret(self) -> SecretStr: ...
    @property
    def google_url(self) -> str: ...
    @property
    def github_client_id(self) -> str: ...
    @property
    def github_client_secret(self) -> SecretStr: ...
    @property
    def github_url(self) -> str: ...
    @property
    def github_api_url(self) -> str: ...
    @property
    def discord_client_id(self) -> str: ...
    @property
    def discord_client_secret(self) -> SecretStr: ...
    @property
    def discord_url(self) -> str: ...


Providers = Mapping[ProviderName, Provider]


def configured_providers(settings: ProviderSettings) -> Providers:
    """Those that the operator has a client id for."""
    providers: dict[ProviderName, Provider] = {}
    if settings.google_client_id:
        providers["google"] = Google(
            client_id=settings.google_client_id,
            client_secret=settings.google_client_secret,
            issuer=settings.google_url,
        )
    if settings.github_client_id:
        providers["github"] = GitHub(
            client_id=settings.github_client_id,
            client_secret=settings.github_client_secret,
            address=settings.github_url,
            api=settings.github_api_url,
        )
    if settings.discord_client_id:
        providers["discord"] = Discord(
            client_id=settings.discord_client_id,
            client_secret=settings.discord_client_secret,
            address=settings.discord_url,
        )
    return providers
