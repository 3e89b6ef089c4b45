"""What set lists do in the background."""

from __future__ import annotations

from uuid import UUID

from maxbooster.plugin import Context, job, notify, on

from . import queries, service
from .events import SetlistPublished
from .models import Setlist
from .settings import SetlistSettings


@job("setlist.fill", attempts=3)
async def fill(ctx: Context, setlist_id: UUID) -> None:
    """Append what every song source offers; one that fails is left out."""
    row = await queries.with_songs(ctx, setlist_id)
    answers = [answer for answer in await ctx.ask("song_source") if answer.error is None]
    count = len(row.songs)
    for done, answer in enumerate(answers, start=1):
        service.append_songs(ctx, row.id, after=count, songs=answer.value)
        count += len(answer.value)
        await ctx.progress(done / len(answers), f"{len(answer.value)} songs from {answer.plugin}")
    ctx.audit("setlist.filled", row, after={"songs": count})


async def begin_filling(ctx: Context, setlist_id: UUID) -> UUID:
    """Queue `fill`; returns the job's id.

    Raises:
        NotFound: no such set list in this account.
    """
    row = await ctx.get(Setlist, setlist_id)
    return ctx.enqueue(fill, row.id, key=str(row.id))


@on(SetlistPublished, "setlist.print_sheet")
async def print_sheet(ctx: Context, published: SetlistPublished) -> None:
    """Store the stage sheet: one song a line, large enough to be read from a floor."""
    lines = [f"{published.title} · {published.venue}", *published.songs]
    sheet = "\n".join(lines).encode(ctx.settings(SetlistSettings).sheet_encoding, errors="replace")
    file = await ctx.files.put("stage-sheet.txt", sheet, purpose=None)
    facts = {"title": published.title, "venue": published.venue}
    await notify(ctx, "setlist.printed", "The stage sheet of “{title}” is printed", path="/setlist", facts=facts)
    ctx.audit("setlist.sheet_printed", f"setlist_setlist:{published.setlist}", after={"file": file.id, "lines": lines})
