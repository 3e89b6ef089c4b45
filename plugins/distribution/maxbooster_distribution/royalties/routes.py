"""Splits and statements over HTTP: words in, words out."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from litestar.params import Parameter
from litestar.response import Stream

from maxbooster.plugin import Conflict, Context, Invalid, NotFound, Routes, get, post, put

from . import queries, service, waiting
from .layouts import layout, layouts
from .models import Statement
from .payee_statement import payee_statement
from .schemas import (
    AssignIn,
    LayoutOut,
    SplitIn,
    SplitOut,
    StatementIn,
    StatementOut,
    StatementTaken,
    WaitingOut,
    payee_amount,
)

OfStatement = Annotated[UUID | None, Parameter(description="Only of this statement")]
Assigned = Annotated[bool, Parameter(description="What was assigned already, rather than what waits")]
Limit = Annotated[int, Parameter(ge=1, le=500, description="At most this many, newest first")]


@get("/{track_id:uuid}/splits", operation_id="getSplit", permission="royalty.read")
async def get_split(ctx: Context, track_id: UUID) -> SplitOut:
    """Who has which part of a track's royalties."""
    return await service.split_of(ctx, track_id)


@put("/{track_id:uuid}/splits", operation_id="setSplit", permission="royalty.write", raises=[Conflict], status_code=204)
async def set_split(ctx: Context, track_id: UUID, data: SplitIn) -> None:
    """Divide what is imported from now on like this; what was posted stays."""
    await service.set_split(ctx, track_id, data)


@post(
    "/",
    operation_id="importStatement",
    permission="royalty.write",
    raises=[Conflict, NotFound],
    status_code=202,
)
async def import_statement(ctx: Context, data: StatementIn) -> StatementTaken:
    """Read, divide and post an uploaded statement in the background; the same file is imported once."""
    return await service.take_statement(ctx, data)


@get("/", operation_id="listStatements", permission="royalty.read")
async def list_statements(ctx: Context, limit: Limit = 100) -> list[StatementOut]:
    """The newest first, without their payees."""
    rows = await queries.statements(ctx, limit)
    progress = await service.progress_of(ctx, rows)
    return [StatementOut.of(row, *progress[row.id]) for row in rows]


@get("/{statement_id:uuid}", operation_id="getStatement", permission="royalty.read")
async def get_statement(ctx: Context, statement_id: UUID) -> StatementOut:
    row = await ctx.get(Statement, statement_id)
    payees = [payee_amount(each) for each in await queries.allocations(ctx, statement_id)]
    return StatementOut.of(row, *(await service.progress_of(ctx, [row]))[row.id], payees)


@get(
    "/{statement_id:uuid}/payees/{payee_id:uuid}",
    operation_id="getPayeeStatement",
    permission="royalty.read",
    media_type="text/csv",
)
async def get_payee_statement(ctx: Context, statement_id: UUID, payee_id: UUID) -> Stream:
    """Every line in which a payee has a share, down to what was credited, as CSV."""
    content = await payee_statement(ctx, statement_id, payee_id)
    name = f"statement-{statement_id}-{payee_id}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return Stream(content, headers=headers, media_type="text/csv")


@get("/waiting", operation_id="listWaitingRoyalties", permission="royalty.read")
async def list_waiting(
    ctx: Context, statement: OfStatement = None, assigned: Assigned = False, limit: Limit = 100
) -> list[WaitingOut]:
    """What has no payee yet, because its codes are unknown or its track has no split."""
    return await waiting.listed(ctx, statement_id=statement, assigned=assigned, limit=limit)


@post(
    "/waiting/{waiting_id:uuid}/assign",
    operation_id="assignRoyalties",
    permission="royalty.write",
    raises=[Conflict, Invalid, NotFound],
    status_code=200,
)
async def assign_waiting(ctx: Context, waiting_id: UUID, data: AssignIn) -> WaitingOut:
    """Say whose it is: it is divided by the split of that track or release, posted, and remembered for its codes."""
    return await waiting.assign(ctx, waiting_id, data)


@get("/layouts", operation_id="listLayouts", permission="royalty.read")
async def list_layouts(ctx: Context) -> list[LayoutOut]:
    """How statements can be laid out: which headers mean what."""
    own = service.own_layouts(ctx)
    found = {name: layout(name, own) for name in sorted(layouts(own))}
    return [LayoutOut(name, each.title, each.columns, each.required.fields) for name, each in found.items()]


routes = [
    Routes("/tracks", [get_split, set_split]),
    Routes("/statements", [import_statement, list_statements, get_statement, get_payee_statement]),
    Routes("/royalties", [list_layouts, list_waiting, assign_waiting]),
]
