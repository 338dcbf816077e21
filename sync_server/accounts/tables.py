"""Accounts and the ways into them. Secrets are kept only as hashes, but for the two-factor key, which is sealed."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from sync_server.platform.tables import Base


def _user() -> ForeignKey:
    return ForeignKey("users.id", ondelete="CASCADE")


class UserRow(Base):
    """`email` is lower-case; `tier` follows the subscription and is written only on billing's word,
    `stored_bytes` on that of the features that store.
    """

    __tablename__ = "users"
    __table_args__ = (
        UniqueConstraint("email"),
        Index("uq_users_username", text("lower(username)"), unique=True),
        Index("ix_users_created_at", "created_at", "id"),
        CheckConstraint("role IN ('user', 'moderator', 'admin')", name="role"),
        CheckConstraint("state IN ('active', 'suspended', 'deleting')", name="state"),
        CheckConstraint("stored_bytes >= 0", name="stored_bytes"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str]
    username: Mapped[str]
    full_name: Mapped[str | None]
    password_hash: Mapped[str | None]
    role: Mapped[str]
    tier: Mapped[str]
    state: Mapped[str]
    email_verified_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    last_login_at: Mapped[datetime | None]
    password_changed_at: Mapped[datetime | None]
    username_changed_at: Mapped[datetime | None]
    deletion_requested_at: Mapped[datetime | None] = mapped_column(index=True)
    avatar_key: Mapped[str | None]
    language: Mapped[str]
    timezone: Mapped[str]
    theme: Mapped[str]
    bio: Mapped[str | None]
    website: Mapped[str | None]
    preferences: Mapped[dict[str, Any]] = mapped_column(JSONB)
    stored_bytes: Mapped[int] = mapped_column(BigInteger)


class SessionRow(Base):
    """A sign-in and all refresh tokens that descend from it; it ends as a whole."""

    __tablename__ = "sessions"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(_user(), index=True)
    user_agent: Mapped[str]
    address: Mapped[str]
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None]


class RefreshTokenRow(Base):
    __tablename__ = "refresh_tokens"

    hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"), index=True)
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class OneTimeTokenRow(Base):
    """A link or code that was mailed. `user_id` is None for an address without an account."""

    __tablename__ = "one_time_tokens"
    __table_args__ = (Index("ix_one_time_tokens_user_id_purpose", "user_id", "purpose"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID | None] = mapped_column(_user())
    email: Mapped[str]
    purpose: Mapped[str]
    hash: Mapped[bytes] = mapped_column(LargeBinary, index=True)
    tries_left: Mapped[int]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class FailedSignInRow(Base):
    """One a failure, whether the address has an account or not."""

    __tablename__ = "failed_sign_ins"
    __table_args__ = (Index("ix_failed_sign_ins_email_at", "email", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str]
    address: Mapped[str]
    at: Mapped[datetime] = mapped_column(index=True)


class KnownAddressRow(Base):
    """Where an account was signed in to before: its owner is never slowed down there by an attacker elsewhere."""

    __tablename__ = "known_addresses"

    user_id: Mapped[UUID] = mapped_column(_user(), primary_key=True)
    address: Mapped[str] = mapped_column(primary_key=True)
    last_used_at: Mapped[datetime]


class ConnectionRow(Base):
    """An account at another provider that opens ours."""

    __tablename__ = "oauth_connections"
    __table_args__ = (UniqueConstraint("provider", "subject"),)

    user_id: Mapped[UUID] = mapped_column(_user(), primary_key=True)
    provider: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str]
    email: Mapped[str | None]
    connected_at: Mapped[datetime]


class SignInCodeRow(Base):
    """What a browser hands to the program that sent it: good once, for a minute, with that program's PKCE verifier.

    It stands for a user, or for an account at a provider that is to be connected.
    """

    __tablename__ = "sign_in_codes"

    hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    user_id: Mapped[UUID | None] = mapped_column(_user())
    is_new_user: Mapped[bool]
    provider: Mapped[str | None]
    subject: Mapped[str | None]
    email: Mapped[str | None]
    code_challenge: Mapped[str]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class TwoFactorRow(Base):
    """`last_step` is the newest time step whose code was used: none is good twice."""

    __tablename__ = "two_factor"

    user_id: Mapped[UUID] = mapped_column(_user(), primary_key=True)
    sealed_secret: Mapped[bytes] = mapped_column(LargeBinary)
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int] = mapped_column(BigInteger)


class RecoveryCodeRow(Base):
    __tablename__ = "recovery_codes"

    user_id: Mapped[UUID] = mapped_column(_user(), primary_key=True)
    hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    used_at: Mapped[datetime | None]


class ApiKeyRow(Base):
    """`hint` is how the key begins, for its owner to tell it from others."""

    __tablename__ = "api_keys"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(_user(), index=True)
    name: Mapped[str]
    hint: Mapped[str]
    hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]


class ApiCallsRow(Base):
    """How often an account's keys were used on a day (UTC)."""

    __tablename__ = "api_calls"

    user_id: Mapped[UUID] = mapped_column(_user(), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    calls: Mapped[int]


class AuditRow(Base):
    """What an operator did; kept when either account goes."""

    __tablename__ = "audit_log"
    __table_args__ = (Index("ix_audit_log_subject_id_at", "subject_id", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    actor_id: Mapped[UUID]
    subject_id: Mapped[UUID]
    action: Mapped[str]
    details: Mapped[dict[str, Any]] = mapped_column(JSONB)
    at: Mapped[datetime]
