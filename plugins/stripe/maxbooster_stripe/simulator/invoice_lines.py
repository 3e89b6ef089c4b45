"""Lines of invoices, and the items that wait for the next one.

Source: https://docs.stripe.com/api/invoiceitems
"""

from __future__ import annotations

from typing import Any

from .events import emit
from .store import Object
from .work import Work, new_id


def line(
    work: Work, amount: int, code: str, *, description: str, price: Object | None, quantity: int, **more: Any
) -> Object:
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


def pending_item(
    work: Work,
    customer: str,
    amount: int,
    code: str,
    *,
    description: str,
    price: Object | None,
    quantity: int,
    **more: Any,
) -> Object:
    """An item that the customer's next invoice takes up."""
    made = line(work, amount, code, description=description, price=price, quantity=quantity)
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


def pending_items(work: Work, customer: str, code: str, subscription: str | None) -> list[Object]:
    items = work.all("invoiceitem", customer=customer)
    return [
        one for one in items
        if one["invoice"] is None and one["currency"] == code and one["_subscription"] in (None, subscription)
    ]  # fmt: skip
