"""Subscriptions: started, tried, renewed, changed in the middle of a period, fallen behind, paused and canceled.

Sources: https://docs.stripe.com/billing/subscriptions/overview, /trials, /prorations, /pause-payment, /cancel;
https://docs.stripe.com/api/subscriptions
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from . import invoices
from .answers import page
from .catalog import line_price, redeem, redeemable
from .clock import DAY, HOUR
from .due import falls_due
from .errors import Refusal, wrong_state
from .events import emit, update
from .invoice_lines import line, pending_item
from .operations import operation
from .payment_methods import attach_to, method_named
from .periods import after
from .store import Object
from .work import Work, list_of, metadata, new_id

_FIRST_PAYMENT_WITHIN = 23 * HOUR
_WARNING_BEFORE_TRIAL_ENDS = 3 * DAY
ENDED = ("canceled", "incomplete_expired")


@dataclass(frozen=True)
class Terms:
    """What a new subscription starts with."""

    items: list[tuple[Object, int, dict[str, str]]]
    """Price, quantity and metadata."""
    trial_end: int | None = None
    method: str | None = None
    payment_behavior: str = "allow_incomplete"
    off_session: bool = False
    discounts: Any = ()
    without_method: str = "create_invoice"
    """What happens when a trial ends and there is no payment method: `cancel`, `pause` or `create_invoice`."""
    collection_method: str = "charge_automatically"
    days_until_due: int | None = None
    fields: Object = field(default_factory=dict)


@operation("subscriptions.create")
def create(work: Work) -> Object:
    given = work.parameters
    if "customer" not in given:
        raise Refusal("Missing required param: customer.", code="parameter_missing", param="customer")
    customer = work.get("customer", given["customer"], "customer")
    names = ("description", "cancel_at_period_end")
    fields = {name: given[name] for name in names if name in given}
    method = None
    if given.get("default_payment_method"):
        method = method_named(work, given["default_payment_method"])
        attach_to(work, method, customer)
    settings = given.get("payment_settings") or {}
    terms = Terms(
        items=priced_items(work, given.get("items") or []),
        trial_end=trial_end_of(work, given),
        method=method["id"] if method else None,
        payment_behavior=given.get("payment_behavior", "allow_incomplete"),
        off_session=given.get("off_session", False),
        discounts=given.get("discounts") or [],
        without_method=ending_without_method(given),
        collection_method=given.get("collection_method", "charge_automatically"),
        days_until_due=given.get("days_until_due"),
        fields={
            **fields,
            "metadata": metadata({}, given.get("metadata")),
            "payment_settings": payment_settings(settings),
        },
    )
    return start(work, customer, terms)


def payment_settings(given: Any) -> Object:
    nothing = {"payment_method_options": None, "payment_method_types": None, "save_default_payment_method": "off"}
    return nothing | dict(given.items())


def priced_items(work: Work, given: list[Any]) -> list[tuple[Object, int, dict[str, str]]]:
    if not given:
        raise Refusal("Missing required param: items.", code="parameter_missing", param="items")
    found = [priced_item(work, one, place) for place, one in enumerate(given)]
    billed_together([price for price, _, _ in found])
    return found


def priced_item(work: Work, given: Any, place: int) -> tuple[Object, int, dict[str, str]]:
    price = line_price(work, given, f"items[{place}]")
    if price["recurring"] is None:
        raise Refusal(
            "The price specified is set to `type=one_time` but this field only accepts prices with `type=recurring`.",
            param=f"items[{place}][price]",
        )
    quantity = given.get("quantity", 1)
    if quantity < 0:
        raise Refusal("Invalid non-negative integer", param=f"items[{place}][quantity]")
    return price, quantity, metadata({}, given.get("metadata"))


def billed_together(prices: list[Object]) -> None:
    rhythms = {(one["recurring"]["interval"], one["recurring"]["interval_count"]) for one in prices}
    if len(rhythms) > 1 or len({one["currency"] for one in prices}) > 1:
        raise Refusal("The simulator bills all items of a subscription in one currency and interval.", param="items")


def trial_end_of(work: Work, given: Any) -> int | None:
    if "trial_period_days" in given and "trial_end" in given:
        raise Refusal("You may only specify one of these parameters: trial_end, trial_period_days.", param="trial_end")
    if given.get("trial_period_days"):
        return work.now + int(given["trial_period_days"]) * DAY
    end = given.get("trial_end")
    if end in (None, "now"):
        return None
    if end <= work.now:
        raise Refusal("Invalid timestamp: must be an integer Unix timestamp in the future.", param="trial_end")
    return int(end)


def ending_without_method(given: Any) -> str:
    settings = given.get("trial_settings")
    return str(settings["end_behavior"]["missing_payment_method"]) if settings else "create_invoice"


def start(work: Work, customer: Object, terms: Terms) -> Object:
    """
    Raises:
        Refusal: there is nothing to charge, or the first payment failed and the caller wants that refused.
    """
    price = terms.items[0][0]
    _has_method(customer, terms)
    end = terms.trial_end or after(work.now, work.now, price["recurring"]["interval"], interval_count(price))
    subscription = work.new("subscription", "sub", **_blank(work, customer, terms, price["currency"]))
    made = [new_item(work, subscription["id"], one, end) for one in terms.items]
    subscription["items"] = list_of(f"/v1/subscription_items?subscription={subscription['id']}", made)
    subscription |= terms.fields
    for given in terms.discounts:
        coupon, promotion = redeemable(work, given, customer["id"])
        discount = redeem(work, coupon, promotion, customer=customer["id"], subscription=subscription["id"])
        subscription["_discounts"].append(discount)
    subscription["discounts"] = [one["id"] for one in subscription["_discounts"]]
    if subscription["cancel_at_period_end"]:
        subscription |= {"cancel_at": end, "canceled_at": work.now}
    work.save(subscription)
    emit(work, "customer.subscription.created", subscription)
    update(work, None, customer, currency=price["currency"])
    plan_next(work, subscription)
    _first_invoice(work, customer, subscription, terms)
    return work.get("subscription", subscription["id"])


def _has_method(customer: Object, terms: Terms) -> None:
    free = terms.trial_end is not None or not any(price["unit_amount"] * count for price, count, _ in terms.items)
    known = terms.method or customer["invoice_settings"]["default_payment_method"]
    waits = terms.payment_behavior == "default_incomplete" or terms.collection_method == "send_invoice"
    if not (free or known or waits):
        raise Refusal(
            "This customer has no attached payment source or default payment method. Please consider adding a default "
            "payment method.",
            code="resource_missing",
        )
    if terms.payment_behavior == "pending_if_incomplete":
        raise Refusal("The simulator has no pending updates.", param="payment_behavior")


def _blank(work: Work, customer: Object, terms: Terms, code: str) -> Object:
    nothing = ("application", "application_fee_percent", "billing_thresholds", "cancel_at", "canceled_at",
               "default_source", "description", "ended_at", "latest_invoice", "next_pending_invoice_item_invoice",
               "on_behalf_of", "pause_collection", "pending_invoice_item_interval", "pending_setup_intent",
               "pending_update", "schedule", "test_clock", "transfer_data")  # fmt: skip
    trial = terms.trial_end
    return {
        **dict.fromkeys(nothing),
        "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
        "billing_cycle_anchor": trial or work.now,
        "billing_mode": {"type": "classic"},
        "billing_schedules": [],
        "cancel_at_period_end": False,
        "cancellation_details": {"comment": None, "feedback": None, "reason": None},
        "collection_method": terms.collection_method,
        "currency": code,
        "customer": customer["id"],
        "days_until_due": terms.days_until_due,
        "default_payment_method": terms.method,
        "default_tax_rates": [],
        "discounts": [],
        "invoice_settings": {"account_tax_ids": None, "issuer": {"type": "self"}},
        "metadata": {},
        "payment_settings": payment_settings({}),
        "start_date": work.now,
        "status": "trialing" if trial else "incomplete",
        "trial_end": trial,
        "trial_settings": {"end_behavior": {"missing_payment_method": terms.without_method}},
        "trial_start": work.now if trial else None,
        "_discounts": [],
    }


def new_item(work: Work, subscription: str, item: tuple[Object, int, dict[str, str]], end: int) -> Object:
    price, quantity, labels = item
    return {
        "id": new_id("si", 14),
        "object": "subscription_item",
        "billed_until": None,
        "billing_thresholds": None,
        "created": work.now,
        "current_period_end": end,
        "current_period_start": work.now,
        "discounts": [],
        "metadata": labels,
        "plan": plan_of(price),
        "price": price,
        "quantity": quantity,
        "subscription": subscription,
        "tax_rates": [],
    }


def plan_of(price: Object) -> Object:
    """The same as the price, in the older words."""
    names = ("id", "active", "billing_scheme", "created", "currency", "livemode", "metadata", "nickname", "product",
             "tiers_mode")  # fmt: skip
    recurring = price["recurring"]
    return {
        **{name: price[name] for name in names},
        "object": "plan",
        "amount": price["unit_amount"],
        "amount_decimal": price["unit_amount_decimal"],
        "interval": recurring["interval"],
        "interval_count": recurring["interval_count"],
        "meter": None,
        "transform_usage": None,
        "trial_period_days": None,
        "usage_type": recurring["usage_type"],
    }


def interval_count(price: Object) -> int:
    return int(price["recurring"]["interval_count"])


def period(subscription: Object) -> tuple[int, int]:
    item = subscription["items"]["data"][0]
    return item["current_period_start"], item["current_period_end"]


def set_period(subscription: Object, start: int, end: int) -> None:
    for item in subscription["items"]["data"]:
        item |= {"current_period_start": start, "current_period_end": end}


def plan_next(work: Work, subscription: Object) -> None:
    """What the clock does with it next."""
    id, (_, end) = subscription["id"], period(subscription)
    work.plan(end, "subscription.renew", id)
    if subscription["status"] == "trialing":
        work.plan(max(work.now, end - _WARNING_BEFORE_TRIAL_ENDS), "subscription.trial_will_end", id)
    if subscription["cancel_at"] is not None and subscription["cancel_at"] < end:
        work.plan(subscription["cancel_at"], "subscription.cancel", id)
    else:
        work.unplan("subscription.cancel", id)


def period_lines(work: Work, subscription: Object, trial: bool = False) -> list[Object]:
    begin, end = period(subscription)
    return [_period_line(work, item, begin, end, trial) for item in subscription["items"]["data"]]


def _period_line(work: Work, item: Object, begin: int, end: int, trial: bool) -> Object:
    price, quantity = item["price"], item["quantity"]
    name = work.get("product", price["product"])["name"]
    amount = 0 if trial else price["unit_amount"] * quantity
    words = f"Trial period for {name}" if trial else f"{quantity} × {name}"
    details = {
        "invoice_item": None,
        "proration": False,
        "proration_details": {"credited_items": None},
        "subscription": item["subscription"],
        "subscription_item": item["id"],
    }
    return line(
        work, amount, price["currency"], description=words, price=price, quantity=quantity,
        period={"end": end, "start": begin}, subscription=item["subscription"],
        parent={
            "invoice_item_details": None, "subscription_item_details": details, "type": "subscription_item_details",
        },
    )  # fmt: skip


def draft_invoice(work: Work, subscription: Object, reason: str, lines: list[Object]) -> Object:
    customer = work.get("customer", subscription["customer"])
    due = subscription["days_until_due"]
    invoice = invoices.draft(
        work, customer, subscription["currency"], lines, reason,
        subscription=subscription["id"], discounts=subscription["_discounts"], metadata={},
        period_start=period(subscription)[0], collection_method=subscription["collection_method"],
        due_date=work.now + due * DAY if due else None,
    )  # fmt: skip
    update(work, None, subscription, latest_invoice=invoice["id"])
    return invoice


def _first_invoice(work: Work, customer: Object, subscription: Object, terms: Terms) -> None:
    trial = terms.trial_end is not None
    invoice = draft_invoice(work, subscription, "subscription_create", period_lines(work, subscription, trial))
    invoices.finalize(work, invoice)
    if invoice["status"] == "paid" or terms.collection_method == "send_invoice":
        if not trial:
            _activate(work, work.get("subscription", subscription["id"]))
        return
    work.plan(work.now + _FIRST_PAYMENT_WITHIN, "subscription.expire", subscription["id"])
    if terms.payment_behavior == "default_incomplete":
        return
    was_paid = invoices.try_to_pay(work, invoice, terms.off_session)
    if not was_paid and terms.payment_behavior == "error_if_incomplete":
        error = work.get("payment_intent", invoice["_intent"])["last_payment_error"] or {}
        raise Refusal(
            error.get("message", "The first payment needs the customer's authentication."), status=402,
            type="card_error", code=error.get("code", "subscription_payment_intent_requires_action"),
            decline_code=error.get("decline_code"),
        )  # fmt: skip


@invoices.when("paid")
def _invoice_paid(work: Work, invoice: Object) -> None:
    """An invoice of the subscription was paid: it is no longer behind."""
    if not invoice["_subscription"]:
        return
    subscription = work.get("subscription", invoice["_subscription"])
    if subscription["payment_settings"]["save_default_payment_method"] == "on_subscription" and invoice.get("_intent"):
        method = work.get("payment_intent", invoice["_intent"])["payment_method"]
        update(work, None, subscription, default_payment_method=method)
    if subscription["status"] in ("incomplete", "past_due", "unpaid"):
        _activate(work, subscription)
    _drop_used_discounts(work, subscription)


def _activate(work: Work, subscription: Object) -> None:
    work.unplan("subscription.expire", subscription["id"])
    update(work, "customer.subscription.updated", subscription, status="active")


def _drop_used_discounts(work: Work, subscription: Object) -> None:
    left = []
    for discount in subscription["_discounts"]:
        coupon = work.find("coupon", discount["source"]["coupon"])
        once = coupon is None or coupon["duration"] == "once"
        if not once and (discount["end"] is None or discount["end"] > work.now):
            left.append(discount)
    update(work, None, subscription, _discounts=left, discounts=[one["id"] for one in left])


@invoices.when("failed")
def _payment_failed(work: Work, invoice: Object) -> None:
    if not invoice["_subscription"]:
        return
    subscription = work.get("subscription", invoice["_subscription"])
    if subscription["status"] in (*ENDED, "incomplete"):
        return
    if invoice["next_payment_attempt"] is None and invoice["billing_reason"] == "subscription_cycle":
        _give_up(work, subscription)
    else:
        update(work, "customer.subscription.updated", subscription, status="past_due")


def _give_up(work: Work, subscription: Object) -> None:
    """All retries failed: what then happens is a setting of the account, by default the subscription is canceled."""
    outcome = work.store.setting("dunning") or "cancel"
    if outcome == "cancel":
        end(work, subscription, "payment_failed")
    else:
        update(work, "customer.subscription.updated", subscription, status=outcome)


@falls_due("subscription.expire")
def expire(work: Work, id: str) -> None:
    """The first payment was not made within 23 hours."""
    subscription = work.get("subscription", id)
    if subscription["status"] != "incomplete":
        return
    invoice = work.get("invoice", subscription["latest_invoice"])
    if invoice["status"] == "open":
        invoices.void(work, invoice)
    update(work, "customer.subscription.updated", subscription, status="incomplete_expired", ended_at=work.now)


@operation("subscriptions.cancel")
def cancel(work: Work) -> Object:
    subscription = work.get("subscription", *work.path.values())
    given = work.parameters
    if subscription["status"] in ENDED:
        raise wrong_state(f"No such subscription: '{subscription['id']}'", code="resource_missing", status=404)
    details = {"reason": "cancellation_requested"} | dict((given.get("cancellation_details") or {}).items())
    if given.get("prorate"):
        begin, stop = period(subscription)
        for item in subscription["items"]["data"]:
            prorate(work, subscription, item, -1, Fraction(stop - work.now, stop - begin))
    if given.get("invoice_now"):
        invoices.finalize(work, draft_invoice(work, subscription, "subscription_update", []))
    return end(work, work.get("subscription", subscription["id"]), **details)


@falls_due("subscription.cancel")
def _cancel(work: Work, id: str) -> None:
    subscription = work.get("subscription", id)
    if subscription["status"] not in ENDED and (subscription["cancel_at"] or work.now + 1) <= work.now:
        end(work, subscription, "cancellation_requested")


def end(work: Work, subscription: Object, reason: str | None, **details: Any) -> Object:
    """The subscription is over; its open invoices stay, but are not tried again."""
    said = {**subscription["cancellation_details"], "reason": reason, **details}
    update(
        work, None, subscription,
        status="canceled", ended_at=work.now, canceled_at=subscription["canceled_at"] or work.now,
        cancellation_details=said,
    )  # fmt: skip
    for invoice in work.all("invoice", _subscription=subscription["id"], status="open"):
        work.unplan("invoice.retry", invoice["id"])
        update(work, None, invoice, auto_advance=False, next_payment_attempt=None)
    emit(work, "customer.subscription.deleted", subscription)
    return subscription


def prorate(work: Work, subscription: Object, item: Object, sign: int, rest: Fraction) -> None:
    price = item["price"]
    exact = price["unit_amount"] * item["quantity"] * rest
    amount = sign * int(exact + Fraction(1, 2))
    name = work.get("product", price["product"])["name"]
    words = f"{'Unused' if sign < 0 else 'Remaining'} time on {item['quantity']} × {name}"
    stop = period(subscription)[1]
    pending_item(
        work, subscription["customer"], amount, price["currency"],
        description=words, price=price, quantity=item["quantity"],
        subscription=subscription["id"], proration=True, period={"end": stop, "start": work.now},
    )  # fmt: skip


@operation("subscription_items.list")
def items(work: Work) -> Object:
    work.parameters.get("limit")
    return dict(work.get("subscription", work.parameters["subscription"], "subscription")["items"])


@operation("subscriptions.list")
def listing(work: Work) -> Object:
    """Canceled ones only where they are asked for.

    Source: https://docs.stripe.com/api/subscriptions/list
    """

    names = ("customer", "collection_method", "created")
    status = work.parameters.get("status")
    paths = {name: name for name in names}
    if status not in (None, "all", "ended"):
        return page(work, "subscription", paths | {"status": "status"})
    hidden = {None: ("canceled",), "all": (), "ended": _LIVE}[status]
    return page(work, "subscription", paths, hidden=hidden)


_LIVE = ("active", "trialing", "past_due", "unpaid", "paused", "incomplete")


@operation("subscriptions.retrieve")
def retrieve(work: Work) -> Object:
    return work.get("subscription", *work.path.values())
