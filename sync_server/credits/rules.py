"""The arithmetic of lots. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar
from uuid import UUID


class Lot(Protocol):
    @property
    def id(self) -> UUID: ...
    @property
    def remaining(self) -> int: ...
    @property
    def expires_at(self) -> datetime | None: ...
    @property
    def created_at(self) -> datetime: ...
    @property
    def reference(self) -> str: ...


AnyLot = TypeVar("AnyLot", bound=Lot)


@dataclass(frozen=True, kw_only=True)
class Part:
    lot_id: UUID
    amount: int


class Taken(Protocol):
    @property
    def lot_id(self) -> UUID: ...
    @property
    def amount(self) -> int: ...


def soonest_first(lots: Iterable[AnyLot]) -> list[AnyLot]:
    """The soonest to expire first, then the oldest; what never expires last."""
    return sorted(
        lots,
        key=lambda lot: (
            lot.expires_at is None,
            lot.expires_at.timestamp() if lot.expires_at else 0.0,
            lot.created_at,
            lot.id,
        ),
    )


def take(lots: Iterable[Lot], amount: int) -> list[Part]:
    """Parts of `lots`, in their order, that make up `amount`. Raises ValueError where they hold less."""
    parts: list[Part] = []
    for lot in lots:
        if amount == 0:
            break
        part = min(lot.remaining, amount)
        if part:
            parts.append(Part(lot_id=lot.id, amount=part))
            amount -= part
    if amount:
        raise ValueError(f"the lots lack {amount} credits")
    return parts


def give_back(parts: Iterable[Taken], spent: int) -> list[Part]:
    """What of a hold's parts goes back when `spent` of it is spent; the first parts are spent first."""
    back: list[Part] = []
    for part in parts:
        gone = min(part.amount, spent)
        spent -= gone
        if part.amount > gone:
            back.append(Part(lot_id=part.lot_id, amount=part.amount - gone))
    return back
