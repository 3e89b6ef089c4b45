"""Invoices: drafted, finalized, paid, or tried again until the schedule of retries is over.

Sources: https://docs.stripe.com/invoicing/overview (states), https://docs.stripe.com/billing/subscriptions/overview (an
hour as a draft), https://docs.stripe.com/billing/revenue-recovery/smart-retries
"""

from __future__ import annotations

from typing import Any

from . import payment_intents
from .answers import includable, page, readable
from .catalog import discounted
from .clock import DAY, HOUR
from .due import falls_due
from .errors import Refusal, wrong_state
from .events import emit, update
from .money import currency
from .operations import operation
from .store import Object
from .work import Work, list_of, metadata, new_id

RETRIES = (3 * DAY, 5 * DAY, 7 * DAY)
"""How long after each failed attempt the next one follows."""


def draft(work: Work, customer: Object, code: str, lines: list[Object], reason: str, **fields: Any) -> Object:
    """A draft of these lines and of the pending items of the customer (and subscription)."""
    subscription = fields.pop("subscription", None)
    discounts = fields.pop("discounts", [])
    pending = _pending(work, customer["id"], code, subscription)
    invoice = work.new("invoice", "in", **_blank(customer, code, reason), _subscription=subscription)
    invoice |= {
        "number": None,
        "period_end": work.now,
        "period_start": fields.pop("period_start", work.now),
        "discounts": [one["id"] for one in discounts],
        "_discounts": discounts,
        **fields,
    }
    if subscription:
        invoice["parent"] = {
            "quote_details": None,
            "subscription_details": {"metadata": fields.get("metadata", {}), "subscription": subscription},
            "type": "subscription_details",
        }
    for item in pending:
        update(work, None, item, invoice=invoice["id"])
    every = [{**one, "invoice": invoice["id"]} for one in lines + [line_of_item(item) for item in pending]]
    invoice["lines"] = list_of(f"/v1/invoices/{invoice['id']}/lines", every)
    _total(work, invoice)
    work.save(invoice)
    emit(work, "invoice.created", invoice)
    return invoice


def _blank(customer: Object, code: str, reason: str) -> Object:
    nothing = ("account_tax_ids", "application", "automatically_finalizes_at", "custom_fields", "customer_tax_exempt",
               "customer_address", "customer_phone", "customer_shipping", "default_payment_method", "default_source",
               "description", "due_date", "effective_at", "ending_balance", "footer", "from_invoice",
               "hosted_invoice_url", "invoice_pdf", "last_finalization_error", "latest_revision",
               "next_payment_attempt", "number", "on_behalf_of", "parent", "receipt_number", "rendering",
               "shipping_cost", "shipping_details", "statement_descriptor", "test_clock",
               "webhooks_delivered_at")  # fmt: skip
    zero = ("amount_overpaid", "amount_paid", "amount_shipping", "attempt_count", "post_payment_credit_notes_amount",
            "pre_payment_credit_notes_amount", "starting_balance")  # fmt: skip
    return {
        **{name: None for name in nothing},
        **{name: 0 for name in zero},
        "account_country": "US",
        "account_name": "Simulated",
        "attempted": False,
        "auto_advance": True,
        "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None, "provider": None, "status": None},
        "billing_reason": reason,
        "collection_method": "charge_automatically",
        "currency": code,
        "customer": customer["id"],
        "customer_email": customer["email"],
        "customer_name": customer["name"],
        "customer_tax_ids": [],
        "default_tax_rates": [],
        "issuer": {"type": "self"},
        "metadata": {},
        "payment_settings": {"default_mandate": None, "payment_method_options": None, "payment_method_types": None},
        "status": "draft",
        "status_transitions": {n: None for n in ("finalized_at", "marked_uncollectible_at", "paid_at", "voided_at")},
        "total_pretax_credit_amounts": [],
        "total_taxes": [],
    }


def line(work: Work, amount: int, code: str, description: str, price: Object | None, quantity: int, **more: Any) -> Object:
    """A line of an invoice; `more` holds its period and what it comes from."""
    pricing = None
    if price is not None:
        pricing = {
            "price_details": {"price": price["id"], "product": price["product"]},
            "type": "price_details",
            "unit_amount_decimal": price["unit_amount_decimal"],
        }
    return {
        "id": new_id("il"),
        "object": "line_item",
        "amount": amount,
        "currency": code,
        "description": description,
        "discount_amounts": [],
        "discountable": True,
        "discounts": [],
        "invoice": None,
        "livemode": False,
        "metadata": {},
        "parent": None,
        "period": {"end": work.now, "start": work.now},
        "pretax_credit_amounts": [],
        "pricing": pricing,
        "quantity": quantity,
        "subscription": None,
        "subtotal": amount,
        "taxes": [],
        **more,
    }


def _total(work: Work, invoice: Object) -> None:
    lines = invoice["lines"]["data"]
    subtotal = sum(one["amount"] for one in lines)
    left, taken = subtotal, []
    for discount in invoice["_discounts"]:
        coupon = work.get("coupon", discount["source"]["coupon"])
        off = discounted(coupon, max(left, 0), invoice["currency"])
        taken.append({"amount": off, "discount": discount["id"]})
        left -= off
    customer = work.get("customer", invoice["customer"])
    due = max(left + customer["balance"], 0) if left >= 0 else 0
    invoice |= {
        "subtotal": subtotal,
        "subtotal_excluding_tax": subtotal,
        "total": left,
        "total_excluding_tax": left,
        "total_discount_amounts": taken,
        "amount_due": due,
        "amount_remaining": due,
        "starting_balance": customer["balance"],
    }


def finalize(work: Work, invoice: Object) -> Object:
    """Give it its number and its payment.

    Raises:
        Refusal: it is not a draft.
    """
    if invoice["status"] != "draft":
        raise wrong_state("This invoice is already finalized, you can't re-finalize a non-draft invoice.")
    customer = work.get("customer", invoice["customer"])
    number = f"{customer['invoice_prefix']}-{customer['next_invoice_sequence']:04}"
    balance = customer["balance"] + invoice["total"] - invoice["amount_due"]
    update(work, None, customer, next_invoice_sequence=customer["next_invoice_sequence"] + 1, balance=balance)
    transitions = {**invoice["status_transitions"], "finalized_at": work.now}
    update(
        work, None, invoice,
        status="open", number=number, effective_at=work.now, ending_balance=balance, status_transitions=transitions,
        automatically_finalizes_at=None, hosted_invoice_url=f"{work.origin}/invoices/{work.account}/{invoice['id']}",
    )  # fmt: skip
    work.unplan("invoice.finalize", invoice["id"])
    if invoice["amount_due"] > 0:
        _open_payment(work, invoice)
    emit(work, "invoice.finalized", invoice)
    if invoice["amount_due"] == 0:
        paid(work, invoice)
    return invoice


def _open_payment(work: Work, invoice: Object) -> None:
    intent = payment_intents.new_intent(
        work,
        invoice["amount_due"],
        invoice["currency"],
        customer=invoice["customer"],
        description="Subscription update" if invoice["_subscription"] else "Invoice",
        setup_future_usage="off_session" if invoice["_subscription"] else None,
        _invoice=invoice["id"],
    )
    emit(work, "payment_intent.created", intent)
    payment = work.new(
        "invoice_payment",
        "inpay",
        amount_paid=None,
        amount_requested=invoice["amount_due"],
        currency=invoice["currency"],
        invoice=invoice["id"],
        is_default=True,
        payment={"payment_intent": intent["id"], "type": "payment_intent"},
        status="open",
        status_transitions={"canceled_at": None, "paid_at": None},
    )
    secret = {"client_secret": intent["client_secret"], "type": "payment_intent"}
    update(work, None, invoice, _intent=intent["id"], _payment=payment["id"], confirmation_secret=secret)


def try_to_pay(work: Work, invoice: Object, off_session: bool = True, method: str | None = None) -> bool:
    """Charge the method that the subscription or customer has; whether it was paid. A failure is noted, not raised."""
    method = method or _method(work, invoice)
    count = invoice["attempt_count"] + 1
    update(work, None, invoice, attempted=True, attempt_count=count)
    intent = work.get("payment_intent", invoice["_intent"])
    try:
        if method is None:
            raise Refusal("There is no payment method to charge.", status=402, kept=True)
        payment_intents.choose(work, intent, work.get("payment_method", method))
        payment_intents.confirm(work, intent, payment_intents.Confirmation(off_session))
    except Refusal:
        failed(work, invoice)
        return False
    if intent["status"] == "requires_action":
        emit(work, "invoice.payment_action_required", invoice)
        failed(work, invoice)
        return False
    invoice |= work.get("invoice", invoice["id"])
    return bool(invoice["status"] == "paid")


def _method(work: Work, invoice: Object) -> str | None:
    chosen: str | None = invoice["default_payment_method"]
    if chosen is None and invoice["_subscription"]:
        chosen = work.get("subscription", invoice["_subscription"])["default_payment_method"]
    settings = work.get("customer", invoice["customer"])["invoice_settings"]
    return chosen or settings["default_payment_method"]


def failed(work: Work, invoice: Object) -> None:
    """Note a failed attempt; the subscription falls behind and the next attempt is planned, while one is left."""
    from . import subscriptions

    retry = None
    if invoice["billing_reason"] == "subscription_cycle" and invoice["attempt_count"] <= len(RETRIES):
        retry = work.now + RETRIES[invoice["attempt_count"] - 1]
        work.plan(retry, "invoice.retry", invoice["id"])
    update(work, None, invoice, next_payment_attempt=retry)
    emit(work, "invoice.payment_failed", invoice)
    if invoice["_subscription"]:
        subscriptions.payment_failed(work, invoice)


@falls_due("invoice.retry")
def _retry(work: Work, id: str) -> None:
    invoice = work.get("invoice", id)
    if invoice["status"] == "open":
        try_to_pay(work, invoice)


@falls_due("invoice.finalize")
def _finalize(work: Work, id: str) -> None:
    """The hour as a draft is over."""
    invoice = work.get("invoice", id)
    if invoice["status"] != "draft" or not invoice["auto_advance"]:
        return
    finalize(work, invoice)
    if invoice["status"] == "open" and invoice["collection_method"] == "charge_automatically":
        try_to_pay(work, invoice)


def plan_finalizing(work: Work, invoice: Object) -> None:
    update(work, None, invoice, automatically_finalizes_at=work.now + HOUR)
    work.plan(work.now + HOUR, "invoice.finalize", invoice["id"])


def payment_settled(work: Work, intent: Object) -> None:
    """The payment of an invoice has come to an end, maybe after days or after 3-D Secure."""
    invoice = work.get("invoice", intent["_invoice"])
    if intent["status"] == "succeeded" and invoice["status"] in ("open", "uncollectible"):
        paid(work, invoice)
    elif intent["status"] == "requires_payment_method" and invoice["status"] == "open":
        failed(work, invoice)


def paid(work: Work, invoice: Object, outside: bool = False) -> None:
    from . import subscriptions

    transitions = {**invoice["status_transitions"], "paid_at": work.now}
    amount = 0 if outside else invoice["amount_due"]
    update(
        work, None, invoice,
        status="paid", amount_paid=amount, amount_remaining=0, attempted=True, next_payment_attempt=None,
        status_transitions=transitions, auto_advance=False,
    )  # fmt: skip
    work.unplan("invoice.retry", invoice["id"])
    if invoice.get("_payment"):
        payment = work.get("invoice_payment", invoice["_payment"])
        update(
            work, None, payment,
            status="canceled" if outside else "paid", amount_paid=amount,
            status_transitions={"canceled_at": None, "paid_at": work.now},
        )  # fmt: skip
        if not outside:
            emit(work, "invoice_payment.paid", payment)
    emit(work, "invoice.paid", invoice)
    emit(work, "invoice.payment_succeeded", invoice)
    if invoice["_subscription"]:
        subscriptions.invoice_paid(work, invoice)


def void(work: Work, invoice: Object) -> Object:
    if invoice["status"] not in ("open", "uncollectible"):
        raise wrong_state(f"You can only void an open or uncollectible invoice; this one is {invoice['status']}.")
    transitions = {**invoice["status_transitions"], "voided_at": work.now}
    update(work, None, invoice, status="void", status_transitions=transitions, next_payment_attempt=None)
    work.unplan("invoice.retry", invoice["id"])
    if invoice.get("_intent"):
        intent = work.get("payment_intent", invoice["_intent"])
        if intent["status"] != "succeeded":
            payment_intents.canceled(work, intent, "void_invoice")
    emit(work, "invoice.voided", invoice)
    return invoice


@operation("invoices.create")
def create(work: Work) -> Object:
    given = work.parameters
    if "customer" not in given:
        raise Refusal("Missing required param: customer.", code="parameter_missing", param="customer")
    customer = work.get("customer", given["customer"], "customer")
    code = currency(given.get("currency", "usd"))
    given.get("pending_invoice_items_behavior")
    return draft(
        work, customer, code, [], "manual",
        auto_advance=given.get("auto_advance", False), description=given.get("description"),
        metadata=metadata({}, given.get("metadata")),
        collection_method=given.get("collection_method", "charge_automatically"),
        due_date=work.now + given["days_until_due"] * DAY if "days_until_due" in given else None,
        default_payment_method=given.get("default_payment_method"),
    )  # fmt: skip


@operation("invoices.finalize_invoice")
def finalize_named(work: Work) -> Object:
    invoice = work.get("invoice", *work.path.values())
    if "auto_advance" in work.parameters:
        invoice["auto_advance"] = work.parameters["auto_advance"]
    return finalize(work, invoice)


@operation("invoices.pay")
def pay(work: Work) -> Object:
    invoice = work.get("invoice", *work.path.values())
    given = work.parameters
    if invoice["status"] == "draft":
        finalize(work, invoice)
    if invoice["status"] == "paid":
        raise wrong_state("Invoice is already paid", code="invoice_already_paid")
    if invoice["status"] == "void":
        raise wrong_state("You cannot pay a voided invoice.")
    if given.get("paid_out_of_band"):
        paid(work, invoice, outside=True)
        return invoice
    if not try_to_pay(work, invoice, given.get("off_session", True), given.get("payment_method")):
        intent = work.get("payment_intent", invoice["_intent"])
        error = intent["last_payment_error"] or {"message": "There is no payment method to charge.", "code": None}
        raise Refusal(
            error["message"], status=402, type="card_error", code=error["code"],
            decline_code=error.get("decline_code"), kept=True,
        )  # fmt: skip
    return invoice


@operation("invoices.void_invoice")
def void_named(work: Work) -> Object:
    return void(work, work.get("invoice", *work.path.values()))


@operation("invoices.mark_uncollectible")
def mark_uncollectible(work: Work) -> Object:
    invoice = work.get("invoice", *work.path.values())
    if invoice["status"] != "open":
        raise wrong_state("Invoices can only be marked uncollectible while they are open.")
    transitions = {**invoice["status_transitions"], "marked_uncollectible_at": work.now}
    update(work, None, invoice, status="uncollectible", status_transitions=transitions)
    emit(work, "invoice.marked_uncollectible", invoice)
    return invoice


@operation("invoices.delete")
def delete(work: Work) -> Object:
    invoice = work.get("invoice", *work.path.values())
    if invoice["status"] != "draft" or invoice["_subscription"]:
        raise wrong_state("You can only delete draft invoices that do not belong to a subscription.")
    work.store.remove(work.account, "invoice", invoice["id"])
    emit(work, "invoice.deleted", invoice)
    return {"id": invoice["id"], "object": "invoice", "deleted": True}


@operation("invoice_items.create")
def create_item(work: Work) -> Object:
    given = work.parameters
    customer = work.get("customer", given["customer"], "customer") if "customer" in given else None
    if customer is None:
        raise Refusal("Missing required param: customer.", code="parameter_missing", param="customer")
    price, quantity = None, given.get("quantity", 1)
    if pricing := given.get("pricing"):
        price = work.get("price", pricing["price"], "pricing[price]")
    amount = price["unit_amount"] * quantity if price else given["amount"]
    code = price["currency"] if price else currency(given.get("currency", "usd"))
    item = pending_item(
        work, customer["id"], amount, code, given.get("description") or "Item", price, quantity,
        subscription=given.get("subscription"), metadata=metadata({}, given.get("metadata")),
    )  # fmt: skip
    if "invoice" in given:
        _add_to_draft(work, item, given["invoice"])
    return item


def _add_to_draft(work: Work, item: Object, id: str) -> None:
    invoice = work.get("invoice", id, "invoice")
    if invoice["status"] != "draft":
        raise wrong_state("This invoice is no longer editable", code="invoice_not_editable", param="invoice")
    update(work, None, item, invoice=id)
    invoice["lines"]["data"].append({**line_of_item(item), "invoice": id})
    _total(work, invoice)
    work.save(invoice)


def pending_item(
    work: Work, customer: str, amount: int, code: str, description: str, price: Object | None, quantity: int, **more: Any
) -> Object:
    """An item that the customer's next invoice takes up."""
    made = line(work, amount, code, description, price, quantity)
    subscription = more.get("subscription")
    item = work.new(
        "invoiceitem",
        "ii",
        amount=amount,
        currency=code,
        customer=customer,
        date=work.now,
        description=description,
        discountable=True,
        discounts=[],
        invoice=None,
        net_amount=amount,
        parent=None,
        period=more.pop("period", made["period"]),
        pricing=made["pricing"],
        proration=more.pop("proration", False),
        quantity=quantity,
        quantity_decimal=str(quantity),
        tax_rates=[],
        test_clock=None,
        **({"metadata": {}} | {name: value for name, value in more.items() if name != "subscription"}),
        _subscription=subscription,
    )
    emit(work, "invoiceitem.created", item)
    return item


def line_of_item(item: Object) -> Object:
    names = ("amount", "currency", "description", "discountable", "discounts", "metadata", "period", "pricing",
             "quantity")  # fmt: skip
    details = {
        "invoice_item": item["id"],
        "proration": item["proration"],
        "proration_details": {"credited_items": None},
        "subscription": item["_subscription"],
    }
    return {
        "id": new_id("il"),
        "object": "line_item",
        **{name: item[name] for name in names},
        "discount_amounts": [],
        "invoice": None,
        "livemode": False,
        "parent": {"invoice_item_details": details, "subscription_item_details": None, "type": "invoice_item_details"},
        "pretax_credit_amounts": [],
        "subscription": item["_subscription"],
        "subtotal": item["amount"],
        "taxes": [],
    }


def _pending(work: Work, customer: str, code: str, subscription: str | None) -> list[Object]:
    items = work.all("invoiceitem", customer=customer)
    return [
        one for one in items
        if one["invoice"] is None and one["currency"] == code and one["_subscription"] in (None, subscription)
    ]  # fmt: skip


@includable("invoice", "payments")
def _payments(work: Work, invoice: Object) -> Object:
    return list_of("/v1/invoice_payments", work.all("invoice_payment", invoice=invoice["id"]))


@operation("invoices.line_items.list")
def lines(work: Work) -> Object:
    invoice = work.get("invoice", *work.path.values())
    work.parameters.get("limit")
    return list_of(work.url, invoice["lines"]["data"])


@operation("invoice_payments.list")
def invoice_payments(work: Work) -> Object:
    given = work.parameters
    if payment := given.get("payment"):
        payment["type"]
        return page(work, "invoice_payment", {}, **{"payment.payment_intent": payment["payment_intent"]})
    return page(work, "invoice_payment", {"invoice": "invoice", "status": "status"})


@operation("invoice_payments.retrieve")
def invoice_payment(work: Work) -> Object:
    return work.get("invoice_payment", *work.path.values())


readable("invoices", "invoice", "customer", "status", "created", "collection_method", subscription="_subscription")
readable("invoice_items", "invoiceitem", "customer", "invoice", "created")
