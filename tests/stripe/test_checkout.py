"""Checkout: sessions, and the hosted page as a browser without scripts uses it."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import stripe

from .conftest import Platform

BACK = "http://127.0.0.1/ok?session={CHECKOUT_SESSION_ID}"
FAN = {"email": "fan@example.com", "name": "A fan", "expiry": "12 / 34", "cvc": "123"}


def beat(amount: int = 500, quantity: int = 1) -> dict[str, Any]:
    data = {"currency": "usd", "unit_amount": amount, "product_data": {"name": "Night drive"}}
    return {"price_data": data, "quantity": quantity}


def session(platform: Platform, **more: Any) -> Any:
    given = {"mode": "payment", "success_url": BACK, "cancel_url": "http://127.0.0.1/shop", "line_items": [beat()]}
    return platform.v1.checkout.sessions.create({**given, **more})


def submit(url: str, number: str = "4242 4242 4242 4242", **more: str) -> httpx.Response:
    return httpx.post(url, data={**FAN, "number": number, **more})


def test_a_cart_is_paid_on_the_hosted_page(platform: Platform) -> None:
    """docs.stripe.com/payments/checkout/how-checkout-works: the customer is sent to the session's url, pays, and is
    redirected to the success_url with the session's id; checkout.session.completed is sent."""
    made = session(
        platform, line_items=[beat(500, 2), beat(299)], client_reference_id="order-7",
        payment_intent_data={"transfer_group": "order-7", "metadata": {"order": "7"}},
    )  # fmt: skip
    assert (made.status, made.payment_status, made.amount_total, made.payment_intent) == ("open", "unpaid", 1299, None)
    page = httpx.get(made.url).text
    assert "Simulated payment page, no money moves" in page
    assert "12.99 USD" in page
    done = submit(made.url)
    assert parse_qs(urlsplit(done.headers["location"]).query) == {"session": [made.id]}
    made = platform.v1.checkout.sessions.retrieve(
        made.id, {"expand": ["line_items", "payment_intent.latest_charge.balance_transaction"]}
    )
    assert (made.status, made.payment_status, made.url) == ("complete", "paid", None)
    assert (made.customer_details.email, made.client_reference_id) == ("fan@example.com", "order-7")
    assert [line.amount_total for line in made.line_items.data] == [1000, 299]
    intent = made.payment_intent
    assert (intent.transfer_group, intent.metadata["order"], intent.latest_charge.transfer_group) == (
        "order-7", "7", "order-7",
    )  # fmt: skip
    assert platform.events("checkout.session.completed")[0].data.object["id"] == made.id


def test_two_tabs_pay_once(platform: Platform) -> None:
    """docs.stripe.com/api/checkout/sessions: a complete session takes no further payment."""
    made = session(platform)
    submit(made.url)
    again = submit(made.url)
    assert "Already paid" in again.text
    assert len(platform.v1.charges.list().data) == 1


def test_a_declined_card_leaves_the_session_open(platform: Platform) -> None:
    made = session(platform)
    declined = submit(made.url, "4000 0000 0000 9995")
    assert (declined.status_code, "insufficient funds" in declined.text) == (402, True)
    assert platform.v1.checkout.sessions.retrieve(made.id).status == "open"
    assert submit(made.url).status_code == 303
    assert platform.v1.checkout.sessions.retrieve(made.id).payment_status == "paid"
    assert len(platform.v1.payment_intents.list().data) == 1


@pytest.mark.parametrize(("action", "paid"), [("complete", True), ("fail", False)])
def test_3d_secure_is_a_page_of_its_own(platform: Platform, action: str, paid: bool) -> None:
    """docs.stripe.com/testing#regulatory-cards: 4000002760003184 always asks for authentication."""
    made = session(platform)
    asked = submit(made.url, "4000 0027 6000 3184").headers["location"]
    assert "Confirm it&#39;s you" in httpx.get(asked).text or "Confirm it's you" in httpx.get(asked).text
    after = httpx.post(asked, data={"action": action})
    assert (after.status_code == 303) is paid
    assert platform.v1.checkout.sessions.retrieve(made.id).payment_status == ("paid" if paid else "unpaid")
    if not paid:
        assert "unable to authenticate" in after.text
        assert submit(made.url).status_code == 303


def test_a_session_expires_after_a_day_or_when_told(platform: Platform) -> None:
    """docs.stripe.com/api/checkout/sessions/create: expires_at can be 30 minutes to 24 hours after creation, by default
    24 hours; docs.stripe.com/api/checkout/sessions/expire: only open ones can be expired."""
    first, second = session(platform), session(platform)
    platform.v1.checkout.sessions.expire(second.id)
    with pytest.raises(stripe.InvalidRequestError, match="status of expired"):
        platform.v1.checkout.sessions.expire(second.id)
    platform.advance(hours=23)
    assert platform.v1.checkout.sessions.retrieve(first.id).status == "open"
    platform.advance(hours=2)
    assert platform.v1.checkout.sessions.retrieve(first.id).status == "expired"
    assert httpx.get(first.url).status_code == 410
    assert len(platform.events("checkout.session.expired")) == 2
    now = platform.advance()
    for wrong in (now + 1799, now + 86_401):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            session(platform, expires_at=wrong)
        assert refused.value.param == "expires_at"


def test_a_promotion_code_is_applied_on_the_page(platform: Platform) -> None:
    """docs.stripe.com/payments/checkout/discounts: allow_promotion_codes lets customers enter one; the discount is
    spread over the lines."""
    coupon = platform.v1.coupons.create({"percent_off": 50, "duration": "once"})
    platform.v1.promotion_codes.create({"promotion": {"type": "coupon", "coupon": coupon.id}, "code": "FRIENDS"})
    made = session(platform, allow_promotion_codes=True, line_items=[beat(333), beat(334)])
    assert httpx.post(made.url, data={"action": "apply", "code": "NOBODY"}).status_code == 402
    assert "3.33 USD" in httpx.post(made.url, data={"action": "apply", "code": "friends"}).text
    submit(made.url)
    made = platform.v1.checkout.sessions.retrieve(made.id, {"expand": ["line_items"]})
    assert (made.amount_subtotal, made.amount_total, made.total_details.amount_discount) == (667, 333, 334)
    assert sum(line.amount_total for line in made.line_items.data) == 333
    assert platform.v1.coupons.retrieve(coupon.id).times_redeemed == 1


def test_a_free_cart_needs_no_payment(platform: Platform) -> None:
    """docs.stripe.com/payments/checkout/no-cost-orders: payment_status is no_payment_required."""
    coupon = platform.v1.coupons.create({"percent_off": 100, "duration": "once"})
    made = session(platform, discounts=[{"coupon": coupon.id}])
    submit(made.url)
    assert platform.v1.checkout.sessions.retrieve(made.id).payment_status == "no_payment_required"
    assert platform.v1.charges.list().data == []


def test_a_bank_debit_completes_first_and_is_paid_days_later(platform: Platform) -> None:
    """docs.stripe.com/payments/checkout/fulfill-orders#delayed-notification: completed with payment_status unpaid, then
    async_payment_succeeded or async_payment_failed."""
    outcomes = []
    for iban in ("DE89370400440532013000", "DE62370400440532013001"):
        line = {"price_data": {"currency": "eur", "unit_amount": 900, "product_data": {"name": "Beat"}}, "quantity": 1}
        made = session(platform, allowed_payment_method_types=["sepa_debit"], line_items=[line])
        httpx.post(made.url, data={**FAN, "method": "sepa_debit", "iban": iban})
        made = platform.v1.checkout.sessions.retrieve(made.id)
        assert (made.status, made.payment_status) == ("complete", "unpaid")
        outcomes.append(made.id)
    platform.advance(days=4)
    assert [platform.v1.checkout.sessions.retrieve(id).payment_status for id in outcomes] == ["paid", "unpaid"]
    assert [len(platform.events(f"checkout.session.async_payment_{end}")) for end in ("succeeded", "failed")] == [1, 1]


def test_a_card_is_saved_in_setup_mode(platform: Platform) -> None:
    """docs.stripe.com/payments/save-and-reuse?platform=checkout."""
    customer = platform.customer(None)
    made = session(platform, mode="setup", line_items=[], customer=customer.id, currency="usd")
    submit(made.url)
    made = platform.v1.checkout.sessions.retrieve(made.id, {"expand": ["setup_intent"]})
    assert (made.status, made.setup_intent.status) == ("complete", "succeeded")
    platform.paid(700, made.setup_intent.payment_method, customer=customer.id, off_session=True)


def test_a_plan_is_subscribed_to_after_a_declined_card(platform: Platform) -> None:
    """docs.stripe.com/billing/subscriptions/build-subscriptions: subscription mode creates a customer and a
    subscription; a declined card creates none."""
    price = platform.price(1500)
    made = session(platform, mode="subscription", line_items=[{"price": price.id, "quantity": 1}],
                   subscription_data={"trial_period_days": 7, "metadata": {"plan": "pro"}})  # fmt: skip
    assert submit(made.url, "4000 0000 0000 0002").status_code == 402
    assert platform.v1.subscriptions.list({"status": "all"}).data == []
    assert submit(made.url).status_code == 303
    made = platform.v1.checkout.sessions.retrieve(made.id, {"expand": ["subscription", "customer"]})
    assert (made.subscription.status, made.subscription.metadata["plan"]) == ("trialing", "pro")
    assert made.customer.email == "fan@example.com"
    platform.advance(days=8)
    assert platform.v1.subscriptions.retrieve(made.subscription.id).status == "active"


def test_a_subscription_that_needs_3d_secure_becomes_active_with_it(platform: Platform) -> None:
    price = platform.price(1500)
    made = session(platform, mode="subscription", line_items=[{"price": price.id, "quantity": 1}])
    given_up = submit(made.url, "4000 0027 6000 3184").headers["location"]
    assert httpx.post(given_up, data={"action": "fail"}).status_code == 402
    asked = submit(made.url, "4000 0027 6000 3184").headers["location"]
    assert httpx.post(asked, data={"action": "complete"}).status_code == 303
    states = {one.status for one in platform.v1.subscriptions.list({"status": "all"}).data}
    assert states == {"active", "incomplete_expired"}
    made = platform.v1.checkout.sessions.retrieve(made.id, {"expand": ["subscription.latest_invoice"]})
    assert (made.payment_status, made.subscription.status, made.subscription.latest_invoice.status) == (
        "paid", "active", "paid",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("given", "param"),
    [
        ({"line_items": []}, "line_items"),
        ({"line_items": [beat(quantity=0)]}, "line_items[0][quantity]"),
        ({"line_items": [beat(-1)]}, "unit_amount"),
        ({"line_items": [beat(10)]}, "amount"),
        ({"line_items": [{"price": "price_none", "quantity": 1}]}, "line_items[0][price]"),
        ({"customer": "cus_none"}, "customer"),
        ({"automatic_tax": {"enabled": True}}, "automatic_tax"),
        ({"locale": "xx"}, "locale"),
        ({"discounts": [{"coupon": "none"}]}, "discounts[0][coupon]"),
        ({"ui_mode": "embedded_page"}, "ui_mode"),
    ],
)
def test_what_cannot_be_sold_is_refused(platform: Platform, given: Any, param: str) -> None:
    """docs.stripe.com/api/checkout/sessions/create, and what the simulator says it lacks."""
    with pytest.raises(stripe.InvalidRequestError) as refused:
        session(platform, **given)
    assert refused.value.param == param


def test_pages_that_are_not_there(platform: Platform) -> None:
    for path in ("/", "/pay/acct_x/cs_test_none", "/3ds/acct_x/pi_none", "/nothing/here/now"):
        answer = httpx.get(platform.process.url + path)
        assert (answer.status_code, "Simulated payment page" in answer.text) == (404, True)


def test_what_people_type_is_shown_as_text(platform: Platform) -> None:
    made = session(
        platform, line_items=[{**beat(), "price_data": {**beat()["price_data"], "product_data": {"name": "<b>x"}}}]
    )
    assert "&lt;b&gt;x" in httpx.get(made.url).text
