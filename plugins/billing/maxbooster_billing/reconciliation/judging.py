"""What a line of a provider's balance is in the books. Synchronous functions of a Core `Connection`."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select

from maxbooster.plugin import PLATFORM

from ..checkouts.models import DONE, PAID, Checkout, Refund, Sale
from ..currency import written
from ..disputes.models import WON, Dispute
from ..ledger.posting import Leg, Transaction, post
from .models import BOOKED, MATCHED, OPEN, BalanceLine

BOOKED_KINDS = {
    "payout": ("bank", "", "Paid out to the bank by {provider}"),
    "fee": ("fees", "{provider}", "Charged by {provider}: {description}"),
}
"""What the provider does by itself, and who gets it in the platform's book."""
UNKNOWN = "This isn't known to the ledger: {kind}, {description}. Book it by hand, once it's clear what it is."


def judge(connection: Connection, line: BalanceLine, now: datetime) -> tuple[str, str]:
    """Its state and the problem in a sentence; books what the provider does by itself."""
    if line.kind in BOOKED_KINDS:
        post(connection, PLATFORM, _booking(line), now)
        return BOOKED, ""
    problem = _problem(connection, line)
    return (OPEN, problem) if problem else (MATCHED, "")


def _booking(line: BalanceLine) -> Transaction:
    purpose, party, memo = BOOKED_KINDS[line.kind]
    words = {"provider": line.provider, "description": line.description}
    legs = [Leg("provider", line.amount - line.fee, line.provider)]
    if line.kind == "fee":
        legs.append(Leg(purpose, line.fee - line.amount, party.format(**words)))
    else:
        legs.append(Leg(purpose, -line.amount, party))
        legs += [Leg("fees", line.fee, line.provider)] if line.fee else []
    return Transaction(
        key=f"balance:{line.provider}:{line.id}", currency=line.currency, legs=tuple(legs),
        memo=memo.format(**words)[:500], at=line.at,
    )  # fmt: skip


def _problem(connection: Connection, line: BalanceLine) -> str:
    word, *ids = line.order_key.split(".")
    try:
        keys = [UUID(each) for each in ids]
    except ValueError:
        keys = []
    match word, keys:
        case "checkout", [id] if line.kind == "payment":
            return _payment(connection, line, id)
        case "refund", [account, id] if line.kind == "refund":
            return _refund(connection, line, account, id)
        case "dispute", _ if line.kind == "dispute":
            return _dispute(connection, line, line.order_key.removeprefix("dispute."))
    return UNKNOWN.format(kind=line.kind, description=line.description or "no description")


def _payment(connection: Connection, line: BalanceLine, id: UUID) -> str:
    shown = (Checkout.state, Checkout.currency, Checkout.amount, Checkout.fee)
    found = connection.execute(select(*shown).where(Checkout.id == id)).first()
    if found is None:
        return f"There is no checkout {id}, and {_money(line, line.amount)} was paid for it."
    if found.state != PAID:
        return f"The checkout {id} is {found.state}, but {_money(line, line.amount)} was paid for it."
    return _difference(line, f"checkout {id}", found, line.amount, found.fee)


def _refund(connection: Connection, line: BalanceLine, account: UUID, id: UUID) -> str:
    of_sale = (Sale.account_id == Refund.account_id) & (Sale.id == Refund.sale_id)
    query = select(Refund.state, Refund.amount, Sale.currency).join(Sale, of_sale)
    found = connection.execute(query.where(Refund.account_id == account, Refund.id == id)).first()
    if found is None:
        return f"There is no refund {id}, and {_money(line, -line.amount)} was refunded for it."
    if found.state != DONE:
        return f"The refund {id} is {found.state}, but {_money(line, -line.amount)} was refunded."
    return _difference(line, f"refund {id}", found, -line.amount, 0)


def _dispute(connection: Connection, line: BalanceLine, reference: str) -> str:
    """A line each for what was withheld, with the fee, and what came back."""
    query = select(Dispute.__table__).where(Dispute.provider == line.provider, Dispute.reference == reference)
    found = connection.execute(query).first()
    back = line.amount > 0
    if found is None or not found.withheld or (back and found.state != WON):
        state = "not known" if found is None else found.state
        return f"The dispute {reference} is {state} here, and moved {_money(line, line.amount)} at the provider."
    return _difference(line, f"dispute {reference}", found, abs(line.amount), 0 if back else found.fee)


def _difference(line: BalanceLine, what: str, found: Any, amount: int, fee: int | None) -> str:
    if (found.currency, found.amount) != (line.currency, amount):
        ours = f"{written(found.amount, found.currency)} {found.currency}"
        return f"The {what} is of {ours} here, and of {_money(line, amount)} at the provider."
    if (fee or 0) != line.fee:
        ours = "not known" if fee is None else f"{written(fee, found.currency)} {found.currency}"
        return f"The fee of the {what} is {ours} here, and {_money(line, line.fee)} at the provider."
    return ""


def _money(line: BalanceLine, amount: int) -> str:
    return f"{written(amount, line.currency)} {line.currency}"
