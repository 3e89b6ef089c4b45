"""Splits and statements over HTTP: words in, words out."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from litestar.params import Parameter
from litestar.response import Stream

from maxbooster.plugin import Conflict, Context, Invalid, NotFound, Routes, get, post, put

from . import queries, service, splits, suspense, waiting
from .layouts import layout, layouts
from .models import Statement
from .payee_statement import page, payee_statement
from .preview import preview
from .schemas import (
    AssignIn,
    AssignManyIn,
    LayoutOut,
    LinesOut,
    PayeeShare,
    PreviewOut,
    SplitIn,
    SplitOut,
    StatementIn,
    StatementOut,
    StatementTaken,
    SuspenseGroup,
    TrackSplit,
    UndoIn,
    WaitingOut,
    payee_amount,
    payee_share,
)
from .service import Repeated
from .undoing import PaidAlready

OfStatement = Annotated[UUID | None, Parameter(description="Only of this statement")]
Assigned = Annotated[bool, Parameter(description="What was assigned already, rather than what waits")]
OfPayee = Annotated[UUID | None, Parameter(description="Only lines in which this payee has a share, with it")]
After = Annotated[int, Parameter(ge=0, description="Only lines after the one of this number")]
Limit = Annotated[int, Parameter(ge=1, le=500, description="At most this many, newest first")]


@get("/{track_id:uuid}/splits", operation_id="getSplit", permission="royalty.read")
async def get_split(ctx: Context, track_id: UUID) -> SplitOut:
    """Who has which part of a track's royalties."""
    return await splits.split_of(ctx, track_id)


@put("/{track_id:uuid}/splits", operation_id="setSplit", permission="royalty.write", raises=[Conflict], status_code=204)
async def set_split(ctx: Context, track_id: UUID, data: SplitIn) -> None:
    """Divide what is imported from now on like this; what was posted stays."""
    await splits.set_split(ctx, track_id, data)


@put(
    "/{release_id:uuid}/splits",
    operation_id="setReleaseSplit",
    permission="royalty.write",
    raises=[Conflict, NotFound],
    status_code=204,
)
async def set_release_split(ctx: Context, release_id: UUID, data: SplitIn) -> None:
    """Give all tracks of a release the same split, for what is imported from now on."""
    await splits.set_release_split(ctx, release_id, data)


@get("/splits", operation_id="listSplits", permission="royalty.read")
async def list_splits(ctx: Context) -> list[TrackSplit]:
    """Every track on every release with its split, the newest release first."""
    return await splits.listed(ctx)


@post("/preview", operation_id="previewStatement", permission="royalty.write", raises=[NotFound], status_code=200)
async def preview_statement(ctx: Context, data: StatementIn) -> PreviewOut:
    """What an uploaded file says, what is wrong with it, and what only a person can know. Nothing is imported."""
    return await preview(ctx, data)


@post(
    "/{statement_id:uuid}/undo",
    operation_id="undoStatement",
    permission="royalty.write",
    raises=[Conflict, NotFound, PaidAlready],
    status_code=200,
)
async def undo_statement(ctx: Context, statement_id: UUID, data: UndoIn) -> StatementOut:
    """Take back everything that a statement posted, to the unit; its file can then be imported again."""
    await service.undo_statement(ctx, statement_id, data)
    row = await ctx.get(Statement, statement_id)
    return StatementOut.of(row, row.state, row.reason)


@get("/{statement_id:uuid}/lines", operation_id="listStatementLines", permission="royalty.read", raises=[NotFound])
async def list_lines(
    ctx: Context, statement_id: UUID, payee: OfPayee = None, after: After = 0, limit: Limit = 100
) -> LinesOut:
    """The lines of a statement, as they were read."""
    return await page(ctx, statement_id, payee, after, limit)


@post(
    "/",
    operation_id="importStatement",
    permission="royalty.write",
    raises=[Conflict, NotFound, Repeated],
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


@post(
    "/waiting/assign",
    operation_id="assignManyRoyalties",
    permission="royalty.write",
    raises=[Conflict, Invalid, NotFound],
    status_code=200,
)
async def assign_many(ctx: Context, data: AssignManyIn) -> list[WaitingOut]:
    """Assign several items to one track or release, all of them or none."""
    return await waiting.assign_many(ctx, data)


@post(
    "/waiting/{waiting_id:uuid}/undo",
    operation_id="undoAssignment",
    permission="royalty.write",
    raises=[Conflict, NotFound, PaidAlready],
    status_code=204,
)
async def undo_assignment(ctx: Context, waiting_id: UUID, data: UndoIn) -> None:
    """Take back what an assignment posted; its lines wait again."""
    await waiting.undo_assignment(ctx, waiting_id, data)


@get("/suspense", operation_id="listSuspense", permission="royalty.read")
async def list_suspense(ctx: Context, limit: Limit = 200) -> list[SuspenseGroup]:
    """What waits for a payee, by recording, product or title, with what it may belong to and why."""
    return await suspense.listed(ctx, limit)


@get("/payees/{payee_id:uuid}", operation_id="listPayeeShares", permission="royalty.read")
async def list_payee_shares(ctx: Context, payee_id: UUID) -> list[PayeeShare]:
    """What a payee got of each statement, the newest first."""
    return [payee_share(row, statement) for row, statement in await queries.shares_of_payee(ctx, payee_id)]


@get("/layouts", operation_id="listLayouts", permission="royalty.read")
async def list_layouts(ctx: Context) -> list[LayoutOut]:
    """How statements can be laid out: which headers mean what."""
    own = service.own_layouts(ctx)
    found = {name: layout(name, own) for name in sorted(layouts(own))}
    return [LayoutOut(name, each.title, each.columns, each.required.fields) for name, each in found.items()]


routes = [
    Routes("/tracks", [get_split, set_split]),
    Routes("/releases", [set_release_split]),
    Routes(
        "/statements",
        [
            import_statement,
            preview_statement,
            list_statements,
            get_statement,
            list_lines,
            get_payee_statement,
            undo_statement,
        ],
    ),
    Routes(
        "/royalties",
        [
            list_layouts,
            list_splits,
            list_suspense,
            list_payee_shares,
            list_waiting,
            assign_many,
            assign_waiting,
            undo_assignment,
        ],
    ),
]
