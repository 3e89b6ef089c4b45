"""The rules of royalties: who has a share, and which statements are imported."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any
from uuid import UUID

from maxbooster.plugin import Conflict, Context, Invalid
from maxbooster_billing.plugin import checked_currency, known_payees

from ..catalogue.models import Track
from . import queries
from .layouts import layout
from .lines import Conversion
from .models import IMPORTED, IMPORTING, STOPPED, Split, Statement
from .schemas import Share, SplitIn, SplitOut, StatementIn, StatementTaken

WHOLES = (10_000, 1_000_000)
"""Basis points, parts per million."""


async def split_of(ctx: Context, track_id: UUID) -> SplitOut:
    """
    Raises:
        NotFound: no such track in this account.
    """
    await ctx.get(Track, track_id)
    row = await queries.split(ctx, track_id)
    if row is None:
        return SplitOut([], 0)
    return SplitOut([Share(UUID(payee), parts) for payee, parts in row.shares], row.whole, row.made_at)


async def set_split(ctx: Context, track_id: UUID, wanted: SplitIn) -> None:
    """Statements that are imported from now on are divided like this; what was posted stays.

    Raises:
        NotFound: no such track or payee in this account.
        Invalid: the parts are not the whole, or a payee stands there twice.
    """
    await ctx.get(Track, track_id)
    payees = [share.payee for share in wanted.shares]
    if len(set(payees)) < len(payees):
        raise Invalid("A payee stands there twice: add the parts up.", field="shares")
    total = sum(share.parts for share in wanted.shares)
    if total not in ((wanted.whole,) if wanted.whole else WHOLES):
        whole = str(wanted.whole) if wanted.whole else "10000 (basis points) or 1000000 (parts per million)"
        raise Invalid(f"The parts add up to {total}; they must add up to {whole}.", field="shares")
    await known_payees(ctx, payees)
    before = await queries.split(ctx, track_id)
    shares = [(str(share.payee), share.parts) for share in wanted.shares]
    number = before.number + 1 if before else 1
    row = Split(track_id=track_id, number=number, shares=shares, whole=total, made_at=ctx.now)
    ctx.add(row)
    ctx.audit("split.set", f"distribution_track:{track_id}", before=before and before.shares, after=shares)


async def take_statement(ctx: Context, wanted: StatementIn) -> StatementTaken:
    """Queue an import. The same file in the same layout is imported once; one that failed is tried again.

    Raises:
        NotFound: no such file in this account.
        Invalid: no such layout.
        Conflict: the file is not whole yet, or was refused.
    """
    from .jobs import read_statement

    if wanted.convert and not Fraction(wanted.convert.rate):
        raise Invalid("A rate of 0 would make nothing of it.", field="rate")

    layout(wanted.layout, own_layouts(ctx))
    file = await ctx.files.get(wanted.file_id)
    if file.state != "ready" or file.sha256 is None:
        raise Conflict(f"The file {file.name} is {file.state}, not ready; upload it first.", field="file_id")
    row = await queries.statement_of(ctx, file.sha256, wanted.layout)
    if row is not None and row.state == IMPORTED:
        return StatementTaken(row.id, None)
    if row is not None and (await progress_of(ctx, [row]))[row.id][0] == IMPORTING:
        return StatementTaken(row.id, row.job_id)
    if row is None:
        row = Statement(sha256=file.sha256, layout=wanted.layout, received_at=ctx.now)
        ctx.add(row)
        ctx.audit("statement.taken", row, after={"file": file.name, "layout": wanted.layout})
    row.source, row.currency = wanted.source or wanted.layout, wanted.currency
    row.rate = row.original_currency = row.original_total = None
    if wanted.convert is not None:
        row.currency, row.rate = checked_currency(wanted.convert.currency), wanted.convert.rate
        row.original_currency = wanted.currency
    row.file_id, row.file_name, row.decimals = file.id, file.name[:255], wanted.decimals
    row.state, row.reason = IMPORTING, None
    row.job_id = ctx.enqueue(read_statement, row.id, key=str(ctx.account))
    return StatementTaken(row.id, row.job_id)


def conversion_of(row: Statement) -> Conversion | None:
    if row.rate is None or row.currency is None:
        return None
    rate = Fraction(row.rate)
    return Conversion(row.currency, rate.numerator, rate.denominator)


async def progress_of(ctx: Context, rows: Sequence[Statement]) -> dict[UUID, tuple[str, str | None]]:
    """Statement → its state, and why: one whose import was cancelled or gave up is not importing any more."""
    under_way = [row.job_id for row in rows if row.state == IMPORTING]
    jobs = await ctx.jobs(under_way) if under_way else {}
    return {
        row.id: _stopped(jobs.get(row.job_id)) if row.state == IMPORTING else (row.state, row.reason) for row in rows
    }


def _stopped(job: Any) -> tuple[str, str | None]:
    if job is None or job.state == "cancelled":
        return STOPPED, "The import was cancelled; nothing of it was posted. Import the file again."
    if job.state == "dead":
        return STOPPED, f"The import gave up; nothing of it was posted. Import the file again. {job.note or ''}".strip()
    return IMPORTING, None


def own_layouts(ctx: Context) -> Path:
    """Where an operator's own layouts lie."""
    return ctx.app.settings.data / "royalty-layouts"
