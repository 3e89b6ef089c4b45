"""Tax calculations with one simulated standard rate per country; real ones depend on what is sold to whom.

Source of the shapes: https://docs.stripe.com/api/tax/calculations. The rates are standard VAT rates of 2025.
"""

from __future__ import annotations

from typing import Any

from .clock import DAY
from .errors import Refusal
from .money import currency, share
from .operations import operation
from .store import Object
from .work import Work, list_of, new_id

_RATES = {"AT": "20", "BE": "21", "DE": "19", "DK": "25", "ES": "21", "FI": "25.5", "FR": "20", "GB": "20", "IE": "23",
          "IT": "22", "NL": "21", "PL": "23", "PT": "23", "SE": "25"}  # fmt: skip


@operation("tax.calculations.create")
def create(work: Work) -> Object:
    given = work.parameters
    code = currency(given["currency"])
    customer = given.get("customer_details") or {}
    address = dict((customer.get("address") or {}).items())
    if "country" not in address:
        raise Refusal(
            "We could not determine the customer's tax location: pass customer_details[address][country].",
            code="customer_tax_location_invalid",
            param="customer_details[address][country]",
        )
    rate = _RATES.get(address["country"])
    lines = [_line(one, rate, place) for place, one in enumerate(given["line_items"])]
    exclusive = sum(one["amount_tax"] for one in lines if one["tax_behavior"] == "exclusive")
    inclusive = sum(one["amount_tax"] for one in lines if one["tax_behavior"] == "inclusive")
    return work.new(
        "tax.calculation",
        "taxcalc",
        amount_total=sum(one["amount"] for one in lines) + exclusive,
        currency=code,
        customer=None,
        customer_details={
            "address": {part: None for part in ("city", "line1", "line2", "postal_code", "state")} | address,
            "address_source": customer.get("address_source"),
            "ip_address": None,
            "tax_ids": list(customer.get("tax_ids") or []),
            "taxability_override": customer.get("taxability_override", "none"),
        },
        expires_at=work.now + 90 * DAY,
        line_items=list_of("/v1/tax/calculations/line_items", lines),
        ship_from_details=None,
        shipping_cost=None,
        tax_amount_exclusive=exclusive,
        tax_amount_inclusive=inclusive,
        tax_breakdown=[_breakdown(lines, exclusive, inclusive, address, rate)],
        tax_date=work.now,
    )


def _line(given: Any, rate: str | None, place: int) -> Object:
    amount = given["amount"]
    behavior = given.get("tax_behavior", "exclusive")
    percent = rate or "0"
    tax = share(amount, percent) if behavior == "exclusive" else amount - _net(amount, percent)
    return {
        "id": new_id("tax_li"),
        "object": "tax.calculation_line_item",
        "amount": amount,
        "amount_tax": tax,
        "livemode": False,
        "metadata": given.get("metadata"),
        "product": given.get("product"),
        "quantity": given.get("quantity", 1),
        "reference": given.get("reference") or f"L{place + 1}",
        "tax_behavior": behavior,
        "tax_breakdown": None,
        "tax_code": given.get("tax_code", "txcd_10000000"),
    }


def _net(amount: int, percent: str) -> int:
    from fractions import Fraction

    exact = amount / (1 + Fraction(percent) / 100)
    return int(exact + Fraction(1, 2))


def _breakdown(lines: list[Object], exclusive: int, inclusive: int, address: Object, rate: str | None) -> Object:
    return {
        "amount": exclusive + inclusive,
        "inclusive": inclusive > 0,
        "tax_rate_details": {
            "country": address["country"],
            "flat_amount": None,
            "percentage_decimal": rate or "0",
            "rate_type": "percentage",
            "state": None,
            "tax_type": "vat" if rate else None,
        },
        "taxability_reason": "standard_rated" if rate else "not_collecting",
        "taxable_amount": sum(one["amount"] for one in lines) if rate else 0,
    }
