"""Subscriptions changed in the middle of a period, with proration, and what that would cost.

Sources: https://docs.stripe.com/billing/subscriptions/prorations, https://docs.stripe.com/api/invoices/create_preview
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from . import invoices
from .catalog import line_price, redeem, redeemable
from .due import falls_due
from .errors import Refusal, wrong_state
from .events import emit, update
from .operations import operation
from .payment_methods import attach_to, method_named
from .periods import after
from .store import Object
from .subscription_renewal import renew
from .subscriptions import (
    ENDED,
    Terms,
    billed_together,
    draft_invoice,
    ending_without_method,
    interval_count,
    new_item,
    payment_settings,
    period,
    period_lines,
    plan_next,
    plan_of,
    priced_item,
    priced_items,
    prorate,
    set_period,
    start,
    trial_end_of,
)
from .work import Work, metadata, new_id


@operation("subscriptions.update")
def change(work: Work) -> Object:
    subscription = work.get("subscription", *work.path.values())
    if subscription["status"] in ENDED:
        raise wrong_state("A canceled subscription can only update its cancellation_details and metadata.", param="id")
    before = {name: subscription[name] for name in ("status", "cancel_at_period_end", "pause_collection", "cancel_at")}
    given = work.parameters
    _change_terms(work, subscription, given)
    if given.get("trial_end") is not None:
        _change_trial(work, subscription, given["trial_end"])
    if given.get("items"):
        change_items(work, subscription, given["items"], _Proration.of(work, given))
        subscription = work.get("subscription", subscription["id"])
    given.get("off_session")
    plan_next(work, subscription)
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
        changes["payment_settings"] = payment_settings(given["payment_settings"])
    if "trial_settings" in given:
        kept = {"missing_payment_method": ending_without_method(given)}
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
        found.append(
            redeem(work, coupon, promotion, customer=subscription["customer"], subscription=subscription["id"])
        )
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
        set_period(subscription, period(subscription)[0], trial_end)
        update(work, None, subscription, trial_end=trial_end, billing_cycle_anchor=trial_end, status="trialing")
        return
    if subscription["status"] != "trialing":
        return
    update(work, None, subscription, trial_end=work.now, status="active")
    _bill_from_now(work, subscription, "allow_incomplete")


def _bill_from_now(work: Work, subscription: Object, payment_behavior: str) -> None:
    """A new period begins now and is invoiced at once."""
    price = subscription["items"]["data"][0]["price"]
    set_period(subscription, work.now, after(work.now, work.now, price["recurring"]["interval"], interval_count(price)))
    update(work, None, subscription, billing_cycle_anchor=work.now)
    _invoice_now(work, subscription, period_lines(work, subscription), payment_behavior)


def _invoice_now(work: Work, subscription: Object, lines: list[Object], payment_behavior: str) -> None:
    invoice = draft_invoice(work, subscription, "subscription_update", lines)
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
    billed_together([item["price"] for item in new.values()])
    subscription["items"]["data"] = list(new.values())
    resets = next(iter(old.values()))["price"]["recurring"] != next(iter(new.values()))["price"]["recurring"]
    prorates = how.behavior != "none" and subscription["status"] in ("active", "past_due")
    if prorates:
        for id, item in old.items():
            if _terms_of(new.get(id)) != _terms_of(item):
                prorate(work, subscription, item, -1, rest)
        for id, item in new.items():
            if _terms_of(old.get(id)) != _terms_of(item) and not resets:
                prorate(work, subscription, item, 1, rest)
    work.save(subscription)
    if resets and subscription["status"] in ("active", "past_due"):
        _bill_from_now(work, subscription, how.payment_behavior)
    elif prorates and how.behavior == "always_invoice":
        _invoice_now(work, subscription, [], how.payment_behavior)


def _changed_items(work: Work, subscription: Object, given: list[Any], old: dict[str, Object]) -> dict[str, Object]:
    new = dict(old)
    for place, one in enumerate(given):
        if "id" not in one:
            added = new_item(work, subscription["id"], priced_item(work, one, place), period(subscription)[1])
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
            item |= {"price": price, "plan": plan_of(price)}
        item["quantity"] = one.get("quantity", item["quantity"])
        item["metadata"] = metadata(item["metadata"], one.get("metadata"))
        new[one["id"]] = item
    if not new:
        raise Refusal("A subscription must have at least one active plan.", param="items")
    return new


def _terms_of(item: Object | None) -> tuple[str, int] | None:
    return (item["price"]["id"], item["quantity"]) if item else None


@operation("subscriptions.resume")
def resume(work: Work) -> Object:
    subscription = work.get("subscription", *work.path.values())
    if subscription["status"] != "paused":
        raise wrong_state(f"Only paused subscriptions can be resumed; this one is {subscription['status']}.")
    work.parameters.get("billing_cycle_anchor")
    update(work, None, subscription, status="active")
    _bill_from_now(work, subscription, "allow_incomplete")
    subscription = work.get("subscription", subscription["id"])
    plan_next(work, subscription)
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
            priced_items(work, details.get("items") or []), trial_end_of(work, details),
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
