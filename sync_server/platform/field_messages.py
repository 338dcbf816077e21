"""What is wrong with one field, in words: pydantic's kinds of problem as templates of our own."""

from collections.abc import Mapping
from typing import Any

from sync_server.platform.languages import Language, translate

FIELD_MESSAGES: Mapping[str, str] = {
    "missing": "This field is required.",
    "extra_forbidden": "This field is not known.",
    "string_type": "This must be a text.",
    "string_too_short": "This needs at least {min_length} characters.",
    "string_too_long": "This may have at most {max_length} characters.",
    "string_pattern_mismatch": "This does not have the expected form.",
    "string_unicode": "This is not valid Unicode text.",
    "int_type": "This must be a whole number.",
    "int_parsing": "This must be a whole number.",
    "int_parsing_size": "This number is too large.",
    "int_from_float": "This must be a whole number.",
    "float_type": "This must be a number.",
    "float_parsing": "This must be a number.",
    "finite_number": "This must be a finite number.",
    "greater_than": "This must be more than {gt}.",
    "greater_than_equal": "This must be at least {ge}.",
    "less_than": "This must be less than {lt}.",
    "less_than_equal": "This must be at most {le}.",
    "bool_type": "This must be true or false.",
    "bool_parsing": "This must be true or false.",
    "literal_error": "This must be one of: {expected}.",
    "enum": "This must be one of: {expected}.",
    "uuid_type": "This must be an id (UUID).",
    "uuid_parsing": "This must be an id (UUID).",
    "datetime_type": "This must be a time in ISO 8601.",
    "datetime_parsing": "This must be a time in ISO 8601.",
    "datetime_from_date_parsing": "This must be a time in ISO 8601.",
    "timezone_aware": "This time needs a time zone.",
    "date_from_datetime_parsing": "This must be a date in ISO 8601.",
    "list_type": "This must be a list.",
    "too_short": "This needs at least {min_length} entries.",
    "too_long": "This may have at most {max_length} entries.",
    "dict_type": "This must be an object.",
    "model_type": "This must be an object.",
    "model_attributes_type": "This must be an object.",
    "url_type": "This must be a web address.",
    "url_parsing": "This must be a web address.",
    "url_scheme": "This must be a web address.",
    "json_invalid": "This is not valid JSON.",
}


def field_message(problem: Mapping[str, Any], language: Language) -> str:
    """A validator's own words (`value_error`) are templates without fields; unknown kinds stay pydantic's."""
    values: Mapping[str, Any] = problem.get("ctx") or {}
    kind = problem["type"]
    if kind in FIELD_MESSAGES:
        return translate(FIELD_MESSAGES[kind], language, values)
    if kind == "value_error" and "error" in values:
        return translate(str(values["error"]), language, {})
    return str(problem["msg"])
