"""A divided statement in the books: a synchronous function of a connection, for `ctx.write`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, cast
from uuid import UUID

from sqlalchemy import Connection, Table, insert, select, update

from maxbooster.plugin import new_id
from maxbooster_billing.plugin import Leg, Transaction, balances_of, post_many

from .amounts import credited
from .models import Allocation, Carry

_carries = cast(Table, Carry.__table__)
_PAYEES_AT_ONCE = 400
"""Two legs each, and a transaction has at most a thousand."""
UNALLOCATED = "unallocated"


class Divided(NamedTuple):
    """A statement whose lines are divided; all amounts in units."""

    statement: UUID
    source: str
    currency: str
    amount: int
    unallocated: int
    payees: Mapping[str, int]


def post_statement(connection: Connection, account: UUID, divided: Divided, now: datetime) -> None:
    """Credit payees with what is whole in the minor unit, carry the rest, and debit the source.

    What is credited and what the source owes differ by less than a minor unit a head; `fractions` holds just that, so
    that its balance is the sum of what is carried.
    """
    statement, source, currency, amount, unallocated, payees = divided
    book = _Carries(connection, account, currency)
    owed = book.take(f"source:{source}", amount)
    waiting = book.take(UNALLOCATED, unallocated)
    credits: dict[str, int] = {}
    for payee in sorted(payees):
        carried_in = book.units(payee)
        credits[payee] = book.take(payee, payees[payee])
        connection.execute(
            insert(Allocation).values(
                account_id=account, id=new_id(), statement_id=statement, payee_id=UUID(payee), currency=currency,
                amount=payees[payee], carried_in=carried_in, credited=credits[payee], carried_out=book.units(payee),
            )
        )  # fmt: skip
    transactions: list[Transaction] = []
    for some in _portions(credits):
        legs = list(_payee_legs(connection, account, currency, some))
        legs.append(Leg("receivable", sum(some.values()), source))
        transactions.append(_transaction(statement, len(transactions), currency, source, legs))
    rest = owed - sum(credits.values())
    legs = [Leg("receivable", rest, source), Leg("unallocated", -waiting), Leg("fractions", waiting - rest)]
    transactions.append(_transaction(statement, len(transactions), currency, source, legs))
    post_many(connection, account, [each for each in transactions if each.legs], now)


def _payee_legs(connection: Connection, account: UUID, currency: str, credits: Mapping[str, int]) -> Iterator[Leg]:
    """A payee who got too much before pays that back first; one who cannot pay a return owes it (`overpaid`)."""
    payable = balances_of(connection, account, "payable", list(credits), currency)
    overpaid = balances_of(connection, account, "overpaid", list(credits), currency)
    for payee, amount in credits.items():
        balance, held = payable.get(payee, (0, 0))
        debt, _ = overpaid.get(payee, (0, 0))
        moved = max(amount - debt, 0) if amount >= 0 else -min(-amount, max(balance - held, 0))
        yield Leg("payable", -moved, payee)
        yield Leg("overpaid", moved - amount, payee)


def _transaction(statement: UUID, number: int, currency: str, source: str, legs: Sequence[Leg]) -> Transaction:
    whole = tuple(leg for leg in legs if leg.amount)
    memo = f"Royalty statement from {source}"
    return Transaction(key=f"statement:{statement}:{number}", currency=currency, memo=memo, legs=whole)


def _portions(credits: Mapping[str, int]) -> Iterator[dict[str, int]]:
    names = list(credits)
    for start in range(0, len(names), _PAYEES_AT_ONCE):
        yield {name: credits[name] for name in names[start : start + _PAYEES_AT_ONCE]}


class _Carries:
    """What is carried in one currency; locked until the transaction ends."""

    def __init__(self, connection: Connection, account: UUID, currency: str) -> None:
        self._connection, self._account, self._currency = connection, account, currency
        mine = (_carries.c.account_id == account, _carries.c.currency == currency)
        rows = connection.execute(select(_carries).where(*mine).order_by(_carries.c.id).with_for_update())
        self._rows = {row.party: (row.id, row.units) for row in rows}

    def units(self, party: str) -> int:
        return self._rows[party][1] if party in self._rows else 0

    def take(self, party: str, units: int) -> int:
        """Add units to what is carried; returns the whole minor units, which are carried no longer."""
        whole, left = credited(units, self.units(party))
        known = self._rows.get(party)
        id = known[0] if known else new_id()
        mine = {"account_id": self._account, "id": id, "party": party, "currency": self._currency, "units": left}
        if known is None:
            self._connection.execute(insert(_carries).values(**mine))
        else:
            same = (_carries.c.account_id == self._account, _carries.c.id == id)
            self._connection.execute(update(_carries).where(*same).values(units=left))
        self._rows[party] = (id, left)
        return whole
