"""Payees over HTTP: words in, words out."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from maxbooster.plugin import Conflict, Context, Cursor, Limit, Page, Routes, get, post, put

from ..ledger.settled import settled
from ..providers.registry import destinations, faults
from . import queries, service
from .models import Payee
from .schemas import NewPayee, Owed, PayeeChange, PayeeMade, PayeeOut


@get("/", operation_id="listPayees", permission="payee.read")
async def list_payees(ctx: Context, cursor: Cursor = None, limit: Limit = 100) -> Page[PayeeOut]:
    """By name, each with what is owed to them."""
    rows, next = await queries.payees(ctx, cursor, limit)
    return Page(await _shown(ctx, rows), next)


@post("/", operation_id="createPayee", permission="payee.write", step_up="people", raises=[Conflict])
async def create_payee(ctx: Context, data: NewPayee) -> PayeeMade:
    """Add somebody who has a share. There is one of a name."""
    return PayeeMade(await service.add(ctx, data))


@get("/{payee_id:uuid}", operation_id="getPayee", permission="payee.read")
async def get_payee(ctx: Context, payee_id: UUID) -> PayeeOut:
    row = await ctx.get(Payee, payee_id)
    [payee] = await _shown(ctx, [row])
    return payee


async def _shown(ctx: Context, rows: Sequence[Payee]) -> list[PayeeOut]:
    words, fault = destinations(ctx), faults(ctx)
    owed = await queries.owed(ctx, [row.id for row in rows])
    currencies = {each.currency for some in owed.values() for each in some}
    account = ctx.account

    def not_payable(row: Payee, currency: str) -> str:
        return fault(row.provider, lambda it: it.currency_fault(currency))

    arrived = await ctx.read(lambda connection: {each: settled(connection, account, each) for each in currencies})
    return [
        PayeeOut.of(
            row,
            words(row.provider, row.destination),
            [Owed.of(each, arrived, not_payable(row, each.currency)) for each in owed.get(str(row.id), [])],
        )
        for row in rows
    ]


@put(
    "/{payee_id:uuid}",
    operation_id="updatePayee",
    permission="payee.write",
    step_up="people",
    raises=[Conflict],
    status_code=204,
)
async def update_payee(ctx: Context, payee_id: UUID, data: PayeeChange) -> None:
    """Change a payee's name or how they are paid."""
    await service.change(ctx, payee_id, data)


routes = [Routes("/payees", [list_payees, create_payee, get_payee, update_payee])]
