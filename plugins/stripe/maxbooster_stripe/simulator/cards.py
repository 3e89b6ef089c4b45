"""The test cards and test bank debits, and what each of them does.

Source: https://docs.stripe.com/testing
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Card:
    brand: str = "visa"
    country: str = "US"
    funding: str = "credit"
    decline: tuple[str, str | None] | None = None
    """The error's code and decline code of every charge."""
    refuses_attaching: bool = True
    """Whether a declining card is declined when it is saved, too."""
    authenticate: str = "no"
    """3-D Secure: `no`, `always`, or `unless_set_up`."""
    afterwards: str | None = None
    """What happens to a charge that succeeded: `fraudulent`, `product_not_received`, `inquiry`."""
    refund: str = "succeeds"
    """`succeeds`, `late` or `fails`."""
    available_at_once: bool = False


def _declined(code: str, decline_code: str | None = None, **more: bool) -> Card:
    return Card(decline=(code, decline_code), **more)


CARDS = {
    "4242424242424242": Card(),
    "4000056655665556": Card(funding="debit"),
    "5555555555554444": Card("mastercard"),
    "378282246310005": Card("amex"),
    "4000002760000016": Card(country="DE"),
    "4000008260000000": Card(country="GB"),
    "4000000000000002": _declined("card_declined", "generic_decline"),
    "4000000000009995": _declined("card_declined", "insufficient_funds"),
    "4000000000009987": _declined("card_declined", "lost_card"),
    "4000000000009979": _declined("card_declined", "stolen_card"),
    "4000000000006975": _declined("card_declined", "card_velocity_exceeded"),
    "4100000000000019": _declined("card_declined", "fraudulent"),
    "4000000000000069": _declined("expired_card"),
    "4000000000000127": _declined("incorrect_cvc"),
    "4000000000000119": _declined("processing_error"),
    "4242424242424241": _declined("incorrect_number"),
    "4000000000000341": _declined("card_declined", "generic_decline", refuses_attaching=False),
    "4000002500003155": Card(authenticate="unless_set_up"),
    "4000002760003184": Card(authenticate="always"),
    "4000003800000446": Card(authenticate="unless_set_up"),
    "4000000000003220": Card(authenticate="always"),
    "4000008260003178": Card(
        authenticate="always", decline=("card_declined", "insufficient_funds"), refuses_attaching=False
    ),
    "4000008400001629": Card(
        authenticate="always", decline=("card_declined", "generic_decline"), refuses_attaching=False
    ),
    "4000000000000259": Card(afterwards="fraudulent"),
    "4000000000002685": Card(afterwards="product_not_received"),
    "4000000000001976": Card(afterwards="inquiry"),
    "4000000000007726": Card(refund="late"),
    "4000000000005126": Card(refund="fails"),
    "4000000000000077": Card(available_at_once=True),
}

METHODS = {
    "pm_card_visa": "4242424242424242",
    "pm_card_visa_debit": "4000056655665556",
    "pm_card_mastercard": "5555555555554444",
    "pm_card_amex": "378282246310005",
    "pm_card_de": "4000002760000016",
    "pm_card_gb": "4000008260000000",
    "pm_card_visa_chargeDeclined": "4000000000000002",
    "pm_card_visa_chargeDeclinedInsufficientFunds": "4000000000009995",
    "pm_card_visa_chargeDeclinedLostCard": "4000000000009987",
    "pm_card_visa_chargeDeclinedStolenCard": "4000000000009979",
    "pm_card_chargeDeclinedExpiredCard": "4000000000000069",
    "pm_card_chargeDeclinedIncorrectCvc": "4000000000000127",
    "pm_card_chargeDeclinedProcessingError": "4000000000000119",
    "pm_card_chargeCustomerFail": "4000000000000341",
    "pm_card_radarBlock": "4100000000000019",
    "pm_card_authenticationRequiredOnSetup": "4000002500003155",
    "pm_card_authenticationRequired": "4000002760003184",
    "pm_card_authenticationRequiredSetupForOffSession": "4000003800000446",
    "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds": "4000008260003178",
    "pm_card_threeDSecure2Required": "4000000000003220",
    "pm_card_createDispute": "4000000000000259",
    "pm_card_createDisputeProductNotReceived": "4000000000002685",
    "pm_card_createDisputeInquiry": "4000000000001976",
    "pm_card_pendingRefund": "4000000000007726",
    "pm_card_refundFail": "4000000000005126",
    "pm_card_bypassPending": "4000000000000077",
}

# Cards that need no authentication off session as they come, because Stripe's table says that they are set up already.
SET_UP = {"4000003800000446"}

# SEPA debits: settle after days, or fail then. Source: https://docs.stripe.com/payments/sepa-debit/accept-a-payment
DEBITS = {"DE89370400440532013000": "succeeds", "AT611904300234573201": "succeeds", "DE62370400440532013001": "fails"}

MESSAGES = {
    "card_declined": "Your card was declined.",
    "insufficient_funds": "Your card has insufficient funds.",
    "expired_card": "Your card has expired.",
    "incorrect_cvc": "Your card's security code is incorrect.",
    "incorrect_number": "Your card number is incorrect.",
    "processing_error": "An error occurred while processing your card. Try again in a little bit.",
    "card_velocity_exceeded": "Your card was declined for making repeated attempts too frequently or exceeding its "
    "amount limit.",
    "authentication_required": "Your card was declined. This transaction requires authentication.",
}


def message(code: str, decline_code: str | None) -> str:
    return MESSAGES.get(decline_code or code, MESSAGES.get(code, MESSAGES["card_declined"]))
