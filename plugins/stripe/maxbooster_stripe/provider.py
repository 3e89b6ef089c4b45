"""Taking payments with hosted Checkout: no card number comes near this platform (PCI DSS SAQ A).

What Stripe answers under an idempotency key is what it answered first, its own errors too, and is forgotten after a day
(https://docs.stripe.com/api/idempotent_requests). So a session or a refund whose id is known is asked for by its id,
and after an error it is looked for before it is made under another key.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, cast

import stripe

from maxbooster.plugin import AuthFailed, Context, Invalid, simulated_address
from maxbooster_billing.plugin import (
    BalancePage,
    CheckoutLineOrder,
    CheckoutOrder,
    CheckoutState,
    DisputeState,
    RefundOrder,
    RefundState,
)

from . import disputes
from .amounts import from_stripe, line_fault, to_stripe, total_fault
from .balance import told
from .client import SERVICE, client, refusal, translated_errors

if TYPE_CHECKING:
    from .settings import StripeSettings

KEPT: Final = timedelta(hours=23)
"""How long an idempotency key is relied on."""
PAGE: Final = 100
_CLOCKS_APART_S: Final = 3600
_SERVER_ERROR: Final = 500
_EXPANDED: Final = ["payment_intent.latest_charge.balance_transaction"]
_REFUNDS: Final = {"succeeded": "done", "failed": "failed", "canceled": "failed"}


class Stripe:
    """Takes payments, and tells what moved its balance."""

    def __init__(self, settings: StripeSettings) -> None:
        self._settings = settings

    @property
    def test_mode(self) -> bool:
        return "_test_" in self._settings.key

    async def checkout_fault(self, ctx: Context, currency: str, amounts: Sequence[int]) -> str | None:
        if await simulated_address(ctx, SERVICE) is None:
            if not self._settings.key:
                return "Payments aren't set up here yet: whoever runs this server has to enter a key of Stripe."
            taken = [each.strip().upper() for each in self._settings.currencies.split(",") if each.strip()]
            if currency not in taken:
                return f"Payments in {currency} aren't taken here: choose {', '.join(taken)}."
        return total_fault(currency, sum(amounts)) or next(
            filter(None, (line_fault(currency, each) for each in amounts)), None
        )

    async def check_out(self, ctx: Context, order: CheckoutOrder) -> CheckoutState:
        async with translated_errors():
            sessions = (await client(ctx, self._settings)).v1.checkout.sessions
            if order.reference:
                with _known_at_stripe(f"the Checkout Session {order.reference}"):
                    return _state(await sessions.retrieve_async(order.reference, {"expand": _EXPANDED}), order.currency)
            if ctx.now - order.opened_at > KEPT:  # nobody was sent there to pay, and by now it has expired
                return CheckoutState(state="expired", reference="", reason="It was never opened at Stripe.")
            try:
                made = await self._create(order, sessions)
            except stripe.InvalidRequestError as error:
                return CheckoutState(state="expired", reference="", reason=refusal(error))
            return _state(await sessions.retrieve_async(made.id, {"expand": _EXPANDED}), order.currency)

    async def _create(self, order: CheckoutOrder, sessions: Any) -> Any:
        asked, since = _new_session(order), int(order.opened_at.timestamp()) - _CLOCKS_APART_S
        return await _create_once(
            order.key,
            lambda key: sessions.create_async(asked, {"idempotency_key": key}),
            lambda: _named(order.key, sessions.list_async({"created": {"gte": since}, "limit": 100})),
        )

    def refund_fault(self, currency: str, amount: int) -> str | None:
        return line_fault(currency, amount)

    async def refund(self, ctx: Context, order: RefundOrder) -> RefundState:
        async with translated_errors():
            try:
                return _refund_state(await self._refund(ctx, order))
            except (stripe.InvalidRequestError, stripe.CardError) as error:
                return RefundState(state="failed", reason=refusal(error))

    async def dispute(self, ctx: Context, reference: str) -> DisputeState | None:
        async with translated_errors():
            api = (await client(ctx, self._settings)).v1
            return disputes.told(await api.disputes.retrieve_async(reference, {"expand": disputes.EXPANDED}))

    async def has_balance(self, ctx: Context) -> bool:
        return bool(self._settings.key or await simulated_address(ctx, SERVICE))

    async def balance_lines(self, ctx: Context, since: datetime, after: str) -> BalancePage:
        asked: Any = {"created": {"gte": int(since.timestamp())}, "limit": PAGE, "expand": ["data.source"]}
        if after:
            asked["starting_after"] = after
        async with translated_errors():
            page = await (await client(ctx, self._settings)).v1.balance_transactions.list_async(asked)
        return BalancePage([told(each) for each in page.data], page.data[-1].id if page.has_more else "")

    async def _refund(self, ctx: Context, order: RefundOrder) -> Any:
        api = (await client(ctx, self._settings)).v1
        if order.refund:
            with _known_at_stripe(f"the refund {order.refund}"):
                return await api.refunds.retrieve_async(order.refund)
        with _known_at_stripe(f"the Checkout Session {order.reference}"):
            session = await api.checkout.sessions.retrieve_async(order.reference)
        intent = cast(str, session.payment_intent)

        def known() -> Awaitable[Any | None]:
            return _named(order.key, api.refunds.list_async({"payment_intent": intent, "limit": 100}))

        asked: Any = {
            "payment_intent": intent,
            "amount": to_stripe(order.currency, order.amount),
            "reason": "requested_by_customer",
            "metadata": {"key": order.key, "reason": order.reason[:500]},
        }
        return await known() or await _create_once(
            order.key, lambda key: api.refunds.create_async(asked, {"idempotency_key": key}), known
        )


async def _create_once(
    key: str, make: Callable[[str], Awaitable[Any]], find: Callable[[], Awaitable[Any | None]]
) -> Any:
    """What `make` makes once, whatever becomes of the answer."""
    try:
        return await make(key)
    except stripe.APIError as error:
        if (error.http_status or 0) < _SERVER_ERROR:
            raise
    return await find() or await make(f"{key}.again")


@contextmanager
def _known_at_stripe(what: str) -> Iterator[None]:
    """
    Raises:
        AuthFailed: Stripe does not know what it has told us of: the key is another account's.
    """
    try:
        yield
    except stripe.InvalidRequestError as error:
        raise AuthFailed(
            f"Stripe doesn't know {what}: {refusal(error)} Is the key in [billing.stripe] of the account that took the"
            " payment?"
        ) from None


async def _named(key: str, listed: Awaitable[Any]) -> Any | None:
    """The one that bears our key."""
    async for each in (await listed).auto_paging_iter():
        if getattr(each.metadata, "key", None) == key:
            return each
    return None


def _new_session(order: CheckoutOrder) -> dict[str, Any]:
    about = {"key": order.key}
    session: dict[str, Any] = {
        "mode": "payment",
        "client_reference_id": order.key,
        "line_items": [_line_item(order.currency, line) for line in order.lines],
        "success_url": order.return_url,
        "cancel_url": order.return_url,
        "metadata": about,
        "payment_intent_data": {"metadata": about, "transfer_group": order.key},
    }
    if order.buyer_email:
        session["customer_email"] = order.buyer_email
    return session


def _line_item(currency: str, line: CheckoutLineOrder) -> dict[str, Any]:
    """Stripe multiplies a unit's price: a line of which no unit can be priced is one unit that says how many."""
    each, rest = divmod(line.amount, line.quantity)
    by_unit = not rest and line_fault(currency, each) is None
    quantity, name = (line.quantity, line.description) if by_unit else (1, f"{line.quantity} × {line.description}")
    price = {
        "currency": currency.lower(),
        "unit_amount": to_stripe(currency, each if by_unit else line.amount),
        "product_data": {"name": name if line.quantity > 1 else line.description},
    }
    return {"quantity": quantity, "price_data": price}


def _state(session: Any, currency: str) -> CheckoutState:
    if session.status == "open":
        return CheckoutState(state="open", reference=session.id, url=session.url or "")
    if session.status == "expired":
        return CheckoutState(state="expired", reference=session.id)
    intent = session.payment_intent
    if session.payment_status != "paid":
        if intent is not None and intent.status in ("canceled", "requires_payment_method"):
            return CheckoutState(state="expired", reference=session.id, reason="The buyer's bank declined the payment.")
        return CheckoutState(state="processing", reference=session.id)
    return CheckoutState(state="paid", reference=session.id, fee=_fee(intent, currency))


def _fee(intent: Any, currency: str) -> int | None:
    charge = intent.latest_charge if intent is not None else None
    kept = charge.balance_transaction if charge is not None else None
    if kept is None:
        return None
    if kept.currency.upper() != currency:  # converted: reconciliation tells of it
        return None
    try:
        return from_stripe(currency, kept.fee)
    except Invalid:  # in a fraction of the minor unit: reconciliation tells of it
        return None


def _refund_state(refund: Any) -> RefundState:
    state = _REFUNDS.get(refund.status or "", "sent")
    reason = f"Stripe could not refund it ({refund.failure_reason or 'no reason given'})." if state == "failed" else ""
    return RefundState(state=cast(Any, state), reference=refund.id, reason=reason)
