"""What the cloud offers whoever is signed in: models, prices, and how long its queue is."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from desktop.account.errors import CloudError, NotSignedInError, UnreachableError
from desktop.account.service import Account, AccountState
from desktop.library.notices import Notice
from shared.contracts.billing import Pricing
from shared.contracts.job_views import GlobalQueueStatus
from shared.contracts.model_catalogue import CloudModel, ModelBase
from shared.contracts.models import ModelDescription
from shared.engine.offering import offered_name
from shared.pricing.tariffs import WorkPrices, load_tariffs

_PRICED_AS: Mapping[ModelBase, str] = {
    "sd-1": "stable-diffusion-1",
    "sd-2": "stable-diffusion-2",
    "sdxl": "sdxl",
    "sd-3": "sdxl",
    "flux": "flux",
    "hosted": "hosted",
}
CLOUD_ONLY = "cloud:"
"""How the id of a model begins that is not on this machine."""
Access = Literal["signed_out", "unconfirmed", "unknown", "open"]


@dataclass(frozen=True, kw_only=True)
class CloudOffer:
    """`seconds` that a usual job waits and runs there. `access`: whether jobs are taken from this artist."""

    access: Access = "signed_out"
    server: str = ""
    credits: int = 0
    tier: str = ""
    most_side: int = 0
    models: Mapping[str, CloudModel] = field(default_factory=dict)
    prices: WorkPrices = field(default_factory=lambda: load_tariffs().work)
    seconds: float | None = None

    def model_for(self, model: ModelDescription) -> CloudModel | None:
        """The same model there, where a worker has it."""
        name = model.id.removeprefix(CLOUD_ONLY) if model.id.startswith(CLOUD_ONLY) else offered_name(model)
        found = self.models.get(name)
        return found if found is not None and found.is_available else None

    def price_family(self, model: CloudModel) -> str:
        return model.name if model.name in self.prices.model_factors else _PRICED_AS[model.base]


class CloudOffers:
    """Follows the account: `offer` is what is known now, `changed` tells of another."""

    def __init__(self, *, account: Account) -> None:
        self._account = account
        self._asking = asyncio.Lock()
        self.offer = CloudOffer()
        self.changed: Notice[CloudOffer] = Notice()
        self._unsubscribe = account.changed.subscribe(self._follow)
        self._follow(account.state)

    async def refresh(self) -> None:
        """What can't be heard now stays as it was heard last."""
        if not self._account.state.is_signed_in:
            return
        client = self._account.client
        async with self._asking:
            try:
                models, pricing, queue = await asyncio.gather(
                    client.get("/models", list[CloudModel], type="main", is_active=True),
                    client.get("/payments/pricing", Pricing),
                    client.get("/generation/queue/global-status", GlobalQueueStatus),
                )
            except (CloudError, UnreachableError, NotSignedInError):
                return
        self._set(
            _of(
                self._account.state,
                models={model.name: model for model in models},
                prices=WorkPrices.model_validate(pricing.work),
                seconds=float(queue.average_wait_time_seconds + queue.average_processing_time_seconds),
            )
        )

    @property
    def is_due(self) -> bool:
        """Whether somebody is signed in of whom nothing was asked yet."""
        return self._account.state.is_signed_in and not self.offer.models

    def close(self) -> None:
        self._unsubscribe()

    def _follow(self, state: AccountState) -> None:
        known = self.offer
        if not state.is_signed_in:
            self._set(CloudOffer(server=state.server))
        else:
            self._set(_of(state, models=known.models, prices=known.prices, seconds=known.seconds))

    def _set(self, offer: CloudOffer) -> None:
        if offer != self.offer:
            self.offer = offer
            self.changed.tell(offer)


def _of(
    state: AccountState, *, models: Mapping[str, CloudModel], prices: WorkPrices, seconds: float | None
) -> CloudOffer:
    profile = state.profile
    access: Access = "unknown" if profile is None else "open" if profile.email_verified else "unconfirmed"
    return CloudOffer(
        access=access,
        server=state.server,
        credits=profile.credits.available if profile else 0,
        tier=profile.tier if profile else "",
        most_side=profile.limits.max_side if profile else 0,
        models=models,
        prices=prices,
        seconds=seconds,
    )
