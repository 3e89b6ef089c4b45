"""The money of a label's sub-accounts, a row for each currency."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from maxbooster.plugin import Context, RollUp, RollUpColumn, RollUpMoney, RollUpRow

from .models import LedgerAccount

_SHOWN = ("receivable", "bank", "payable")


async def _read(ctx: Context, limit: int) -> Sequence[RollUpRow]:
    balance = func.sum(LedgerAccount.side * LedgerAccount.balance).label("amount")
    sums = (
        select(LedgerAccount.currency, LedgerAccount.purpose, balance)
        .where(LedgerAccount.purpose.in_(_SHOWN))
        .group_by(LedgerAccount.currency, LedgerAccount.purpose)
    )
    found: dict[str, dict[str, int]] = {}
    for row in await ctx.rows(sums):
        found.setdefault(row.currency, {})[row.purpose] = int(row.amount)
    return [_row(currency, amounts) for currency, amounts in sorted(found.items())[: limit + 1]]


def _row(currency: str, amounts: dict[str, int]) -> RollUpRow:
    shown = {purpose: RollUpMoney(amounts.get(purpose, 0), currency) for purpose in _SHOWN}
    return RollUpRow({"currency": currency, **shown}, path="/money")


MONEY = RollUp(
    name="billing.money",
    title="Money",
    permission="ledger.oversee",
    columns=(
        RollUpColumn("currency", "Currency"),
        RollUpColumn("receivable", "Yet to arrive", "money"),
        RollUpColumn("bank", "In the bank", "money"),
        RollUpColumn("payable", "Owed to payees", "money"),
    ),
    read=_read,
    order=50,
)
