"""Bank transfers over HTTP: words in, words out."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from litestar import Response
from litestar.params import Parameter

from maxbooster.plugin import Conflict, Context, Cursor, Invalid, Limit, Page, Routes, get, post

from . import queries, service
from .models import FILED, BankFile
from .paying import NotSetUp, paying_account
from .queries import Sum
from .schemas import BankFailure, BankTransferOut, BankTransferSetUp, BankTransferTotal, Executed, PaymentFileOut

State = Annotated[Literal["waiting", "filed", "executed", "failed"] | None, Parameter(description="Only in this state")]
OfFile = Annotated[UUID | None, Parameter(description="Only those in this payment file")]


@get("/", operation_id="listBankTransfers", permission="payout.execute")
async def list_bank_transfers(
    ctx: Context, file: OfFile = None, transfer_state: State = None, cursor: Cursor = None, limit: Limit = 100
) -> Page[BankTransferOut]:
    """Payouts by bank transfer, the newest first."""
    rows, next = await queries.orders(ctx, cursor, limit, file=file, state=transfer_state)
    return Page([BankTransferOut.of(row) for row in rows], next)


@get("/totals", operation_id="getBankTransferTotals", permission="payout.execute")
async def get_totals(ctx: Context) -> list[BankTransferTotal]:
    """What waits for a payment file, is with the bank, was executed and failed, for each currency."""
    return [BankTransferTotal.of(row) for row in await queries.totals(ctx)]


@get("/set-up", operation_id="getBankTransferSettings", permission="payout.execute")
async def get_set_up(ctx: Context) -> BankTransferSetUp:
    """Whether there is a bank account that transfers are paid from."""
    try:
        await paying_account(ctx)
    except NotSetUp as fault:
        return BankTransferSetUp(fault.detail)
    return BankTransferSetUp("")


@get("/files", operation_id="listPaymentFiles", permission="payout.execute")
async def list_payment_files(ctx: Context, cursor: Cursor = None, limit: Limit = 100) -> Page[PaymentFileOut]:
    """The newest first."""
    rows, next = await queries.files(ctx, cursor, limit)
    states = await queries.states_by_file(ctx, [row.id for row in rows])
    return Page([PaymentFileOut.of(row, states.get(row.id, {})) for row in rows], next)


@post(
    "/files",
    operation_id="createPaymentFile",
    permission="payout.execute",
    step_up="people",
    raises=[Conflict, Invalid],
)
async def create_payment_file(ctx: Context) -> PaymentFileOut:
    """Put every payout that waits into one payment file, for the bank. Each payout is in one file only; one that cannot
    be written is left out and named, and can be marked as failed."""
    row, left_out = await service.make_file(ctx)
    return PaymentFileOut.of(row, {FILED: Sum(row.lines, row.total)}, left_out)


@get("/files/{file_id:uuid}", operation_id="downloadPaymentFile", permission="payout.execute", media_type="text/xml")
async def download_payment_file(ctx: Context, file_id: UUID) -> Response[bytes]:
    """The file itself (pain.001.001.09), the same bytes every time."""
    row = await ctx.get(BankFile, file_id)
    name = f"payouts-{row.made_at:%Y-%m-%d}-{row.id.hex[-6:]}.xml"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return Response(row.content, headers=headers, media_type="text/xml")


@post(
    "/files/{file_id:uuid}/executed",
    operation_id="markPaymentFileExecuted",
    permission="payout.execute",
    step_up="people",
    raises=[Conflict],
    status_code=202,
)
async def mark_payment_file_executed(ctx: Context, file_id: UUID) -> Executed:
    """The bank has paid all of its transfers that were not marked yet."""
    return Executed(await service.execute_file(ctx, file_id))


@post(
    "/{order_id:uuid}/executed",
    operation_id="markBankTransferExecuted",
    permission="payout.execute",
    step_up="people",
    raises=[Conflict],
    status_code=202,
)
async def mark_bank_transfer_executed(ctx: Context, order_id: UUID) -> None:
    """The bank has paid it: so is the payout."""
    await service.end(ctx, order_id, executed=True)


@post(
    "/{order_id:uuid}/failed",
    operation_id="markBankTransferFailed",
    permission="payout.execute",
    step_up="people",
    raises=[Conflict, Invalid],
    status_code=202,
)
async def mark_bank_transfer_failed(ctx: Context, order_id: UUID, data: BankFailure) -> None:
    """The bank did not pay it, or it waits and is not to be paid: the amount is owed to the payee again."""
    await service.end(ctx, order_id, executed=False, reason=data.reason)


routes = [
    Routes(
        "/bank-transfers",
        [
            list_bank_transfers,
            get_totals,
            get_set_up,
            list_payment_files,
            create_payment_file,
            download_payment_file,
            mark_payment_file_executed,
            mark_bank_transfer_executed,
            mark_bank_transfer_failed,
        ],
    )
]
