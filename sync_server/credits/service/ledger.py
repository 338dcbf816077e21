"""The double-entry ledger: every transaction's entries add up to zero, and a repetition finds the first."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sync_server.credits.repository import CreditRepository
from sync_server.credits.rules import Part, give_back, soonest_first, take
from sync_server.credits.tables import (
    CreditAccountRow,
    CreditEntryRow,
    CreditHoldPartRow,
    CreditHoldRow,
    CreditLotRow,
    CreditTransactionRow,
)
from sync_server.platform.errors import ConflictError, InsufficientCreditsError, NotFoundError
from sync_server.platform.ports import Clock, NewId

GrantKind = Literal["subscription_grant", "bonus", "adjustment", "purchase"]


@dataclass(frozen=True, kw_only=True)
class Booking:
    """A transaction as it stands. `amount` is what the balance changed by."""

    id: UUID
    kind: str
    amount: int
    balance_after: int
    reference: str
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class Hold:
    id: UUID
    amount: int
    state: Literal["held", "settled", "released"]
    settled: int


class CreditLedger:
    """Changes balances, each inside the transaction of its caller and with the person's account locked.

    Every booking has a key of its caller's: the same key again gives the first result, with other values a
    ConflictError. Amounts are positive whole credits. What has expired is booked before anything else is.
    """

    def __init__(self, *, repository: CreditRepository, clock: Clock, new_id: NewId) -> None:
        self._repository = repository
        self._session = repository.session
        self._clock = clock
        self._new_id = new_id

    async def grant(
        self,
        user_id: UUID,
        amount: int,
        *,
        kind: GrantKind,
        key: str,
        expires_at: datetime | None,
        description: str,
        reference: str = "",
    ) -> Booking:
        """Credits for nothing, or for money: what is owed is paid off with them first."""
        _positive(amount)
        account = await self._repository.locked_account(user_id)
        if (known := await self._known(key, account, kind=kind, amount=amount)) is not None:
            return known
        await self._expire(account)
        now = self._clock()
        lot = CreditLotRow(
            id=self._new_id(),
            account_id=account.id,
            reference=reference,
            amount=amount,
            remaining=amount,
            expires_at=expires_at,
            created_at=now,
        )
        self._session.add(lot)
        account.lifetime_earned += amount
        account.last_recharged_at = now
        booking = self._book(
            account,
            key=key,
            kind=kind,
            entries={"issued": -amount, "available": amount},
            description=description,
            reference=reference,
        )
        await self._pay_debt(account, because_of=key)
        await self._session.flush()
        return booking

    async def purchase(
        self, user_id: UUID, amount: int, *, bonus: int, key: str, description: str, reference: str
    ) -> Booking:
        """Bought credits and their bonus; neither expires."""
        booking = await self.grant(
            user_id,
            amount,
            kind="purchase",
            key=key,
            expires_at=None,
            description=description,
            reference=reference,
        )
        if bonus:
            await self.grant(
                user_id,
                bonus,
                kind="bonus",
                key=f"{key}:bonus",
                expires_at=None,
                description=description,
                reference=reference,
            )
        return booking

    async def check(self, user_id: UUID, amount: int) -> None:
        """Raises InsufficientCreditsError where a hold of it would."""
        account = await self._repository.locked_account(user_id)
        await self._expire(account)
        self._check_funds(account, amount)

    async def hold(
        self,
        user_id: UUID,
        amount: int,
        *,
        key: str,
        reference: str,
        description: str,
        kind: str = "",
        model: str = "",
    ) -> Hold:
        """Set a job's price aside. Raises InsufficientCreditsError, also while something is owed."""
        _positive(amount)
        account = await self._repository.locked_account(user_id)
        known = await self._repository.hold_by_key(key)
        if known is not None:
            if known.account_id != account.id or known.amount != amount:
                raise _other_values()
            return _as_hold(known)
        await self._expire(account)
        self._check_funds(account, amount)
        hold = CreditHoldRow(
            id=self._new_id(),
            account_id=account.id,
            key=key,
            amount=amount,
            settled=0,
            state="held",
            kind=kind,
            model=model,
            reference=reference,
            description=description,
            created_at=self._clock(),
            closed_at=None,
        )
        self._session.add(hold)
        await self._session.flush()
        for position, part in enumerate(await self._take_from_lots(account, amount)):
            self._session.add(
                CreditHoldPartRow(hold_id=hold.id, lot_id=part.lot_id, position=position, amount=part.amount)
            )
        self._book(
            account,
            key=f"hold:{hold.id}",
            kind="hold",
            entries={"available": -amount, "reserved": amount},
            description=description,
            reference=reference,
        )
        await self._session.flush()
        return _as_hold(hold)

    async def settle(self, hold_id: UUID, amount: int) -> Hold:
        """Spend `amount` of the hold, at most all of it, and give the rest back. 0 gives all back."""
        if amount < 0:
            raise ValueError("a settled amount is never negative")
        return await self._close(hold_id, state="settled", spent=amount)

    async def release(self, hold_id: UUID) -> Hold:
        """Give the whole hold back."""
        return await self._close(hold_id, state="released", spent=0)

    async def take_back(
        self, user_id: UUID, amount: int, *, key: str, reference: str, description: str
    ) -> Booking:
        """A refund or chargeback: what is there of `amount` goes, the rest is booked as owed.

        The lots of the same reference are taken from first.
        """
        _positive(amount)
        account = await self._repository.locked_account(user_id)
        known = await self._repository.transaction(key)
        if known is not None:
            if known.account_id != account.id or known.kind != "refund" or known.reference != reference:
                raise _other_values()
            return _as_booking(known)
        await self._expire(account)
        there = min(amount, account.available)
        await self._take_from_lots(account, there, preferring=reference)
        account.owed += amount - there
        booking = self._book(
            account,
            key=key,
            kind="refund",
            entries={"issued": amount, "available": -there, "owed": there - amount},
            description=description,
            reference=reference,
        )
        await self._session.flush()
        return booking

    async def adjust(self, user_id: UUID, amount: int, *, key: str, description: str) -> Booking:
        """By an operator, up or down; down at most to nothing. Raises InsufficientCreditsError."""
        if amount > 0:
            return await self.grant(
                user_id, amount, kind="adjustment", key=key, expires_at=None, description=description
            )
        account = await self._repository.locked_account(user_id)
        if (known := await self._known(key, account, kind="adjustment", amount=amount)) is not None:
            return known
        _positive(-amount)
        await self._expire(account)
        if account.available < -amount:
            raise _insufficient(required=-amount, available=account.available)
        await self._take_from_lots(account, -amount)
        booking = self._book(
            account,
            key=key,
            kind="adjustment",
            entries={"issued": -amount, "available": amount},
            description=description,
            reference="",
        )
        await self._session.flush()
        return booking

    async def expire(self, account_id: UUID) -> int:
        """Book what has expired on one account; tell how much."""
        account = await self._repository.locked_account_by_id(account_id)
        amount = await self._expire(account)
        await self._session.flush()
        return amount

    async def forget_person(self, user_id: UUID) -> None:
        """The entries stay, without the person."""
        account = await self._repository.locked_account(user_id)
        account.user_id = None
        await self._session.flush()

    async def _close(self, hold_id: UUID, *, state: Literal["settled", "released"], spent: int) -> Hold:
        hold = await self._repository.hold(hold_id)
        if hold is None:
            raise NotFoundError("There is no such hold of credits.")
        account = await self._repository.locked_account_by_id(hold.account_id)
        await self._repository.hold_again(hold)
        if hold.state != "held":
            if (hold.state, hold.settled) == (state, spent):
                return _as_hold(hold)
            raise ConflictError("These credits were settled or given back already.")
        if spent > hold.amount:
            raise ConflictError(
                "A job can cost at most its shown price of {price} credits.", price=hold.amount
            )
        parts = [
            Part(lot_id=row.lot_id, amount=row.amount) for row in await self._repository.hold_parts(hold_id)
        ]
        back = give_back(parts, spent)
        lots = await self._repository.lots([part.lot_id for part in back])
        for part in back:
            lots[part.lot_id].remaining += part.amount
        hold.state, hold.settled, hold.closed_at = state, spent, self._clock()
        account.lifetime_spent += spent
        self._book(
            account,
            key=f"close:{hold.id}",
            kind="spend" if spent else "release",
            entries={"reserved": -hold.amount, "spent": spent, "available": hold.amount - spent},
            description=hold.description,
            reference=hold.reference,
        )
        await self._session.flush()
        await self._expire(account)
        await self._pay_debt(account, because_of=f"close:{hold.id}")
        await self._session.flush()
        return _as_hold(hold)

    async def _known(self, key: str, account: CreditAccountRow, *, kind: str, amount: int) -> Booking | None:
        known = await self._repository.transaction(key)
        if known is None:
            return None
        if (known.account_id, known.kind, known.amount) != (account.id, kind, amount):
            raise _other_values()
        return _as_booking(known)

    def _check_funds(self, account: CreditAccountRow, amount: int) -> None:
        if account.owed:
            raise InsufficientCreditsError(
                "{owed} credits of a refund are still owed.",
                advice="Buy credits to pay them back; new jobs can run after that.",
                details={"required": amount, "available": 0, "shortfall": amount + account.owed},
                owed=account.owed,
            )
        if account.available < amount:
            raise _insufficient(required=amount, available=account.available)

    async def _take_from_lots(
        self, account: CreditAccountRow, amount: int, *, preferring: str = ""
    ) -> list[Part]:
        lots = soonest_first(await self._repository.filled_lots(account.id))
        if preferring:
            lots.sort(key=lambda lot: lot.reference != preferring)
        parts = take(lots, amount)
        by_id = {lot.id: lot for lot in lots}
        for part in parts:
            by_id[part.lot_id].remaining -= part.amount
        return parts

    async def _expire(self, account: CreditAccountRow) -> int:
        now = self._clock()
        due = [
            lot
            for lot in await self._repository.filled_lots(account.id)
            if lot.expires_at is not None and lot.expires_at <= now
        ]
        amount = sum(lot.remaining for lot in due)
        if not amount:
            return 0
        for lot in due:
            lot.remaining = 0
        self._book(
            account,
            key=f"expiry:{self._new_id()}",
            kind="expiry",
            entries={"available": -amount, "expired": amount},
            description="Credits of a past period expired",
            reference="",
        )
        await self._session.flush()
        return amount

    async def _pay_debt(self, account: CreditAccountRow, *, because_of: str) -> None:
        amount = min(account.owed, account.available)
        if not amount:
            return
        await self._session.flush()
        await self._take_from_lots(account, amount)
        account.owed -= amount
        self._book(
            account,
            key=f"debt:{because_of}",
            kind="refund",
            entries={"available": -amount, "owed": amount},
            description="Paid back what was owed",
            reference="",
        )

    def _book(
        self,
        account: CreditAccountRow,
        *,
        key: str,
        kind: str,
        entries: Mapping[str, int],
        description: str,
        reference: str,
    ) -> Booking:
        before = account.available + account.reserved
        account.available += entries.get("available", 0)
        account.reserved += entries.get("reserved", 0)
        after = account.available + account.reserved
        row = CreditTransactionRow(
            id=self._new_id(),
            account_id=account.id,
            key=key,
            kind=kind,
            amount=after - before,
            balance_after=after,
            description=description,
            reference=reference,
            created_at=self._clock(),
        )
        self._session.add(row)
        self._session.add_all(_entry_rows(row, entries.items()))
        return _as_booking(row)


def _entry_rows(row: CreditTransactionRow, entries: Iterable[tuple[str, int]]) -> list[CreditEntryRow]:
    return [
        CreditEntryRow(transaction_id=row.id, account_id=row.account_id, place=place, amount=amount)
        for place, amount in entries
        if amount
    ]


def _positive(amount: int) -> None:
    if amount <= 0:
        raise ValueError("an amount of credits is positive")


def _as_booking(row: CreditTransactionRow) -> Booking:
    return Booking(
        id=row.id,
        kind=row.kind,
        amount=row.amount,
        balance_after=row.balance_after,
        reference=row.reference,
        created_at=row.created_at,
    )


def _as_hold(row: CreditHoldRow) -> Hold:
    state: Literal["held", "settled", "released"] = (
        "held" if row.state == "held" else "settled" if row.state == "settled" else "released"
    )
    return Hold(id=row.id, amount=row.amount, state=state, settled=row.settled)


def _insufficient(*, required: int, available: int) -> InsufficientCreditsError:
    return InsufficientCreditsError(
        "This needs {required} credits and you have {available}.",
        advice="Buy credits, or choose a smaller picture, fewer steps or a cheaper model.",
        details={"required": required, "available": available, "shortfall": required - available},
        required=required,
        available=available,
    )


def _other_values() -> ConflictError:
    return ConflictError("This booking was made already, with other values.")
