"""PaymentIntents and their states.

Sources: https://docs.stripe.com/payments/paymentintents/lifecycle, https://docs.stripe.com/api/payment_intents
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from . import charges
from .accounts import connected
from .answers import readable
from .cards import CARDS, DEBITS, Card, message
from .clock import DAY
from .due import falls_due
from .errors import Refusal, wrong_state
from .events import emit, update
from .money import charged_amount, currency, positive
from .operations import operation
from .payment_methods import attach_to, method_named, new_card, new_debit
from .store import Object
from .work import Work, metadata, new_id

_CANCELABLE = {"requires_payment_method", "requires_capture", "requires_confirmation", "requires_action", "processing"}
_HOLD_LASTS = 7 * DAY
_DEBIT_TAKES = 3 * DAY
_PLAIN = ("description", "receipt_email", "shipping", "statement_descriptor", "statement_descriptor_suffix")


@dataclass(frozen=True)
class Confirmation:
    """How a payment is confirmed."""

    off_session: bool = False
    return_url: str | None = None
    authenticated: bool = False
    """Whether the customer has passed 3-D Secure for it."""


@operation("payment_intents.create")
def create(work: Work) -> Object:
    given = work.parameters
    code = currency(given["currency"])
    customer = work.get("customer", given["customer"], "customer")["id"] if given.get("customer") else None
    intent = new_intent(
        work,
        charged_amount(given["amount"], code),
        code,
        customer=customer,
        capture_method=given.get("capture_method", "automatic_async"),
        confirmation_method=given.get("confirmation_method", "automatic"),
        application_fee_amount=_own_share(given),
        on_behalf_of=given.get("on_behalf_of"),
        setup_future_usage=given.get("setup_future_usage"),
        transfer_data=_transfer_data(work, given),
        transfer_group=given.get("transfer_group"),
        metadata=metadata({}, given.get("metadata")),
        payment_method_types=given.get("payment_method_types") or ["card"],
        automatic_payment_methods=_automatic(given),
        **{name: given.get(name) for name in _PLAIN},
    )
    _use_method(work, intent)
    emit(work, "payment_intent.created", intent)
    if given.get("confirm"):
        return confirm(work, intent, _confirmation(work, intent))
    return intent


def new_intent(work: Work, amount: int, code: str, **fields: Any) -> Object:
    """An intent that waits for a payment method; its event is the caller's."""
    empty = ("application", "canceled_at", "cancellation_reason", "last_payment_error", "latest_charge", "next_action",
             "payment_method", "processing", "review", "customer", "on_behalf_of", "setup_future_usage",
             "application_fee_amount", "transfer_data", "transfer_group", "automatic_payment_methods",
             *_PLAIN)  # fmt: skip
    usual = {"capture_method": "automatic_async", "confirmation_method": "automatic", "metadata": {},
             "payment_method_types": ["card"]}  # fmt: skip
    intent = work.new(
        "payment_intent",
        "pi",
        amount=amount,
        amount_capturable=0,
        amount_details={"tip": {}},
        amount_received=0,
        client_secret=None,
        currency=code,
        payment_method_options={"card": {"request_three_d_secure": "automatic"}},
        status="requires_payment_method",
        **({name: None for name in empty} | usual | fields),
    )
    return update(work, None, intent, client_secret=f"{intent['id']}_secret_{new_id('s')[2:]}")


def _own_share(given: Any) -> int | None:
    fee = given.get("application_fee_amount")
    if fee is not None and fee > given["amount"]:
        raise Refusal(
            f"The application_fee_amount ({fee}) cannot be greater than the amount ({given['amount']}).",
            param="application_fee_amount",
        )
    return fee or None


def _transfer_data(work: Work, given: Any) -> Object | None:
    data = given.get("transfer_data")
    if not data:
        return None
    connected(work, data["destination"], "transfer_data[destination]")
    if given.get("application_fee_amount") and "amount" in data:
        raise Refusal(
            "You may only provide one of transfer_data[amount] and application_fee_amount.",
            param="transfer_data[amount]",
        )
    return dict(data.items())


def _automatic(given: Any) -> Object | None:
    chosen = given.get("automatic_payment_methods")
    if not chosen and "payment_method_types" not in given:
        return {"allow_redirects": "always", "enabled": True}
    return {"allow_redirects": "always", **dict(chosen.items())} if chosen else None


def _use_method(work: Work, intent: Object) -> None:
    given = work.parameters
    method = None
    if data := given.get("payment_method_data"):
        details = data.get("billing_details")
        if data["type"] == "sepa_debit":
            method = new_debit(work, data["sepa_debit"]["iban"], details)
        else:
            method = new_card(work, data.get("card") or {}, details)
    elif given.get("payment_method"):
        method = method_named(work, given["payment_method"])
    if method is not None:
        choose(work, intent, method)


def choose(work: Work, intent: Object, method: Object) -> None:
    """
    Raises:
        Refusal: the method belongs to another customer, or is of a type that the intent does not take.
    """
    if method["customer"] is not None and method["customer"] != intent["customer"]:
        raise Refusal(
            f"The provided PaymentMethod was attached to the customer {method['customer']}: you must pass the same "
            "customer with the PaymentIntent.",
            param="payment_method",
        )
    if method["type"] not in intent["payment_method_types"] and not intent["automatic_payment_methods"]:
        raise Refusal(
            f"The PaymentMethod provided ({method['type']}) is not allowed for this PaymentIntent. It takes: "
            f"{', '.join(intent['payment_method_types'])}.",
            param="payment_method",
        )
    update(work, None, intent, payment_method=method["id"], status="requires_confirmation")


@operation("payment_intents.confirm")
def confirm_named(work: Work) -> Object:
    intent = work.get("payment_intent", *work.path.values())
    _use_method(work, intent)
    if "setup_future_usage" in work.parameters:
        update(work, None, intent, setup_future_usage=work.parameters["setup_future_usage"] or None)
    return confirm(work, intent, _confirmation(work, intent))


def _confirmation(work: Work, intent: Object) -> Confirmation:
    given = work.parameters
    automatic = intent["automatic_payment_methods"]
    off_session = given.get("off_session") not in (None, False)
    if automatic and automatic["allow_redirects"] == "always" and not given.get("return_url") and not off_session:
        raise Refusal(
            "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of "
            "these payment methods might redirect your customer off of your page, you must provide a `return_url`. If "
            "you don't want to accept redirect-based payment methods, set "
            "`automatic_payment_methods[enabled]` to `true` and `automatic_payment_methods[allow_redirects]` to "
            "`never` when creating Setup Intents and Payment Intents.",
            param="return_url",
        )
    return Confirmation(off_session, given.get("return_url"))


def confirm(work: Work, intent: Object, how: Confirmation) -> Object:
    """Try to take the payment.

    Raises:
        Refusal: the intent is in no state for it, or the bank declines; a decline leaves its charge behind.
    """
    if intent["status"] not in ("requires_confirmation", "requires_action"):
        raise _unexpected(intent, "confirm")
    method = work.get("payment_method", intent["payment_method"])
    if method["type"] == "sepa_debit":
        return _debit(work, intent, method)
    card = CARDS.get(method["_number"], Card())
    if _must_authenticate(card, method) and not how.authenticated:
        if how.off_session:
            raise decline(work, intent, method, "authentication_required", "authentication_required")
        return _ask(work, intent, how)
    if card.decline:
        raise decline(work, intent, method, *card.decline)
    return _approved(work, intent, method)


def _must_authenticate(card: Card, method: Object) -> bool:
    return card.authenticate == "always" or (card.authenticate == "unless_set_up" and not method["_set_up"])


def _ask(work: Work, intent: Object, how: Confirmation) -> Object:
    """The customer has to go through 3-D Secure, on the simulator's own page."""
    page = f"{work.origin}/3ds/{work.account}/{intent['id']}"
    action: Object = {"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect", "url": page}}
    if how.return_url:
        action = {"type": "redirect_to_url", "redirect_to_url": {"return_url": how.return_url, "url": page}}
    update(work, None, intent, status="requires_action", next_action=action, _page=page)
    emit(work, "payment_intent.requires_action", intent)
    return intent


def decline(work: Work, intent: Object, method: Object, code: str, decline_code: str | None) -> Refusal:
    """Note the failure on the intent; the refusal is the caller's to raise."""
    charge = charges.fail(work, intent, method, code, decline_code)
    error = {
        "charge": charge["id"],
        "code": code,
        "decline_code": decline_code,
        "message": message(code, decline_code),
        "payment_method": method,
        "type": "card_error",
    }
    error = {name: value for name, value in error.items() if value is not None}
    update(
        work, None, intent,
        status="requires_payment_method", payment_method=None, next_action=None,
        last_payment_error=error, latest_charge=charge["id"],
    )  # fmt: skip
    emit(work, "payment_intent.payment_failed", intent)
    from .answers import shown

    more = {name: value for name, value in error.items() if name not in ("type", "code", "message")}
    more = shown(work, more)
    return Refusal(
        error["message"], status=402, type="card_error", code=code, kept=True,
        **more, payment_intent=shown(work, intent),
    )  # fmt: skip


def _approved(work: Work, intent: Object, method: Object) -> Object:
    if intent["setup_future_usage"] and intent["customer"]:
        attach_to(work, method, work.get("customer", intent["customer"]))
        update(work, None, method, _set_up=True)
    if intent["capture_method"] == "manual":
        charge = charges.succeed(work, intent, method, captured=False)
        update(
            work, None, intent,
            status="requires_capture", amount_capturable=intent["amount"], next_action=None,
            latest_charge=charge["id"], last_payment_error=None,
        )  # fmt: skip
        emit(work, "payment_intent.amount_capturable_updated", intent)
        work.plan(work.now + _HOLD_LASTS, "payment_intent.expire", intent["id"])
        return intent
    charge = charges.succeed(work, intent, method)
    return _paid(work, intent, charge)


def _paid(work: Work, intent: Object, charge: Object) -> Object:
    update(
        work, None, intent,
        status="succeeded", amount_received=charge["amount_captured"], amount_capturable=0, next_action=None,
        latest_charge=charge["id"], last_payment_error=None, transfer_group=charge["transfer_group"], processing=None,
    )  # fmt: skip
    emit(work, "payment_intent.succeeded", intent)
    _tell(work, intent)
    return intent


def _debit(work: Work, intent: Object, method: Object) -> Object:
    """A bank debit is under way for days."""
    update(work, None, intent, status="processing", next_action=None, last_payment_error=None)
    emit(work, "payment_intent.processing", intent)
    work.plan(work.now + _DEBIT_TAKES, "payment_intent.debited", intent["id"])
    return intent


@falls_due("payment_intent.debited")
def _debited(work: Work, id: str) -> None:
    intent = work.get("payment_intent", id)
    if intent["status"] != "processing":
        return
    method = work.get("payment_method", intent["payment_method"])
    if DEBITS[method["_number"]] == "succeeds":
        _paid(work, intent, charges.succeed(work, intent, method))
    else:
        decline(work, intent, method, "payment_intent_payment_attempt_failed", "insufficient_funds")
        _tell(work, intent)


def _tell(work: Work, intent: Object) -> None:
    """Whoever opened the intent goes on: a checkout whose debit took days, an invoice."""
    from .checkout import debit_settled
    from .invoices import payment_settled

    if intent.get("_checkout"):
        debit_settled(work, intent)
    if intent.get("_invoice"):
        payment_settled(work, intent)


@operation("payment_intents.capture")
def capture(work: Work) -> Object:
    intent = work.get("payment_intent", *work.path.values())
    if intent["status"] != "requires_capture":
        raise _unexpected(intent, "capture")
    given = work.parameters
    amount = positive(given.get("amount_to_capture", intent["amount_capturable"]), "amount_to_capture")
    if amount > intent["amount_capturable"]:
        raise Refusal(
            f"The amount_to_capture ({amount}) must be less than or equal to the authorized amount "
            f"({intent['amount_capturable']}).",
            code="amount_too_large",
            param="amount_to_capture",
        )
    if "metadata" in given:
        update(work, None, intent, metadata=metadata(intent["metadata"], given["metadata"]))
    charge = work.get("charge", intent["latest_charge"])
    charges.capture(work, charge, intent, amount)
    work.unplan("payment_intent.expire", intent["id"])
    return _paid(work, intent, charge)


@operation("payment_intents.cancel")
def cancel(work: Work) -> Object:
    intent = work.get("payment_intent", *work.path.values())
    if intent.get("_checkout") and intent["status"] != "requires_capture":
        raise wrong_state("You cannot cancel PaymentIntents created by Checkout: expire the Checkout Session instead.")
    return canceled(work, intent, work.parameters.get("cancellation_reason"))


def canceled(work: Work, intent: Object, reason: str | None) -> Object:
    if intent["status"] not in _CANCELABLE:
        raise _unexpected(intent, "cancel")
    if intent["status"] == "requires_capture":
        charge = work.get("charge", intent["latest_charge"])
        update(work, "charge.expired", charge, refunded=True, amount_refunded=charge["amount"])
    update(
        work, None, intent,
        status="canceled", canceled_at=work.now, cancellation_reason=reason, amount_capturable=0, next_action=None,
    )  # fmt: skip
    work.unplan("payment_intent.expire", intent["id"])
    emit(work, "payment_intent.canceled", intent)
    return intent


@falls_due("payment_intent.expire")
def _expire(work: Work, id: str) -> None:
    canceled(work, work.get("payment_intent", id), "automatic")


@operation("payment_intents.update")
def change(work: Work) -> Object:
    intent = work.get("payment_intent", *work.path.values())
    given = work.parameters
    if intent["status"] not in ("requires_payment_method", "requires_confirmation", "requires_action"):
        only = set(given) - {"metadata", "description", "receipt_email", "expand"}
        if only:
            raise _unexpected(intent, "update")
    changes: dict[str, Any] = {name: given[name] or None for name in _PLAIN if name in given}
    if "amount" in given:
        changes["amount"] = charged_amount(given["amount"], intent["currency"])
    for name in ("transfer_group", "application_fee_amount", "setup_future_usage"):
        if name in given:
            changes[name] = given[name] or None
    if "customer" in given:
        changes["customer"] = work.get("customer", given["customer"], "customer")["id"]
    changes["metadata"] = metadata(intent["metadata"], given.get("metadata"))
    update(work, None, intent, **changes)
    _use_method(work, intent)
    return intent


def authenticated(work: Work, intent: Object, passed: bool) -> Object:
    """The customer has come back from 3-D Secure.

    Raises:
        Refusal: the bank declines after all.
    """
    if intent["status"] != "requires_action":
        raise _unexpected(intent, "confirm")
    if passed:
        return confirm(work, intent, Confirmation(authenticated=True))
    error = {
        "code": "payment_intent_authentication_failure",
        "message": "We are unable to authenticate your payment method. Please choose a different payment method and "
        "try again.",
        "type": "card_error",
    }
    update(
        work, None, intent,
        status="requires_payment_method", payment_method=None, next_action=None, last_payment_error=error,
    )  # fmt: skip
    emit(work, "payment_intent.payment_failed", intent)
    return intent


def _unexpected(intent: Object, verb: str) -> Refusal:
    if verb == "confirm" and intent["status"] == "succeeded":
        words = "because it has already succeeded after being previously confirmed."
    elif verb == "confirm" and intent["status"] == "requires_payment_method":
        words = (
            "because it's missing a payment method. You can either update the PaymentIntent with a payment method and "
            "then confirm it again, or confirm it again directly with a payment method."
        )
    else:
        words = f"because it has a status of {intent['status']}."
    return wrong_state(
        f"You cannot {verb} this PaymentIntent {words}",
        code="payment_intent_unexpected_state",
        payment_intent={name: value for name, value in intent.items() if not name.startswith("_")},
    )


readable("payment_intents", "payment_intent", "customer", "created")
