"""The rules of payment files: an order is in one file at most, and ends once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Connection, update

from maxbooster.plugin import Conflict, Context, Invalid, new_id

from ..payouts.jobs import send
from . import queries
from .crosscheck import ANCHORED, anchor
from .destination import read, shown
from .models import EXECUTED, FAILED, FILED, WAITING, BankFile, BankOrder
from .paying import paying_account
from .payment_file import CURRENCY, Line, write

LINES_AT_MOST = 5_000


async def make_file(ctx: Context) -> tuple[BankFile, dict[BankOrder, str]]:
    """Put every waiting order into one payment file, and commit. One that cannot be written does not keep back the
    others: it waits on, and is returned with the reason.

    Raises:
        Conflict: nothing waits that can be written, or an order was put into another file meanwhile.
        NotSetUp: neither the account nor the platform has a bank account that pays.
    """
    own = await paying_account(ctx)
    rows = await queries.waiting(ctx, LINES_AT_MOST)
    if not rows:
        raise Conflict("No payout by bank transfer is waiting.")
    id, on = new_id(), (ctx.now + timedelta(days=1)).date()

    def written(rows: Sequence[BankOrder]) -> bytes:
        return write(id, own, [_line(row) for row in rows], at=ctx.now, on=on)

    left_out: dict[BankOrder, str] = {}
    try:
        content = written(rows)
    except ValueError:
        left_out = {row: fault for row in rows if (fault := _fault(row, written)) is not None}
        rows = [row for row in rows if row not in left_out]
        if not rows:
            raise Conflict(_none_written(left_out)) from None
        content = written(rows)
    total = sum(row.amount for row in rows)
    file = BankFile(
        id=id, currency=CURRENCY, total=total, lines=len(rows), content=content, made_by=ctx.user, made_at=ctx.now
    )
    ctx.add(file)
    ctx.audit("payout.filed", file, after={"lines": len(rows), "total": total, "left_out": len(left_out)})
    ctx.audit(ANCHORED, anchor(id, content))
    await ctx.write(_file, ctx.account, [row.id for row in rows], id)
    return file, left_out


def _line(row: BankOrder) -> Line:
    return Line(row.id, row.amount, read(row.destination), row.statement)


def _fault(row: BankOrder, written: Callable[[Sequence[BankOrder]], bytes]) -> str | None:
    """Why an order cannot be in a payment file."""
    try:
        written([row])
    except ValueError as fault:
        return str(fault)
    return None


def _none_written(left_out: Mapping[BankOrder, str]) -> str:
    row, why = next(iter(left_out.items()))
    return (
        f"None of the {len(left_out)} payouts that wait can be put into a payment file. The one to"
        f" {shown(row.destination)[0]}: {why} Mark it as rejected to give the money back to the payee's balance."
    )


async def execute_file(ctx: Context, id: UUID) -> int:
    """The bank has paid whatever of a file has not ended yet; returns how many transfers that were.

    Raises:
        NotFound: no such file in this account.
        Conflict: all of its transfers have ended.
    """
    file = await ctx.get(BankFile, id)
    rows = await queries.filed(ctx, id)
    if not rows:
        raise Conflict("Every transfer of this payment file was marked before.", field="state")
    for row in rows:
        _end(ctx, row, EXECUTED)
    ctx.audit("payout.file_executed", file, after={"transfers": len(rows)})
    return len(rows)


async def end(ctx: Context, id: UUID, *, executed: bool, reason: str = "") -> None:
    """Say what became of an order: its payout is settled at once. One that waits may fail, so that the money is back.

    Raises:
        NotFound: no such order in this account.
        Conflict: it was executed and is in no payment file yet, or has ended.
        Invalid: it failed, and no reason is given.
    """
    row = await ctx.get(BankOrder, id)
    if row.state != FILED and (executed or row.state != WAITING):
        raise Conflict(f"This transfer is {row.state}; only one in a payment file can end.", field="state")
    if not executed and not reason.strip():
        raise Invalid("Say why the bank did not execute it.", field="reason")
    _end(ctx, row, EXECUTED if executed else FAILED, reason.strip())


def _end(ctx: Context, row: BankOrder, state: str, reason: str = "") -> None:
    row.state, row.reason, row.ended_at = state, reason, ctx.now
    ctx.audit("payout.executed" if state == EXECUTED else "payout.not_executed", row, after={"reason": reason})
    ctx.enqueue(send, row.id, key=f"{row.id}:now")


def _file(connection: Connection, account: UUID, orders: list[UUID], file: UUID) -> None:
    free = (BankOrder.account_id == account, BankOrder.id.in_(orders), BankOrder.state == WAITING)
    changed = update(BankOrder).where(*free).values(state=FILED, file_id=file, version=BankOrder.version + 1)
    if connection.execute(changed).rowcount != len(orders):
        raise Conflict("Some of these payouts were put into another payment file just now; try again.")
