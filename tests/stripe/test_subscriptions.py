"""Subscriptions through their life, in virtual time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import stripe

from .conftest import Platform


def subscribe(platform: Platform, customer: Any, price: Any, **more: Any) -> Any:
    given = {"customer": customer.id, "items": [{"price": price.id}], "expand": ["latest_invoice.payments"], **more}
    return platform.v1.subscriptions.create(given)


def invoices(platform: Platform, subscription: Any) -> list[Any]:
    """Oldest first."""
    return platform.v1.invoices.list({"subscription": subscription.id, "limit": 100}).data[::-1]


def test_a_subscription_is_paid_and_renewed(platform: Platform) -> None:
    """docs.stripe.com/billing/subscriptions/overview: the first invoice is paid at once; at renewal an invoice is
    drafted, and finalized and paid about an hour later."""
    subscription = subscribe(platform, platform.customer(), platform.price(1000))
    invoice = subscription.latest_invoice
    assert (subscription.status, invoice.status, invoice.amount_paid) == ("active", "paid", 1000)
    assert invoice.billing_reason == "subscription_create"
    intent = platform.v1.payment_intents.retrieve(invoice.payments.data[0].payment.payment_intent)
    assert intent.status == "succeeded"
    item = subscription["items"].data[0]
    until_renewal = item.current_period_end - platform.advance()
    platform.advance(seconds=until_renewal)
    assert [one.status for one in invoices(platform, subscription)] == ["paid", "draft"]
    platform.advance(hours=1)
    renewed = invoices(platform, subscription)[1]
    assert (renewed.status, renewed.billing_reason) == ("paid", "subscription_cycle")
    after = platform.v1.subscriptions.retrieve(subscription.id)["items"].data[0]
    assert after.current_period_start == item.current_period_end


def test_months_keep_the_anchor_s_day(alone: Platform) -> None:
    """docs.stripe.com/billing/subscriptions/billing-cycle: anchored on the 31st, it bills on the last day of shorter
    months."""
    alone.process.steer("clock", to=int(datetime(2027, 1, 31, 12, tzinfo=UTC).timestamp()))
    subscription = subscribe(alone, alone.customer(), alone.price(1000))
    days = []
    for _ in range(3):
        end = alone.v1.subscriptions.retrieve(subscription.id)["items"].data[0].current_period_end
        days.append(datetime.fromtimestamp(end, UTC).strftime("%m-%d %H"))
        alone.process.steer("clock", to=end)
    assert days == ["02-28 12", "03-31 12", "04-30 12"]


def test_a_trial_costs_nothing_and_warns_before_it_ends(platform: Platform) -> None:
    """docs.stripe.com/billing/subscriptions/trials: an invoice of 0 at the start; trial_will_end three days before the
    end; then the first full invoice."""
    subscription = subscribe(platform, platform.customer(), platform.price(1000), trial_period_days=7)
    assert (subscription.status, subscription.latest_invoice.amount_paid) == ("trialing", 0)
    platform.advance(days=3)
    assert platform.events("customer.subscription.trial_will_end") == []
    platform.advance(days=1)
    assert len(platform.events("customer.subscription.trial_will_end")) == 1
    platform.advance(days=3, hours=2)
    assert platform.v1.subscriptions.retrieve(subscription.id).status == "active"
    assert [one.amount_paid for one in invoices(platform, subscription)] == [0, 1000]


@pytest.mark.parametrize(("behavior", "status"), [("cancel", "canceled"), ("pause", "paused")])
def test_a_trial_that_ends_without_a_card(platform: Platform, behavior: str, status: str) -> None:
    """docs.stripe.com/billing/subscriptions/trials/free-trials#free-trials-without-payment-methods."""
    settings = {"end_behavior": {"missing_payment_method": behavior}}
    subscription = subscribe(
        platform, platform.customer(None), platform.price(), trial_period_days=1, trial_settings=settings
    )
    platform.advance(days=2)
    assert platform.v1.subscriptions.retrieve(subscription.id).status == status


def test_a_first_payment_that_fails_leaves_it_incomplete_for_a_day(platform: Platform) -> None:
    """docs.stripe.com/billing/subscriptions/overview#subscription-statuses: incomplete until the first invoice is paid
    within 23 hours, else incomplete_expired and the invoice void."""
    customer = platform.customer("pm_card_chargeCustomerFail")
    subscription = subscribe(platform, customer, platform.price())
    assert (subscription.status, subscription.latest_invoice.status) == ("incomplete", "open")
    platform.advance(days=1)
    subscription = platform.v1.subscriptions.retrieve(subscription.id, {"expand": ["latest_invoice"]})
    assert (subscription.status, subscription.latest_invoice.status) == ("incomplete_expired", "void")
    with pytest.raises(stripe.CardError):
        subscribe(platform, customer, platform.price(), payment_behavior="error_if_incomplete")
    assert len(platform.v1.subscriptions.list({"customer": customer.id, "status": "all"}).data) == 1


def test_a_customer_without_a_card_cannot_be_charged(platform: Platform) -> None:
    """docs.stripe.com/api/subscriptions/create: charge_automatically uses the default payment method; there has to be
    one."""
    with pytest.raises(stripe.InvalidRequestError, match="no attached payment source"):
        subscribe(platform, platform.customer(None), platform.price())
    waiting = subscribe(platform, platform.customer(None), platform.price(), payment_behavior="default_incomplete")
    assert (waiting.status, waiting.latest_invoice.status) == ("incomplete", "open")


def failing_from_now(platform: Platform, subscription: Any) -> None:
    method = platform.v1.payment_methods.create({"type": "card", "card": {"number": "4000000000000341"}})
    platform.v1.subscriptions.update(subscription.id, {"default_payment_method": method.id})


def test_a_renewal_that_fails_is_tried_again_until_it_is_canceled(platform: Platform) -> None:
    """docs.stripe.com/billing/revenue-recovery/smart-retries: the subscription is past_due while retries follow; after
    the last it is canceled, marked unpaid or left, as the account's settings say."""
    subscription = subscribe(platform, platform.customer(), platform.price())
    failing_from_now(platform, subscription)
    platform.advance(days=32)
    assert platform.v1.subscriptions.retrieve(subscription.id).status == "past_due"
    invoice = invoices(platform, subscription)[1]
    assert invoice.next_payment_attempt is not None
    platform.advance(days=16)
    assert platform.v1.subscriptions.retrieve(subscription.id).status == "canceled"
    assert len(platform.events("invoice.payment_failed")) == 4
    assert [
        one.data.object.cancellation_details["reason"] for one in platform.events("customer.subscription.deleted")
    ] == ["payment_failed"]


def test_a_late_payment_on_the_invoice_s_page_recovers_it(platform: Platform) -> None:
    """docs.stripe.com/billing/subscriptions/overview: paying the latest invoice makes a past_due subscription active;
    docs.stripe.com/invoicing/hosted-invoice-page."""
    subscription = subscribe(platform, platform.customer(), platform.price())
    failing_from_now(platform, subscription)
    platform.advance(days=32)
    page = invoices(platform, subscription)[1].hosted_invoice_url
    declined = httpx.post(page, data={"number": "4000000000009995", "expiry": "12/34", "cvc": "123"})
    assert (declined.status_code, "insufficient funds" in declined.text) == (402, True)
    paid = httpx.post(page, data={"number": "4242424242424242", "expiry": "12/34", "cvc": "123"})
    assert "Paid" in paid.text
    assert platform.v1.subscriptions.retrieve(subscription.id).status == "active"
    platform.advance(days=10)
    assert [one.status for one in invoices(platform, subscription)] == ["paid", "paid"]


def test_an_upgrade_is_prorated_to_the_second(platform: Platform) -> None:
    """docs.stripe.com/billing/subscriptions/prorations: unused time at the old price is credited and the rest of the
    period charged at the new one; always_invoice bills it at once, create_prorations with the next invoice, none not at
    all."""
    subscription = subscribe(platform, platform.customer(), platform.price(3000))
    item = subscription["items"].data[0]
    platform.advance(seconds=(item.current_period_end - item.current_period_start) // 2)
    better = platform.price(6000)
    change = [{"id": item.id, "price": better.id}]
    preview = platform.v1.invoices.create_preview(
        {
            "subscription": subscription.id,
            "subscription_details": {"items": change, "proration_behavior": "always_invoice"},
        }
    )
    assert preview.total == 1500
    assert len(invoices(platform, subscription)) == 1
    changed = platform.v1.subscriptions.update(
        subscription.id, {"items": change, "proration_behavior": "always_invoice"}
    )
    assert changed["items"].data[0].price.id == better.id
    bill = invoices(platform, subscription)[1]
    assert (bill.status, bill.total, [line.amount for line in bill.lines.data]) == ("paid", 1500, [-1500, 3000])
    platform.v1.subscriptions.update(
        subscription.id, {"items": [{"id": item.id, "quantity": 3}], "proration_behavior": "none"}
    )
    assert platform.v1.invoice_items.list({"customer": subscription.customer}).data[0].invoice is not None
    platform.v1.subscriptions.update(subscription.id, {"items": [{"id": item.id, "quantity": 1}]})
    pending = platform.v1.invoice_items.list({"customer": subscription.customer}).data[:2]
    assert sorted(one.amount for one in pending) == [-9000, 3000]
    platform.advance(days=20)
    assert invoices(platform, subscription)[2].total == 6000 - 9000 + 3000


def test_another_interval_starts_a_new_period(platform: Platform) -> None:
    """docs.stripe.com/billing/subscriptions/change-price: changing the interval resets the billing date and bills at
    once."""
    subscription = subscribe(platform, platform.customer(), platform.price(1000))
    item = subscription["items"].data[0]
    platform.advance(seconds=(item.current_period_end - item.current_period_start) // 2)
    yearly = platform.price(10_000, "year")
    changed = platform.v1.subscriptions.update(subscription.id, {"items": [{"id": item.id, "price": yearly.id}]})
    assert changed["items"].data[0].current_period_start == platform.advance()
    assert invoices(platform, subscription)[1].total == 10_000 - 500


def test_it_is_canceled_at_the_end_of_the_period_or_at_once(platform: Platform) -> None:
    """docs.stripe.com/billing/subscriptions/cancel."""
    first = subscribe(platform, platform.customer(), platform.price())
    stopping = platform.v1.subscriptions.update(first.id, {"cancel_at_period_end": True})
    assert stopping.cancel_at == stopping["items"].data[0].current_period_end
    assert platform.v1.subscriptions.update(first.id, {"cancel_at_period_end": False}).cancel_at is None
    platform.v1.subscriptions.update(first.id, {"cancel_at_period_end": True})
    second = platform.v1.subscriptions.cancel(subscribe(platform, platform.customer(), platform.price()).id)
    assert second.status == "canceled"
    assert platform.v1.subscriptions.retrieve(first.id).status == "active"
    platform.advance(days=32)
    assert platform.v1.subscriptions.retrieve(first.id).status == "canceled"
    assert len(invoices(platform, first)) == 1
    with pytest.raises(stripe.InvalidRequestError):
        platform.v1.subscriptions.cancel(second.id)


def test_canceled_ones_are_listed_only_when_asked_for(platform: Platform) -> None:
    """docs.stripe.com/api/subscriptions/list: by default, canceled subscriptions are left out, on every page."""
    customer, price = platform.customer(), platform.price()
    made = [subscribe(platform, customer, price).id for _ in range(6)]
    for id in made[1:5]:
        platform.v1.subscriptions.cancel(id)
    listed = [one.id for one in platform.v1.subscriptions.list({"limit": 2}).auto_paging_iter()]
    assert listed == [made[5], made[0]]
    assert len(platform.v1.subscriptions.list({"status": "all"}).data) == 6
    assert len(platform.v1.subscriptions.list({"status": "canceled"}).data) == 4


def test_while_collection_is_paused_nothing_is_charged(platform: Platform) -> None:
    """docs.stripe.com/billing/subscriptions/pause-payment: invoices are voided (or kept as drafts) and the status
    stays."""
    subscription = subscribe(platform, platform.customer(), platform.price())
    platform.v1.subscriptions.update(subscription.id, {"pause_collection": {"behavior": "void"}})
    platform.advance(days=32)
    assert [one.status for one in invoices(platform, subscription)] == ["paid", "void"]
    assert platform.v1.subscriptions.retrieve(subscription.id).status == "active"
    assert platform.v1.subscriptions.update(subscription.id, {"pause_collection": ""}).pause_collection is None
    platform.advance(days=32)
    assert invoices(platform, subscription)[2].status == "paid"


def test_a_coupon_lasts_as_long_as_it_says(platform: Platform) -> None:
    """docs.stripe.com/billing/subscriptions/coupons: once is for the first invoice, forever for all; redemptions are
    limited."""
    coupon = platform.v1.coupons.create({"percent_off": 25.5, "duration": "once", "max_redemptions": 1})
    subscription = subscribe(platform, platform.customer(), platform.price(1000), discounts=[{"coupon": coupon.id}])
    assert subscription.latest_invoice.total == 745
    platform.advance(days=32)
    assert [one.total for one in invoices(platform, subscription)] == [745, 1000]
    with pytest.raises(stripe.InvalidRequestError) as refused:
        subscribe(platform, platform.customer(), platform.price(1000), discounts=[{"coupon": coupon.id}])
    assert refused.value.code == "coupon_expired"
    for bad in ({"percent_off": 101}, {"percent_off": 0}, {"amount_off": 5}, {}, {"percent_off": 5, "amount_off": 5}):
        with pytest.raises(stripe.InvalidRequestError):
            platform.v1.coupons.create({**bad, "duration": "once"})


def test_the_portal_cancels_and_changes_the_card(platform: Platform) -> None:
    """docs.stripe.com/customer-management."""
    customer = platform.customer()
    subscription = subscribe(platform, customer, platform.price())
    page = platform.v1.billing_portal.sessions.create({"customer": customer.id, "return_url": "http://127.0.0.1/"}).url
    httpx.post(page, data={"action": "cancel", "subscription": subscription.id})
    assert platform.v1.subscriptions.retrieve(subscription.id).cancel_at_period_end
    httpx.post(page, data={"action": "card", "number": "5555 5555 5555 4444", "expiry": "12/34", "cvc": "1"})
    method = platform.v1.subscriptions.retrieve(subscription.id, {"expand": ["default_payment_method"]})
    assert method.default_payment_method.card.brand == "mastercard"


def test_an_invoice_of_one_s_own_is_finalized_and_paid(platform: Platform) -> None:
    """docs.stripe.com/invoicing/overview: draft, open, paid, void; only drafts are edited."""
    customer = platform.customer()
    invoice = platform.v1.invoices.create({"customer": customer.id})
    item = {"customer": customer.id, "invoice": invoice.id, "amount": 700, "currency": "usd", "description": "Mixing"}
    platform.v1.invoice_items.create(item)
    opened = platform.v1.invoices.finalize_invoice(invoice.id)
    assert (opened.status, opened.amount_due, opened.number.endswith("-0001")) == ("open", 700, True)
    with pytest.raises(stripe.InvalidRequestError, match="no longer editable"):
        platform.v1.invoice_items.create(item)
    assert platform.v1.invoices.pay(invoice.id).status == "paid"
    with pytest.raises(stripe.InvalidRequestError, match="already paid"):
        platform.v1.invoices.pay(invoice.id)


def test_tax_is_calculated_per_line(platform: Platform) -> None:
    """docs.stripe.com/api/tax/calculations: exclusive tax is added, inclusive tax is contained."""
    found = platform.v1.tax.calculations.create(
        {
            "currency": "eur",
            "customer_details": {"address": {"country": "DE"}, "address_source": "billing"},
            "line_items": [{"amount": 1000}, {"amount": 1190, "tax_behavior": "inclusive"}],
        }
    )
    assert (found.tax_amount_exclusive, found.tax_amount_inclusive, found.amount_total) == (190, 190, 2380)
