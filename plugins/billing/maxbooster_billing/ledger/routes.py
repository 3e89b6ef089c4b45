"""The books over HTTP: words in, words out."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from litestar.params import Parameter
from litestar.response import Stream

from maxbooster.plugin import Conflict, Context, Routes, get, post

from . import export, queries, service
from .posting import KeyReused, Overdrawn
from .schemas import PURPOSE_LIST, Balance, Earned, Entry, EntryPage, PostedOut, PurposeOut, ReceiptIn, TransactionIn

Limit = Annotated[int, Parameter(ge=1, le=500, description="At most about this many; transactions are not cut")]
Months = Annotated[int, Parameter(ge=1, le=120, description="So many months: the current one and those before it")]
Before = Annotated[UUID | None, Parameter(description="`next` of the page before")]
Only = Annotated[str | None, Parameter(max_length=80, description="Only entries with this")]


@get("/balances", operation_id="listBalances", permission="ledger.read")
async def list_balances(ctx: Context) -> list[Balance]:
    """Every ledger account of the book, by currency."""
    return [Balance.of(row) for row in await queries.balances(ctx)]


@get("/entries", operation_id="listEntries", permission="ledger.read")
async def list_entries(
    ctx: Context,
    *,
    purpose: Only = None,
    party: Only = None,
    currency: Only = None,
    before: Before = None,
    limit: Limit = 100,
) -> EntryPage:
    """The newest transactions first."""
    rows = await queries.entries(ctx, purpose=purpose, party=party, currency=currency, before=before, limit=limit + 1)
    if len(rows) <= limit:
        return EntryPage([Entry.of(row) for row in rows])
    last = rows[-1].transaction_id
    whole = [row for row in rows if row.transaction_id != last] or rows
    return EntryPage([Entry.of(row) for row in whole], whole[-1].transaction_id)


@get("/earnings", operation_id="listEarnings", permission="ledger.read")
async def list_earnings(ctx: Context, months: Months = 12) -> list[Earned]:
    """What stores and buyers came to owe, by month and source; the earliest month first."""
    return await service.earnings(ctx, months)


@get("/purposes", operation_id="listPurposes", permission="ledger.read")
async def list_purposes(ctx: Context) -> list[PurposeOut]:
    """What ledger accounts are for."""
    return PURPOSE_LIST


@post(
    "/transactions",
    operation_id="postTransaction",
    permission="ledger.write",
    step_up="people",
    raises=[KeyReused, Overdrawn],
)
async def post_transaction(ctx: Context, data: TransactionIn) -> PostedOut:
    """Post by hand: an opening balance, a correction. What touches the bank or what payees are owed waits until a
    second person approves it."""
    return await service.post_by_hand(ctx, data)


@post(
    "/receipts",
    operation_id="recordPayment",
    permission="ledger.write",
    step_up="people",
    raises=[Conflict, KeyReused],
)
async def record_payment(ctx: Context, data: ReceiptIn) -> PostedOut:
    """Record what a store or buyer has paid: their receivable is settled. More than they owed, or what an API key
    reports, waits until a second person approves it. A mistake is reversed."""
    return await service.receive(ctx, data)


@post(
    "/transactions/{transaction_id:uuid}/reverse",
    operation_id="reverseTransaction",
    permission="ledger.write",
    step_up="people",
    raises=[Conflict, Overdrawn],
)
async def reverse_transaction(ctx: Context, transaction_id: UUID) -> PostedOut:
    """Post the opposite. Nothing is ever edited."""
    return await service.reverse_by_hand(ctx, transaction_id)


@get("/export", operation_id="exportLedger", permission="ledger.read", media_type="text/csv")
async def export_ledger(ctx: Context, form: Literal["csv", "beancount"] = "csv") -> Stream:
    """The whole book as text: `csv`, or `beancount` for accountants' tools."""
    if form == "csv":
        return _download(export.as_csv(ctx), "ledger.csv", "text/csv")
    return _download(export.as_beancount(ctx), "ledger.beancount", "text/plain")


def _download(content: object, name: str, media_type: str) -> Stream:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return Stream(content, headers=headers, media_type=media_type)  # type: ignore[arg-type]


routes = [
    Routes(
        "/ledger",
        [
            list_balances,
            list_entries,
            list_earnings,
            list_purposes,
            post_transaction,
            record_payment,
            reverse_transaction,
            export_ledger,
        ],
    )
]
