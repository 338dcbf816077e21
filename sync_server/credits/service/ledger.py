"""The double-entry ledger: every transaction's entries add up to zero, and a repetition finds the first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sync_server.credits.books import Account, HoldRecord, HoldState, Transaction
from sync_server.credits.repository import CreditRepository, Opened
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
    state: HoldState
    settled: int


class CreditLedger:
    """Changes balances, each inside the transaction of its caller and with the person's account locked.

    Every booking has a key of its caller's: the same key again gives the first result, with other values a
    ConflictError. Amounts are positive whole credits. What has expired is booked before anything else is.
    """

    def __init__(self, *, repository: CreditRepository, clock: Clock, new_id: NewId) -> None:
        self._repository = repository
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
        opened = await self._repository.open(user_id, key=key)
        if (known := _known(opened, kind=kind, amount=amount)) is not None:
            return known
        books = opened.books
        books.expire()
        books.add_lot(amount, reference=reference, expires_at=expires_at)
        booked = books.book(
            key=key,
            kind=kind,
            entries={"issued": -amount, "available": amount},
            description=description,
            reference=reference,
        )
        books.pay_debt(because_of=key)
        await self._repository.write(books)
        return _as_booking(booked)

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
        books = (await self._repository.open(user_id)).books
        books.expire()
        _check_funds(books.account, amount)

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
        opened = await self._repository.open(user_id, hold_key=key)
        books, known = opened.books, opened.hold
        if known is not None:
            if known.account_id != books.account.id or known.amount != amount:
                raise _other_values()
            return _as_hold(known)
        books.expire()
        _check_funds(books.account, amount)
        hold = HoldRecord(
            id=self._new_id(),
            account_id=books.account.id,
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
        books.hold(hold)
        await self._repository.write(books)
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
        opened = await self._repository.open(user_id, key=key)
        books, known = opened.books, opened.booked
        if known is not None:
            if known.account_id != books.account.id or known.kind != "refund" or known.reference != reference:
                raise _other_values()
            return _as_booking(known)
        books.expire()
        there = min(amount, books.account.available)
        books.take(there, preferring=reference)
        books.account.owed += amount - there
        booked = books.book(
            key=key,
            kind="refund",
            entries={"issued": amount, "available": -there, "owed": there - amount},
            description=description,
            reference=reference,
        )
        await self._repository.write(books)
        return _as_booking(booked)

    async def adjust(self, user_id: UUID, amount: int, *, key: str, description: str) -> Booking:
        """By an operator, up or down; down at most to nothing. Raises InsufficientCreditsError."""
        if amount > 0:
            return await self.grant(
                user_id, amount, kind="adjustment", key=key, expires_at=None, description=description
            )
        opened = await self._repository.open(user_id, key=key)
        if (known := _known(opened, kind="adjustment", amount=amount)) is not None:
            return known
        _positive(-amount)
        books = opened.books
        books.expire()
        if books.account.available < -amount:
            raise _insufficient(required=-amount, available=books.account.available)
        books.take(-amount)
        booked = books.book(
            key=key,
            kind="adjustment",
            entries={"issued": -amount, "available": amount},
            description=description,
            reference="",
        )
        await self._repository.write(books)
        return _as_booking(booked)

    async def expire(self, account_id: UUID) -> int:
        """Book what has expired on one account; tell how much."""
        books = await self._repository.open_account(account_id)
        amount = books.expire()
        if amount:
            await self._repository.write(books)
        return amount

    async def forget_person(self, user_id: UUID) -> None:
        """The entries stay, without the person."""
        books = (await self._repository.open(user_id)).books
        books.account.user_id = None
        await self._repository.write(books)

    async def _close(self, hold_id: UUID, *, state: Literal["settled", "released"], spent: int) -> Hold:
        opened = await self._repository.open_hold(hold_id)
        if opened is None or opened.hold is None:
            raise NotFoundError("There is no such hold of credits.")
        books, hold = opened.books, opened.hold
        if hold.state != "held":
            if (hold.state, hold.settled) == (state, spent):
                return _as_hold(hold)
            raise ConflictError("These credits were settled or given back already.")
        if spent > hold.amount:
            raise ConflictError(
                "A job can cost at most its shown price of {price} credits.", price=hold.amount
            )
        books.close(hold, opened.parts, state=state, spent=spent)
        books.expire()
        books.pay_debt(because_of=f"close:{hold.id}")
        await self._repository.write(books)
        return _as_hold(hold)


def _known(opened: Opened, *, kind: str, amount: int) -> Booking | None:
    known = opened.booked
    if known is None:
        return None
    if (known.account_id, known.kind, known.amount) != (opened.books.account.id, kind, amount):
        raise _other_values()
    return _as_booking(known)


def _check_funds(account: Account, amount: int) -> None:
    if account.owed:
        raise InsufficientCreditsError(
            "{owed} credits of a refund are still owed.",
            advice="Buy credits to pay them back; new jobs can run after that.",
            details={"required": amount, "available": 0, "shortfall": amount + account.owed},
            owed=account.owed,
        )
    if account.available < amount:
        raise _insufficient(required=amount, available=account.available)


def _positive(amount: int) -> None:
    if amount <= 0:
        raise ValueError("an amount of credits is positive")


def _as_booking(row: Transaction) -> Booking:
    return Booking(
        id=row.id,
        kind=row.kind,
        amount=row.amount,
        balance_after=row.balance_after,
        reference=row.reference,
        created_at=row.created_at,
    )


def _as_hold(hold: HoldRecord) -> Hold:
    return Hold(id=hold.id, amount=hold.amount, state=hold.state, settled=hold.settled)


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
