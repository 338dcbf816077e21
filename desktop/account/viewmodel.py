"""The account as a view shows it: who is signed in, what came and went, what can be bought, what was used."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop.account.errors import SecondFactorNeededError
from desktop.account.service import Account, AccountState, LedgerPage, UsagePeriod
from desktop.widgets.tasks import TaskOwner
from shared.contracts.billing import BillingPeriod, PaidPlan, Pricing, UsageReport
from shared.contracts.credits import CreditTransaction
from shared.contracts.errors import PentimentoError
from shared.contracts.profiles import Profile

PAYMENT_LOOKED_FOR_EVERY = 6.0
PAYMENT_LOOKED_FOR_UNTIL = 1200.0
"""Seconds."""


class AccountOverview(QObject):
    """`open_page` shows an address in the system's browser, in a thread."""

    state_changed = Signal(object)
    busy_changed = Signal(str)
    """What is under way: "", the way in ("password", "code", "browser", "factor"), "send_code", "mail", "move", "out" or "buy"."""
    failed = Signal(object)
    second_factor_changed = Signal(bool)
    code_sent = Signal(str)
    ledger_changed = Signal(object)
    pricing_changed = Signal(object)
    usage_changed = Signal(object)
    payment_changed = Signal(str)
    """"", "awaited" or "arrived"."""
    server_changed = Signal(str)

    def __init__(
        self,
        *,
        account: Account,
        tasks: TaskOwner,
        open_page: Callable[[str], object],
        pause: float = PAYMENT_LOOKED_FOR_EVERY,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._account = account
        self._tasks = tasks
        self._open_page = open_page
        self._pause = pause
        self._signing_in: asyncio.Task[None] | None = None
        self._awaiting: asyncio.Task[None] | None = None
        self._challenge = ""
        self._ledger_cursor: str | None = None
        self.busy = ""
        self.payment = ""
        self.ledger: tuple[CreditTransaction, ...] = ()
        self.pricing: Pricing | None = None
        self.usage: UsageReport | None = None
        self.period: UsagePeriod = "30d"
        self._unsubscribe = account.changed.subscribe(self._account_changed)

    @property
    def state(self) -> AccountState:
        return self._account.state

    @property
    def asks_second_factor(self) -> bool:
        return bool(self._challenge)

    @property
    def has_more_ledger(self) -> bool:
        return self._ledger_cursor is not None

    def sign_in_with_password(self, email: str, password: str) -> None:
        self._sign_in("password", self._account.sign_in_with_password(email.strip(), password))

    def send_code(self, email: str) -> None:
        self._start("send_code", self._send_code(email.strip()))

    def sign_in_with_code(self, email: str, code: str) -> None:
        self._sign_in("code", self._account.sign_in_with_code(email.strip(), "".join(code.split())))

    def sign_in_in_browser(self) -> None:
        self._sign_in("browser", self._account.sign_in_in_browser())

    def give_up_browser(self) -> None:
        if self.busy == "browser" and self._signing_in is not None:
            self._signing_in.cancel()

    def confirm_second_factor(self, typed: str) -> None:
        self._sign_in("factor", self._account.confirm_second_factor(self._challenge, typed))

    def give_up_second_factor(self) -> None:
        self._set_challenge("")

    def sign_out(self) -> None:
        self._start("out", self._account.sign_out())

    def move(self, server: str) -> None:
        self._start("move", self._move(server))

    def refresh(self) -> None:
        self._tasks.start(self._account.refresh())

    def confirm_address_again(self) -> None:
        self._start("mail", self._account.confirm_address_again())

    def load_ledger(self) -> None:
        """From the newest on."""
        self._tasks.start(self._told(self._load_ledger(None)))

    def load_more_ledger(self) -> None:
        if self._ledger_cursor is not None:
            self._tasks.start(self._told(self._load_ledger(self._ledger_cursor)))

    def load_pricing(self) -> None:
        self._tasks.start(self._told(self._load_pricing()))

    def load_usage(self, period: UsagePeriod | None = None) -> None:
        self.period = period or self.period
        self._tasks.start(self._told(self._load_usage(self.period)))

    def buy_package(self, package: str) -> None:
        self._start("buy", self._buy(self._account.buy_package(package)))

    def buy_plan(self, plan: PaidPlan, period: BillingPeriod) -> None:
        self._start("buy", self._buy(self._account.buy_plan(plan, period)))

    def close(self) -> None:
        self._unsubscribe()

    async def _send_code(self, email: str) -> None:
        await self._account.ask_for_code(email)
        self.code_sent.emit(email)

    async def _move(self, server: str) -> None:
        self._set_challenge("")
        await self._account.move(server)
        self.server_changed.emit(self.state.server)

    async def _load_ledger(self, cursor: str | None) -> None:
        page: LedgerPage = await self._account.ledger(cursor)
        self._ledger_cursor = page.cursor
        self.ledger = page.lines if cursor is None else (*self.ledger, *page.lines)
        self.ledger_changed.emit(self.ledger)

    async def _load_pricing(self) -> None:
        self.pricing = await self._account.pricing()
        self.pricing_changed.emit(self.pricing)

    async def _load_usage(self, period: UsagePeriod) -> None:
        usage = await self._account.usage(period)
        if period == self.period:
            self.usage = usage
            self.usage_changed.emit(usage)

    async def _buy(self, buying: Coroutine[Any, Any, str | None]) -> None:
        before = _holdings(self.state.profile)
        url = await buying
        if url is None:
            await self._account.refresh()
            self._set_payment("arrived")
            return
        await asyncio.to_thread(self._open_page, url)
        if self._awaiting is not None:
            self._awaiting.cancel()
        self._awaiting = self._tasks.start(self._await_payment(before), name="payment")

    async def _await_payment(self, before: object) -> None:
        """The provider tells the server, which we ask; whoever closes the page without paying is not waited for long."""
        self._set_payment("awaited")
        loop = asyncio.get_running_loop()
        until = loop.time() + PAYMENT_LOOKED_FOR_UNTIL
        while loop.time() < until and self.state.is_signed_in:
            await asyncio.sleep(self._pause)
            await self._account.refresh()
            if self.state.profile is not None and _holdings(self.state.profile) != before:
                self._set_payment("arrived")
                await self._load_ledger(None)
                return
        self._set_payment("")

    def _set_payment(self, payment: str) -> None:
        self.payment = payment
        self.payment_changed.emit(payment)

    def _sign_in(self, name: str, way: Coroutine[Any, Any, None]) -> None:
        if self._signing_in is not None and not self._signing_in.done():
            self._signing_in.cancel()
        self._signing_in = self._start(name, self._signed_in(way))

    async def _signed_in(self, way: Coroutine[Any, Any, None]) -> None:
        try:
            await way
        except SecondFactorNeededError as error:
            self._set_challenge(error.challenge_token)
        else:
            self._set_challenge("")

    def _set_challenge(self, challenge: str) -> None:
        self._challenge = challenge
        self.second_factor_changed.emit(bool(challenge))

    def _start(self, name: str, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        return self._tasks.start(self._busily(name, work))

    async def _busily(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        self._set_busy(name)
        try:
            await self._told(work)
        finally:
            if self.busy == name:
                self._set_busy("")

    async def _told(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except PentimentoError as error:
            self.failed.emit(error.report)

    def _set_busy(self, name: str) -> None:
        self.busy = name
        self.busy_changed.emit(name)

    def _account_changed(self, state: AccountState) -> None:
        if not state.is_signed_in:
            self.ledger, self.usage, self._ledger_cursor = (), None, None
        self.state_changed.emit(state)


def _holdings(profile: Profile | None) -> tuple[object, ...]:
    """What a payment changes, and a job does not."""
    if profile is None:
        return ()
    subscription = profile.subscription
    return (profile.tier, profile.credits.lifetime_earned, subscription.status, subscription.next_plan)
