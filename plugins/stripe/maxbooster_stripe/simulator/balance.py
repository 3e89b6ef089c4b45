"""The balance of an account is the sum of its balance transactions; nothing else is ever stored as one.

Sources: https://docs.stripe.com/api/balance, https://docs.stripe.com/reports/balance-transaction-types
"""

from __future__ import annotations

from typing import Any

from .answers import readable
from .clock import DAY, midnight
from .due import falls_due
from .errors import Refusal
from .events import emit
from .operations import operation
from .store import Object
from .work import Work

_CATEGORIES = {"payment": "charge", "payment_refund": "refund", "payout_cancel": "payout_reversal",
               "payout_failure": "payout_reversal", "transfer_refund": "transfer_reversal",
               "application_fee": "platform_earning", "application_fee_refund": "platform_earning_refund",
               "stripe_fee": "fee"}  # fmt: skip


def book(
    work: Work,
    type: str,
    amount: int,
    code: str,
    source: str | None,
    *,
    fee: int = 0,
    fee_details: list[Object] | None = None,
    available_on: int | None = None,
    category: str | None = None,
    description: str | None = None,
) -> str:
    """Book money in or out of this account; the id of the balance transaction."""
    at = max(available_on or work.now, work.now)
    if fee and fee_details is None:
        fee_details = [fee_detail(fee, code)]
    booked = work.new(
        "balance_transaction",
        "txn",
        amount=amount,
        available_on=at,
        balance_type="payments",
        currency=code,
        description=description,
        exchange_rate=None,
        fee=fee,
        fee_details=fee_details or [],
        net=amount - fee,
        reporting_category=category or _CATEGORIES.get(type, type),
        source=source,
        status="available",
        type=type,
    )
    if at > work.now:
        work.plan(at, "balance.available", f"{code}/{at}")
    return str(booked["id"])


def fee_detail(amount: int, code: str, type: str = "stripe_fee", application: str | None = None) -> Object:
    words = {"stripe_fee": "Stripe processing fees", "application_fee": "Application fee"}
    return {
        "amount": amount, "application": application, "currency": code, "description": words[type], "type": type,
    }  # fmt: skip


def totals(work: Work) -> dict[str, tuple[int, int]]:
    """For each currency: available and pending."""
    rows = work.store.execute(
        "SELECT json_extract(body, '$.currency') AS code,"
        " sum(CASE WHEN json_extract(body, '$.available_on') <= ? THEN json_extract(body, '$.net') ELSE 0 END) AS ready,"
        " sum(json_extract(body, '$.net')) AS whole"
        " FROM object WHERE account = ? AND kind = 'balance_transaction' GROUP BY code ORDER BY code",
        work.now, work.account,
    )  # fmt: skip
    return {row["code"]: (row["ready"], row["whole"] - row["ready"]) for row in rows}


def available(work: Work, code: str) -> int:
    return totals(work).get(code, (0, 0))[0]


def whole(work: Work, code: str) -> int:
    """Available and pending."""
    return sum(totals(work).get(code, (0, 0)))


def settles_on(work: Work) -> int:
    """When money that comes in now becomes available."""
    return midnight(work.now + _delay_days(work) * DAY)


def _delay_days(work: Work) -> int:
    account = work.on(work.platform).find("account", work.account)
    return int(account["settings"]["payouts"]["schedule"]["delay_days"]) if account else 2


def insufficient(message: str, **more: Any) -> Refusal:
    return Refusal(message, code="balance_insufficient", **more)


def as_object(work: Work) -> Object:
    sums = totals(work) or {_default_currency(work): (0, 0)}
    ready = [_line(code, one[0]) for code, one in sums.items()]
    instant = [_line(code, max(0, min(one[0] + one[1], one[0] + max(one[1], 0)))) for code, one in sums.items()]
    for line in instant:
        line["net_available"] = [
            {"amount": line["amount"], "destination": bank["id"], "source_types": {"card": line["amount"]}}
            for bank in work.all("bank_account", currency=line["currency"])
            if "instant" in bank["available_payout_methods"]
        ]
    return {
        "object": "balance",
        "available": ready,
        "connect_reserved": [{"amount": 0, "currency": code} for code in sums],
        "instant_available": instant,
        "livemode": False,
        "pending": [_line(code, one[1]) for code, one in sums.items()],
        "refund_and_dispute_prefunding": {"available": [], "pending": []},
    }


def instant_available(work: Work, code: str) -> int:
    lines: list[Object] = as_object(work)["instant_available"]
    return next((int(line["amount"]) for line in lines if line["currency"] == code), 0)


@falls_due("balance.available")
def note_available(work: Work, _: str) -> None:
    """Pending money has become available."""
    emit(work, "balance.available", as_object(work))


def _line(code: str, amount: int) -> Object:
    return {"amount": amount, "currency": code, "source_types": {"card": amount}}


def _default_currency(work: Work) -> str:
    account = work.on(work.platform).find("account", work.account)
    return str(account["default_currency"]) if account else "usd"


@operation("balance.retrieve")
def retrieve(work: Work) -> Object:
    return as_object(work)


readable("balance_transactions", "balance_transaction", "currency", "source", "type", "created")
