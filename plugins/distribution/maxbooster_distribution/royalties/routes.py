"""Splits and statements over HTTP: words in, words out."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from litestar import Response
from litestar.params import Parameter, PathParameter
from litestar.response import Stream

from maxbooster.plugin import (
    Conflict,
    Context,
    Cursor,
    Invalid,
    Limit,
    NotFound,
    NotReady,
    Page,
    Routes,
    TooLarge,
    get,
    post,
    put,
)
from maxbooster_billing.plugin import known_payees

from . import queries, service, sources, splits, suspense, waiting
from .breakdown import Dimension, breakdown, currencies
from .earnings import By, earnings
from .layouts import layout, layouts
from .models import Statement
from .options import own_layouts
from .payee_statement import page, payee_statement
from .preview import preview
from .repeated import Repeated
from .royalty_statement import royalty_statement
from .schemas import (
    AssignIn,
    AssignManyIn,
    Breakdown,
    EarnedMonth,
    LayoutOut,
    LinesOut,
    PayeeShare,
    PreviewOut,
    RoyaltyCurrency,
    SplitIn,
    SplitOut,
    StatementIn,
    StatementOut,
    StatementTaken,
    SuspenseQueue,
    TrackSplit,
    UndoIn,
    WaitingOut,
    payee_amount,
    payee_share,
)
from .undoing import PaidAlready

OfStatement = Annotated[UUID | None, Parameter(description="Only of this statement")]
Assigned = Annotated[bool, Parameter(description="What was assigned already, rather than what waits")]
OfPayee = Annotated[UUID | None, Parameter(description="Only lines in which this payee has a share, with it")]
MonthOf = Annotated[By, Parameter(description="Month of sale, or the month in which statements were booked")]
CreditedIn = Annotated[
    str,
    PathParameter(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])\Z", description="Credited in this month: `2026-09`"),
]
OfCurrency = Annotated[
    str | None,
    Parameter(pattern=r"^[A-Z]{3}\Z", description="ISO 4217; absent: that with the most lines"),
]
OfMonth = Annotated[
    str | None,
    Parameter(pattern=r"^(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])\Z", description="Month of sale: `2026-09`, included"),
]
OfDimension = Annotated[Dimension, Parameter(description="What is added up together")]
After = Annotated[int, Parameter(ge=0, description="Only lines after the one of this number")]


@get("/{track_id:uuid}/splits", operation_id="getSplit", permission="royalty.read")
async def get_split(ctx: Context, track_id: UUID) -> SplitOut:
    """Who has which part of a track's royalties, for which months of sale."""
    return await splits.split_of(ctx, track_id)


@put(
    "/{track_id:uuid}/splits",
    operation_id="updateSplit",
    permission="royalty.write",
    raises=[Conflict],
    status_code=204,
)
async def update_split(ctx: Context, track_id: UUID, data: SplitIn) -> None:
    """Divide sales from a month on like this, in what is imported from now on; what was posted stays."""
    await splits.set_split(ctx, track_id, data)


@put(
    "/{release_id:uuid}/splits",
    operation_id="updateReleaseSplit",
    permission="royalty.write",
    raises=[Conflict, NotFound],
    status_code=204,
)
async def update_release_split(ctx: Context, release_id: UUID, data: SplitIn) -> None:
    """Give all tracks of a release the same split for sales from a month on, in what is imported from now on."""
    await splits.set_release_split(ctx, release_id, data)


@get("/splits", operation_id="listSplits", permission="royalty.read")
async def list_splits(ctx: Context, cursor: Cursor = None, limit: Limit = 100) -> Page[TrackSplit]:
    """Every track on every release with its split, the newest release first."""
    return await splits.listed(ctx, cursor, limit)


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
    return StatementOut.of(row, (await sources.names(ctx))(row.source), row.state, row.reason)


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
async def list_statements(ctx: Context, cursor: Cursor = None, limit: Limit = 100) -> Page[StatementOut]:
    """The newest first, without their payees."""
    rows, next = await queries.statements(ctx, cursor, limit)
    progress = await service.progress_of(ctx, rows)
    name = await sources.names(ctx)
    return Page([StatementOut.of(row, name(row.source), *progress[row.id]) for row in rows], next)


@get("/{statement_id:uuid}", operation_id="getStatement", permission="royalty.read")
async def get_statement(ctx: Context, statement_id: UUID) -> StatementOut:
    row = await ctx.get(Statement, statement_id)
    payees = [payee_amount(each) for each in await queries.allocations(ctx, statement_id)]
    state = (await service.progress_of(ctx, [row]))[row.id]
    return StatementOut.of(row, (await sources.names(ctx))(row.source), *state, payees)


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


@get("/waiting", operation_id="listSuspenseItems", permission="royalty.read")
async def list_waiting(
    ctx: Context,
    statement: OfStatement = None,
    assigned: Assigned = False,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Page[WaitingOut]:
    """What has no payee yet, because its codes are unknown or its track has no split: the newest statements first, in
    them the largest amounts."""
    return await waiting.listed(ctx, cursor, limit, statement_id=statement, assigned=assigned)


@post(
    "/waiting/{waiting_id:uuid}/assign",
    operation_id="assignSuspenseItem",
    permission="royalty.write",
    raises=[Conflict, Invalid, NotFound],
    status_code=200,
)
async def assign_waiting(ctx: Context, waiting_id: UUID, data: AssignIn) -> WaitingOut:
    """Say whose it is: it is divided by the split of that track or release, posted, and remembered for its codes."""
    return await waiting.assign(ctx, waiting_id, data)


@post(
    "/waiting/assign",
    operation_id="assignSuspenseItems",
    permission="royalty.write",
    raises=[Conflict, Invalid, NotFound],
    status_code=200,
)
async def assign_many(ctx: Context, data: AssignManyIn) -> list[WaitingOut]:
    """Assign several items to one track or release, all of them or none."""
    return await waiting.assign_many(ctx, data)


@post(
    "/waiting/{waiting_id:uuid}/undo",
    operation_id="unassignSuspenseItem",
    permission="royalty.write",
    raises=[Conflict, NotFound, PaidAlready],
    status_code=204,
)
async def unassign_suspense_item(ctx: Context, waiting_id: UUID, data: UndoIn) -> None:
    """Take back what an assignment posted; its lines wait again."""
    await waiting.undo_assignment(ctx, waiting_id, data)


@get("/suspense", operation_id="listSuspense", permission="royalty.read")
async def list_suspense(ctx: Context, limit: Limit = 200) -> SuspenseQueue:
    """What waits for a payee, by recording, product or title, with what it may belong to and why. Where more waits than
    is listed, `waiting` says so; the rest follows as these are assigned."""
    return await suspense.listed(ctx, limit)


@get("/payees/{payee_id:uuid}", operation_id="listPayeeShares", permission="royalty.read")
async def list_payee_shares(
    ctx: Context, payee_id: UUID, cursor: Cursor = None, limit: Limit = 100
) -> Page[PayeeShare]:
    """What a payee got of each statement, the newest first."""
    await known_payees(ctx, [payee_id])
    name = await sources.names(ctx)
    rows, next = await queries.shares_of_payee(ctx, cursor, limit, payee_id=payee_id)
    later = await queries.parts_assigned(ctx, (row.part_id for row, _ in rows))
    assigned = {id: part.assigned_at for id, part in later.items()}
    return Page([payee_share(row, of, name(of.source), assigned.get(row.part_id)) for row, of in rows], next)


@get(
    "/payees/{payee_id:uuid}/statements/{month:str}",
    operation_id="getRoyaltyStatement",
    permission="royalty.read",
    raises=[NotReady, TooLarge],
    media_type="application/pdf",
)
async def get_royalty_statement(ctx: Context, payee_id: UUID, month: CreditedIn) -> Response[bytes]:
    """What was credited to a payee in a month, by release and store, as a PDF."""
    content = await royalty_statement(ctx, payee_id, month)
    name = f"royalty-statement-{month}-{payee_id}.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return Response(content, headers=headers, media_type="application/pdf")


@get("/earnings", operation_id="listRoyaltyEarnings", permission="royalty.read")
async def list_earnings(ctx: Context, by: MonthOf = "sale") -> list[EarnedMonth]:
    """What statements brought by month and source, the latest months first."""
    return await earnings(ctx, by)


@get("/breakdown", operation_id="getRoyaltyBreakdown", permission="royalty.read")
async def get_breakdown(
    ctx: Context,
    currency: OfCurrency = None,
    by: OfDimension = "store",
    from_month: OfMonth = None,
    until_month: OfMonth = None,
) -> Breakdown:
    """What was sold, by store, country or track: of all statements in the ledger, in one currency."""
    return await breakdown(ctx, by, currency, from_month, until_month)


@get("/currencies", operation_id="listRoyaltyCurrencies", permission="royalty.read")
async def list_currencies(ctx: Context) -> list[RoyaltyCurrency]:
    """What statements in the ledger are booked in, that with the most lines first."""
    return await currencies(ctx)


@get("/layouts", operation_id="listLayouts", permission="royalty.read")
async def list_layouts(ctx: Context) -> list[LayoutOut]:
    """How statements can be laid out: which headers mean what."""
    own = own_layouts(ctx)
    found = {name: layout(name, own) for name in sorted(layouts(own))}
    return [LayoutOut(name, each.title, each.columns, each.required.fields) for name, each in found.items()]


routes = [
    Routes("/tracks", [get_split, update_split]),
    Routes("/releases", [update_release_split]),
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
            list_earnings,
            get_breakdown,
            list_currencies,
            list_layouts,
            list_splits,
            list_suspense,
            list_payee_shares,
            get_royalty_statement,
            list_waiting,
            assign_many,
            assign_waiting,
            unassign_suspense_item,
        ],
    ),
]
