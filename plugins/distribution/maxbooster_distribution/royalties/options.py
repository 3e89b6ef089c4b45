"""How a statement's file is to be read: what an import was asked for."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import cast
from uuid import UUID

from maxbooster.plugin import Context, Invalid

from ..file_purposes import STATEMENT
from .currencies import active
from .header import ESSENTIAL, NONE
from .layouts import FIELDS, layout
from .models import Statement
from .reading import Conversion, Dates, Decimals, Form
from .schemas import ConversionIn, StatementIn


def check_options(ctx: Context, wanted: StatementIn) -> None:
    """
    Raises:
        Invalid: no such layout, currency or field.
    """
    if wanted.convert is not None and not Fraction(wanted.convert.rate):
        raise Invalid("A rate of 0 would make nothing of it.", field="rate")
    for code in (wanted.currency, wanted.convert and wanted.convert.currency):
        try:
            active(code or "EUR")
        except ValueError as error:
            raise Invalid(str(error), field="currency") from error
    if unknown := set(wanted.columns) - set(FIELDS):
        raise Invalid(f"There is no field {min(unknown)!r}; there are {', '.join(FIELDS)}.", field="columns")
    if left_out := {field for field in ESSENTIAL if wanted.columns.get(field) == NONE}:
        raise Invalid(f"A statement must have the {min(left_out)}; choose its column.", field="columns")
    layout(wanted.layout, own_layouts(ctx))


async def refuse_other_files(ctx: Context, id: UUID) -> None:
    """Whoever imports statements may name a file that was uploaded as one, even if they don't see statements.

    Raises:
        NotFound: it does not exist, or belongs to another account.
        NotAllowed: it became something else, which they may not see.
    """
    if (await ctx.files.get(id)).purpose != STATEMENT.name:
        await ctx.files.for_caller(id)


def form_of(ctx: Context, name: str, wanted: StatementIn) -> Form:
    """How a file is to be read."""
    conversion = None
    if wanted.convert is not None:
        rate = Fraction(wanted.convert.rate)
        conversion = Conversion(wanted.convert.currency, rate.numerator, rate.denominator)
    found = layout(wanted.layout, own_layouts(ctx))
    return Form(name, found, wanted.currency, wanted.decimals, conversion, wanted.dates, wanted.columns, wanted.sheet)


def options_of(row: Statement) -> StatementIn:
    """What an import was asked for."""
    converted = row.rate is not None and row.currency is not None
    return StatementIn(
        file_id=row.file_id,
        layout=row.layout,
        source=row.source,
        currency=row.original_currency if converted else row.currency,
        decimals=cast(Decimals, row.decimals),
        dates=cast(Dates, row.dates),
        columns=row.columns,
        convert=ConversionIn(row.currency or "", row.rate or "") if converted else None,
        repeats=row.repeats,
        sheet=row.sheet or None,
    )


def own_layouts(ctx: Context) -> Path:
    """Where an operator's own layouts lie."""
    return ctx.data / "royalty-layouts"
