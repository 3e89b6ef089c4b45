"""Bank transfers over HTTP: words in, words out."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from litestar import Response
from litestar.params import Parameter

from maxbooster.plugin import Conflict, Context, Invalid, Routes, get, post

from . import queries, service
from .models import BankFile
from .schemas import BankFailure, BankTransferOut, PaymentFileOut

Limit = Annotated[int, Parameter(ge=1, le=500, description="At most this many, newest first")]
OfFile = Annotated[UUID | None, Parameter(description="Only those in this payment file")]


@get("/", operation_id="listBankTransfers", permission="payout.execute")
async def list_bank_transfers(ctx: Context, file: OfFile = None, limit: Limit = 100) -> list[BankTransferOut]:
    """Payouts by bank transfer, the newest first."""
    return [BankTransferOut.of(row) for row in await queries.orders(ctx, file=file, limit=limit)]


@get("/files", operation_id="listPaymentFiles", permission="payout.execute")
async def list_payment_files(ctx: Context, limit: Limit = 100) -> list[PaymentFileOut]:
    """The newest first."""
    return [PaymentFileOut.of(row) for row in await queries.files(ctx, limit)]


@post(
    "/files",
    operation_id="createPaymentFile",
    permission="payout.execute",
    step_up="people",
    raises=[Conflict, Invalid],
)
async def create_payment_file(ctx: Context) -> PaymentFileOut:
    """Put every payout that waits into one payment file, for the bank. Each payout is in one file only."""
    return PaymentFileOut.of(await service.make_file(ctx))


@get("/files/{file_id:uuid}", operation_id="downloadPaymentFile", permission="payout.execute", media_type="text/xml")
async def download_payment_file(ctx: Context, file_id: UUID) -> Response[bytes]:
    """The file itself (pain.001.001.09), the same bytes every time."""
    row = await ctx.get(BankFile, file_id)
    name = f"payouts-{row.made_at:%Y-%m-%d}-{row.id.hex[-6:]}.xml"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return Response(row.content, headers=headers, media_type="text/xml")


@post(
    "/{order_id:uuid}/executed",
    operation_id="executeBankTransfer",
    permission="payout.execute",
    step_up="people",
    raises=[Conflict],
    status_code=202,
)
async def execute_bank_transfer(ctx: Context, order_id: UUID) -> None:
    """The bank has paid it: so is the payout."""
    await service.end(ctx, order_id, executed=True)


@post(
    "/{order_id:uuid}/failed",
    operation_id="failBankTransfer",
    permission="payout.execute",
    step_up="people",
    raises=[Conflict, Invalid],
    status_code=202,
)
async def fail_bank_transfer(ctx: Context, order_id: UUID, data: BankFailure) -> None:
    """The bank did not pay it: the amount is owed to the payee again."""
    await service.end(ctx, order_id, executed=False, reason=data.reason)


routes = [
    Routes(
        "/bank-transfers",
        [
            list_bank_transfers,
            list_payment_files,
            create_payment_file,
            download_payment_file,
            execute_bank_transfer,
            fail_bank_transfer,
        ],
    )
]
