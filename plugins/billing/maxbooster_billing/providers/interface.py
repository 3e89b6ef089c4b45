"""What a payment provider is. It offers what it implements: `PaysOut`, `TakesPayments`, `ReportsBalance`,
`HandlesDisputes`. Its name and its title are its plugin's. One that sends webhooks has a `webhook_source` besides, and
tells with `hear_of_payout`, `hear_of_checkout`, `hear_of_refund`, `hear_of_dispute` what to ask it about.

Every order carries a `key`. The same key again must be answered with the state of the first: it is what makes a payout
that was cut off by a crash settle once. Raise `NotReady` when asking later may help, `AuthFailed` when a person has to
connect the provider again; everything else that a provider decides is a state, with its reason in words.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, Protocol, runtime_checkable

from maxbooster.plugin import Context, Kind, Struct


class PayoutOrder(Struct, frozen=True, kw_only=True):
    key: str
    """Unique among all orders of all accounts; at most 80 characters."""
    currency: str
    amount: int
    """Minor units, more than zero."""
    destination: str
    """Where it goes, in the provider's own form: what `destination_fault` has found right."""
    statement: str
    """What the receiver reads."""


class PayoutState(Struct, frozen=True, kw_only=True):
    """`sent` is on its way, and asked for again; `paid` and `failed` are final."""

    state: Literal["sent", "paid", "failed"]
    reference: str = ""
    """The provider's own name for it."""
    reason: str = ""
    """Why it failed, in a sentence for people."""
    fee: int = 0
    """What the provider keeps besides, in minor units of the same currency."""
    ask_again_at: datetime | None = None
    """When it is worth asking; None: the platform decides."""


class CheckoutLineOrder(Struct, frozen=True):
    description: str
    quantity: int
    amount: int
    """Minor units, of all of the quantity."""


class CheckoutOrder(Struct, frozen=True, kw_only=True):
    key: str
    """Unique among all orders of all accounts; at most 80 characters."""
    currency: str
    amount: int
    """Minor units: what the lines come to."""
    lines: tuple[CheckoutLineOrder, ...]
    return_url: str
    """Where the buyer goes afterwards, whatever came of it."""
    opened_at: datetime
    buyer_email: str | None = None
    reference: str = ""
    """What the provider called it in its first answer; empty: none has been kept."""


class CheckoutState(Struct, frozen=True, kw_only=True):
    """`open` waits for the buyer at `url`, `processing` for their bank; `paid` and `expired` are final."""

    state: Literal["open", "processing", "paid", "expired"]
    reference: str
    """The provider's own name for it."""
    url: str = ""
    fee: int | None = None
    """What the provider keeps of the amount, in minor units of the same currency; None: not known yet."""
    reason: str = ""
    """Why it expired before its time, in a sentence for people."""


class RefundOrder(Struct, frozen=True, kw_only=True):
    key: str
    reference: str
    """The checkout's."""
    currency: str
    amount: int
    """Minor units."""
    reason: str = ""
    refund: str = ""
    """What the provider called the refund in its first answer; empty: none has been kept."""


class RefundState(Struct, frozen=True, kw_only=True):
    """`sent` is on its way, and asked for again; `done` and `failed` are final."""

    state: Literal["sent", "done", "failed"]
    reference: str = ""
    reason: str = ""
    """Why it failed, in a sentence for people."""


class DestinationField(Struct, frozen=True):
    """A part of a destination, as a form asks for it; the parts are joined by `/`, in this order."""

    label: str
    hint: str = ""
    required: bool = True


@runtime_checkable
class PaysOut(Protocol):
    destination_hint: str
    """What to write as a destination, in a few words."""
    destination_fields: Sequence[DestinationField]
    """What a form asks for."""
    for_testing: bool
    """It moves no money: people see it only where outside services are simulated."""

    def destination_fault(self, destination: str) -> str | None:
        """What is wrong with a destination, or None."""

    async def setup_fault(self, ctx: Context) -> str | None:
        """What the account, or whoever runs the platform, has to set up before it can pay; None: nothing. Asked before
        anybody is to be paid by it."""

    def fee(self, currency: str, amount: int, destination: str) -> int:
        """What the provider will keep besides the amount, in minor units; shown before anybody confirms."""

    def currency_fault(self, currency: str) -> str | None:
        """Why it cannot pay in a currency, and what to do instead; None: it can. Asked before a payout is requested."""

    def amount_fault(self, currency: str, amount: int) -> str | None:
        """Why it cannot pay so many minor units at once, and what to do instead; None: it can. Asked for a quote, and
        before a payout is requested."""

    def destination_shown(self, destination: str) -> str:
        """How people see a destination that is right: never all of an account number."""

    async def pay_out(self, ctx: Context, order: PayoutOrder) -> PayoutState:
        """Pay, once for each key, or say what became of it.

        Raises:
            NotReady: nothing is known to have happened; it is tried again.
            AuthFailed: the provider does not accept our credentials.
        """


@runtime_checkable
class TakesPayments(Protocol):
    test_mode: bool
    """Payments move no money: people see it only where outside services are simulated, or the operator chose it."""

    async def checkout_fault(self, ctx: Context, currency: str, amounts: Sequence[int]) -> str | None:
        """Why lines of so many minor units cannot be paid here now, and what to do instead; None: they can. Asked
        before a checkout is opened."""

    async def check_out(self, ctx: Context, order: CheckoutOrder) -> CheckoutState:
        """Where the buyer pays, or what became of it: one for each key, however often it is asked for.

        Raises:
            NotReady: nothing is known to have happened; it is tried again.
            AuthFailed: the provider does not accept our credentials.
        """

    def refund_fault(self, currency: str, amount: int) -> str | None:
        """Why it cannot give back so many minor units, and what to do instead; None: it can. Asked before a refund is
        queued."""

    async def refund(self, ctx: Context, order: RefundOrder) -> RefundState:
        """Give back a payment or a part of it, once for each key, or say what became of it. Raises as `check_out`."""


class DisputeState(Struct, frozen=True, kw_only=True):
    """`inquiry` asks without taking anything; `won` and `lost` are final."""

    reference: str
    """The provider's own name for it."""
    order: str
    """The key of the checkout that was paid."""
    state: Literal["inquiry", "needs_response", "under_review", "won", "lost"]
    currency: str
    amount: int
    """Minor units that the buyer's bank wants back."""
    withheld: bool
    """Whether the provider has taken them."""
    fee: int = 0
    """What the provider charges for it, in minor units of the same currency."""
    reason: str = ""
    respond_by: datetime | None = None


@runtime_checkable
class HandlesDisputes(Protocol):
    async def dispute(self, ctx: Context, reference: str) -> DisputeState | None:
        """What became of a dispute; None: it is of no order of ours. Raises as `check_out`."""


class BalanceTransaction(Struct, frozen=True, kw_only=True):
    """Something that moved the platform's balance at the provider."""

    id: str
    """The provider's own; at most 100 characters."""
    kind: Literal["payment", "refund", "payout", "fee", "dispute", "transfer", "other"]
    """`payout`: to the platform's own bank account. `fee`: charged by itself, not with a payment."""
    order: str = ""
    """The key of our order that it comes from; for a dispute, `dispute.` and the provider's name for it."""
    description: str = ""
    currency: str
    amount: int
    """Minor units; below zero, it left."""
    fee: int = 0
    """What the provider kept of it besides."""
    at: datetime


class BalancePage(Struct, frozen=True):
    lines: list[BalanceTransaction]
    after: str = ""
    """Where the next page begins; empty: this was the last."""


@runtime_checkable
class ReportsBalance(Protocol):
    async def has_balance(self, ctx: Context) -> bool:
        """Whether it is set up here, so that there is a balance to tell of."""

    async def balance_lines(self, ctx: Context, since: datetime, after: str) -> BalancePage:
        """What moved the balance since a time, by the page; in any order. Raises as `check_out`."""


OFFERS = {"payout": PaysOut, "checkout": TakesPayments, "balance": ReportsBalance, "dispute": HandlesDisputes}

Provider = PaysOut | TakesPayments | ReportsBalance | HandlesDisputes

PAYMENT_PROVIDER = Kind[Provider](
    hook="payment_provider",
    family="billing",
    title="payment provider",
    protocols=tuple(OFFERS.values()),
    contract="maxbooster_billing.testing:PayoutProviderContract",
    guide="billing/providers.md",
    template="maxbooster_billing:templates/payment-provider",
)


def offers(provider: Provider) -> list[str]:
    return [name for name, kind in OFFERS.items() if isinstance(provider, kind)]
