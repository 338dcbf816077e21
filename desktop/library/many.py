"""Statements about many rows at once."""

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, FromClause, func, select


def listed(values: Collection[Any]) -> FromClause:
    """A table with the columns `key`, from 0 on, and `value`: a single parameter, however many there are."""
    return func.json_each(json.dumps(list(values))).table_valued("key", "value")


def among(column: Any, values: Collection[Any]) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = column.in_(select(listed(values).c.value))
    return condition
