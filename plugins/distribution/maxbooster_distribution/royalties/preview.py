"""What a file says, before anything of it is imported."""

from __future__ import annotations

import asyncio
import codecs
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from maxbooster.plugin import Context, Struct
from maxbooster_billing.plugin import digits

from ..catalogue import queries as catalogue
from . import queries
from .amounts import written
from .faults import StatementFault
from .layouts import FIELDS
from .lines import Line, Reading, read, written_lines
from .reading import Form, Reader
from .schemas import PreviewLine, PreviewOut, StatementIn, Total
from .service import check_options, form_of

READ_AT_MOST = 16 * 1024**2
"""Bytes; of longer files the beginning is shown."""
_SAMPLE = 8
_STORES = 12


class _Seen(Struct):
    """What a thread found out about a file."""

    columns: dict[str, str]
    unused: list[str]
    reading: Reading | None = None
    fault: StatementFault | None = None


async def preview(ctx: Context, wanted: StatementIn) -> PreviewOut:
    """
    Raises:
        NotFound: no such file in this account.
        Invalid: no such layout, currency or field.
    """
    check_options(ctx, wanted)
    file = await ctx.files.get(wanted.file_id)
    form = form_of(ctx, file.name, wanted)
    with tempfile.TemporaryDirectory(prefix="maxbooster-") as place:
        folder = Path(place)
        async with ctx.files.local(file) as path:
            partial = file.size > READ_AT_MOST
            seen = await asyncio.to_thread(_see, path, folder, form, partial=partial)
        shown = PreviewOut(seen.fault is None, columns=seen.columns, unused=seen.unused, partial=partial)
        if seen.fault is not None:
            shown.problem, shown.question = seen.fault.detail, seen.fault.question
        if seen.reading is not None:
            await _fill(ctx, shown, seen.reading, folder / "lines.csv")
    return shown


def _see(path: Path, folder: Path, form: Form, *, partial: bool) -> _Seen:
    if partial:
        path = _beginning(path, folder / "beginning")
    seen = _Seen({}, [])
    try:
        reader = Reader(path, form)
        reader.close()
        cells = reader.header.cells
        seen.columns = {field: cells[reader.places[field]] for field in FIELDS if reader.places[field] >= 0}
        seen.unused = [cell for place, cell in enumerate(cells) if place not in reader.places.values() and cell]
        seen.reading = read(path, folder / "lines.csv", form)
    except StatementFault as fault:
        seen.fault = fault
    return seen


def _beginning(path: Path, copy: Path) -> Path:
    """Up to a line's end."""
    with path.open("rb") as file:
        some = file.read(READ_AT_MOST)
    cut = some.rfind(b"\n") + 1
    if some.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        cut += cut % 2
    copy.write_bytes(some[:cut])
    return copy


async def _fill(ctx: Context, shown: PreviewOut, found: Reading, lines: Path) -> None:
    by_isrc = await catalogue.tracks_by_isrc(ctx, found.isrcs)
    by_upc = await catalogue.tracks_by_upc(ctx, found.upcs)
    sums = await asyncio.to_thread(_sum, lines, lambda line: line.isrc in by_isrc or line.upc in by_upc)
    places = digits(found.currency)
    shown.notes, shown.currency, shown.lines = found.notes, found.currency, found.lines
    shown.first_month, shown.last_month = found.first_month, found.last_month
    shown.total = written(found.units, places)
    shown.unmatched, shown.unmatched_total = sums.unmatched, written(sums.unmatched_units, places)
    stores = sorted(sums.stores.items(), key=lambda each: -abs(each[1][1]))[:_STORES]
    shown.stores = [Total(name, count, written(units, places)) for name, (count, units) in stores]
    shown.sample = [line_out(line, found.currency) for line in sums.sample]
    if not shown.partial and (earlier := await queries.imported_before(ctx, found.content, None)):
        shown.repeats, shown.repeats_file = earlier.id, earlier.file_name
        shown.repeats_at = earlier.imported_at


@dataclass
class _Sums:
    unmatched: int = 0
    unmatched_units: int = 0
    stores: dict[str, tuple[int, int]] = field(default_factory=dict)
    sample: list[Line] = field(default_factory=list)


def _sum(lines: Path, known: Callable[[Line], bool]) -> _Sums:
    sums = _Sums()
    for line in written_lines(lines):
        if not known(line):
            sums.unmatched += 1
            sums.unmatched_units += line.units
        if line.store in sums.stores or len(sums.stores) < 1_000:
            count, units = sums.stores.get(line.store, (0, 0))
            sums.stores[line.store] = (count + 1, units + line.units)
        if len(sums.sample) < _SAMPLE:
            sums.sample.append(line)
    return sums


def line_out(line: Line, currency: str, share: int | None = None) -> PreviewLine:
    places = digits(currency)
    words = (line.month, line.isrc, line.upc, line.title, line.artist, line.store, line.territory)
    of_payee = None if share is None else written(share, places)
    return PreviewLine(line.number, *words, f"{line.quantity:f}", written(line.units, places), of_payee)
