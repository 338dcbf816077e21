"""Making accounts, and proving that an address is its owner's."""

from dataclasses import dataclass
from uuid import UUID

from sync_server.accounts.ports import Entitlements
from sync_server.accounts.repository import AccountRepository
from sync_server.accounts.rules import made_up_username
from sync_server.accounts.service.mails import AccountMails
from sync_server.accounts.tables import UserRow
from sync_server.platform.errors import UserExistsError
from sync_server.platform.ports import World


@dataclass(frozen=True, kw_only=True)
class NewAccount:
    """`password_hash` is None for one that signs in by other ways; `verified` where the way in proved the address."""

    email: str
    password_hash: str | None
    username: str | None = None
    full_name: str | None = None
    language: str = "en"
    verified: bool = False
    avatar_key: str | None = None


class Registration:
    def __init__(
        self,
        *,
        repository: AccountRepository,
        entitlements: Entitlements,
        mails: AccountMails,
        world: World,
    ) -> None:
        self._repository = repository
        self._entitlements = entitlements
        self._mails = mails
        self._world = world

    async def register(self, new: NewAccount) -> UUID:
        """With a free subscription and its first credits. Raises UserExistsError."""
        if await self._repository.user_by_email(new.email) is not None:
            raise UserExistsError(
                "There is an account with this e-mail address.",
                advice="Sign in, or ask for a new password.",
            )
        if new.username and await self._repository.username_taken(new.username):
            raise UserExistsError("The name {name} is taken.", advice="Choose another.", name=new.username)
        now = self._world.clock()
        user_id = self._world.new_id()
        added = await self._repository.add_user(
            UserRow(
                id=user_id,
                email=new.email,
                username=new.username or made_up_username(new.email, self._world.new_secret),
                full_name=new.full_name,
                password_hash=new.password_hash,
                role="user",
                tier="free",
                state="active",
                email_verified_at=now if new.verified else None,
                created_at=now,
                updated_at=now,
                last_login_at=None,
                password_changed_at=None,
                username_changed_at=None,
                deletion_requested_at=None,
                avatar_key=new.avatar_key,
                language=new.language,
                timezone="UTC",
                theme="auto",
                bio=None,
                website=None,
                preferences={},
                stored_bytes=0,
            )
        )
        if not added:
            raise UserExistsError(
                "There is an account with this e-mail address or name.",
                advice="Sign in, or choose another name.",
            )
        await self._entitlements.open_account(user_id)
        if not new.verified:
            await self._mails.verify_email(user_id=user_id, email=new.email, language=new.language)
        return user_id
