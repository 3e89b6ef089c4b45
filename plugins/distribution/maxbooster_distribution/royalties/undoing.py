"""What a statement or an assignment posted is taken back, exactly: synchronous functions of a connection, for
`ctx.write`.

Each transaction is reversed by its mirror image. What was carried is taken back in units; where other statements came
in between, that can move one minor unit, which is posted by itself. So the books come to what they would be without it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, cast
from uuid import UUID

from sqlalchemy import Connection, Table, update

from maxbooster.plugin import Conflict
from maxbooster_billing.plugin import (
    Leg,
    Transaction,
    balances_of,
    legs_of,
    post_many,
    posted_under,
    reverse_many,
    written,
)

from .amounts import PER_MINOR
from .models import Allocation, Waiting
from .posting import UNALLOCATED, Carries, payee_legs, portions

_allocations = cast(Table, Allocation.__table__)
_waiting = cast(Table, Waiting.__table__)
Sums = dict[tuple[str, str], int]
"""(purpose, party) → debit-positive minor units."""
_SIDES = (("payable", -1), ("overpaid", 1))


class PaidAlready(Conflict):
    """Payees have been paid what is to be taken back."""

    type = "paid-already"
    title = "Payees have been paid already"


class Undoing(NamedTuple):
    """All amounts in units."""

    name: str
    """Of the keys: `statement:…`, `assignment:…`."""
    vouchers: Sequence[str]
    """Prefixes of the keys of what was posted, the oldest first."""
    part: UUID
    """The statement, or what was assigned of one."""
    source: str
    currency: str
    amount: int
    """What the source is to owe less."""
    unallocated: int
    payees: Mapping[str, int]
    memo: str
    overpaid: bool
    """Whether payees who were paid already shall owe it back."""


def undo(connection: Connection, account: UUID, undoing: Undoing, now: datetime) -> None:
    """
    Raises:
        PaidAlready: payees have less than is to be taken back, and shall not owe it.
    """
    _Undo(connection, account, undoing, now).run()


class _Undo:
    def __init__(self, connection: Connection, account: UUID, undoing: Undoing, now: datetime) -> None:
        self._connection, self._account, self._undoing, self._now = connection, account, undoing, now
        self._book = Carries(connection, account, undoing.currency)
        found = (posted_under(connection, account, prefix) for prefix in undoing.vouchers)
        self._posted = [each for some in found for each in some]
        self._history = [self._sums_of(each) for each in reversed(self._posted)]
        """What each reversal undoes, in their order."""

    def run(self) -> None:
        lifts = self._lifts()
        self._shift(lifts, "lift")
        reverse_many(self._connection, self._account, self._posted, self._now, memo=self._undoing.memo)
        self._shift(self._settled(lifts), "settle")
        self._carry_back()
        self._mark()

    def _sums_of(self, transaction: UUID) -> Sums:
        legs = legs_of(self._connection, self._account, transaction)
        return {(leg.purpose, leg.party): leg.amount for leg in legs}

    def _balances(self, payees: Sequence[str]) -> dict[str, tuple[int, int]]:
        """Payee → what they can be paid, and what they owe."""
        connection, account, currency = self._connection, self._account, self._undoing.currency
        payable = balances_of(connection, account, "payable", payees, currency)
        overpaid = balances_of(connection, account, "overpaid", payees, currency)
        free = {payee: balance - held for payee, (balance, held) in payable.items()}
        return {payee: (free.get(payee, 0), overpaid.get(payee, (0, 0))[0]) for payee in payees}

    def _lifts(self) -> dict[str, int]:
        """Payee → what has to be moved from `payable` to `overpaid` first, so that neither falls below zero on the way.

        Raises:
            PaidAlready: some of it stays there in the end, because the payee has been paid.
        """
        lifts: dict[str, int] = {}
        paid: dict[str, int] = {}
        for some in portions(dict.fromkeys(self._undoing.payees, 0)):
            for payee, balances in self._balances(list(some)).items():
                (free, debt), lowest = balances, 0
                for sums in self._history:
                    free += sums.get(("payable", payee), 0)
                    debt -= sums.get(("overpaid", payee), 0)
                    lowest = min(lowest, free, debt)
                if lowest:
                    lifts[payee] = -lowest
                if free < min(debt, 0):
                    paid[payee] = min(debt, 0) - free
        if paid and not self._undoing.overpaid:
            raise PaidAlready(_who_was_paid(paid, self._undoing.currency), field="overpaid", payees=_listed(paid))
        return lifts

    def _settled(self, lifts: Mapping[str, int]) -> dict[str, int]:
        """Of what was lifted, what is not needed any more goes back."""
        back: dict[str, int] = {}
        for some in portions(lifts):
            for payee, (free, debt) in self._balances(list(some)).items():
                back[payee] = -max(min(some[payee], free, debt), 0)
        return back

    def _shift(self, amounts: Mapping[str, int], step: str) -> None:
        """More is owed to payees, and as much more by them."""
        groups = [
            [Leg(purpose, side * amount, payee) for purpose, side in _SIDES for payee, amount in some.items()]
            for some in portions(_moved(amounts))
        ]
        self._post(step, groups)

    def _carry_back(self) -> None:
        """Take back in units what the reversals did not in minor units."""
        undoing, sums, book = self._undoing, _added(self._history), self._book
        credits: dict[str, int] = {}
        for payee in sorted(undoing.payees):
            credited = -sums.get(("payable", payee), 0) - sums.get(("overpaid", payee), 0)
            credits[payee] = book.take(payee, credited * PER_MINOR - undoing.payees[payee])
        received = sums.get(("receivable", undoing.source), 0)
        owed = book.take(f"source:{undoing.source}", received * PER_MINOR - undoing.amount)
        waited = -sums.get((UNALLOCATED, ""), 0)
        waiting = book.take(UNALLOCATED, waited * PER_MINOR - undoing.unallocated)
        groups = [
            list(payee_legs(self._connection, self._account, undoing.currency, some))
            for some in portions(_moved(credits))
        ]
        groups.append([Leg("receivable", owed, undoing.source), Leg(UNALLOCATED, -waiting)])
        self._post("carry", [[*legs, Leg("fractions", -sum(leg.amount for leg in legs))] for legs in groups])

    def _post(self, step: str, groups: Sequence[Sequence[Leg]]) -> None:
        undoing, transactions = self._undoing, []
        for number, legs in enumerate(groups):
            if whole := tuple(leg for leg in legs if leg.amount):
                key = f"undo:{undoing.name}:{step}:{number}"
                said = Transaction(key=key, currency=undoing.currency, memo=undoing.memo, legs=whole)
                transactions.append(said)
        post_many(self._connection, self._account, transactions, self._now)

    def _mark(self) -> None:
        part = self._undoing.part
        for table, own in ((_allocations, _allocations.c.part_id), (_waiting, _waiting.c.id)):
            of = (table.c.account_id == self._account, (own == part) | (table.c.statement_id == part))
            standing = update(table).where(*of, table.c.undone_at.is_(None))
            self._connection.execute(standing.values(undone_at=self._now))


def _added(each: Iterable[Sums]) -> Sums:
    total: Sums = {}
    for sums in each:
        for place, amount in sums.items():
            total[place] = total.get(place, 0) + amount
    return total


def _moved(amounts: Mapping[str, int]) -> dict[str, int]:
    return {payee: amount for payee, amount in amounts.items() if amount}


def _who_was_paid(paid: Mapping[str, int], currency: str) -> str:
    total = f"{written(sum(paid.values()), currency)} {currency}"
    whom = "One payee has" if len(paid) == 1 else f"{len(paid)} payees have"
    return (
        f"{whom} {total} less than is to be taken back: it was paid out, is on its way to them, or was set against"
        " returns. Get it back first, or undo with `overpaid`: then they owe it, and it is taken from what comes next."
    )


def _listed(paid: Mapping[str, int]) -> list[dict[str, object]]:
    return [{"payee": payee, "amount": amount} for payee, amount in sorted(paid.items())]
