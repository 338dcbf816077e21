"""What the routes of generation ask for."""

from typing import Annotated

from fastapi import Depends, Request

from sync_server.generation.service.creation import JobCreation
from sync_server.generation.service.statistics import JobStatistics
from sync_server.generation.service.uploads import Uploads
from sync_server.generation.service.views import JobViews
from sync_server.platform.edge import Verified, service
from sync_server.platform.errors import (
    EmailNotVerifiedError,
    FeatureLockedError,
    FileTooLargeError,
    InsufficientCreditsError,
    InvalidParametersError,
    InvalidPromptError,
    ModelNotAvailableError,
    ModelUnavailableError,
    NotFoundError,
    PriceChangedError,
    QueueLimitReachedError,
    RateLimitExceededError,
    StorageExceededError,
    UnsupportedMediaTypeError,
)
from sync_server.platform.languages import Language, preferred_language
from sync_server.platform.openapi import errors
from sync_server.platform.rate_limits import Limiter

DRAFTING = (
    EmailNotVerifiedError,
    FeatureLockedError,
    FileTooLargeError,
    InvalidParametersError,
    InvalidPromptError,
    ModelNotAvailableError,
    ModelUnavailableError,
    NotFoundError,
    PriceChangedError,
    UnsupportedMediaTypeError,
)
CREATING = errors(
    *DRAFTING, InsufficientCreditsError, QueueLimitReachedError, RateLimitExceededError, StorageExceededError
)


async def charged(request: Request, principal: Verified, limiter: Limiter) -> Verified:
    """Once for each request that makes jobs, at the tier's generations a minute."""
    await limiter.charge_generation(request, principal)
    return principal


def _language(request: Request) -> Language:
    return preferred_language(request.headers.get("Accept-Language", ""))


Maker = Annotated[Verified, Depends(charged)]
AskedLanguage = Annotated[Language, Depends(_language)]
TheCreation = Annotated[JobCreation, service(JobCreation)]
TheUploads = Annotated[Uploads, service(Uploads)]
TheViews = Annotated[JobViews, service(JobViews)]
TheStatistics = Annotated[JobStatistics, service(JobStatistics)]
