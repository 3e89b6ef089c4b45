"""Payouts against the ledger: each has its hold and the end of it, and nothing in the ledger pays without a payout."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast
from uuid import UUID

from sqlalchemy import Connection, Table, select

from ..ledger.models import LedgerTransaction
from ..ledger.readable import legs, readable
from ..payees.models import Payee
from .models import FAILED, HELD, PAID, SENT, Payout

_ENDS = {HELD: None, SENT: None, PAID: "posted", FAILED: "void"}
_payouts = cast(Table, Payout.__table__)
_transactions = cast(Table, LedgerTransaction.__table__)
_payees = cast(Table, Payee.__table__)


def check(connection: Connection) -> Iterator[str]:
    of_payouts = select(_payouts.c.account_id).where(readable(connection, _payouts))
    accounts = set(connection.execute(of_payouts.distinct()).scalars())
    of_ledger = (_transactions.c.key.startswith("payout:", autoescape=True), readable(connection, _transactions))
    paying = select(_transactions.c.account_id).where(*of_ledger)
    accounts |= set(connection.execute(paying.distinct()).scalars())
    for account in sorted(accounts):
        yield from (f"Book {account}, payout {fault}" for fault in _check_book(connection, account))


def _check_book(connection: Connection, account: UUID) -> Iterator[str]:
    ours = (_payouts.c.account_id == account, readable(connection, _payouts))
    payouts = {row.id: row for row in connection.execute(select(_payouts).where(*ours))}
    mine = (
        _transactions.c.account_id == account, _transactions.c.key.startswith("payout:", autoescape=True),
        readable(connection, _transactions),
    )  # fmt: skip
    posted = {row.key: row for row in connection.execute(select(_transactions).where(*mine))}
    for id, payout in payouts.items():
        hold = posted.get(f"payout:{id}:hold")
        taken = (legs(hold.legs) or []) if hold is not None else []
        if hold is None or hold.id != payout.hold_id or hold.phase != "pending":
            yield f"{id}: there is no hold for it in the ledger."
        elif ("payable", payout.amount, str(payout.payee_id)) not in taken or hold.currency != payout.currency:
            yield f"{id}: it is of {payout.amount} {payout.currency}, its hold is not."
        ends = [row for row in posted.values() if hold is not None and row.settles == hold.id]
        found = ends[0].phase if ends else None
        if found != _ENDS[payout.state]:
            yield f"{id}: it is {payout.state}, but the ledger says {found or 'held'}."
        elif found == "posted" and ("payable", payout.amount, str(payout.payee_id)) not in (legs(ends[0].legs) or []):
            yield f"{id}: another amount was paid than it says."
    for key in posted if payouts or _has_payees(connection, account) else ():
        id = key.split(":")[1]
        if id not in map(str, payouts):
            yield f"{id}: the ledger has {key!r}, but there is no such payout."


def _has_payees(connection: Connection, account: UUID) -> bool:
    """Of an account that was erased, the ledger alone is kept."""
    return connection.execute(select(_payees.c.id).where(_payees.c.account_id == account).limit(1)).first() is not None
