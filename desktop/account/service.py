"""Who is signed in, what they have, and what they buy."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Literal

from desktop.account.browser_sign_in import BrowserSignIn
from desktop.account.client import CloudClient
from desktop.account.errors import CloudError, NotSignedInError, SecondFactorNeededError, UnreachableError
from desktop.account.wire import Question, checked_address
from desktop.library.notices import Notice
from shared.contracts.accounts import SignedIn
from shared.contracts.base import Contract
from shared.contracts.billing import (
    BillingPeriod,
    Checkout,
    PaidPlan,
    PlanChanged,
    Pricing,
    Purchase,
    UsageReport,
)
from shared.contracts.credits import CreditTransaction
from shared.contracts.errors import ErrorReport
from shared.contracts.profiles import Profile
from shared.contracts.ways_in import CodeExchange

UsagePeriod = Literal["7d", "30d", "90d"]
LEDGER_PAGE = 50


@dataclass(frozen=True, kw_only=True)
class AccountState:
    """`profile` is the last that was heard, `problem` why there is no newer one."""

    server: str
    is_known: bool = False
    """Whether it was looked yet who is signed in."""
    is_signed_in: bool = False
    email: str = ""
    in_file: bool = False
    profile: Profile | None = None
    problem: ErrorReport | None = None


@dataclass(frozen=True, kw_only=True)
class LedgerPage:
    lines: tuple[CreditTransaction, ...]
    cursor: str | None


class Account:
    """Every change of `state` is told by `changed`."""

    def __init__(self, *, client: CloudClient, browser: BrowserSignIn, new_key: Callable[[], str]) -> None:
        self.client = client
        self._browser = browser
        self._new_key = new_key
        self.state = AccountState(server=client.server)
        self.changed: Notice[AccountState] = Notice()
        self._forget_end = client.session.ended.subscribe(lambda _: self._signed_out())

    async def load(self) -> None:
        """Who was signed in when the studio was open last; then what they have."""
        if await self.client.session.load():
            self._signed_in()
            await self.refresh()
        else:
            self._signed_out()

    async def refresh(self) -> None:
        """What is shown of the account, newly heard; where it can't be, the state says why."""
        if not self.state.is_signed_in:
            return
        server = self.client.server
        try:
            profile = await self.client.get("/users/me", Profile)
        except NotSignedInError:
            return
        except (CloudError, UnreachableError) as error:
            if server == self.client.server:
                self._set(replace(self.state, problem=error.report))
            return
        if server == self.client.server and self.state.is_signed_in:
            self._set(replace(self.state, profile=profile, problem=None))

    async def sign_in_with_password(self, email: str, password: str) -> None:
        """Raises SecondFactorNeededError, CloudError, UnreachableError; so do the other ways in."""
        await self._sign_in("/users/auth/login", {"email": email, "password": password})

    async def ask_for_code(self, email: str) -> None:
        """Comes by mail; an address without an account gets one, too, and using it makes the account."""
        await self.client.wire.ask(
            Question(method="POST", path="/users/auth/magic-link/request", body={"email": email})
        )

    async def sign_in_with_code(self, email: str, code: str) -> None:
        await self._sign_in("/users/auth/magic-link/verify", {"email": email, "code": code})

    async def sign_in_in_browser(self) -> None:
        """Also raises BrowserSignInError. Cancelling it gives up."""
        exchange: CodeExchange = await self._browser.run(self.client.server)
        await self._sign_in("/users/auth/token", exchange)

    async def confirm_second_factor(self, challenge_token: str, typed: str) -> None:
        """Six figures are the authenticator's code; anything else is a recovery code."""
        code = "".join(typed.split())
        kind = "code" if code.isdigit() and len(code) == 6 else "recovery_code"
        await self._sign_in("/users/auth/two-factor", {"challenge_token": challenge_token, kind: code})

    async def sign_out(self) -> None:
        """Here in any case; on the server where it can be reached."""
        with suppress(CloudError, UnreachableError, NotSignedInError):
            await self.client.ask(Question(method="POST", path="/users/auth/logout"))
        await self.client.session.end()
        self._signed_out()

    async def move(self, typed: str) -> None:
        """To another server. Raises ServerAddressError."""
        server = checked_address(typed)
        if server == self.client.server:
            return
        self._forget_end()
        await self.client.move(server)
        self._forget_end = self.client.session.ended.subscribe(lambda _: self._signed_out())
        self.state = AccountState(server=server)
        await self.load()

    async def confirm_address_again(self) -> None:
        """The mail that asks to confirm the address, once more."""
        await self.client.ask(Question(method="POST", path="/users/auth/resend-verification"))

    async def ledger(self, cursor: str | None = None) -> LedgerPage:
        """Newest first."""
        page = await self.client.page("/payments/credits/transactions", limit=LEDGER_PAGE, cursor=cursor)
        return LedgerPage(lines=tuple(page.read(list[CreditTransaction])), cursor=page.cursor)

    async def pricing(self) -> Pricing:
        return await self.client.get("/payments/pricing", Pricing)

    async def usage(self, period: UsagePeriod) -> UsageReport:
        return await self.client.get("/users/me/usage", UsageReport, period=period)

    async def buy_package(self, package: str) -> str:
        """The address of the page to pay on."""
        bought = await self.client.post(
            "/payments/credits/purchase", Purchase, {"package": package}, key=self._new_key()
        )
        return bought.checkout_url

    async def buy_plan(self, plan: PaidPlan, period: BillingPeriod) -> str | None:
        """The address of the page to pay on; None where the plan was changed without one."""
        body = {"plan": plan, "billing_period": period}
        tier = self.state.profile.tier if self.state.profile else "free"
        if tier == "free":
            checkout = await self.client.post(
                "/payments/subscriptions/subscribe", Checkout, body, key=self._new_key()
            )
            return checkout.checkout_url
        changed = await self.client.post(
            "/payments/subscriptions/upgrade", PlanChanged, body, key=self._new_key()
        )
        return changed.checkout_url

    async def close(self) -> None:
        self._forget_end()
        await self.client.close()

    async def _sign_in(self, path: str, body: dict[str, Any] | Contract) -> None:
        try:
            answer = await self.client.wire.ask(Question(method="POST", path=path, body=body))
        except CloudError as error:
            challenge = error.details.get("challenge_token")
            if error.name == SecondFactorNeededError.code and isinstance(challenge, str):
                raise SecondFactorNeededError(challenge) from error
            raise
        await self.client.session.begin(answer.read(SignedIn))
        self._signed_in()
        await self.refresh()

    def _signed_in(self) -> None:
        session = self.client.session
        self._set(
            AccountState(
                server=self.client.server,
                is_known=True,
                is_signed_in=True,
                email=session.email,
                in_file=session.in_file,
            )
        )

    def _signed_out(self) -> None:
        self._set(AccountState(server=self.client.server, is_known=True))

    def _set(self, state: AccountState) -> None:
        if state != self.state:
            self.state = state
            self.changed.tell(state)
