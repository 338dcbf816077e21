"""The envelope of every reply."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, Field

from sync_server.platform.languages import TranslatedText

Data = TypeVar("Data")


def utc_now() -> datetime:
    return datetime.now(UTC)


class Pagination(BaseModel):
    next_cursor: str | None
    has_more: bool
    total_count: int | None


class Reply(BaseModel, Generic[Data]):
    success: Literal[True] = True
    data: Data
    message: TranslatedText | None = None
    timestamp: datetime = Field(default_factory=utc_now)


class Page(BaseModel, Generic[Data]):
    success: Literal[True] = True
    data: Sequence[Data]
    message: TranslatedText | None = None
    pagination: Pagination
    timestamp: datetime = Field(default_factory=utc_now)


class ErrorBody(BaseModel):
    code: str
    message: str
    details: dict[str, Any] = Field(default_factory=dict)


class ErrorReply(BaseModel):
    success: Literal[False] = False
    error: ErrorBody
    timestamp: datetime = Field(default_factory=utc_now)
    request_id: str
