"""The rules of payment files: an order is in one file at most, and ends once."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import Connection, update

from maxbooster.plugin import Conflict, Context, Invalid, new_id

from ..payouts.jobs import send
from . import queries
from .destination import Destination, read
from .models import EXECUTED, FAILED, FILED, WAITING, BankFile, BankOrder
from .payment_file import CURRENCY, Line, write
from .settings import BankTransferSettings

LINES_AT_MOST = 5_000


async def make_file(ctx: Context) -> BankFile:
    """Put every waiting order into one payment file, and commit.

    Raises:
        Conflict: nothing waits, or an order was put into another file meanwhile.
        Invalid: the platform's own bank account is not set.
    """
    sender = _sender(ctx)
    rows = await queries.waiting(ctx, LINES_AT_MOST)
    if not rows:
        raise Conflict("No payout by bank transfer is waiting.")
    id, on = new_id(), (ctx.now + timedelta(days=1)).date()
    lines = [Line(row.id, row.amount, read(row.destination), row.statement) for row in rows]
    total = sum(row.amount for row in rows)
    file = BankFile(
        id=id, currency=CURRENCY, total=total, lines=len(rows), content=write(id, sender, lines, at=ctx.now, on=on),
        made_by=ctx.user, made_at=ctx.now,
    )  # fmt: skip
    ctx.add(file)
    ctx.audit("payout.filed", file, after={"lines": len(rows), "total": total})
    await ctx.write(_file, ctx.account, [row.id for row in rows], id)
    return file


async def end(ctx: Context, id: UUID, *, executed: bool, reason: str = "") -> None:
    """Say what became of an order: its payout is settled at once.

    Raises:
        NotFound: no such order in this account.
        Conflict: it is in no payment file yet, or has ended.
        Invalid: it failed, and no reason is given.
    """
    row = await ctx.get(BankOrder, id)
    if row.state != FILED:
        raise Conflict(f"This transfer is {row.state}; only one in a payment file can end.", field="state")
    if not executed and not reason.strip():
        raise Invalid("Say why the bank did not execute it.", field="reason")
    row.state, row.reason, row.ended_at = EXECUTED if executed else FAILED, reason.strip(), ctx.now
    ctx.audit("payout.executed" if executed else "payout.not_executed", row, after={"reason": row.reason})
    ctx.enqueue(send, row.id, key=f"{row.id}:now")


def _sender(ctx: Context) -> Destination:
    own = ctx.settings(BankTransferSettings)
    try:
        return read(f"{own.iban}/{own.bic}/{own.name}")
    except ValueError as fault:
        raise Invalid(
            f"The bank account that pays is not set: {fault} Whoever runs this server sets"
            " MAXBOOSTER_BILLING_BANK_TRANSFER__IBAN, __BIC and __NAME.",
            field="iban",
        ) from None


def _file(connection: Connection, account: UUID, orders: list[UUID], file: UUID) -> None:
    free = (BankOrder.account_id == account, BankOrder.id.in_(orders), BankOrder.state == WAITING)
    changed = update(BankOrder).where(*free).values(state=FILED, file_id=file, version=BankOrder.version + 1)
    if connection.execute(changed).rowcount != len(orders):
        raise Conflict("Some of these payouts were put into another payment file just now; try again.")
