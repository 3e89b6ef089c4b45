"""Payees over HTTP: words in, words out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from maxbooster.plugin import Conflict, Context, Routes, get, post, put

from ..ledger.models import LedgerAccount
from ..ledger.settled import settled
from ..providers.registry import destinations
from . import queries, service
from .models import Payee
from .schemas import NewPayee, Owed, PayeeChange, PayeeMade, PayeeOut


@get("/", operation_id="listPayees", permission="payee.read")
async def list_payees(ctx: Context) -> list[PayeeOut]:
    """By name, each with what is owed to them."""
    return await _shown(ctx, await queries.payees(ctx), await queries.owed(ctx))


@post("/", operation_id="addPayee", permission="payee.write", step_up="people", raises=[Conflict])
async def add_payee(ctx: Context, data: NewPayee) -> PayeeMade:
    """Add somebody who has a share. There is one of a name."""
    return PayeeMade(await service.add(ctx, data))


@get("/{payee_id:uuid}", operation_id="getPayee", permission="payee.read")
async def get_payee(ctx: Context, payee_id: UUID) -> PayeeOut:
    row = await ctx.get(Payee, payee_id)
    [payee] = await _shown(ctx, [row], await queries.owed(ctx, payee_id))
    return payee


async def _shown(ctx: Context, rows: Sequence[Payee], owed: Mapping[str, Sequence[LedgerAccount]]) -> list[PayeeOut]:
    words = await destinations(ctx)
    currencies = {each.currency for some in owed.values() for each in some}
    account = ctx.account
    arrived = await ctx.app.database.read(
        lambda connection: {each: settled(connection, account, each) for each in currencies}
    )
    return [
        PayeeOut.of(
            row,
            words(row.provider, row.destination),
            [Owed.of(each, arrived) for each in owed.get(str(row.id), [])],
        )
        for row in rows
    ]


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
