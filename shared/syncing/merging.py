"""How two states of a row become one: the same on every device and on the server, in any order, however often.

A state is a join of registers. Each field, each member of a set and the purge is a register whose later stamp wins;
a member that was removed stays as one without a value. Once purged, a row holds nothing but that it was.
"""

import json
from collections.abc import Mapping
from typing import Any

from shared.contracts.sync import Register, SyncRow

Registers = Mapping[str, Register]


def merged(one: SyncRow, other: SyncRow) -> SyncRow:
    """Both are of one kind and id."""
    purged = _later_text(one.purged, other.purged)
    if purged is not None:
        return SyncRow(kind=one.kind, id=one.id, purged=purged)
    return SyncRow(
        kind=one.kind,
        id=one.id,
        fields=_joined(one.fields, other.fields),
        members={
            name: _joined(one.members.get(name, {}), other.members.get(name, {}))
            for name in sorted({*one.members, *other.members})
        },
    )


def later(one: Register, other: Register) -> Register:
    """Of equal stamps, which no honest device makes, the one whose value is written later in the alphabet."""
    return max(one, other, key=lambda register: (register[1], _written(register[0])))


def blobs_of(row: SyncRow) -> set[str]:
    """What it needs: each `blob` in any of its values."""
    found: set[str] = set()
    for register in row.fields.values():
        _collect(register[0], found)
    for members in row.members.values():
        for register in members.values():
            _collect(register[0], found)
    return found


def stamps_of(row: SyncRow) -> list[str]:
    registers = [
        *row.fields.values(),
        *(entry for members in row.members.values() for entry in members.values()),
    ]
    return [stamp for _, stamp in registers] + ([row.purged] if row.purged else [])


def _joined(one: Registers, other: Registers) -> dict[str, Register]:
    found = dict(one)
    for name, register in other.items():
        found[name] = later(found[name], register) if name in found else register
    return found


def _later_text(one: str | None, other: str | None) -> str | None:
    return max(filter(None, (one, other)), default=None)


def _written(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _collect(value: Any, found: set[str]) -> None:
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == "blob" and isinstance(inner, str):
                found.add(inner)
            else:
                _collect(inner, found)
    elif isinstance(value, list):
        for inner in value:
            _collect(inner, found)
