"""SetupIntents: a payment method made ready for later.

Source: https://docs.stripe.com/api/setup_intents
"""

from __future__ import annotations

from typing import Any

from .answers import readable
from .cards import CARDS, Card, message
from .errors import Refusal, wrong_state
from .events import emit, update
from .operations import operation
from .payment_methods import attach_to, method_named
from .store import Object
from .work import Work, metadata, new_id


@operation("setup_intents.create")
def create(work: Work) -> Object:
    given = work.parameters
    customer = work.get("customer", given["customer"], "customer")["id"] if given.get("customer") else None
    given.get("automatic_payment_methods")
    intent = new_intent(
        work,
        customer=customer,
        description=given.get("description"),
        metadata=metadata({}, given.get("metadata")),
        payment_method_types=given.get("payment_method_types") or ["card"],
        usage=given.get("usage", "off_session"),
    )
    if method := given.get("payment_method"):
        update(work, None, intent, payment_method=method_named(work, method)["id"], status="requires_confirmation")
    emit(work, "setup_intent.created", intent)
    return confirm(work, intent, given.get("return_url")) if given.get("confirm") else intent


def new_intent(work: Work, **fields: Any) -> Object:
    empty = ("application", "automatic_payment_methods", "cancellation_reason", "customer", "description",
             "last_setup_error", "latest_attempt", "mandate", "next_action", "on_behalf_of", "payment_method",
             "single_use_mandate")  # fmt: skip
    usual = {"metadata": {}, "payment_method_types": ["card"], "usage": "off_session", "payment_method_options": {}}
    intent = work.new(
        "setup_intent",
        "seti",
        client_secret=None,
        status="requires_payment_method",
        **({name: None for name in empty} | usual | fields),
    )
    return update(work, None, intent, client_secret=f"{intent['id']}_secret_{new_id('s')[2:]}")


@operation("setup_intents.confirm")
def confirm_named(work: Work) -> Object:
    intent = work.get("setup_intent", *work.path.values())
    given = work.parameters
    if method := given.get("payment_method"):
        update(work, None, intent, payment_method=method_named(work, method)["id"], status="requires_confirmation")
    return confirm(work, intent, given.get("return_url"))


def confirm(work: Work, intent: Object, return_url: str | None, authenticated: bool = False) -> Object:
    """
    Raises:
        Refusal: the intent is in no state for it, or the bank declines the card.
    """
    if intent["status"] not in ("requires_confirmation", "requires_action"):
        raise wrong_state(
            f"You cannot confirm this SetupIntent because it has a status of {intent['status']}.",
            code="setup_intent_unexpected_state",
        )
    method = work.get("payment_method", intent["payment_method"])
    card = CARDS.get(method["_number"], Card())
    if card.decline and card.refuses_attaching:
        raise _declined(work, intent, *card.decline)
    if card.authenticate != "no" and not method["_set_up"] and not authenticated:
        page = f"{work.origin}/3ds/{work.account}/{intent['id']}"
        action: Object = {"type": "redirect_to_url", "redirect_to_url": {"return_url": return_url, "url": page}}
        update(work, None, intent, status="requires_action", next_action=action, _page=page)
        emit(work, "setup_intent.requires_action", intent)
        return intent
    update(work, None, method, _set_up=True)
    if intent["customer"]:
        attach_to(work, method, work.get("customer", intent["customer"]))
    update(work, None, intent, status="succeeded", next_action=None, last_setup_error=None)
    emit(work, "setup_intent.succeeded", intent)
    return intent


def authenticated(work: Work, intent: Object, passed: bool) -> Object:
    if passed:
        return confirm(work, intent, None, authenticated=True)
    error = {
        "code": "setup_intent_authentication_failure",
        "message": "We are unable to authenticate your payment method.",
        "type": "invalid_request_error",
    }
    update(
        work, None, intent,
        status="requires_payment_method", payment_method=None, next_action=None, last_setup_error=error,
    )  # fmt: skip
    emit(work, "setup_intent.setup_failed", intent)
    return intent


def _declined(work: Work, intent: Object, code: str, decline_code: str | None) -> Refusal:
    error: Object = {"code": code, "message": message(code, decline_code), "type": "card_error"}
    if decline_code:
        error["decline_code"] = decline_code
    update(work, None, intent, status="requires_payment_method", payment_method=None, last_setup_error=error)
    emit(work, "setup_intent.setup_failed", intent)
    return Refusal(
        error["message"], status=402, type="card_error", code=code, decline_code=decline_code, kept=True
    )


@operation("setup_intents.cancel")
def cancel(work: Work) -> Object:
    intent = work.get("setup_intent", *work.path.values())
    if intent["status"] in ("succeeded", "canceled"):
        raise wrong_state(
            f"You cannot cancel this SetupIntent because it has a status of {intent['status']}.",
            code="setup_intent_unexpected_state",
        )
    reason = work.parameters.get("cancellation_reason")
    update(work, None, intent, status="canceled", cancellation_reason=reason, next_action=None)
    emit(work, "setup_intent.canceled", intent)
    return intent


readable("setup_intents", "setup_intent", "customer", "payment_method", "created")
