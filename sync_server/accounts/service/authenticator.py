"""Who asks, from the token or API key sent along."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from shared.contracts.profiles import Profile
from sync_server.accounts.repository import AccountRepository, Asking
from sync_server.accounts.service.api_keys import PREFIX, ApiKeys
from sync_server.accounts.service.profiles import Profiles
from sync_server.platform.edge import Principal
from sync_server.platform.errors import InvalidTokenError
from sync_server.platform.security.tokens import TokenSigner


class TokenAuthenticator:
    """One query; a session that has ended, or an account that is gone, counts at once."""

    def __init__(self, *, repository: AccountRepository, tokens: TokenSigner, api_keys: ApiKeys) -> None:
        self._repository = repository
        self._tokens = tokens
        self._api_keys = api_keys

    async def authenticate(self, credentials: str) -> Principal:
        if credentials.startswith(PREFIX):
            key_id, owner = await self._api_keys.use(credentials)
            return Principal(**_known(owner), session_id=None, api_key_id=key_id)
        session_id, user_id = _sign_in(self._tokens, credentials)
        user = await self._repository.user_of_session(session_id)
        if user is None or user.id != user_id:
            raise _ended()
        return Principal(**_known(user), session_id=session_id, api_key_id=None)


@dataclass(frozen=True, kw_only=True)
class Owner(Principal):
    """Who asks, with all that a client shows of them."""

    profile: Profile


class OwnerAuthenticator:
    """As TokenAuthenticator, and the one query brings the profile too."""

    def __init__(self, *, authenticator: TokenAuthenticator, profiles: Profiles, tokens: TokenSigner) -> None:
        self._authenticator = authenticator
        self._profiles = profiles
        self._tokens = tokens

    async def authenticate(self, credentials: str) -> Owner:
        if credentials.startswith(PREFIX):
            asking = await self._authenticator.authenticate(credentials)
            return Owner(**vars(asking), profile=await self._profiles.profile(asking.user_id))
        session_id, user_id = _sign_in(self._tokens, credentials)
        found = await self._profiles.of_session(session_id)
        if found is None or found[0].id != user_id:
            raise _ended()
        user, profile = found
        return Owner(**_known(user), session_id=session_id, api_key_id=None, profile=profile)


def _sign_in(tokens: TokenSigner, access_token: str) -> tuple[UUID, UUID]:
    """The session and the user that it names; whether the session lasts shows in the database."""
    claims = tokens.read(access_token, "access")
    try:
        return UUID(str(claims.get("sid"))), UUID(str(claims["sub"]))
    except ValueError:
        raise _ended() from None


def _known(user: Asking) -> dict[str, Any]:
    return {
        "user_id": user.id,
        "role": user.role,
        "tier": user.tier,
        "state": user.state,
        "email_verified": user.email_verified_at is not None,
    }


def _ended() -> InvalidTokenError:
    return InvalidTokenError("This sign-in has ended.", advice="Sign in again.")
