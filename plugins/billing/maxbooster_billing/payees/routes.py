"""Payees over HTTP: words in, words out."""

from __future__ import annotations

from uuid import UUID

from maxbooster.plugin import Conflict, Context, Routes, get, post, put

from . import queries, service
from .models import Payee
from .schemas import NewPayee, Owed, PayeeChange, PayeeMade, PayeeOut


@get("/", operation_id="listPayees", permission="payee.read")
async def list_payees(ctx: Context) -> list[PayeeOut]:
    """By name, each with what is owed to them."""
    owed = await queries.owed(ctx)
    return [
        PayeeOut.of(row, [Owed.of(each) for each in owed.get(str(row.id), [])]) for row in await queries.payees(ctx)
    ]


@post("/", operation_id="addPayee", permission="payee.write", step_up="people", raises=[Conflict])
async def add_payee(ctx: Context, data: NewPayee) -> PayeeMade:
    """Add somebody who has a share. There is one of a name."""
    return PayeeMade(await service.add(ctx, data))


@get("/{payee_id:uuid}", operation_id="getPayee", permission="payee.read")
async def get_payee(ctx: Context, payee_id: UUID) -> PayeeOut:
    row = await ctx.get(Payee, payee_id)
    owed = await queries.owed(ctx, payee_id)
    return PayeeOut.of(row, [Owed.of(each) for each in owed.get(str(payee_id), [])])


@put(
    "/{payee_id:uuid}",
    operation_id="changePayee",
    permission="payee.write",
    step_up="people",
    raises=[Conflict],
    status_code=204,
)
async def change_payee(ctx: Context, payee_id: UUID, data: PayeeChange) -> None:
    """Change a payee's name or how they are paid."""
    await service.change(ctx, payee_id, data)


routes = [Routes("/payees", [list_payees, add_payee, get_payee, change_payee])]
