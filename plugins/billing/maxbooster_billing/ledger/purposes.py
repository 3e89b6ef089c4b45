"""What a ledger account is for. The list is closed, so that every book reads the same."""

from __future__ import annotations

from typing import Literal

from maxbooster.plugin import Invalid, Struct

Root = Literal["Assets", "Liabilities", "Income", "Expenses", "Equity"]


class Purpose(Struct, frozen=True):
    """`side`: +1 where debits increase the balance, −1 where credits do. `floored`: from its own side the balance,
    less what is held, is never below zero; the database refuses it."""

    name: str
    root: Root
    meaning: str
    floored: bool = False

    @property
    def side(self) -> int:
        return 1 if self.root in ("Assets", "Expenses") else -1


PURPOSES = {
    each.name: each
    for each in (
        Purpose("bank", "Assets", "money in the bank"),
        Purpose("provider", "Assets", "money that a payment provider holds"),
        Purpose("disputed", "Assets", "money withheld until a dispute is decided"),
        Purpose("receivable", "Assets", "what stores and buyers haven't paid yet"),
        Purpose("overpaid", "Assets", "what a payee was overpaid; deducted from later earnings", floored=True),
        Purpose("clearing", "Assets", "money in transit between accounts"),
        Purpose("payable", "Liabilities", "what is owed to a payee", floored=True),
        Purpose("unallocated", "Liabilities", "income whose payees aren't known yet"),
        Purpose("fractions", "Liabilities", "fractions of a minor unit, carried to the next statement"),
        Purpose("income", "Income", "income earned"),
        Purpose("fees", "Expenses", "what providers keep"),
        Purpose("opening", "Equity", "balances brought over from elsewhere"),
    )
}


def purpose(name: str) -> Purpose:
    """
    Raises:
        Invalid: there is no such purpose.
    """
    try:
        return PURPOSES[name]
    except KeyError:
        raise Invalid(
            f"There is no ledger account for {name!r}; there are {', '.join(PURPOSES)}.", field="purpose"
        ) from None
