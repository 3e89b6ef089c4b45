"""Payments, refunds and what they do to the balance."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from .conftest import Platform

NO_REDIRECTS = {"enabled": True, "allow_redirects": "never"}


def test_a_payment_is_pending_until_it_settles(platform: Platform) -> None:
    """docs.stripe.com/payouts#payout-schedule: funds settle in the pending balance and become available later."""
    intent = platform.paid(1000)
    line = intent.latest_charge.balance_transaction
    assert (intent.status, line.amount, line.fee, line.net, line.status) == ("succeeded", 1000, 59, 941, "pending")
    assert platform.balance() == (0, 941)
    platform.advance(days=3)
    assert platform.balance() == (941, 0)
    assert platform.v1.balance_transactions.retrieve(line.id).status == "available"


def test_a_card_that_bypasses_pending_is_available_at_once(platform: Platform) -> None:
    """docs.stripe.com/testing#available-balance: 4000000000000077 sends funds directly to the available balance."""
    platform.paid(1000, "pm_card_bypassPending")
    assert platform.balance() == (941, 0)


@pytest.mark.parametrize(
    ("method", "code", "decline_code"),
    [
        ("pm_card_visa_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_visa_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_visa_chargeDeclinedLostCard", "card_declined", "lost_card"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", None),
        ("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", None),
        ("pm_card_chargeDeclinedProcessingError", "processing_error", None),
    ],
)
def test_a_declined_card_is_a_402_that_names_the_intent(
    platform: Platform, method: str, code: str, decline_code: str | None
) -> None:
    """docs.stripe.com/testing#declined-payments: each number's error and decline code; docs.stripe.com/error-handling:
    payment errors carry the PaymentIntent."""
    with pytest.raises(stripe.CardError) as declined:
        platform.paid(1000, method)
    error: Any = declined.value.error
    assert (declined.value.http_status, error.code, error.decline_code) == (402, code, decline_code)
    intent = platform.v1.payment_intents.retrieve(error.payment_intent.id)
    assert intent.status == "requires_payment_method"
    assert intent.last_payment_error.code == code
    assert platform.v1.charges.retrieve(intent.latest_charge).status == "failed"
    assert platform.balance() == (0, 0)
    assert [event.type for event in platform.events()][-2:] == ["charge.failed", "payment_intent.payment_failed"]


def test_3d_secure_waits_for_the_customer(platform: Platform) -> None:
    """docs.stripe.com/payments/paymentintents/lifecycle: requires_action while the payment needs authentication."""
    intent = platform.v1.payment_intents.create(
        {
            "amount": 1000,
            "currency": "eur",
            "payment_method": "pm_card_authenticationRequired",
            "confirm": True,
            "return_url": "http://127.0.0.1/back",
        }
    )
    assert (intent.status, intent.next_action.type) == ("requires_action", "redirect_to_url")
    assert intent.next_action.redirect_to_url.return_url == "http://127.0.0.1/back"


def test_off_session_3d_secure_is_declined_as_authentication_required(platform: Platform) -> None:
    """docs.stripe.com/payments/save-and-reuse: off-session payments that need authentication fail with a 402 and the
    code authentication_required."""
    customer = platform.customer(None)
    method = platform.v1.payment_methods.attach("pm_card_authenticationRequired", {"customer": customer.id})
    with pytest.raises(stripe.CardError) as declined:
        platform.paid(1000, method.id, customer=customer.id, off_session=True)
    assert declined.value.code == "authentication_required"


@pytest.mark.parametrize(
    ("given", "code", "param"),
    [
        ({"amount": 0, "currency": "usd"}, "parameter_invalid_integer", "amount"),
        ({"amount": -5, "currency": "usd"}, "parameter_invalid_integer", "amount"),
        ({"amount": 49, "currency": "usd"}, "amount_too_small", "amount"),
        ({"amount": 100_000_000, "currency": "usd"}, "amount_too_large", "amount"),
        ({"amount": 2**63, "currency": "usd"}, "parameter_invalid_integer", "amount"),
        ({"amount": 1001, "currency": "kwd"}, "invalid_amount", "amount"),
        ({"amount": 1000, "currency": "xyz"}, None, "currency"),
        ({"amount": "ten", "currency": "usd"}, "parameter_invalid_integer", "amount"),
        ({"amount": 10.5, "currency": "usd"}, "parameter_invalid_integer", "amount"),
        ({"currency": "usd"}, "parameter_missing", "amount"),
        ({"amount": 1000, "currency": "usd", "amont": 1}, "parameter_unknown", "amont"),
        ({"amount": 1000, "currency": "usd", "shipping": {"nome": "x"}}, "parameter_unknown", "shipping[nome]"),
        ({"amount": 1000, "currency": "usd", "capture_method": "sometimes"}, None, "capture_method"),
        ({"amount": 1000, "currency": "usd", "confirm": "perhaps"}, None, "confirm"),
        ({"amount": 1000, "currency": "usd", "customer": "cus_none"}, "resource_missing", "customer"),
        ({"amount": "", "currency": "usd"}, "parameter_invalid_empty", "amount"),
    ],
)
def test_wrong_parameters_are_refused_by_name(platform: Platform, given: Any, code: str | None, param: str) -> None:
    """docs.stripe.com/error-codes and docs.stripe.com/currencies (minimum, maximum, three-decimal currencies)."""
    with pytest.raises(stripe.InvalidRequestError) as refused:
        platform.v1.payment_intents.create(given)
    assert (refused.value.http_status, refused.value.code, refused.value.param) == (400, code, param)


def test_what_the_simulator_does_not_have_is_refused_not_ignored(platform: Platform) -> None:
    with pytest.raises(stripe.InvalidRequestError, match=r"does not have radar_options"):
        platform.v1.payment_intents.create({"amount": 1000, "currency": "usd", "radar_options": {"session": "rse_1"}})
    assert platform.events() == []


def test_an_authorization_is_captured_in_part_or_expires(platform: Platform) -> None:
    """docs.stripe.com/payments/place-a-hold-on-a-payment-method: partial capture releases the rest; an authorization
    that is not captured within seven days is canceled."""
    intent = platform.paid(1000, capture_method="manual")
    assert (intent.status, intent.amount_capturable) == ("requires_capture", 1000)
    assert platform.balance() == (0, 0)
    with pytest.raises(stripe.InvalidRequestError, match="less than or equal to"):
        platform.v1.payment_intents.capture(intent.id, {"amount_to_capture": 1001})
    captured = platform.v1.payment_intents.capture(intent.id, {"amount_to_capture": 400})
    assert (captured.status, captured.amount_received) == ("succeeded", 400)
    other = platform.paid(1000, capture_method="manual")
    platform.advance(days=8)
    assert platform.v1.payment_intents.retrieve(other.id).status == "canceled"


def test_a_paid_intent_cannot_be_confirmed_again_or_canceled(platform: Platform) -> None:
    """docs.stripe.com/error-codes#payment-intent-unexpected-state."""
    intent = platform.paid()
    for verb in (platform.v1.payment_intents.confirm, platform.v1.payment_intents.cancel):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            verb(intent.id, {"return_url": "http://127.0.0.1/"} if verb == platform.v1.payment_intents.confirm else {})
        assert refused.value.code == "payment_intent_unexpected_state"


def test_refunds_add_up_to_no_more_than_the_charge(platform: Platform) -> None:
    """docs.stripe.com/api/refunds/create: a charge can be refunded multiple times until the entire charge is refunded;
    once entirely refunded it can't be refunded again, and more than is left is an error. Fees are not returned
    (docs.stripe.com/refunds)."""
    platform.paid(5000)
    intent = platform.paid(1000)
    platform.v1.refunds.create({"payment_intent": intent.id, "amount": 400})
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded amount"):
        platform.v1.refunds.create({"payment_intent": intent.id, "amount": 601})
    platform.v1.refunds.create({"charge": intent.latest_charge.id})
    with pytest.raises(stripe.InvalidRequestError) as refused:
        platform.v1.refunds.create({"charge": intent.latest_charge.id})
    assert refused.value.code == "charge_already_refunded"
    assert sum(platform.balance()) == 5000 - 175 - 59
    charge = platform.v1.charges.retrieve(intent.latest_charge.id, {"expand": ["refunds"]})
    assert (charge.refunded, charge.amount_refunded, len(charge.refunds.data)) == (True, 1000, 2)


def test_a_refund_waits_while_the_balance_does_not_cover_it(platform: Platform) -> None:
    """docs.stripe.com/refunds: if the balance doesn't cover the refund it stays pending until it does."""
    intent = platform.paid(1000)
    refund = platform.v1.refunds.create({"payment_intent": intent.id})
    assert (refund.status, refund.pending_reason, refund.balance_transaction) == ("pending", "insufficient_funds", None)
    platform.paid(1000)
    platform.advance(hours=2)
    assert platform.v1.refunds.retrieve(refund.id).status == "succeeded"
    assert platform.events("refund.updated")[-1].data.object.status == "succeeded"


def test_refunds_that_fail_bring_the_money_back(platform: Platform) -> None:
    """docs.stripe.com/testing#refunds: with 4000000000005126 the refund begins as succeeded and fails later;
    docs.stripe.com/refunds#failed-refunds: the amount returns to the balance."""
    platform.paid(1000)
    intent = platform.paid(1000, "pm_card_refundFail")
    refund = platform.v1.refunds.create({"payment_intent": intent.id})
    assert refund.status == "succeeded"
    platform.advance(hours=2)
    refund = platform.v1.refunds.retrieve(refund.id)
    assert (refund.status, refund.failure_reason) == ("failed", "expired_or_canceled_card")
    assert sum(platform.balance()) == 2 * 941
    assert platform.events("refund.failed") != []


def test_a_bank_debit_takes_days_and_may_fail(platform: Platform) -> None:
    """docs.stripe.com/payments/sepa-debit/accept-a-payment#test-your-integration: the test IBANs go to processing, and
    then to succeeded or requires_payment_method."""
    ends = {}
    for iban in ("DE89370400440532013000", "DE62370400440532013001"):
        intent = platform.v1.payment_intents.create(
            {
                "amount": 1000,
                "currency": "eur",
                "allowed_payment_method_types": ["sepa_debit"],
                "payment_method_data": {"type": "sepa_debit", "sepa_debit": {"iban": iban}},
                "confirm": True,
            }
        )
        assert intent.status == "processing"
        ends[iban] = intent.id
    platform.advance(days=4)
    assert [platform.v1.payment_intents.retrieve(id).status for id in ends.values()] == [
        "succeeded",
        "requires_payment_method",
    ]


def test_a_saved_card_is_set_up_once_and_charged_off_session(platform: Platform) -> None:
    """docs.stripe.com/payments/setup-intents: a card that was set up can be charged while the customer is away."""
    customer = platform.customer(None)
    setup = platform.v1.setup_intents.create(
        {
            "customer": customer.id,
            "payment_method": "pm_card_visa",
            "confirm": True,
            "return_url": "http://127.0.0.1/",
            "usage": "off_session",
        }
    )
    assert setup.status == "succeeded"
    intent = platform.paid(1000, setup.payment_method, customer=customer.id, off_session=True)
    assert intent.status == "succeeded"
    listed = platform.v1.customers.payment_methods.list(customer.id)
    assert [method.id for method in listed] == [setup.payment_method]


def test_a_payment_method_of_one_customer_is_not_another_s(platform: Platform) -> None:
    """docs.stripe.com/api/payment_methods/attach: a PaymentMethod attached to a customer can't be attached to
    another."""
    first, second = platform.customer(None), platform.customer(None)
    method = platform.v1.payment_methods.attach("pm_card_visa", {"customer": first.id})
    with pytest.raises(stripe.InvalidRequestError, match="already been attached"):
        platform.v1.payment_methods.attach(method.id, {"customer": second.id})
    platform.v1.payment_methods.detach(method.id)
    with pytest.raises(stripe.InvalidRequestError, match="may not be used again"):
        platform.v1.payment_methods.attach(method.id, {"customer": second.id})
