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
from .division import Group
from .models import UNMATCHED, UNSPLIT, Allocation, Carry, Waiting

_carries = cast(Table, Carry.__table__)
PAYEES_AT_ONCE = 400
"""Two legs each, and a transaction has at most a thousand."""
UNALLOCATED = "unallocated"


class Divided(NamedTuple):
    """A statement whose lines are divided; all amounts in units."""

    statement: UUID
    source: str
    source_name: str
    """As people call it."""
    currency: str
    amount: int
    unallocated: int
    payees: Mapping[str, int]
    waiting: Sequence[Group] = ()


def post_statement(connection: Connection, account: UUID, divided: Divided, now: datetime) -> None:
    """Credit payees with what is whole in the minor unit, carry the rest, and debit the source.

    What is credited and what the source owes differ by less than a minor unit a head; `fractions` holds just that, so
    that its balance is the sum of what is carried.
    """
    statement, source, name, currency, amount = divided[:5]
    book = Carries(connection, account, currency)
    owed = book.take(f"source:{source}", amount)
    waiting = book.take(UNALLOCATED, divided.unallocated)
    credits = _allocate(connection, account, book, divided, part=statement)
    _queue(connection, account, statement, divided.waiting)
    rest = owed - sum(credits.values())
    legs = [Leg("receivable", rest, source), Leg("unallocated", -waiting), Leg("fractions", waiting - rest)]
    voucher = _Voucher(f"statement:{statement}", currency, f"Royalty statement from {name}", ("receivable", source))
    post_many(connection, account, _transactions(connection, account, voucher, credits, legs), now)


def post_assignment(connection: Connection, account: UUID, part: UUID, divided: Divided, now: datetime) -> None:
    """Credit payees with what waited in `unallocated`: `divided` is one part of the statement, all of it to payees."""
    currency = divided.currency
    book = Carries(connection, account, currency)
    freed = -book.take(UNALLOCATED, -divided.amount)
    credits = _allocate(connection, account, book, divided, part=part)
    rest = freed - sum(credits.values())
    legs = [Leg("unallocated", rest), Leg("fractions", -rest)]
    memo = f"Assigned, of a royalty statement from {divided.source_name}"
    voucher = _Voucher(f"assignment:{part}", currency, memo, ("unallocated", ""))
    post_many(connection, account, _transactions(connection, account, voucher, credits, legs), now)


def post_assignments(
    connection: Connection, account: UUID, parts: Sequence[tuple[UUID, Divided]], now: datetime
) -> None:
    for part, divided in parts:
        post_assignment(connection, account, part, divided, now)


class _Voucher(NamedTuple):
    key: str
    currency: str
    memo: str
    against: tuple[str, str]
    """The ledger account, a purpose and a party, from which payees are credited."""


def _allocate(connection: Connection, account: UUID, book: Carries, divided: Divided, *, part: UUID) -> dict[str, int]:
    """Payee → minor units to be credited."""
    credits: dict[str, int] = {}
    for payee in sorted(divided.payees):
        amount, carried_in = divided.payees[payee], book.units(payee)
        credits[payee] = book.take(payee, amount)
        connection.execute(
            insert(Allocation).values(
                account_id=account, id=new_id(), statement_id=divided.statement, part_id=part, payee_id=UUID(payee),
                currency=divided.currency, amount=amount, carried_in=carried_in, credited=credits[payee],
                carried_out=book.units(payee),
            )
        )  # fmt: skip
    return credits


def _queue(connection: Connection, account: UUID, statement: UUID, waiting: Sequence[Group]) -> None:
    rows = [
        {
            "account_id": account, "id": new_id(), "version": 1, "statement_id": statement,
            "reason": UNSPLIT if each.known else UNMATCHED, "isrc": each.isrc, "upc": each.upc,
            "title": each.title, "artist": each.artist, "month": each.month, "lines": each.lines, "units": each.units,
        }
        for each in waiting
    ]  # fmt: skip
    if rows:
        connection.execute(insert(Waiting), rows)


def _transactions(
    connection: Connection, account: UUID, voucher: _Voucher, credits: Mapping[str, int], rest: Sequence[Leg]
) -> list[Transaction]:
    """Credits, in as many transactions as they need, and what is left."""
    transactions: list[Transaction] = []
    for some in portions(credits):
        legs = list(payee_legs(connection, account, voucher.currency, some))
        purpose, party = voucher.against
        legs.append(Leg(purpose, sum(some.values()), party))
        transactions.append(_transaction(voucher, len(transactions), legs))
    transactions.append(_transaction(voucher, len(transactions), rest))
    return [each for each in transactions if each.legs]


def payee_legs(connection: Connection, account: UUID, currency: str, credits: Mapping[str, int]) -> Iterator[Leg]:
    """A payee who got too much before pays that back first; one who cannot pay a return owes it (`overpaid`)."""
    payable = balances_of(connection, account, "payable", list(credits), currency)
    overpaid = balances_of(connection, account, "overpaid", list(credits), currency)
    for payee, amount in credits.items():
        balance, held = payable.get(payee, (0, 0))
        debt, _ = overpaid.get(payee, (0, 0))
        moved = max(amount - debt, 0) if amount >= 0 else -min(-amount, max(balance - held, 0))
        yield Leg("payable", -moved, payee)
        yield Leg("overpaid", moved - amount, payee)


def _transaction(voucher: _Voucher, number: int, legs: Sequence[Leg]) -> Transaction:
    whole = tuple(leg for leg in legs if leg.amount)
    return Transaction(key=f"{voucher.key}:{number}", currency=voucher.currency, memo=voucher.memo, legs=whole)


def portions(credits: Mapping[str, int]) -> Iterator[dict[str, int]]:
    names = list(credits)
    for start in range(0, len(names), PAYEES_AT_ONCE):
        yield {name: credits[name] for name in names[start : start + PAYEES_AT_ONCE]}


class Carries:
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
