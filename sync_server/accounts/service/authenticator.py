"""Who asks, from the token or API key sent along."""

from uuid import UUID

from sync_server.accounts.repository import AccountRepository
from sync_server.accounts.service.api_keys import PREFIX, ApiKeys
from sync_server.accounts.tables import UserRow
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
            key_id, user = await self._api_keys.use(credentials)
            return _principal(user, api_key_id=key_id)
        claims = self._tokens.read(credentials, "access")
        try:
            session_id = UUID(str(claims.get("sid")))
        except ValueError:
            raise _ended() from None
        found = await self._repository.session_with_user(session_id)
        if found is None or found[0].ended_at is not None or str(found[1].id) != claims["sub"]:
            raise _ended()
        return _principal(found[1], session_id=session_id)


def _principal(user: UserRow, *, session_id: UUID | None = None, api_key_id: UUID | None = None) -> Principal:
    return Principal(
        user_id=user.id,
        session_id=session_id,
        api_key_id=api_key_id,
        role=user.role,
        tier=user.tier,
        state=user.state,
        email_verified=user.email_verified_at is not None,
    )


def _ended() -> InvalidTokenError:
    return InvalidTokenError("This sign-in has ended.", advice="Sign in again.")
