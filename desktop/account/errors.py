"""What can go wrong between the studio and its server."""

from collections.abc import Mapping
from typing import Any

from shared.contracts.errors import PentimentoError


class CloudError(PentimentoError):
    """The server's own answer. Its words are in the artist's language already; `code` is the server's."""

    def __init__(
        self,
        words: str,
        *,
        code: str,
        status: int,
        details: Mapping[str, Any] | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__("{words}", advice="", words=words)
        self.report = self.report.model_copy(update={"code": code})
        self.status = status
        self.details = dict(details or {})
        self.retry_after = retry_after
        """Seconds after which the server would hear it again."""

    @property
    def name(self) -> str:
        return self.report.code

    @property
    def passes(self) -> bool:
        """Whether the same may work a little later."""
        return self.name in _PASSING


_PASSING = frozenset(
    {"SERVICE_UNAVAILABLE", "INTERNAL_ERROR", "RATE_LIMIT_EXCEEDED", "QUEUE_LIMIT_REACHED", "CONFLICT"}
)


class UnreachableError(PentimentoError):
    """No reply came: whether the server heard it is not known."""

    code = "UNREACHABLE"


class UnexpectedReplyError(UnreachableError):
    """Somebody else answered in its place."""

    code = "UNEXPECTED_REPLY"


class NotSignedInError(PentimentoError):
    code = "NOT_SIGNED_IN"


class SecondFactorNeededError(PentimentoError):
    """The password was right; `challenge_token` goes with the second factor."""

    code = "TWO_FACTOR_REQUIRED"

    def __init__(self, challenge_token: str) -> None:
        super().__init__(
            "This account asks for a second factor.",
            advice="Enter the code of your authenticator app, or a recovery code.",
        )
        self.challenge_token = challenge_token


class BrowserSignInError(PentimentoError):
    code = "SIGN_IN_FAILED"


class ServerAddressError(PentimentoError):
    code = "INVALID_ADDRESS"
