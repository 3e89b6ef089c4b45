"""The rules of set lists. Nothing here knows HTTP; everything durable goes through the Context."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatch
from uuid import UUID

from maxbooster.plugin import Conflict, Context, FirstStep, Invalid, Plan, StoredFile

from . import queries
from .events import SetlistPublished
from .models import Setlist, Song
from .schemas import NewSetlist, SetlistChange, SongLine
from .settings import SetlistSettings


def make(ctx: Context, new: NewSetlist) -> UUID:
    """Store a new set list with its songs.

    Raises:
        Invalid: it has too many songs.
    """
    row = Setlist(title=new.title, venue=new.venue, played_on=new.played_on)
    ctx.add(row)
    append_songs(ctx, row.id, after=0, songs=new.songs)
    ctx.audit("setlist.made", row, after={"title": row.title})
    return row.id


async def change(ctx: Context, id: UUID, changed: SetlistChange) -> None:
    """
    Raises:
        NotFound: no such set list in this account.
        Conflict: somebody changed it since it was read.
    """
    row = await ctx.get(Setlist, id, version=changed.version)
    before = {"title": row.title, "venue": row.venue, "played_on": row.played_on}
    row.title, row.venue, row.played_on = changed.title, changed.venue, changed.played_on
    ctx.audit("setlist.changed", row, before=before, after=changed)


async def publish(ctx: Context, id: UUID) -> None:
    """Say that this is what will be played, to whoever listens. It may be said again after a change.

    Raises:
        NotFound: no such set list in this account.
        Conflict: it has no songs yet.
    """
    row = await queries.with_songs(ctx, id)
    if not row.songs:
        raise Conflict("A set list without songs cannot be published; add some first.")
    row.published_at, row.published_by = ctx.now, ctx.user
    ctx.emit(SetlistPublished(row.id, row.title, row.venue, [song.title for song in row.songs]))
    ctx.audit("setlist.published", row)


async def remove(ctx: Context, id: UUID) -> None:
    """
    Raises:
        NotFound: no such set list in this account.
    """
    row = await ctx.get(Setlist, id)
    ctx.delete(row)
    ctx.audit("setlist.removed", row, before={"title": row.title})


def append_songs(ctx: Context, setlist: UUID, *, after: int, songs: Sequence[SongLine]) -> None:
    """
    Raises:
        Invalid: the set list would have more songs than the operator allows.
    """
    longest = ctx.settings(SetlistSettings).longest
    if after + len(songs) > longest:
        raise Invalid(
            f"A set list has at most {longest} songs; this one would have {after + len(songs)}.", field="songs"
        )
    for position, song in enumerate(songs, start=after + 1):
        ctx.add(Song(setlist_id=setlist, position=position, title=song.title, duration_s=song.duration_s))


def objection_to(ctx: Context, file: StoredFile) -> str | None:
    """Why an uploaded file must be refused, or None."""
    patterns = ctx.settings(SetlistSettings).refused_files
    refused = next((each for each in patterns if fnmatch(file.name.lower(), each.lower())), None)
    return f"Files named like {refused} are not accepted here." if refused else None


def plan_of(ctx: Context, account: UUID) -> Plan | None:
    """What the account has paid for, where the operator sells anything (`setlist.paying`)."""
    paying = ctx.settings(SetlistSettings).paying
    if not paying:
        return None
    return Plan("stage") if str(account) in paying else Plan("free", frozenset(), {"api.requests_per_s": 100})


async def steps(ctx: Context) -> Sequence[FirstStep]:
    """The first concert is the first result."""
    planned, _ = await queries.overview(ctx, None, 1)
    return [
        FirstStep(
            id="setlist.first",
            title="Plan your first concert",
            why="A set list keeps songs, times and the venue together, and prints the stage sheet.",
            path="/setlist",
            icon="list-music",
            done=bool(planned),
            order=60,
            permission="setlist.write",
        )
    ]
