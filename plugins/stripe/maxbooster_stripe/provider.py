"""Taking payments with hosted Checkout: no card number comes near this platform (PCI DSS SAQ A).

What Stripe answers under an idempotency key is what it answered first, its own errors too, and is forgotten after a day
(https://docs.stripe.com/api/idempotent_requests). So a session or a refund whose id is known is asked for by its id,
and after an error it is looked for before it is made under another key.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, cast

import stripe

from maxbooster.plugin import Context, UsageError, simulated_address
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
from .amounts import amount_fault, from_stripe, to_stripe
from .balance import told
from .client import SERVICE, client, in_our_words, refusal

if TYPE_CHECKING:
    from .settings import StripeSettings

KEPT: Final = timedelta(hours=23)
"""How long an idempotency key is relied on."""
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

    async def checkout_fault(self, ctx: Context, currency: str, amount: int) -> str | None:
        if not self._settings.key and not await simulated_address(ctx, SERVICE):
            return "Payments aren't set up here yet: whoever runs this server has to enter a key of Stripe."
        taken = [each.strip() for each in self._settings.currencies.split(",") if each.strip()]
        if currency not in taken:
            return f"Payments in {currency} aren't taken here: choose {', '.join(taken)}."
        return amount_fault(currency, amount)

    async def check_out(self, ctx: Context, order: CheckoutOrder) -> CheckoutState:
        async with in_our_words():
            try:
                session = await self._session(ctx, order)
            except stripe.InvalidRequestError as error:
                return CheckoutState(state="expired", reference=order.reference, reason=refusal(error))
        if session is None:
            return CheckoutState(state="expired", reference="", reason="It was never opened at Stripe.")
        return _state(session, order.currency)

    async def _session(self, ctx: Context, order: CheckoutOrder) -> Any:
        """The session of an order as it is now. None: no id was kept while its key was; nobody was sent there to pay,
        and by now it has expired."""
        sessions = (await client(ctx, self._settings)).v1.checkout.sessions
        if order.reference:
            return await sessions.retrieve_async(order.reference, {"expand": _EXPANDED})
        if ctx.now - order.opened_at > KEPT:
            return None
        asked, since = cast(Any, _new_session(order)), int(order.opened_at.timestamp()) - _CLOCKS_APART_S
        made = await _made(
            order.key,
            lambda key: sessions.create_async(asked, {"idempotency_key": key}),
            lambda: _named(order.key, sessions.list_async({"created": {"gte": since}, "limit": 100})),
        )
        return await sessions.retrieve_async(made.id, {"expand": _EXPANDED})

    async def refund(self, ctx: Context, order: RefundOrder) -> RefundState:
        async with in_our_words():
            try:
                return _refund_state(await self._refund(ctx, order))
            except (stripe.InvalidRequestError, stripe.CardError) as error:
                return RefundState(state="failed", reason=refusal(error))

    async def dispute(self, ctx: Context, reference: str) -> DisputeState | None:
        async with in_our_words():
            api = (await client(ctx, self._settings)).v1
            return disputes.told(await api.disputes.retrieve_async(reference, {"expand": disputes.EXPANDED}))

    async def has_balance(self, ctx: Context) -> bool:
        return bool(self._settings.key or await simulated_address(ctx, SERVICE))

    async def balance_lines(self, ctx: Context, since: datetime, after: str) -> BalancePage:
        asked: Any = {"created": {"gte": int(since.timestamp())}, "limit": 100, "expand": ["data.source"]}
        if after:
            asked["starting_after"] = after
        async with in_our_words():
            page = await (await client(ctx, self._settings)).v1.balance_transactions.list_async(asked)
        return BalancePage([told(each) for each in page.data], page.data[-1].id if page.has_more else "")

    async def _refund(self, ctx: Context, order: RefundOrder) -> Any:
        api = (await client(ctx, self._settings)).v1
        if order.refund:
            return await api.refunds.retrieve_async(order.refund)
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
        return await known() or await _made(
            order.key, lambda key: api.refunds.create_async(asked, {"idempotency_key": key}), known
        )


async def _made(key: str, make: Callable[[str], Awaitable[Any]], find: Callable[[], Awaitable[Any | None]]) -> Any:
    """What `make` makes once, whatever becomes of the answer."""
    try:
        return await make(key)
    except stripe.APIError as error:
        if (error.http_status or 0) < _SERVER_ERROR:
            raise
    return await find() or await make(f"{key}.again")


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
    """Stripe multiplies a unit's price: a line whose amount does not divide evenly is one unit that says how many."""
    each, rest = divmod(to_stripe(currency, line.amount), line.quantity)
    quantity, name = (1, f"{line.quantity} × {line.description}") if rest else (line.quantity, line.description)
    price = {
        "currency": currency.lower(),
        "unit_amount": to_stripe(currency, line.amount) if rest else each,
        "product_data": {"name": name},
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
    if kept.currency.upper() != currency:
        raise UsageError(
            f"Stripe converted a payment in {currency} to {kept.currency.upper()}: take {currency} out of currencies in"
            " [billing.stripe], or add a bank account in it."
        )
    return from_stripe(currency, kept.fee)


def _refund_state(refund: Any) -> RefundState:
    state = _REFUNDS.get(refund.status or "", "sent")
    reason = f"Stripe could not refund it ({refund.failure_reason or 'no reason given'})." if state == "failed" else ""
    return RefundState(state=cast(Any, state), reference=refund.id, reason=reason)
