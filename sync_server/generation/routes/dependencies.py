"""What the routes of generation ask for."""

from typing import Annotated

from sync_server.generation.service.creation import JobCreation
from sync_server.generation.service.statistics import JobStatistics
from sync_server.generation.service.uploads import Uploads
from sync_server.generation.service.views import JobViews
from sync_server.platform.edge import calling_out, service
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
from sync_server.platform.openapi import errors

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


TheCreation = Annotated[JobCreation, calling_out(JobCreation)]
TheUploads = Annotated[Uploads, calling_out(Uploads)]
TheViews = Annotated[JobViews, service(JobViews)]
TheStatistics = Annotated[JobStatistics, service(JobStatistics)]
