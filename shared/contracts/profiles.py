"""A person's own profile and settings, and accounts as operators see them."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import AliasChoices, Field, SecretStr, model_validator

from shared.contracts.accounts import AVATAR_NAMES, AccountState, AvatarAddress, Role, Username
from shared.contracts.base import Contract
from shared.contracts.billing import Features, Limits, StorageView, SubscriptionView
from shared.contracts.credits import CreditBalance
from shared.contracts.ways_in import Connection, Presence

Theme = Literal["light", "dark", "auto"]
LanguageName = Literal["en", "ko"]
FullName = Annotated[str, Field(max_length=100)]
Website = Annotated[str, Field(max_length=300, pattern=r"^https?://\S+$")]


class Notifications(Contract):
    """Which mails and notices somebody wants; those about money and safety come in any case."""

    email: bool = True
    push: bool = False
    generation_complete: bool = Field(
        default=True, validation_alias=AliasChoices("generation_complete", "generationComplete")
    )
    training_complete: bool = Field(
        default=True, validation_alias=AliasChoices("training_complete", "trainingComplete")
    )


class Preferences(Contract):
    theme: Theme
    language: LanguageName
    timezone: str
    notifications: Notifications


class Profile(Contract):
    """All that a client shows at its start."""

    id: UUID
    email: str
    username: str
    full_name: str | None
    avatar_url: str | None
    bio: str | None
    website: str | None
    role: Role
    state: AccountState
    is_active: bool
    email_verified: bool
    email_verified_at: datetime | None
    last_login_at: datetime | None
    created_at: datetime
    updated_at: datetime
    deletion_due_at: datetime | None
    preferences: Preferences
    oauth_connections: list[Connection]
    tier: str
    credits: CreditBalance
    storage: StorageView
    subscription: SubscriptionView
    features: Features
    limits: Limits


class PreferencesChange(Contract):
    theme: Theme | None = None
    language: LanguageName | None = None
    timezone: str | None = Field(None, max_length=60)
    notifications: Notifications | None = None


class ProfileChange(Contract):
    """What is left out stays; null empties a field that may be empty."""

    full_name: FullName | None = Field(
        None, validation_alias=AliasChoices("full_name", "name", "displayName", "display_name")
    )
    bio: str | None = Field(None, max_length=1000)
    website: Website | None = None
    avatar_url: AvatarAddress | None = Field(None, validation_alias=AVATAR_NAMES)
    preferences: PreferencesChange | None = None


class WholeProfileChange(ProfileChange):
    """`username` by its own rule: once in 30 days."""

    username: Username | None = None


class UsernameChange(Contract):
    username: Username = Field(validation_alias=AliasChoices("username", "new_username"))


class UsernameChanged(Contract):
    username: str
    updated_at: datetime
    next_allowed_change: datetime


class Avatar(Contract):
    avatar_url: str
    uploaded_at: datetime


class AccountSettings(Contract):
    """`profile`, `preferences` and `security` each have a PUT of their own."""

    profile: dict[str, Any]
    preferences: Preferences
    security: dict[str, Any]


class SecurityChange(Presence):
    """What is left out stays."""

    new_password: SecretStr | None = Field(None, validation_alias=AliasChoices("new_password", "newPassword"))
    two_factor_enabled: bool | None = Field(
        None, validation_alias=AliasChoices("two_factor_enabled", "twoFactorEnabled")
    )


class DeletionRequest(Contract):
    """`confirmation` is the word DELETE."""

    confirmation: str = Field(max_length=20, validation_alias=AliasChoices("confirmation", "confirm"))
    password: SecretStr | None = None


class DeletionAsked(Contract):
    deletion_due_at: datetime


class AdminAccount(Contract):
    id: UUID
    email: str
    username: str
    full_name: str | None
    role: Role
    tier: str
    state: AccountState
    is_active: bool
    email_verified: bool
    created_at: datetime
    updated_at: datetime
    last_login_at: datetime | None


class AccountWork(Contract):
    """What somebody made, and what it cost."""

    total_generations: int
    total_images: int
    total_credits_spent: int


class AdminAccountDetails(AdminAccount):
    stats: AccountWork


class AdminChange(Contract):
    """`is_active: false` is the state `suspended`, true is `active`."""

    role: Role | None = None
    state: Literal["active", "suspended"] | None = None
    is_active: bool | None = None
    reason: str = Field("", max_length=500)

    @model_validator(mode="after")
    def _one_state(self) -> Self:
        if self.state is not None and self.is_active not in {None, self.state == "active"}:
            raise ValueError("state and is_active contradict each other")
        return self

    @property
    def new_state(self) -> Literal["active", "suspended"] | None:
        if self.is_active is None:
            return self.state
        return "active" if self.is_active else "suspended"


class AccountStatistics(Contract):
    """Active is who was signed in within those days."""

    total_users: int
    active_users_7d: int
    active_users_30d: int
    verified_users: int
    suspended_users: int
    new_users_today: int
    new_users_7d: int
    new_users_30d: int
    users_by_role: dict[str, int]
    users_by_plan: dict[str, int]
    business: dict[str, Any]
