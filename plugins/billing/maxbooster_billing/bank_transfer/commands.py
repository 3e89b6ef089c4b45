"""`maxbooster billing transfers`: payment files of one account, in the terminal."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from uuid import UUID

import click

from maxbooster.plugin import ACCOUNT, AS_JSON, Context, Invalid, every_page, in_account, print_rows

from ..currency import written
from . import queries, service
from .models import BankFile
from .paying import NotSetUp
from .schemas import BankTransferOut, BankTransferTotal, PaymentFileOut

_out = click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the file here.  [default: standard output]"
)


@click.group()
def transfers() -> None:
    """Create payment files for the bank, and record what the bank did."""


@transfers.command("list")
@ACCOUNT
@click.option("--file", type=click.UUID, help="Only those in this payment file.")
@AS_JSON
def list_transfers(account: UUID, file: UUID | None, as_json: bool) -> None:
    """List bank transfers, the newest first."""
    rows = in_account(account, _transfers, file)
    print_rows(rows, [_transfer_line(row) for row in rows], as_json=as_json, empty="There are no bank transfers yet.")


@transfers.command("totals")
@ACCOUNT
@AS_JSON
def show_totals(account: UUID, as_json: bool) -> None:
    """Show what waits, is with the bank, was executed and failed."""
    rows = in_account(account, _totals)
    print_rows(rows, [_total_line(row) for row in rows], as_json=as_json, empty="There are no bank transfers yet.")


@transfers.command("files")
@ACCOUNT
@AS_JSON
def list_files(account: UUID, as_json: bool) -> None:
    """List payment files, the newest first."""
    rows = in_account(account, _files)
    print_rows(rows, [_file_line(row) for row in rows], as_json=as_json, empty="There are no payment files yet.")


@transfers.command("create-file")
@ACCOUNT
@_out
def create_file(account: UUID, out: Path | None) -> None:
    """Put all payouts that wait into one payment file (pain.001)."""
    file, content, left_out = in_account(account, _created)
    _write(content, out)
    for sentence in left_out:
        click.echo(sentence, err=True)
    click.echo(f"Payment file {file}: upload it to the bank once.", err=True)


@transfers.command("download")
@click.argument("file", type=click.UUID)
@ACCOUNT
@_out
def download(file: UUID, account: UUID, out: Path | None) -> None:
    """Print payment file FILE again, the same bytes every time."""
    _write(in_account(account, _content, file), out)


@transfers.command("executed")
@click.argument("transfer", type=click.UUID, required=False)
@click.option("--file", type=click.UUID, help="All transfers of this payment file that aren't marked yet.")
@ACCOUNT
def executed(transfer: UUID | None, file: UUID | None, account: UUID) -> None:
    """Record that the bank executed TRANSFER, or the rest of a file."""
    if (transfer is None) == (file is None):
        raise click.UsageError("Name a transfer, or a payment file with --file.")
    count = in_account(account, _executed, transfer, file)
    click.echo(f"{count} marked as executed; the running server settles the payouts.")


@transfers.command("rejected")
@click.argument("transfer", type=click.UUID)
@ACCOUNT
@click.option("--reason", required=True, help="What the bank said; the payee reads it.")
def rejected(transfer: UUID, account: UUID, reason: str) -> None:
    """Record that TRANSFER was not paid: the payee is owed it again.

    The bank rejected it, or it waits and cannot be put into a payment file.
    """
    in_account(account, _rejected, transfer, reason)
    click.echo("Marked as rejected; the amount goes back to the payee's balance.")


def _amount(minor: int, currency: str) -> str:
    return f"{written(minor, currency)} {currency}"


def _write(content: bytes, out: Path | None) -> None:
    if out is None:
        click.echo(content, nl=False)
    else:
        out.write_bytes(content)


async def _transfers(ctx: Context, file: UUID | None) -> list[BankTransferOut]:
    rows = await every_page(ctx, partial(queries.orders, file=file))
    return [BankTransferOut.of(row) for row in rows]


async def _totals(ctx: Context) -> list[BankTransferTotal]:
    return [BankTransferTotal.of(row) for row in await queries.totals(ctx)]


async def _files(ctx: Context) -> list[PaymentFileOut]:
    rows = await every_page(ctx, queries.files)
    states = await queries.states_by_file(ctx, [row.id for row in rows])
    return [PaymentFileOut.of(row, states.get(row.id, {})) for row in rows]


async def _created(ctx: Context) -> tuple[UUID, bytes, list[str]]:
    try:
        row, left_out = await service.make_file(ctx)
    except NotSetUp as error:
        raise Invalid(
            f"The bank account that pays is not set: {error.__cause__} Set"
            " MAXBOOSTER_BILLING_BANK_TRANSFER__IBAN, __BIC and __NAME.",
            field="iban",
        ) from None
    return row.id, row.content, [f"Left out: transfer {each.id}. {why}" for each, why in left_out.items()]


async def _content(ctx: Context, file: UUID) -> bytes:
    return (await ctx.get(BankFile, file)).content


async def _executed(ctx: Context, transfer: UUID | None, file: UUID | None) -> int:
    if file is not None:
        return await service.execute_file(ctx, file)
    if transfer is None:
        raise Invalid("Name a transfer.", field="transfer")
    await service.end(ctx, transfer, executed=True)
    return 1


async def _rejected(ctx: Context, transfer: UUID, reason: str) -> None:
    await service.end(ctx, transfer, executed=False, reason=reason)


def _transfer_line(row: BankTransferOut) -> str:
    reason = f": {row.reason}" if row.reason else ""
    return f"{row.id}  {row.state:8}  {_amount(row.amount, row.currency):>16}  {row.name}, {row.destination}{reason}"


def _total_line(row: BankTransferTotal) -> str:
    return f"{row.state:8}  {row.transfers:6}  {_amount(row.amount, row.currency):>16}"


def _file_line(row: PaymentFileOut) -> str:
    ends = f"{row.open} open, {row.executed} executed, {row.failed} failed"
    return f"{row.id}  {row.made_at:%Y-%m-%d %H:%M}  {_amount(row.total, row.currency):>16}  {ends}"
