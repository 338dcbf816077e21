"""What opens an account besides its password: API keys, a second factor, accounts at other providers."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AliasChoices, Field, SecretStr

from shared.contracts.accounts import Token
from shared.contracts.base import Contract

ProviderName = Literal["google", "github", "discord"]
CodeVerifier = Annotated[str, Field(pattern=r"^[A-Za-z0-9._~-]{43,128}$")]


class ApiKeyRequest(Contract):
    name: str = Field(min_length=1, max_length=60)
    expires_in_days: int | None = Field(None, ge=1, le=3650)


class ApiKey(Contract):
    """`hint` is how the key begins."""

    id: UUID
    name: str
    hint: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


class NewApiKey(ApiKey):
    """`key` is shown this once; send it as a bearer token."""

    key: str


class SecondFactorRequest(Contract):
    """`challenge_token` from the reply TWO_FACTOR_REQUIRED, and either the authenticator's code or a recovery code."""

    challenge_token: Annotated[str, Field(max_length=2048)]
    code: str | None = Field(None, pattern=r"^\d{6}$")
    recovery_code: str | None = Field(None, max_length=40)


class TwoFactorSetup(Contract):
    """For an authenticator app; on once a code of it was sent to `/users/me/two-factor/confirm`."""

    secret: str
    otpauth_uri: str


class SecurityChanged(Contract):
    two_factor_enabled: bool
    two_factor_setup: TwoFactorSetup | None


class TwoFactorConfirmation(Contract):
    code: str = Field(pattern=r"^\d{6}$")


class RecoveryCodes(Contract):
    """Each good once, in place of a code; all earlier ones are good no longer."""

    recovery_codes: list[str]


class Presence(Contract):
    """The password, or nothing where the account has none and the sign-in is at most ten minutes old."""

    current_password: SecretStr | None = Field(
        None, validation_alias=AliasChoices("current_password", "currentPassword", "password")
    )


class CodeExchange(Contract):
    """What came to the redirect address, and the verifier whose challenge was sent along at the beginning."""

    code: Token
    code_verifier: CodeVerifier


class ConnectRequest(Contract):
    provider: ProviderName
    authorization_code: Token
    code_verifier: CodeVerifier


class Connection(Contract):
    provider: ProviderName
    connected_at: datetime
