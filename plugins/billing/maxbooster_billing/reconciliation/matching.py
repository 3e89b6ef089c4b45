"""What a line of a provider's balance is in the books. Synchronous functions of a Core `Connection`."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select, update

from maxbooster.plugin import PLATFORM, Conflict, Invalid, NotFound

from ..checkouts.models import DONE, FAILED, PAID, PROCESSING, Checkout, Refund, Sale
from ..checkouts.order_keys import checkout_in, refund_in
from ..currency import written
from ..disputes.models import WON, Dispute
from ..ledger.posting import KeyReused, Leg, Transaction, post
from ..texts import fitted
from .models import BOOKED, MATCHED, OPEN, BalanceLine

BOOKED_KINDS = {
    "payout": ("bank", "", "Paid out to the bank by {provider}"),
    "fee": ("fees", "{provider}", "Charged by {provider}: {description}"),
}
"""What the provider does by itself, and who gets it in the platform's book."""
UNKNOWN = (
    "This isn't known to the ledger: {kind}, {description}. Once it's clear what it is, book it:"
    " maxbooster billing book {provider} {id} --to PURPOSE."
)


def match_line(connection: Connection, line: BalanceLine, now: datetime) -> tuple[str, str]:
    """Its state and the problem in a sentence; books what the provider does by itself."""
    if line.kind in BOOKED_KINDS and line.amount == line.fee:
        return MATCHED, ""
    if line.kind in BOOKED_KINDS:
        try:
            post(connection, PLATFORM, _booking(line), now)
        except (Invalid, KeyReused) as refusal:
            return OPEN, fitted(refusal.detail, 500)
        return BOOKED, ""
    if (problem := _problem(connection, line)) is None:
        return OPEN, ""
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
        key=_key(line), currency=line.currency, legs=tuple(legs),
        memo=memo.format(**words)[:500], at=line.at,
    )  # fmt: skip


def _problem(connection: Connection, line: BalanceLine) -> str | None:
    """Empty: there is none. None: it isn't decided yet."""
    checkout, refund = checkout_in(line.order_key), refund_in(line.order_key)
    if checkout is not None and line.kind == "payment":
        return _payment(connection, line, checkout)
    if refund is not None and line.kind == "refund":
        return _refund(connection, line, *refund)
    if line.kind == "dispute" and line.order_key:
        return _dispute(connection, line, line.order_key.removeprefix("dispute."))
    return UNKNOWN.format(
        kind=line.kind, description=line.description or "no description", provider=line.provider, id=line.id
    )[:500]


def book(connection: Connection, provider: str, id: str, purpose: str, now: datetime) -> None:
    """Post an open line into the platform's book, against what somebody has found that it is.

    Raises:
        NotFound: there is no such line.
        Conflict: it is in the books already.
        Invalid: there is no such purpose.
    """
    of = (BalanceLine.provider == provider, BalanceLine.id == id)
    row = connection.execute(select(BalanceLine.__table__).where(*of)).first()
    if row is None:
        raise NotFound(
            f"{provider} has told of no line {id!r}; `maxbooster billing reconcile` lists those that are open."
        )
    if row.state != OPEN:
        raise Conflict(f"The line {id} is {row.state}: it is in the ledger already.")
    net = row.amount - row.fee
    legs = (Leg("provider", net, provider), Leg(purpose, -net))
    memo = fitted(f"Booked by hand: {row.description}", 500)
    post(connection, PLATFORM, Transaction(key=_key(row), currency=row.currency, legs=legs, memo=memo, at=row.at), now)
    connection.execute(update(BalanceLine).where(*of).values(state=BOOKED, problem=""))


def _key(line: Any) -> str:
    return f"balance:{line.provider}:{line.id}"


def _payment(connection: Connection, line: BalanceLine, id: UUID) -> str | None:
    shown = (Checkout.state, Checkout.currency, Checkout.amount, Checkout.fee)
    found = connection.execute(select(*shown).where(Checkout.id == id)).first()
    if found is None:
        return f"There is no checkout {id}, and {_money(line, line.amount)} was paid for it."
    if found.state == PROCESSING:
        return None
    if found.state != PAID:
        return f"The checkout {id} is {found.state}, but {_money(line, line.amount)} was paid for it."
    return _difference(line, f"checkout {id}", found, line.amount, found.fee)


def _refund(connection: Connection, line: BalanceLine, account: UUID, id: UUID) -> str:
    of_sale = (Sale.account_id == Refund.account_id) & (Sale.id == Refund.sale_id)
    query = select(Refund.state, Refund.amount, Sale.currency).join(Sale, of_sale)
    found = connection.execute(query.where(Refund.account_id == account, Refund.id == id)).first()
    if found is None:
        return f"There is no refund {id}, and {_money(line, -line.amount)} was refunded for it."
    back = line.amount > 0
    if found.state not in ((FAILED,) if back else (DONE, FAILED)):
        return f"The refund {id} is {found.state}, but {_money(line, -line.amount)} was refunded."
    return _difference(line, f"refund {id}", found, abs(line.amount), 0)


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
