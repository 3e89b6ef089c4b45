"""What may leave a book: money that has arrived in it, and no more (docs/decisions/0015)."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection

from maxbooster.plugin import Conflict

from ..currency import written
from .queries import balances_seen


class NotSettled(Conflict):
    """It is owed, but the money for it has not arrived."""

    type = "not-settled"
    title = "The money has not arrived yet"


def settled(connection: Connection, account: UUID, currency: str) -> int:
    """Minor units at the bank that no payout has taken or held. What statements left in fractions of a minor unit has
    been credited to payees, and arrives rounded: it counts as arrived."""
    bank, held = balances_seen(connection, account, "bank", [""], currency).get("", (0, 0))
    fractions, _ = balances_seen(connection, account, "fractions", [""], currency).get("", (0, 0))
    return bank - held + max(0, -fractions)


def refuse_unsettled(connection: Connection, account: UUID, currency: str, taken: int) -> None:
    """Call it in the posting's transaction, after it: `taken` has left the bank or is held.

    Raises:
        NotSettled: more is taken than has arrived.
    """
    if (left := settled(connection, account, currency)) < 0:
        arrived = f"{written(max(left + taken, 0), currency)} {currency}"
        raise NotSettled(
            f"Only {arrived} has arrived at the bank and is not paid out, {written(taken, currency)} {currency} is to"
            " be paid. Book what has arrived since, or pay less.",
            field="amount",
        )
