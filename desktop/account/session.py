"""A sign-in on one server: whoever asks gets a token that is good, and it is exchanged once for all who wait."""

import asyncio
import logging
from uuid import UUID

from desktop.account.errors import CloudError, NotSignedInError
from desktop.account.tokens import KeptSignIn, TokenStore
from desktop.account.wire import Question, Wire
from desktop.library.notices import Notice
from shared.contracts.accounts import SignedIn, TokenPair
from shared.contracts.errors import StorageError

_log = logging.getLogger(__name__)

_SPENT = frozenset({"INVALID_TOKEN", "TOKEN_EXPIRED", "UNAUTHORIZED", "ACCOUNT_SUSPENDED"})


class Session:
    """`ended` tells when the server no longer knows the sign-in."""

    def __init__(self, *, wire: Wire, store: TokenStore) -> None:
        self._wire = wire
        self._store = store
        self._kept: KeptSignIn | None = None
        self._access_token = ""
        self.is_known = False
        """Whether it was looked who is signed in."""
        self._renewing = asyncio.Lock()
        self.ended: Notice[None] = Notice()

    @property
    def user_id(self) -> UUID | None:
        return self._kept.user_id if self._kept else None

    @property
    def email(self) -> str:
        return self._kept.email if self._kept else ""

    @property
    def in_file(self) -> bool:
        """Whether the sign-in lies in a file, as there is no keyring."""
        return self._kept is not None and self._store.in_file

    async def load(self) -> bool:
        """Whether somebody was signed in here."""
        try:
            self._kept = self._kept or await self._store.read(self._wire.server)
        finally:
            self.is_known = True
        return self._kept is not None

    async def begin(self, signed_in: SignedIn) -> None:
        self._access_token, self.is_known = signed_in.access_token, True
        await self._keep(signed_in, signed_in.user.id, signed_in.user.email)

    async def end(self) -> None:
        """Here; the server is told by whoever ends it."""
        self._kept, self._access_token = None, ""
        await self._store.forget(self._wire.server)

    async def token(self) -> str:
        """Raises NotSignedInError, and UnreachableError where a new one can't be fetched."""
        return self._access_token or await self.renew("")

    async def renew(self, stale: str) -> str:
        """A newer token than `stale`: fetched by the first who asks, the others get the same."""
        async with self._renewing:
            if self._kept is None:
                raise NotSignedInError("You are not signed in.", advice="Sign in under Account.")
            if self._access_token and self._access_token != stale:
                return self._access_token
            kept = self._kept
            question = Question(
                method="POST", path="/users/auth/refresh", body={"refresh_token": kept.refresh_token}
            )
            try:
                # The exchange and its keeping belong together: a token that is lost between them is spent.
                return await asyncio.shield(self._exchange(question, kept))
            except CloudError as error:
                if error.name not in _SPENT:
                    raise
                await self.end()
                self.ended.tell(None)
                raise NotSignedInError(
                    "Your sign-in has ended.", advice="Sign in again under Account."
                ) from error

    async def _exchange(self, question: Question, kept: KeptSignIn) -> str:
        pair = (await self._wire.ask(question)).read(TokenPair)
        self._access_token = pair.access_token
        try:
            await self._keep(pair, kept.user_id, kept.email)
        except StorageError as error:
            # Good until the studio is closed; whoever asked goes on.
            _log.warning("The renewed sign-in was not kept: %s", error)
        return pair.access_token

    async def _keep(self, pair: TokenPair, user_id: UUID, email: str) -> None:
        self._kept = KeptSignIn(
            server=self._wire.server, user_id=user_id, email=email, refresh_token=pair.refresh_token
        )
        await self._store.keep(self._kept)
