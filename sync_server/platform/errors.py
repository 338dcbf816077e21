"""Every error the server answers with: a stable code, its HTTP status, words for people, details for programs."""

from collections.abc import Mapping
from typing import Any, ClassVar

from shared.contracts.errors import PentimentoError


class ServerError(PentimentoError):
    """`message` and `advice` are English templates, translated where the reply is made.

    `details` go into the reply as they are; `headers` onto it. Where `keeps_work` is true, the transaction in
    which the error is raised is committed: what was learnt (a failed try, a stolen token) must stay.
    """

    status: ClassVar[int] = 500
    keeps_work: ClassVar[bool] = False

    def __init__(
        self,
        message: str,
        *,
        advice: str = "",
        details: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        **values: object,
    ) -> None:
        super().__init__(message, advice=advice, detail="", **values)
        self.details = dict(details or {})
        self.headers = dict(headers or {})


class InvalidRequestError(ServerError):
    status, code = 400, "INVALID_REQUEST"


class ValidationFailedError(ServerError):
    """Details name field paths: `{"fields": [{"path": "email", "message": "…"}]}`."""

    status, code = 400, "VALIDATION_ERROR"


class InvalidParametersError(ServerError):
    status, code = 400, "INVALID_PARAMETERS"


class WeakPasswordError(ServerError):
    status, code = 400, "WEAK_PASSWORD"


class InvalidEmailError(ServerError):
    status, code = 400, "INVALID_EMAIL"


class InvalidPromptError(ServerError):
    status, code = 400, "INVALID_PROMPT"


class UnauthorizedError(ServerError):
    status, code = 401, "UNAUTHORIZED"


class InvalidTokenError(ServerError):
    status, code = 401, "INVALID_TOKEN"


class TokenReusedError(InvalidTokenError):
    """A spent refresh token came back: its whole family ends, and that must be kept."""

    keeps_work = True


class TokenExpiredError(ServerError):
    status, code = 401, "TOKEN_EXPIRED"


class AuthenticationFailedError(ServerError):
    """Bad credentials; the counted failure is kept."""

    status, code, keeps_work = 401, "AUTHENTICATION_FAILED", True


class TwoFactorRequiredError(ServerError):
    """Details hold `challenge_token`."""

    status, code, keeps_work = 401, "TWO_FACTOR_REQUIRED", True


class InsufficientCreditsError(ServerError):
    """Details hold `required`, `available`, `shortfall`."""

    status, code = 402, "INSUFFICIENT_CREDITS"


class StorageExceededError(ServerError):
    status, code = 402, "STORAGE_EXCEEDED"


class ForbiddenError(ServerError):
    status, code = 403, "FORBIDDEN"


class FeatureLockedError(ServerError):
    status, code = 403, "FEATURE_LOCKED"


class ModelNotAvailableError(ServerError):
    """The tier does not have it."""

    status, code = 403, "MODEL_NOT_AVAILABLE"


class EmailNotVerifiedError(ServerError):
    status, code = 403, "EMAIL_NOT_VERIFIED"


class AccountSuspendedError(ServerError):
    status, code = 403, "ACCOUNT_SUSPENDED"


class NotFoundError(ServerError):
    status, code = 404, "NOT_FOUND"


class MethodNotAllowedError(ServerError):
    status, code = 405, "INVALID_REQUEST"


class UserExistsError(ServerError):
    status, code = 409, "USER_EXISTS"


class EmailExistsError(ServerError):
    status, code = 409, "EMAIL_EXISTS"


class ConflictError(ServerError):
    status, code = 409, "CONFLICT"


class JobNotCancellableError(ServerError):
    status, code = 409, "JOB_NOT_CANCELLABLE"


class PriceChangedError(ServerError):
    """Details hold `price` and `max_credits`."""

    status, code = 409, "PRICE_CHANGED"


class GoneError(ServerError):
    status, code = 410, "GONE"


class PreconditionFailedError(ServerError):
    status, code = 412, "PRECONDITION_FAILED"


class FileTooLargeError(ServerError):
    status, code = 413, "FILE_TOO_LARGE"


class UnsupportedMediaTypeError(ServerError):
    status, code = 415, "UNSUPPORTED_MEDIA_TYPE"


class UnprocessableError(ServerError):
    """Well-formed, against a rule."""

    status, code = 422, "UNPROCESSABLE"


class PreconditionRequiredError(ServerError):
    status, code = 428, "PRECONDITION_REQUIRED"


class RateLimitExceededError(ServerError):
    """Details hold `limit`, `retry_after_seconds`, `reset_at`."""

    status, code = 429, "RATE_LIMIT_EXCEEDED"


class QueueLimitReachedError(ServerError):
    status, code = 429, "QUEUE_LIMIT_REACHED"


class InternalServerError(ServerError):
    status, code = 500, "INTERNAL_ERROR"


class GenerationFailedError(ServerError):
    status, code = 500, "GENERATION_FAILED"


class ServiceUnavailableError(ServerError):
    status, code = 503, "SERVICE_UNAVAILABLE"


class ModelUnavailableError(ServerError):
    """Not installed, or down; the words name what to add."""

    status, code = 503, "MODEL_UNAVAILABLE"
