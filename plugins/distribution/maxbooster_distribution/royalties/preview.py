"""What a file says, before anything of it is imported."""

from __future__ import annotations

import asyncio
import codecs
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from maxbooster.plugin import Context, Struct
from maxbooster_billing.plugin import digits

from . import queries
from .amounts import written
from .division import Matching
from .faults import StatementFault
from .layouts import FIELDS
from .lines import Line, Reading, open_reader, read, written_lines
from .matching import matching_of
from .options import check_options, form_of, refuse_other_files
from .reading import Form
from .schemas import PreviewLine, PreviewOut, StatementIn, Total
from .workbook import is_workbook

READ_AT_MOST = 16 * 1024**2
"""Bytes; of longer text the beginning is shown."""
_ROWS_AT_MOST = 20_000
"""Of a workbook."""
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
    await refuse_other_files(ctx, wanted.file_id)
    file = await ctx.files.get(wanted.file_id)
    form = form_of(ctx, file.name, wanted)._replace(most_lines=_ROWS_AT_MOST)
    with tempfile.TemporaryDirectory(prefix="maxbooster-") as place:
        folder = Path(place)
        async with ctx.files.local(file) as path:
            partial = file.size > READ_AT_MOST and not await asyncio.to_thread(is_workbook, path)
            seen = await asyncio.to_thread(_see, path, folder, form, partial=partial)
        shown = PreviewOut(seen.fault is None, columns=seen.columns, unused=seen.unused, partial=partial)
        if seen.fault is not None:
            shown.problem, shown.question = seen.fault.detail, seen.fault.question
        if seen.reading is not None:
            shown.partial = partial or seen.reading.partial
            await _fill(ctx, shown, seen.reading, folder / "lines.csv")
    return shown


def _see(path: Path, folder: Path, form: Form, *, partial: bool) -> _Seen:
    if partial:
        path = _beginning(path, folder / "beginning")
    seen = _Seen({}, [])
    try:
        reader = open_reader(path, form)
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
    matching = await matching_of(ctx, found.isrcs, found.upcs)
    sums = await asyncio.to_thread(_sum, lines, matching)
    places = digits(found.currency)
    shown.notes, shown.currency, shown.lines = found.notes, found.currency, found.lines
    shown.first_month, shown.last_month = found.first_month, found.last_month
    shown.total = written(found.units, places)
    shown.unmatched, shown.unsplit = sums.unmatched, sums.unsplit
    shown.unallocated = written(sums.unallocated, places)
    stores = sorted(sums.stores.items(), key=lambda each: -abs(each[1][1]))[:_STORES]
    shown.stores = [Total(name, count, written(units, places)) for name, (count, units) in stores]
    shown.sample = await named(ctx, [line_out(line, found.currency) for line in sums.sample])
    if not shown.partial and (earlier := await queries.imported_before(ctx, found.content, None)):
        shown.repeats, shown.repeats_file = earlier.id, earlier.file_name
        shown.repeats_at = earlier.imported_at


@dataclass
class _Sums:
    unmatched: int = 0
    unsplit: int = 0
    unallocated: int = 0
    stores: dict[str, tuple[int, int]] = field(default_factory=dict)
    sample: list[Line] = field(default_factory=list)


def _sum(lines: Path, matching: Matching) -> _Sums:
    sums = _Sums()
    for line in written_lines(lines):
        known, shares = matching.of(line.isrc, line.upc, line.month)
        if shares is None:
            sums.unmatched += not known
            sums.unsplit += known
            sums.unallocated += line.units
        if line.store in sums.stores or len(sums.stores) < 1_000:
            count, units = sums.stores.get(line.store, (0, 0))
            sums.stores[line.store] = (count + 1, units + line.units)
        if len(sums.sample) < _SAMPLE:
            sums.sample.append(line)
    return sums


def spoken_quantity(line: Line) -> str:
    return str(line.quantity) if isinstance(line.quantity, int) else f"{line.quantity:f}"


async def named(ctx: Context, lines: list[PreviewLine]) -> list[PreviewLine]:
    """Lines with the catalog's title where the statement says none and the code is known."""
    silent = [line for line in lines if not line.title]
    tracks = await queries.titles_by_isrc(ctx, (line.isrc for line in silent))
    releases = await queries.titles_by_upc(ctx, (line.upc for line in silent if line.isrc not in tracks))
    for line in silent:
        line.title = tracks.get(line.isrc) or releases.get(line.upc) or ""
    return lines


def line_out(line: Line, currency: str, share: int | None = None) -> PreviewLine:
    places = digits(currency)
    words = (line.month, line.isrc, line.upc, line.title, line.artist, line.store, line.territory)
    of_payee = None if share is None else written(share, places)
    return PreviewLine(line.number, *words, spoken_quantity(line), written(line.units, places), of_payee)
