"""The root of every error that a person may read, and the form in which an error crosses a process."""

from typing import ClassVar, Self

from pydantic import Field

from shared.contracts.base import Contract


class ErrorReport(Contract):
    """An error as data.

    `message` and `advice` are English templates with `{name}` fields that `values` fills; a view translates
    the template first and fills it then. `detail` is for engineers (a traceback), shown only when copied.
    """

    code: str
    message: str
    advice: str = ""
    values: dict[str, str] = Field(default_factory=dict)
    detail: str = ""

    @property
    def text(self) -> str:
        return self.message.format(**self.values)

    @property
    def advice_text(self) -> str:
        return self.advice.format(**self.values)


class PentimentoError(Exception):
    """What happened (`message`), what to do about it (`advice`), and a `code` that never changes."""

    code: ClassVar[str] = "INTERNAL_ERROR"

    def __init__(self, message: str, *, advice: str = "", detail: str = "", **values: object) -> None:
        self.report = ErrorReport(
            code=self.code,
            message=message,
            advice=advice,
            values={name: str(value) for name, value in values.items()},
            detail=detail,
        )
        super().__init__(self.report.text)

    @classmethod
    def from_report(cls, report: ErrorReport) -> Self:
        error = cls(report.message, advice=report.advice, detail=report.detail, **report.values)
        error.report = report
        return error


class InvalidPictureError(PentimentoError):
    code = "INVALID_PICTURE"


class InvalidRequestError(PentimentoError):
    code = "INVALID_REQUEST"


class NotFoundError(PentimentoError):
    code = "NOT_FOUND"


class ModelUnavailableError(PentimentoError):
    code = "MODEL_UNAVAILABLE"


class InvalidModelError(PentimentoError):
    code = "INVALID_MODEL"


class OutOfMemoryError(PentimentoError):
    code = "OUT_OF_MEMORY"


class EngineCrashedError(PentimentoError):
    code = "ENGINE_CRASHED"


class GenerationFailedError(PentimentoError):
    code = "GENERATION_FAILED"


class StorageError(PentimentoError):
    """The disk refused: full, read-only, gone."""

    code = "STORAGE_FAILED"
