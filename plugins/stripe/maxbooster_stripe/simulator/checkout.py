"""Checkout Sessions: what is for sale, the hosted page that takes the payment, and what comes of it.

Sources: https://docs.stripe.com/api/checkout/sessions, https://docs.stripe.com/payments/checkout/how-checkout-works
"""

from __future__ import annotations

from typing import Any

from . import payment_intents, setup_intents, subscriptions
from .answers import includable, page
from .catalog import discounted, line_price, promotion_by_code, redeem, redeemable
from .clock import DAY, MINUTE
from .due import falls_due
from .errors import Refusal, wrong_state
from .events import emit, update
from .money import charged_amount
from .operations import operation
from .payment_methods import create_customer
from .store import Object
from .work import Work, list_of, metadata, new_id

_SHORTEST, _LONGEST = 30 * MINUTE, DAY


@operation("checkout.sessions.create")
def create(work: Work) -> Object:
    given = work.parameters
    mode = given.get("mode", "payment")
    lines = _lines(work, given, mode)
    customer = work.get("customer", given["customer"], "customer") if given.get("customer") else None
    if customer and given.get("customer_email"):
        raise Refusal("You may only specify one of these parameters: customer, customer_email.", param="customer_email")
    if "success_url" not in given:
        raise Refusal("Missing required param: success_url.", code="parameter_missing", param="success_url")
    session = work.new("checkout.session", "cs_test", **_blank(work, given, mode))
    session |= {
        "customer": customer["id"] if customer else None,
        "customer_details": _details(customer, given.get("customer_email")) if customer or _email(given) else None,
        "currency": lines[0]["currency"] if lines else given.get("currency"),
        "url": f"{work.origin}/pay/{work.account}/{session['id']}",
        "payment_status": "no_payment_required" if mode == "setup" else "unpaid",
        "_lines": lines,
        "_platform": work.platform,
        "_discounts": _chosen_discounts(work, given),
        "_data": _data(given, mode),
    }
    _total(work, session)
    if mode == "payment" and session["amount_total"]:
        charged_amount(session["amount_total"], session["currency"])
    work.save(session)
    work.plan(session["expires_at"], "checkout.expire", session["id"])
    return session


def _email(given: Any) -> str | None:
    email: str | None = given.get("customer_email")
    return email


def _details(customer: Object | None, email: str | None, name: str | None = None, country: str | None = None) -> Object:
    address = {part: None for part in ("city", "line1", "line2", "postal_code", "state")} | {"country": country}
    return {
        "address": (customer or {}).get("address") or (address if country else None),
        "business_name": None,
        "email": (customer or {}).get("email") or email,
        "individual_name": None,
        "name": (customer or {}).get("name") or name,
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": None,
    }


def _lines(work: Work, given: Any, mode: str) -> list[Object]:
    if mode == "setup":
        if given.get("line_items"):
            raise Refusal("You can not pass `line_items` in `setup` mode.", param="line_items")
        return []
    if not given.get("line_items"):
        raise Refusal("Missing required param: line_items.", code="parameter_missing", param="line_items")
    lines = [_line(work, one, f"line_items[{place}]") for place, one in enumerate(given["line_items"])]
    if len({one["currency"] for one in lines}) > 1:
        raise Refusal("All prices on a Checkout Session must be in the same currency.", param="line_items")
    recurring = [one["price"]["recurring"] is not None for one in lines]
    if mode == "payment" and any(recurring):
        raise Refusal(
            "You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or use only "
            "one-time prices.",
            param="line_items",
        )
    if mode == "subscription" and not all(recurring):
        raise Refusal("The simulator takes recurring prices only in `subscription` mode.", param="line_items")
    return lines


def _line(work: Work, given: Any, param: str) -> Object:
    price = line_price(work, given, param)
    quantity = given.get("quantity", 1)
    if quantity < 1:
        raise Refusal(
            "This value must be greater than or equal to 1.", code="parameter_invalid_integer",
            param=f"{param}[quantity]",
        )  # fmt: skip
    amount = price["unit_amount"] * quantity
    return {
        "id": new_id("li"),
        "object": "item",
        "adjustable_quantity": None,
        "amount_discount": 0,
        "amount_subtotal": amount,
        "amount_tax": 0,
        "amount_total": amount,
        "currency": price["currency"],
        "description": work.get("product", price["product"])["name"],
        "metadata": metadata({}, given.get("metadata")),
        "price": price,
        "quantity": quantity,
    }


def _blank(work: Work, given: Any, mode: str) -> Object:
    nothing = ("adaptive_pricing", "after_expiration", "billing_address_collection", "client_secret",
               "collected_information", "consent", "consent_collection", "currency_conversion", "customer_account",
               "invoice", "invoice_creation", "origin_context", "payment_intent", "payment_link",
               "payment_method_configuration_details", "permissions", "recovered_from", "return_url",
               "saved_payment_method_options", "setup_intent", "shipping_address_collection", "shipping_cost",
               "subscription", "wallet_options")  # fmt: skip
    copied = ("allow_promotion_codes", "cancel_url", "client_reference_id", "customer_creation", "customer_email",
              "locale", "submit_type", "success_url", "billing_address_collection", "payment_method_collection")
    text = {name: None for name in ("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")}
    if (given.get("automatic_tax") or {}).get("enabled"):
        raise Refusal("The simulator computes tax through tax.calculations only.", param="automatic_tax")
    if given.get("ui_mode", "hosted_page") != "hosted_page":
        raise Refusal("The simulator has the hosted page only.", param="ui_mode")
    return {
        **{name: None for name in nothing},
        **{name: given.get(name) for name in copied},
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "custom_fields": [],
        "custom_text": text,
        "discounts": [],
        "expires_at": _expires_at(work, given.get("expires_at")),
        "metadata": metadata({}, given.get("metadata")),
        "mode": mode,
        "payment_method_options": {},
        "payment_method_types": given.get("payment_method_types") or ["card"],
        "payment_status": "unpaid",
        "phone_number_collection": {"enabled": False},
        "shipping_options": [],
        "status": "open",
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted_page",
    }


def _expires_at(work: Work, at: int | None) -> int:
    if at is None:
        return work.now + _LONGEST
    if not _SHORTEST <= at - work.now <= _LONGEST:
        raise Refusal(
            "The `expires_at` timestamp must be at least 30 minutes and at most 24 hours from Checkout Session creation.",
            param="expires_at",
        )
    return at


def _chosen_discounts(work: Work, given: Any) -> list[Object]:
    chosen = given.get("discounts") or []
    if chosen and given.get("allow_promotion_codes"):
        raise Refusal(
            "You may only specify one of these parameters: allow_promotion_codes, discounts.", param="discounts"
        )
    if len(chosen) > 1:
        raise Refusal("You may only pass one discount.", param="discounts")
    for one in chosen:
        redeemable(work, one, given.get("customer"))
    return [{"coupon": one.get("coupon"), "promotion_code": one.get("promotion_code")} for one in chosen]


def _data(given: Any, mode: str) -> Object:
    name = {"payment": "payment_intent_data", "setup": "setup_intent_data", "subscription": "subscription_data"}[mode]
    return dict((given.get(name) or {}).items())


def _total(work: Work, session: Object) -> None:
    """Amounts of the lines and of the whole, with the discount spread over the lines."""
    lines = session["_lines"]
    subtotal = sum(one["amount_subtotal"] for one in lines)
    off = 0
    for given in session["_discounts"]:
        coupon, _ = redeemable(work, given, session["customer"])
        off = discounted(coupon, subtotal, session["currency"])
    shared = 0
    for place, one in enumerate(lines):
        until = sum(other["amount_subtotal"] for other in lines[: place + 1])
        part = off * until // subtotal - shared if subtotal else 0
        shared += part
        one |= {"amount_discount": part, "amount_total": one["amount_subtotal"] - part}
    session |= {
        "amount_subtotal": subtotal if lines else None,
        "amount_total": subtotal - off if lines else None,
        "discounts": session["_discounts"],
        "total_details": {"amount_discount": off, "amount_shipping": 0, "amount_tax": 0},
    }


def apply_code(work: Work, session: Object, code: str) -> None:
    """
    Raises:
        Refusal: codes are not taken here, or not this one.
    """
    if not session["allow_promotion_codes"]:
        raise Refusal("This checkout takes no promotion codes.", param="code")
    promotion = promotion_by_code(work, code)
    update(work, None, session, _discounts=[{"coupon": None, "promotion_code": promotion["id"]}])
    _total(work, session)
    work.save(session)


def open_session(work: Work, id: str) -> Object:
    """
    Raises:
        Refusal: paid or expired.
    """
    session = work.get("checkout.session", id)
    if session["status"] != "open":
        raise wrong_state(f"This Checkout Session is {session['status']}.", status=409)
    return session


def pay(work: Work, session: Object, method: Object, email: str | None, name: str | None) -> Object:
    """The customer submits the page. The intent, or the session where no more is needed.

    Raises:
        Refusal: the bank declines; the session stays open.
    """
    customer = _customer(work, session, email, name)
    details = _details(work.find("customer", customer) if customer else None, email, name, "US")
    update(work, None, session, customer=customer, customer_details=details)
    if session["mode"] == "setup":
        return _set_up(work, session, method)
    if session["mode"] == "subscription":
        return _subscribe(work, session, method)
    if not session["amount_total"]:
        return complete(work, session, "no_payment_required")
    intent = _intent(work, session)
    payment_intents.choose(work, intent, method)
    payment_intents.confirm(work, intent, payment_intents.Confirmation())
    return after_intent(work, session, intent)


def _customer(work: Work, session: Object, email: str | None, name: str | None) -> str | None:
    wanted = session["mode"] == "subscription" or session["customer_creation"] == "always"
    saves = session["_data"].get("setup_future_usage")
    if session["customer"] or not (wanted or saves):
        found: str | None = session["customer"]
        return found
    return str(create_customer(work.given(email=email, name=name))["id"])


def _intent(work: Work, session: Object) -> Object:
    if session["payment_intent"]:
        intent = work.get("payment_intent", session["payment_intent"])
        return update(work, None, intent, amount=session["amount_total"], customer=session["customer"])
    data = {name: value for name, value in session["_data"].items() if name != "metadata"}
    intent = payment_intents.new_intent(
        work,
        session["amount_total"],
        session["currency"],
        customer=session["customer"],
        metadata=metadata({}, session["_data"].get("metadata")),
        payment_method_types=session["payment_method_types"],
        _checkout=session["id"],
        **data,
    )
    update(work, None, session, payment_intent=intent["id"])
    emit(work, "payment_intent.created", intent)
    return intent


def after_intent(work: Work, session: Object, intent: Object) -> Object:
    """Complete the session if its intent has come so far; else the customer has something to do."""
    if intent["status"] in ("succeeded", "requires_capture"):
        return complete(work, session, "no_payment_required" if session["mode"] == "setup" else "paid")
    if intent["status"] == "processing":
        return complete(work, session, "unpaid")
    return intent


def _set_up(work: Work, session: Object, method: Object) -> Object:
    if session["setup_intent"]:
        intent = work.get("setup_intent", session["setup_intent"])
    else:
        data = session["_data"]
        intent = setup_intents.new_intent(
            work, customer=session["customer"], description=data.get("description"),
            metadata=metadata({}, data.get("metadata")), _checkout=session["id"],
        )  # fmt: skip
        update(work, None, session, setup_intent=intent["id"])
        emit(work, "setup_intent.created", intent)
    update(work, None, intent, payment_method=method["id"], status="requires_confirmation")
    setup_intents.confirm(work, intent, None)
    return after_intent(work, session, intent)


def _subscribe(work: Work, session: Object, method: Object) -> Object:
    customer = work.get("customer", session["customer"])
    data = session["_data"]
    trial = data.get("trial_end") or (work.now + data["trial_period_days"] * DAY if data.get("trial_period_days") else None)
    if session["subscription"]:  # of an attempt that ended in 3-D Secure
        subscriptions.expire(work, session["subscription"])
    with work.store.savepoint():  # a declined card leaves no subscription
        subscriptions.attach_to(work, method, customer)
        terms = subscriptions.Terms(
            items=[(one["price"], one["quantity"], {}) for one in session["_lines"]],
            trial_end=trial,
            method=method["id"],
            payment_behavior="default_incomplete",
            discounts=session["_discounts"],
            fields={"metadata": metadata({}, data.get("metadata")), "description": data.get("description")},
        )
        started = subscriptions.start(work, customer, terms)
        update(work, None, session, subscription=started["id"], invoice=started["latest_invoice"])
        invoice = work.get("invoice", started["latest_invoice"])
        if invoice["status"] == "paid":
            return complete(work, session, "paid" if invoice["amount_due"] else "no_payment_required")
        intent = work.get("payment_intent", invoice["_intent"])
        update(work, None, intent, _checkout=session["id"])
        payment_intents.choose(work, intent, method)
        payment_intents.confirm(work, intent, payment_intents.Confirmation())
        if intent["status"] == "succeeded":
            return complete(work, work.get("checkout.session", session["id"]), "paid")
        return intent


def debit_settled(work: Work, intent: Object) -> None:
    """A payment has come to its end: one that took days, or the first of a subscription after 3-D Secure."""
    session = work.get("checkout.session", intent["_checkout"])
    if session["status"] != "complete" or session["payment_status"] == "paid":
        return
    if intent["status"] == "succeeded":
        update(work, None, session, payment_status="paid")
        emit(work, "checkout.session.async_payment_succeeded", session)
    elif intent["status"] == "requires_payment_method":
        emit(work, "checkout.session.async_payment_failed", session)


def complete(work: Work, session: Object, payment_status: str) -> Object:
    if session["mode"] == "payment":
        for given in session["_discounts"]:
            coupon, promotion = redeemable(work, given, session["customer"])
            redeem(work, coupon, promotion, checkout_session=session["id"])
    update(work, None, session, status="complete", payment_status=payment_status, url=None)
    work.unplan("checkout.expire", session["id"])
    emit(work, "checkout.session.completed", session)
    return session


@operation("checkout.sessions.expire")
def expire(work: Work) -> Object:
    session = work.get("checkout.session", *work.path.values())
    if session["status"] != "open":
        raise wrong_state(
            f"Only Checkout Sessions with a status in [\"open\"] can be expired. This Checkout Session has a status of "
            f"{session['status']}."
        )
    return _expired(work, session)


@falls_due("checkout.expire")
def _expire(work: Work, id: str) -> None:
    session = work.get("checkout.session", id)
    if session["status"] == "open":
        _expired(work, session)


def _expired(work: Work, session: Object) -> Object:
    update(work, None, session, status="expired", url=None)
    work.unplan("checkout.expire", session["id"])
    if session["payment_intent"]:
        intent = work.get("payment_intent", session["payment_intent"])
        if intent["status"] in ("requires_payment_method", "requires_action", "requires_confirmation"):
            payment_intents.canceled(work, intent, "expired")
    emit(work, "checkout.session.expired", session)
    return session


@operation("checkout.sessions.update")
def change(work: Work) -> Object:
    session = work.get("checkout.session", *work.path.values())
    labels = metadata(session["metadata"], work.parameters.get("metadata"))
    return update(work, None, session, metadata=labels)


@includable("checkout.session", "line_items")
def _line_items(work: Work, session: Object) -> Object:
    return list_of(f"/v1/checkout/sessions/{session['id']}/line_items", session["_lines"])


@operation("checkout.sessions.line_items.list")
def line_items(work: Work) -> Object:
    work.parameters.get("limit")
    return list_of(work.url, work.get("checkout.session", *work.path.values())["_lines"])


@operation("checkout.sessions.retrieve")
def retrieve(work: Work) -> Object:
    return work.get("checkout.session", *work.path.values())


@operation("checkout.sessions.list")
def listing(work: Work) -> Object:
    names = ("customer", "payment_intent", "subscription", "status", "created")
    return page(work, "checkout.session", {name: name for name in names})


