"""Subscriptions: started, tried, renewed, changed in the middle of a period, fallen behind, paused and canceled.

Sources: https://docs.stripe.com/billing/subscriptions/overview, /trials, /prorations, /pause-payment, /cancel;
https://docs.stripe.com/api/subscriptions
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from . import invoices
from .answers import page
from .catalog import line_price, redeem, redeemable
from .clock import DAY, HOUR
from .due import falls_due
from .errors import Refusal, wrong_state
from .events import emit, update
from .operations import operation
from .payment_methods import attach_to, method_named
from .periods import after
from .store import Object
from .work import Work, list_of, metadata, new_id

_FIRST_PAYMENT_WITHIN = 23 * HOUR
_WARNING_BEFORE_TRIAL_ENDS = 3 * DAY
_ENDED = ("canceled", "incomplete_expired")


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
        items=_items(work, given.get("items") or []),
        trial_end=_trial_end(work, given),
        method=method["id"] if method else None,
        payment_behavior=given.get("payment_behavior", "allow_incomplete"),
        off_session=given.get("off_session", False),
        discounts=given.get("discounts") or [],
        without_method=_without_method(given),
        collection_method=given.get("collection_method", "charge_automatically"),
        days_until_due=given.get("days_until_due"),
        fields={
            **fields,
            "metadata": metadata({}, given.get("metadata")),
            "payment_settings": _payment_settings(settings),
        },
    )
    return start(work, customer, terms)


def _payment_settings(given: Any) -> Object:
    nothing = {"payment_method_options": None, "payment_method_types": None, "save_default_payment_method": "off"}
    return nothing | dict(given.items())


def _items(work: Work, given: list[Any]) -> list[tuple[Object, int, dict[str, str]]]:
    if not given:
        raise Refusal("Missing required param: items.", code="parameter_missing", param="items")
    found = [_item(work, one, place) for place, one in enumerate(given)]
    _billed_together([price for price, _, _ in found])
    return found


def _item(work: Work, given: Any, place: int) -> tuple[Object, int, dict[str, str]]:
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


def _billed_together(prices: list[Object]) -> None:
    rhythms = {(one["recurring"]["interval"], one["recurring"]["interval_count"]) for one in prices}
    if len(rhythms) > 1 or len({one["currency"] for one in prices}) > 1:
        raise Refusal("The simulator bills all items of a subscription in one currency and interval.", param="items")


def _trial_end(work: Work, given: Any) -> int | None:
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


def _without_method(given: Any) -> str:
    settings = given.get("trial_settings")
    return str(settings["end_behavior"]["missing_payment_method"]) if settings else "create_invoice"


def start(work: Work, customer: Object, terms: Terms) -> Object:
    """
    Raises:
        Refusal: there is nothing to charge, or the first payment failed and the caller wants that refused.
    """
    price = terms.items[0][0]
    _has_method(customer, terms)
    end = terms.trial_end or after(work.now, work.now, price["recurring"]["interval"], _count(price))
    subscription = work.new("subscription", "sub", **_blank(work, customer, terms, price["currency"]))
    made = [_new_item(work, subscription["id"], one, end) for one in terms.items]
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
    _plan(work, subscription)
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
        **{name: None for name in nothing},
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
        "payment_settings": _payment_settings({}),
        "start_date": work.now,
        "status": "trialing" if trial else "incomplete",
        "trial_end": trial,
        "trial_settings": {"end_behavior": {"missing_payment_method": terms.without_method}},
        "trial_start": work.now if trial else None,
        "_discounts": [],
    }


def _new_item(work: Work, subscription: str, item: tuple[Object, int, dict[str, str]], end: int) -> Object:
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
        "plan": _plan_of(price),
        "price": price,
        "quantity": quantity,
        "subscription": subscription,
        "tax_rates": [],
    }


def _plan_of(price: Object) -> Object:
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


def _count(price: Object) -> int:
    return int(price["recurring"]["interval_count"])


def period(subscription: Object) -> tuple[int, int]:
    item = subscription["items"]["data"][0]
    return item["current_period_start"], item["current_period_end"]


def _set_period(subscription: Object, start: int, end: int) -> None:
    for item in subscription["items"]["data"]:
        item |= {"current_period_start": start, "current_period_end": end}


def _plan(work: Work, subscription: Object) -> None:
    """What the clock does with it next."""
    id, (_, end) = subscription["id"], period(subscription)
    work.plan(end, "subscription.renew", id)
    if subscription["status"] == "trialing":
        work.plan(max(work.now, end - _WARNING_BEFORE_TRIAL_ENDS), "subscription.trial_will_end", id)
    if subscription["cancel_at"] is not None and subscription["cancel_at"] < end:
        work.plan(subscription["cancel_at"], "subscription.cancel", id)
    else:
        work.unplan("subscription.cancel", id)


def _lines(work: Work, subscription: Object, trial: bool = False) -> list[Object]:
    begin, end = period(subscription)
    return [_line(work, item, begin, end, trial) for item in subscription["items"]["data"]]


def _line(work: Work, item: Object, begin: int, end: int, trial: bool) -> Object:
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
    return invoices.line(
        work, amount, price["currency"], words, price, quantity,
        period={"end": end, "start": begin}, subscription=item["subscription"],
        parent={"invoice_item_details": None, "subscription_item_details": details, "type": "subscription_item_details"},
    )  # fmt: skip


def _invoice(work: Work, subscription: Object, reason: str, lines: list[Object]) -> Object:
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
    invoice = _invoice(work, subscription, "subscription_create", _lines(work, subscription, trial))
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


def invoice_paid(work: Work, invoice: Object) -> None:
    """An invoice of the subscription was paid: it is no longer behind."""
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


def payment_failed(work: Work, invoice: Object) -> None:
    subscription = work.get("subscription", invoice["_subscription"])
    if subscription["status"] in (*_ENDED, "incomplete"):
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


@falls_due("subscription.trial_will_end")
def _trial_will_end(work: Work, id: str) -> None:
    subscription = work.get("subscription", id)
    if subscription["status"] == "trialing":
        emit(work, "customer.subscription.trial_will_end", subscription)


@falls_due("subscription.renew")
def _renew(work: Work, id: str) -> None:
    subscription = work.get("subscription", id)
    if subscription["status"] in (*_ENDED, "incomplete", "paused"):
        return
    if subscription["cancel_at_period_end"] or (subscription["cancel_at"] or work.now + 1) <= work.now:
        end(work, subscription, "cancellation_requested")
        return
    if subscription["status"] == "trialing" and not _has_method_now(work, subscription):
        behavior = subscription["trial_settings"]["end_behavior"]["missing_payment_method"]
        if behavior == "cancel":
            end(work, subscription, None)
            return
        if behavior == "pause":
            update(work, None, subscription, status="paused")
            emit(work, "customer.subscription.paused", subscription)
            return
    renew(work, subscription)


def _has_method_now(work: Work, subscription: Object) -> bool:
    customer = work.get("customer", subscription["customer"])
    return bool(subscription["default_payment_method"] or customer["invoice_settings"]["default_payment_method"])


def renew(work: Work, subscription: Object) -> Object:
    """The next period begins, and its invoice is drafted."""
    price = subscription["items"]["data"][0]["price"]
    begin = period(subscription)[1]
    anchor = subscription["billing_cycle_anchor"]
    _set_period(subscription, begin, after(begin, anchor, price["recurring"]["interval"], _count(price)))
    status = "active" if subscription["status"] == "trialing" else subscription["status"]
    update(work, None, subscription, status=status)
    invoice = _invoice(work, subscription, "subscription_cycle", _lines(work, subscription))
    emit(work, "customer.subscription.updated", subscription)
    _plan(work, subscription)
    _collect(work, subscription, invoice)
    return invoice


def _collect(work: Work, subscription: Object, invoice: Object) -> None:
    """
    Source: https://docs.stripe.com/billing/subscriptions/pause-payment
    """
    paused = (subscription["pause_collection"] or {}).get("behavior")
    if paused == "keep_as_draft" or subscription["status"] == "unpaid":
        update(work, None, invoice, auto_advance=False)
    elif paused is not None:
        invoices.finalize(work, invoice)
        if paused == "void":
            invoices.void(work, invoice)
        else:
            transitions = {**invoice["status_transitions"], "marked_uncollectible_at": work.now}
            update(work, "invoice.marked_uncollectible", invoice, status="uncollectible", status_transitions=transitions)
    else:
        invoices.plan_finalizing(work, invoice)


@operation("subscriptions.cancel")
def cancel(work: Work) -> Object:
    subscription = work.get("subscription", *work.path.values())
    given = work.parameters
    if subscription["status"] in _ENDED:
        raise wrong_state(f"No such subscription: '{subscription['id']}'", code="resource_missing", status=404)
    details = {"reason": "cancellation_requested"} | dict((given.get("cancellation_details") or {}).items())
    if given.get("prorate"):
        begin, stop = period(subscription)
        for item in subscription["items"]["data"]:
            _prorate(work, subscription, item, -1, Fraction(stop - work.now, stop - begin))
    if given.get("invoice_now"):
        invoices.finalize(work, _invoice(work, subscription, "subscription_update", []))
    return end(work, work.get("subscription", subscription["id"]), **details)


@falls_due("subscription.cancel")
def _cancel(work: Work, id: str) -> None:
    subscription = work.get("subscription", id)
    if subscription["status"] not in _ENDED and (subscription["cancel_at"] or work.now + 1) <= work.now:
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


@operation("subscriptions.update")
def change(work: Work) -> Object:
    subscription = work.get("subscription", *work.path.values())
    if subscription["status"] in _ENDED:
        raise wrong_state(
            "A canceled subscription can only update its cancellation_details and metadata.", param="id"
        )
    before = {name: subscription[name] for name in ("status", "cancel_at_period_end", "pause_collection", "cancel_at")}
    given = work.parameters
    _change_terms(work, subscription, given)
    if given.get("trial_end") is not None:
        _change_trial(work, subscription, given["trial_end"])
    if given.get("items"):
        change_items(work, subscription, given["items"], _Proration.of(work, given))
        subscription = work.get("subscription", subscription["id"])
    given.get("off_session")
    _plan(work, subscription)
    emit(work, "customer.subscription.updated", subscription, {
        name: was for name, was in before.items() if subscription[name] != was
    })  # fmt: skip
    return subscription


def _change_terms(work: Work, subscription: Object, given: Any) -> None:
    changes: Object = {"metadata": metadata(subscription["metadata"], given.get("metadata"))}
    if "description" in given:
        changes["description"] = given["description"] or None
    if "default_payment_method" in given:
        method = method_named(work, given["default_payment_method"])
        attach_to(work, method, work.get("customer", subscription["customer"]))
        changes["default_payment_method"] = method["id"]
    if details := given.get("cancellation_details"):
        changes["cancellation_details"] = {**subscription["cancellation_details"], **dict(details.items())}
    if "pause_collection" in given:
        changes["pause_collection"] = _pause(work, subscription, given["pause_collection"])
    if "payment_settings" in given:
        changes["payment_settings"] = _payment_settings(given["payment_settings"])
    if "trial_settings" in given:
        kept = {"missing_payment_method": _without_method(given)}
        changes["trial_settings"] = {"end_behavior": kept}
    if "discounts" in given:
        changes |= _discounts(work, subscription, given["discounts"] or [])
    changes |= _cancellation(work, subscription, given)
    update(work, None, subscription, **changes)


def _pause(work: Work, subscription: Object, given: Any) -> Object | None:
    if not given:
        work.unplan("subscription.unpause", subscription["id"])
        return None
    if given.get("resumes_at"):
        work.plan(given["resumes_at"], "subscription.unpause", subscription["id"])
    return {"behavior": given["behavior"], "resumes_at": given.get("resumes_at")}


@falls_due("subscription.unpause")
def _unpause(work: Work, id: str) -> None:
    update(work, "customer.subscription.updated", work.get("subscription", id), pause_collection=None)


def _discounts(work: Work, subscription: Object, given: list[Any]) -> Object:
    found = []
    for one in given:
        coupon, promotion = redeemable(work, one, subscription["customer"])
        found.append(redeem(work, coupon, promotion, customer=subscription["customer"], subscription=subscription["id"]))
    return {"_discounts": found, "discounts": [one["id"] for one in found]}


def _cancellation(work: Work, subscription: Object, given: Any) -> Object:
    if "cancel_at_period_end" in given and "cancel_at" in given:
        raise Refusal("You may only pass one of cancel_at_period_end and cancel_at.", param="cancel_at")
    if "cancel_at_period_end" in given:
        wanted = given["cancel_at_period_end"]
        at = period(subscription)[1] if wanted else None
        return {"cancel_at_period_end": wanted, "cancel_at": at, "canceled_at": work.now if wanted else None}
    if "cancel_at" in given:
        at = given["cancel_at"] or None
        if at is not None and (not isinstance(at, int) or at <= work.now):
            raise Refusal("Invalid timestamp: must be an integer Unix timestamp in the future.", param="cancel_at")
        return {"cancel_at": at, "canceled_at": work.now if at else None, "cancel_at_period_end": False}
    return {}


def _change_trial(work: Work, subscription: Object, trial_end: Any) -> None:
    if trial_end != "now":
        if trial_end <= work.now:
            raise Refusal("Invalid timestamp: must be in the future.", param="trial_end")
        _set_period(subscription, period(subscription)[0], trial_end)
        update(work, None, subscription, trial_end=trial_end, billing_cycle_anchor=trial_end, status="trialing")
        return
    if subscription["status"] != "trialing":
        return
    update(work, None, subscription, trial_end=work.now, status="active")
    _bill_from_now(work, subscription, "allow_incomplete")


def _bill_from_now(work: Work, subscription: Object, payment_behavior: str) -> None:
    """A new period begins now and is invoiced at once."""
    price = subscription["items"]["data"][0]["price"]
    _set_period(subscription, work.now, after(work.now, work.now, price["recurring"]["interval"], _count(price)))
    update(work, None, subscription, billing_cycle_anchor=work.now)
    _invoice_now(work, subscription, _lines(work, subscription), payment_behavior)


def _invoice_now(work: Work, subscription: Object, lines: list[Object], payment_behavior: str) -> None:
    invoice = _invoice(work, subscription, "subscription_update", lines)
    invoices.finalize(work, invoice)
    if invoice["status"] != "open" or invoice["collection_method"] == "send_invoice":
        return
    if not invoices.try_to_pay(work, invoice) and payment_behavior == "error_if_incomplete":
        error = work.get("payment_intent", invoice["_intent"])["last_payment_error"] or {}
        raise Refusal(
            error.get("message", "The payment failed."), status=402, type="card_error", code=error.get("code"),
            decline_code=error.get("decline_code"),
        )  # fmt: skip


@dataclass(frozen=True)
class _Proration:
    behavior: str
    at: int
    payment_behavior: str

    @classmethod
    def of(cls, work: Work, given: Any) -> _Proration:
        payment = given.get("payment_behavior", "allow_incomplete")
        if payment == "pending_if_incomplete":
            raise Refusal("The simulator has no pending updates.", param="payment_behavior")
        behavior = given.get("proration_behavior", "create_prorations")
        return cls(behavior, given.get("proration_date", work.now), payment)


def change_items(work: Work, subscription: Object, given: list[Any], how: _Proration) -> None:
    """Change prices and quantities; the rest of the period is credited and charged anew, unless that is not wanted."""
    begin, stop = period(subscription)
    if not begin <= how.at <= stop:
        raise Refusal("The proration_date must be within the current period.", param="proration_date")
    rest = Fraction(stop - how.at, stop - begin)
    old = {item["id"]: item for item in subscription["items"]["data"]}
    new = _changed_items(work, subscription, given, old)
    _billed_together([item["price"] for item in new.values()])
    subscription["items"]["data"] = list(new.values())
    resets = next(iter(old.values()))["price"]["recurring"] != next(iter(new.values()))["price"]["recurring"]
    prorates = how.behavior != "none" and subscription["status"] in ("active", "past_due")
    if prorates:
        for id, item in old.items():
            if _terms_of(new.get(id)) != _terms_of(item):
                _prorate(work, subscription, item, -1, rest)
        for id, item in new.items():
            if _terms_of(old.get(id)) != _terms_of(item) and not resets:
                _prorate(work, subscription, item, 1, rest)
    work.save(subscription)
    if resets and subscription["status"] in ("active", "past_due"):
        _bill_from_now(work, subscription, how.payment_behavior)
    elif prorates and how.behavior == "always_invoice":
        _invoice_now(work, subscription, [], how.payment_behavior)


def _changed_items(work: Work, subscription: Object, given: list[Any], old: dict[str, Object]) -> dict[str, Object]:
    new = dict(old)
    for place, one in enumerate(given):
        if "id" not in one:
            added = _new_item(work, subscription["id"], _item(work, one, place), period(subscription)[1])
            new[added["id"]] = {**added, "current_period_start": period(subscription)[0]}
            continue
        if one["id"] not in old:
            raise Refusal(
                f"Invalid subscription item: {one['id']} is not of {subscription['id']}.", param=f"items[{place}][id]"
            )
        if one.get("deleted"):
            del new[one["id"]]
            continue
        item = dict(old[one["id"]])
        if "price" in one or "price_data" in one:
            price = line_price(work, one, f"items[{place}]")
            item |= {"price": price, "plan": _plan_of(price)}
        item["quantity"] = one.get("quantity", item["quantity"])
        item["metadata"] = metadata(item["metadata"], one.get("metadata"))
        new[one["id"]] = item
    if not new:
        raise Refusal("A subscription must have at least one active plan.", param="items")
    return new


def _terms_of(item: Object | None) -> tuple[str, int] | None:
    return (item["price"]["id"], item["quantity"]) if item else None


def _prorate(work: Work, subscription: Object, item: Object, sign: int, rest: Fraction) -> None:
    price = item["price"]
    exact = price["unit_amount"] * item["quantity"] * rest
    amount = sign * int(exact + Fraction(1, 2))
    name = work.get("product", price["product"])["name"]
    words = f"{'Unused' if sign < 0 else 'Remaining'} time on {item['quantity']} × {name}"
    stop = period(subscription)[1]
    invoices.pending_item(
        work, subscription["customer"], amount, price["currency"], words, price, item["quantity"],
        subscription=subscription["id"], proration=True, period={"end": stop, "start": work.now},
    )  # fmt: skip


@operation("subscriptions.resume")
def resume(work: Work) -> Object:
    subscription = work.get("subscription", *work.path.values())
    if subscription["status"] != "paused":
        raise wrong_state(f"Only paused subscriptions can be resumed; this one is {subscription['status']}.")
    work.parameters.get("billing_cycle_anchor")
    update(work, None, subscription, status="active")
    _bill_from_now(work, subscription, "allow_incomplete")
    subscription = work.get("subscription", subscription["id"])
    _plan(work, subscription)
    emit(work, "customer.subscription.resumed", subscription)
    return subscription


class _Undone(Exception):
    """Carries a preview out of what is undone."""

    def __init__(self, invoice: Object) -> None:
        super().__init__()
        self.invoice = invoice


@operation("invoices.create_preview")
def preview(work: Work) -> Object:
    """What would be invoiced: it is done, looked at, and undone."""
    given = work.parameters
    details = given.get("subscription_details") or {}
    try:
        with work.store.savepoint():
            raise _Undone(_previewed(work, given, details))
    except _Undone as undone:
        invoice = undone.invoice
    invoice["id"] = new_id("upcoming_in")
    return invoice


def _previewed(work: Work, given: Any, details: Any) -> Object:
    if "subscription" not in given:
        customer = work.get("customer", given["customer"], "customer")
        terms = Terms(
            _items(work, details.get("items") or []), _trial_end(work, details),
            payment_behavior="default_incomplete", discounts=given.get("discounts") or [],
        )  # fmt: skip
        started = start(work, customer, terms)
        return work.get("invoice", started["latest_invoice"])
    given.get("customer")
    subscription = work.get("subscription", given["subscription"], "subscription")
    how = _Proration.of(work, details)
    latest = subscription["latest_invoice"]
    if details.get("items"):
        change_items(work, subscription, details["items"], how)
        subscription = work.get("subscription", subscription["id"])
    if subscription["latest_invoice"] != latest:
        return work.get("invoice", subscription["latest_invoice"])
    return renew(replace(work, now=period(subscription)[1]), subscription)


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
    found = page(work, "subscription", paths)
    hidden = {None: ("canceled",), "all": (), "ended": tuple(_LIVE)}[status]
    found["data"] = [one for one in found["data"] if one["status"] not in hidden]
    return found


_LIVE = ("active", "trialing", "past_due", "unpaid", "paused", "incomplete")


@operation("subscriptions.retrieve")
def retrieve(work: Work) -> Object:
    return work.get("subscription", *work.path.values())


