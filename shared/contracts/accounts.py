"""Accounts and sign-in as clients see them. Requests refuse fields they do not know, so that nobody sets a role."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AliasChoices, Field, SecretStr

from shared.contracts.base import Contract

Role = Literal["user", "moderator", "admin"]
AccountState = Literal["active", "suspended", "deleting"]

Email = Annotated[str, Field(min_length=3, max_length=254)]
Username = Annotated[str, Field(min_length=3, max_length=30, pattern=r"^[A-Za-z0-9_.-]+$")]
Token = Annotated[str, Field(min_length=1, max_length=512)]
AVATAR_NAMES = AliasChoices("avatar_url", "avatar", "profile_image_url")
AvatarAddress = Annotated[
    str,
    Field(
        max_length=2000,
        pattern=r"^https?://\S+$",
        description="Of a JPEG, PNG or WebP picture, at most 5 MB; it is fetched and kept as 256x256.",
    ),
]


class RegisterRequest(Contract):
    email: Email
    password: SecretStr
    username: Username | None = None
    full_name: str | None = Field(
        None,
        max_length=100,
        validation_alias=AliasChoices("full_name", "name", "fullName", "displayName", "display_name"),
    )
    avatar_url: AvatarAddress | None = Field(None, validation_alias=AVATAR_NAMES)


class LoginRequest(Contract):
    email: Email
    password: SecretStr


class RefreshRequest(Contract):
    refresh_token: SecretStr = Field(validation_alias=AliasChoices("refresh_token", "refreshToken"))


class LogoutRequest(Contract):
    """Without a token the session of the access token ends."""

    refresh_token: SecretStr | None = Field(
        None, validation_alias=AliasChoices("refresh_token", "refreshToken")
    )


class ForgotPasswordRequest(Contract):
    email: Email


class ResetPasswordRequest(Contract):
    reset_token: Token = Field(validation_alias=AliasChoices("reset_token", "token"))
    new_password: SecretStr = Field(validation_alias=AliasChoices("new_password", "password"))


class VerifyEmailRequest(Contract):
    verification_token: Token = Field(validation_alias=AliasChoices("verification_token", "token"))


class MagicLinkRequest(Contract):
    email: Email


class MagicLinkVerifyRequest(Contract):
    email: Email
    code: str = Field(pattern=r"^\d{6}$")


class AccountSummary(Contract):
    id: UUID
    email: str
    username: str
    full_name: str | None
    avatar_url: str | None
    role: Role
    tier: str
    state: AccountState
    email_verified: bool
    created_at: datetime


class TokenPair(Contract):
    """`expires_in` in seconds, of the access token."""

    access_token: str
    refresh_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - the name of a scheme
    expires_in: int


class RegistrationPending(Contract):
    """Where the operator keeps it to himself who has an account: the mail tells how to go on."""

    email: str


class SignedInAccount(AccountSummary):
    """`credits` are those that a new job can use."""

    credits: int


class SignedIn(TokenPair):
    user: SignedInAccount
    is_new_user: bool = False


class TokenCheck(Contract):
    """The access token that was sent along is good, and whose it is."""

    valid: Literal[True] = True
    user_id: UUID


class UserCheck(Contract):
    exists: bool


class SessionSummary(Contract):
    """A place where the account is signed in."""

    id: UUID
    user_agent: str
    address: str
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    current: bool
