"""Customers and what they pay with.

Sources: https://docs.stripe.com/api/customers, https://docs.stripe.com/api/payment_methods
"""

from __future__ import annotations

from typing import Any

from .answers import includable, readable
from .cards import CARDS, DEBITS, METHODS, SET_UP, Card, message
from .errors import Refusal
from .events import emit, update
from .operations import operation
from .store import Object
from .work import Work, list_of, metadata, new_id

_DETAILS = ("address", "email", "name", "phone", "tax_id")
_CUSTOMER_FIELDS = ("address", "description", "email", "name", "phone", "shipping", "preferred_locales", "tax_exempt")


@operation("customers.create")
def create_customer(work: Work) -> Object:
    given = work.parameters
    customer: Object = work.new(
        "customer",
        "cus",
        **{name: given.get(name) for name in _CUSTOMER_FIELDS},
        balance=0,
        currency=None,
        default_source=None,
        delinquent=False,
        discount=None,
        invoice_prefix=new_id("x", 8)[2:].upper(),
        invoice_settings=_invoice_settings(given),
        metadata=metadata({}, given.get("metadata")),
        next_invoice_sequence=1,
        test_clock=None,
    )
    customer["preferred_locales"] = customer["preferred_locales"] or []
    customer["tax_exempt"] = customer["tax_exempt"] or "none"
    work.save(customer)
    if method := given.get("payment_method"):
        attach_to(work, method_named(work, method), customer)
    emit(work, "customer.created", customer)
    return customer


@operation("customers.update")
def change_customer(work: Work) -> Object:
    customer = work.get("customer", *work.path.values())
    given = work.parameters
    changes: dict[str, Any] = {name: given[name] or None for name in _CUSTOMER_FIELDS if name in given}
    changes["metadata"] = metadata(customer["metadata"], given.get("metadata"))
    if settings := given.get("invoice_settings"):
        if method := settings.get("default_payment_method"):
            _belonging_to(work, method, customer)
        changes["invoice_settings"] = {**customer["invoice_settings"], **dict(settings.items())}
    return update(work, "customer.updated", customer, **changes)


@operation("customers.delete")
def delete_customer(work: Work) -> Object:
    customer = work.get("customer", *work.path.values())
    work.store.remove(work.account, "customer", customer["id"])
    emit(work, "customer.deleted", customer)
    return {"id": customer["id"], "object": "customer", "deleted": True}


def _invoice_settings(given: Any) -> Object:
    settings = dict((given.get("invoice_settings") or {}).items())
    return {"custom_fields": None, "default_payment_method": None, "footer": None, "rendering_options": None} | settings


@includable("customer", "subscriptions")
def _subscriptions(work: Work, customer: Object) -> Object:
    active = [one for one in work.all("subscription", customer=customer["id"]) if one["status"] != "canceled"]
    return list_of(f"/v1/customers/{customer['id']}/subscriptions", active)


@operation("payment_methods.create")
def create(work: Work) -> Object:
    given = work.parameters
    kind = given["type"]
    if kind == "card":
        return new_card(work, given["card"], given.get("billing_details"), given.get("metadata"))
    if kind == "sepa_debit":
        return new_debit(work, given["sepa_debit"]["iban"], given.get("billing_details"))
    raise Refusal(f"The simulator has no payment methods of type {kind}.", param="type")


def new_card(work: Work, card: Any, details: Any = None, labels: Any = None) -> Object:
    """
    Raises:
        Refusal: not one of the test cards, or one that has expired.
    """
    number = _number(card)
    if number not in CARDS:
        raise _card_error("incorrect_number", None, "card[number]")
    month, year = int(card.get("exp_month", 12)), int(card.get("exp_year", 2099))
    card.get("cvc")
    if not 1 <= month <= 12:
        raise _card_error("invalid_expiry_month", None, "card[exp_month]")
    return work.new(
        "payment_method",
        "pm",
        allow_redisplay="unspecified",
        billing_details={name: (details or {}).get(name) for name in _DETAILS},
        card=_card_object(CARDS[number], number, month, year),
        customer=None,
        metadata=metadata({}, labels),
        type="card",
        _number=number,
        _set_up=number in SET_UP,
    )


def new_debit(work: Work, iban: str, details: Any = None) -> Object:
    iban = iban.replace(" ", "").upper()
    if iban not in DEBITS:
        raise Refusal(f"The IBAN you provided is not one of the test IBANs: {iban}", code="invalid_bank_account_iban")
    return work.new(
        "payment_method",
        "pm",
        allow_redisplay="unspecified",
        billing_details={name: (details or {}).get(name) for name in _DETAILS},
        customer=None,
        metadata={},
        sepa_debit={
            "bank_code": iban[4:12],
            "branch_code": "",
            "country": iban[:2],
            "fingerprint": iban[-16:],
            "generated_from": None,
            "last4": iban[-4:],
        },
        type="sepa_debit",
        _number=iban,
        _set_up=True,
    )


def _number(card: Any) -> str:
    if "token" in card:
        return METHODS.get(card["token"].replace("tok_", "pm_card_"), card["token"])
    return str(card["number"]).replace(" ", "")


def _card_object(card: Card, number: str, month: int, year: int) -> Object:
    return {
        "brand": card.brand,
        "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
        "country": card.country,
        "display_brand": card.brand,
        "exp_month": month,
        "exp_year": year,
        "fingerprint": f"fp{number[-14:]}",
        "funding": card.funding,
        "generated_from": None,
        "last4": number[-4:],
        "networks": {"available": [card.brand], "preferred": None},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }


@operation("payment_methods.attach")
def attach(work: Work) -> Object:
    method = method_named(work, *work.path.values())
    customer = work.get("customer", work.parameters["customer"], "customer")
    attach_to(work, method, customer)
    return method


def attach_to(work: Work, method: Object, customer: Object) -> None:
    """
    Raises:
        Refusal: it belongs to somebody else, was detached before, or the bank declines it.
    """
    if method["customer"] == customer["id"]:
        return
    if method["customer"] is not None:
        raise Refusal("The payment method you provided has already been attached to a customer.")
    if method.get("_detached"):
        raise Refusal(
            "This PaymentMethod was previously used without being attached to a Customer or was detached from a "
            "Customer, and may not be used again."
        )
    card = CARDS.get(method["_number"], Card())
    if card.decline and card.refuses_attaching:
        raise _card_error(*card.decline)
    update(work, None, method, customer=customer["id"])
    emit(work, "payment_method.attached", method)


@operation("payment_methods.detach")
def detach(work: Work) -> Object:
    method = work.get("payment_method", *work.path.values())
    if method["customer"] is None:
        raise Refusal("The payment method you provided is not attached to a customer so detachment is impossible.")
    was = method["customer"]
    update(work, None, method, customer=None, _detached=True)
    emit(work, "payment_method.detached", method, {"customer": was})
    return method


@operation("payment_methods.update")
def change(work: Work) -> Object:
    method = work.get("payment_method", *work.path.values())
    details = dict((work.parameters.get("billing_details") or {}).items())
    return update(
        work,
        "payment_method.updated",
        method,
        billing_details={**method["billing_details"], **details},
        metadata=metadata(method["metadata"], work.parameters.get("metadata")),
    )


def method_named(work: Work, id: str) -> Object:
    """A payment method of this account; the test methods (`pm_card_…`) give a new one each time."""
    if id in METHODS:
        return new_card(work, {"number": METHODS[id]})
    return work.get("payment_method", id, "payment_method")


def _belonging_to(work: Work, id: str, customer: Object) -> Object:
    method = work.get("payment_method", id, "payment_method")
    if method["customer"] != customer["id"]:
        raise Refusal(
            f"The customer does not have a payment method with the ID {id}. The payment method must be attached to "
            "the customer.",
            code="resource_missing",
            param="invoice_settings[default_payment_method]",
        )
    return method


def _card_error(code: str, decline_code: str | None, param: str | None = None) -> Refusal:
    return Refusal(
        message(code, decline_code), status=402, type="card_error", code=code, decline_code=decline_code, param=param
    )


readable("customers", "customer", "email", "created")
readable("payment_methods", "payment_method", "customer", "type")


@operation("customers.payment_methods.list")
def of_customer(work: Work) -> Object:
    from .answers import page

    customer = work.get("customer", *work.path.values())
    return page(work, "payment_method", {"type": "type"}, customer=customer["id"])
