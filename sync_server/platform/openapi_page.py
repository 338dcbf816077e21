"""The OpenAPI document as one page to read, with nothing fetched from elsewhere."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_PAGES = Path(__file__).parent / "pages"

Schema = Mapping[str, Any]


def documentation_page(document: Mapping[str, Any]) -> str:
    pages = Environment(loader=FileSystemLoader(_PAGES), autoescape=True, undefined=StrictUndefined)
    schemas = document["components"]["schemas"]
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            tag = (operation.get("tags") or ["other"])[0]
            groups.setdefault(tag, []).append(_operation(path, method, operation, schemas))
    return pages.get_template("docs.html").render(
        document=document, groups=groups, schemas={name: _fields(schema) for name, schema in schemas.items()}
    )


def _operation(path: str, method: str, operation: Schema, schemas: Schema) -> dict[str, Any]:
    security = operation.get("security", [])
    return {
        "path": path,
        "method": method.upper(),
        "summary": operation.get("summary", ""),
        "description": operation.get("description", ""),
        "needs_token": bool(security) and {} not in security,
        "parameters": [
            {
                "name": parameter["name"],
                "required": parameter.get("required", False),
                "place": parameter["in"],
                "type": _type(parameter["schema"]),
                "description": parameter.get("description", ""),
            }
            for parameter in operation.get("parameters", [])
        ],
        "fields": _body_fields(operation, schemas),
        "replies": [
            {"status": status, "description": reply["description"], "type": _reply_type(reply)}
            for status, reply in operation["responses"].items()
        ],
    }


def _body_fields(operation: Schema, schemas: Schema) -> list[dict[str, Any]]:
    for content in operation.get("requestBody", {}).get("content", {}).values():
        schema = content.get("schema", {})
        return _fields(schemas.get(schema.get("$ref", "").rpartition("/")[2], schema))
    return []


def _reply_type(reply: Schema) -> str:
    for content in reply.get("content", {}).values():
        return _type(content.get("schema", {}))
    return ""


def _fields(schema: Schema) -> list[dict[str, Any]]:
    required = schema.get("required", ())
    return [
        {
            "name": name,
            "required": name in required,
            "type": _type(field),
            "description": field.get("description", ""),
        }
        for name, field in schema.get("properties", {}).items()
    ]


def _type(schema: Schema) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    for union in ("anyOf", "oneOf", "allOf"):
        if union in schema:
            return " or ".join(dict.fromkeys(_type(part) for part in schema[union]))
    if "const" in schema:
        return repr(schema["const"])
    if "enum" in schema:
        return ", ".join(str(value) for value in schema["enum"])
    kind = schema.get("type", "any")
    if kind == "array":
        return f"list of {_type(schema.get('items', {}))}"
    bounds = [f"{name} {schema[name]}" for name in _BOUNDS if name in schema]
    named = str(schema.get("format", kind))
    return f"{named} ({', '.join(bounds)})" if bounds else named


_BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength", "pattern")
