"""The artist's token for the Hub, in the system's keyring and nowhere else."""

import asyncio

import keyring
from keyring.errors import KeyringError, PasswordDeleteError

from shared.contracts.errors import PentimentoError

SERVICE = "Pentimento"
NAME = "hub-token"


class KeyringRefusedError(PentimentoError):
    code = "KEYRING_REFUSED"


class HubKeys:
    """In threads, as a keyring may ask the artist to unlock it."""

    async def read(self) -> str:
        """Empty where there is none. A keyring that is locked or missing gives none: what is public needs none."""
        try:
            return await asyncio.to_thread(keyring.get_password, SERVICE, NAME) or ""
        except KeyringError:
            return ""

    async def keep(self, token: str) -> None:
        """An empty one is forgotten. Raises KeyringRefusedError."""
        try:
            if token:
                await asyncio.to_thread(keyring.set_password, SERVICE, NAME, token)
            else:
                await asyncio.to_thread(keyring.delete_password, SERVICE, NAME)
        except PasswordDeleteError:
            return  # there was none
        except KeyringError as error:
            raise KeyringRefusedError(
                "The token could not be kept: the system's keyring refused it ({reason}).",
                advice="Unlock the keyring, or set one up, and enter the token again.",
                reason=error,
            ) from error
