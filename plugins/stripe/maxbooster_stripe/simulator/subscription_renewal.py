"""What the clock does to subscriptions: the trial ends, the next period begins.

Sources: https://docs.stripe.com/billing/subscriptions/trials, /pause-payment
"""

from __future__ import annotations

from . import invoices
from .due import falls_due
from .events import emit, update
from .periods import after
from .store import Object
from .subscriptions import ENDED, draft_invoice, end, interval_count, period, period_lines, plan_next, set_period
from .work import Work


@falls_due("subscription.trial_will_end")
def _trial_will_end(work: Work, id: str) -> None:
    subscription = work.get("subscription", id)
    if subscription["status"] == "trialing":
        emit(work, "customer.subscription.trial_will_end", subscription)


@falls_due("subscription.renew")
def _renew(work: Work, id: str) -> None:
    subscription = work.get("subscription", id)
    if subscription["status"] in (*ENDED, "incomplete", "paused"):
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
    set_period(subscription, begin, after(begin, anchor, price["recurring"]["interval"], interval_count(price)))
    status = "active" if subscription["status"] == "trialing" else subscription["status"]
    update(work, None, subscription, status=status)
    invoice = draft_invoice(work, subscription, "subscription_cycle", period_lines(work, subscription))
    emit(work, "customer.subscription.updated", subscription)
    plan_next(work, subscription)
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
            update(
                work, "invoice.marked_uncollectible", invoice, status="uncollectible", status_transitions=transitions
            )
    else:
        invoices.plan_finalizing(work, invoice)
