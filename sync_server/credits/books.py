"""A person's account in hand: what is taken, given and booked, before it is written down as a whole. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from sync_server.credits.rules import Part, give_back, soonest_first, take
from sync_server.platform.ports import NewId

HoldState = Literal["held", "settled", "released"]


@dataclass(kw_only=True)
class Account:
    id: UUID
    user_id: UUID | None
    available: int
    reserved: int
    owed: int
    lifetime_earned: int
    lifetime_spent: int
    last_recharged_at: datetime | None


@dataclass(kw_only=True)
class Lot:
    id: UUID
    account_id: UUID
    reference: str
    amount: int
    remaining: int
    expires_at: datetime | None
    created_at: datetime


@dataclass(kw_only=True)
class HoldRecord:
    id: UUID
    account_id: UUID
    key: str
    amount: int
    settled: int
    state: HoldState
    kind: str
    model: str
    reference: str
    description: str
    created_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class HoldPart:
    hold_id: UUID
    lot_id: UUID
    position: int
    amount: int


@dataclass(frozen=True, kw_only=True)
class Transaction:
    id: UUID
    account_id: UUID
    key: str
    kind: str
    amount: int
    balance_after: int
    description: str
    reference: str
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class Entry:
    transaction_id: UUID
    account_id: UUID
    place: str
    amount: int


@dataclass(kw_only=True)
class Books:
    """`lots` are those with something in them, and those that a hold in hand came from."""

    account: Account
    lots: dict[UUID, Lot]
    now: datetime
    new_id: NewId
    new_lots: list[Lot] = field(default_factory=list)
    changed_lots: set[UUID] = field(default_factory=set)
    new_holds: list[HoldRecord] = field(default_factory=list)
    new_parts: list[HoldPart] = field(default_factory=list)
    closed_holds: list[HoldRecord] = field(default_factory=list)
    transactions: list[Transaction] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)

    def add_lot(self, amount: int, *, reference: str, expires_at: datetime | None) -> None:
        lot = Lot(
            id=self.new_id(),
            account_id=self.account.id,
            reference=reference,
            amount=amount,
            remaining=amount,
            expires_at=expires_at,
            created_at=self.now,
        )
        self.lots[lot.id] = lot
        self.new_lots.append(lot)
        self.account.lifetime_earned += amount
        self.account.last_recharged_at = self.now

    def take(self, amount: int, *, preferring: str = "") -> list[Part]:
        """From the lots, the soonest to expire first; those of the reference `preferring` before all others."""
        lots = soonest_first(lot for lot in self.lots.values() if lot.remaining)
        if preferring:
            lots.sort(key=lambda lot: lot.reference != preferring)
        parts = take(lots, amount)
        for part in parts:
            self._change(part.lot_id, by=-part.amount)
        return parts

    def hold(self, hold: HoldRecord) -> None:
        self.new_holds.append(hold)
        self.new_parts += [
            HoldPart(hold_id=hold.id, lot_id=part.lot_id, position=position, amount=part.amount)
            for position, part in enumerate(self.take(hold.amount))
        ]
        self.book(
            key=f"hold:{hold.id}",
            kind="hold",
            entries={"available": -hold.amount, "reserved": hold.amount},
            description=hold.description,
            reference=hold.reference,
        )

    def close(
        self,
        hold: HoldRecord,
        parts: Sequence[HoldPart],
        *,
        state: Literal["settled", "released"],
        spent: int,
    ) -> None:
        for part in give_back(parts, spent):
            self._change(part.lot_id, by=part.amount)
        hold.state, hold.settled, hold.closed_at = state, spent, self.now
        self.closed_holds.append(hold)
        self.account.lifetime_spent += spent
        self.book(
            key=f"close:{hold.id}",
            kind="spend" if spent else "release",
            entries={"reserved": -hold.amount, "spent": spent, "available": hold.amount - spent},
            description=hold.description,
            reference=hold.reference,
        )

    def expire(self) -> int:
        due = [
            lot
            for lot in self.lots.values()
            if lot.remaining and lot.expires_at is not None and lot.expires_at <= self.now
        ]
        amount = sum(lot.remaining for lot in due)
        if not amount:
            return 0
        for lot in due:
            self._change(lot.id, by=-lot.remaining)
        self.book(
            key=f"expiry:{self.new_id()}",
            kind="expiry",
            entries={"available": -amount, "expired": amount},
            description="Credits of a past period expired",
            reference="",
        )
        return amount

    def pay_debt(self, *, because_of: str) -> None:
        amount = min(self.account.owed, self.account.available)
        if not amount:
            return
        self.take(amount)
        self.account.owed -= amount
        self.book(
            key=f"debt:{because_of}",
            kind="refund",
            entries={"available": -amount, "owed": amount},
            description="Paid back what was owed",
            reference="",
        )

    def book(
        self, *, key: str, kind: str, entries: Mapping[str, int], description: str, reference: str
    ) -> Transaction:
        account = self.account
        before = account.available + account.reserved
        account.available += entries.get("available", 0)
        account.reserved += entries.get("reserved", 0)
        after = account.available + account.reserved
        booked = Transaction(
            id=self.new_id(),
            account_id=account.id,
            key=key,
            kind=kind,
            amount=after - before,
            balance_after=after,
            description=description,
            reference=reference,
            created_at=self.now,
        )
        self.transactions.append(booked)
        self.entries += [
            Entry(transaction_id=booked.id, account_id=account.id, place=place, amount=amount)
            for place, amount in entries.items()
            if amount
        ]
        return booked

    def _change(self, lot_id: UUID, *, by: int) -> None:
        self.lots[lot_id].remaining += by
        self.changed_lots.add(lot_id)
