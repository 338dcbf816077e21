"""Requests with pictures come as JSON or as a form with files; a route sees one of them as the other."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.datastructures import UploadFile

from shared.contracts.base import Contract
from sync_server.platform.errors import FileTooLargeError, UnsupportedMediaTypeError

Asked = TypeVar("Asked", bound=Contract)

MOST_BYTES = 30 * 1024 * 1024
FILE_MARK = "multipart:"
"""What stands in a field whose picture came as a file beside it."""

Files = Mapping[str, bytes]
NO_FILES: Files = MappingProxyType({})

_JSON, _FORM = "application/json", "multipart/form-data"


@dataclass(frozen=True, kw_only=True)
class Body(Generic[Asked]):
    """What was asked, and the files that came beside it by the names of their fields."""

    asked: Asked
    files: Files


def body_of(contract: type[Asked]) -> Any:
    """What a route's parameter depends on to get its `Body[contract]`."""
    return Depends(_reader(contract))


def described(contract: type[Contract]) -> dict[str, Any]:
    """For a route's `openapi_extra`: the body in both forms."""
    schema = contract.model_json_schema(mode="validation", by_alias=True)
    definitions = schema.pop("$defs", {})
    plain = _without_references(schema, definitions)
    form = {**plain, "properties": {name: _as_form(field) for name, field in plain["properties"].items()}}
    return {
        "requestBody": {
            "required": True,
            "content": {_JSON: {"schema": plain}, _FORM: {"schema": form}},
        }
    }


def _reader(contract: type[Asked]) -> Callable[[Request], Awaitable[Body[Asked]]]:
    async def read(request: Request) -> Body[Asked]:
        kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if kind == _FORM:
            values, files = await _form(request)
        elif kind == _JSON or not kind:
            values, files = await _json(request), {}
        else:
            raise UnsupportedMediaTypeError(
                "Send JSON, or a form with files.", advice="Set Content-Type to what you send."
            )
        try:
            return Body(asked=contract.model_validate(values), files=files)
        except ValidationError as error:
            raise RequestValidationError(
                [{**problem, "loc": ("body", *problem["loc"])} for problem in error.errors(include_url=False)]
            ) from error

    return read


async def _json(request: Request) -> Any:
    try:
        return json.loads(await request.body())
    except (ValueError, RecursionError) as error:
        problem = {"type": "json_invalid", "loc": ("body",), "msg": "JSON decode error", "input": {}}
        raise RequestValidationError([{**problem, "ctx": {"error": str(error)}}]) from error


async def _form(request: Request) -> tuple[dict[str, Any], dict[str, bytes]]:
    values: dict[str, Any] = {}
    files: dict[str, bytes] = {}
    async with request.form(max_files=8, max_fields=100, max_part_size=MOST_BYTES) as form:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                data = await value.read(MOST_BYTES + 1)
                if len(data) > MOST_BYTES:
                    raise FileTooLargeError("This file is too large.", advice="Send a smaller one.")
                files[name], values[name] = data, f"{FILE_MARK}{name}"
            else:
                values[name] = _structured(value)
    return values, files


def _structured(text: str) -> Any:
    """Lists and objects stand in a form as JSON."""
    if text[:1] in {"{", "["}:
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return text
    return text


def _without_references(schema: Any, definitions: Mapping[str, Any]) -> Any:
    if isinstance(schema, list):
        return [_without_references(entry, definitions) for entry in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _without_references(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    return {name: _without_references(entry, definitions) for name, entry in schema.items()}


def _as_form(field: dict[str, Any]) -> dict[str, Any]:
    """A picture may come as a file."""
    pictures = [
        option
        for option in (field, *field.get("anyOf", ()))
        if "In multipart" in option.get("description", "")
    ]
    return (
        {"type": "string", "format": "binary", "description": field.get("description", "")}
        if pictures
        else field
    )
