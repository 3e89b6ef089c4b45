"""The rules of the catalog: descriptions become rows, rows become descriptions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlalchemy import Connection

from maxbooster.plugin import Conflict, Context, Invalid, Page

from ..description import CreditLine, Deal, ReleaseDescription, RightsLine, TrackDescription, artist_line
from ..media import AudioFacts, CoverFacts
from . import codes, identifiers, queries
from .files import audio_of, cover_of, file_id
from .identifiers import ISRC, UPC, Code
from .models import Artist, Credit, Label, Placement, Release, Track
from .schemas import ReleaseRow


class Described(Struct):
    """A release as its rows say it is. `audio` runs parallel to `description.tracks`."""

    id: UUID
    version: int
    changed_at: datetime
    description: ReleaseDescription
    track_ids: list[UUID]
    audio: list[AudioFacts | None]
    cover: CoverFacts | None


async def described(ctx: Context, id: UUID) -> Described:
    """
    Raises:
        NotFound: no such release in this account.
    """
    row = await queries.release(ctx, id)
    placed = await queries.tracks_of(ctx, id)
    credits = await queries.credits_of(ctx, [id], [track.id for track, _ in placed])
    description = ReleaseDescription(
        kind=row.kind,  # type: ignore[arg-type]
        title=row.title,
        subtitle=row.subtitle,
        upc=row.upc,
        catalog_number=row.catalog_number,
        credits=[CreditLine(each.name, each.role) for each in credits if each.release_id == id],
        label=row.label.name if row.label else None,
        genre=row.genre,
        language=row.language,
        release_date=row.release_date,
        original_release_date=row.original_release_date,
        p_line=_line(row.p_line),
        c_line=_line(row.c_line),
        deals=msgspec.convert(row.deals, list[Deal]),
        cover=str(row.cover_file_id) if row.cover_file_id else None,
        tracks=[
            _track_description(track, disc, [CreditLine(c.name, c.role) for c in credits if c.track_id == track.id])
            for track, disc in placed
        ],
    )
    facts = [msgspec.convert(track.audio, AudioFacts) if track.audio else None for track, _ in placed]
    cover = msgspec.convert(row.cover, CoverFacts) if row.cover else None
    return Described(row.id, row.version, row.changed_at, description, [t.id for t, _ in placed], facts, cover)


def _track_description(row: Track, disc: int, credits: list[CreditLine]) -> TrackDescription:
    return TrackDescription(
        id=row.id,
        title=row.title,
        subtitle=row.subtitle,
        isrc=row.isrc,
        disc=disc,
        credits=credits,
        language=row.language,
        instrumental=row.instrumental,
        advisory=row.advisory,  # type: ignore[arg-type]
        p_line=_line(row.p_line),
        genre=row.genre,
        audio=str(row.audio_file_id) if row.audio_file_id else None,
    )


def _line(stored: object) -> RightsLine | None:
    return msgspec.convert(stored, RightsLine) if stored else None


async def listed(ctx: Context, cursor: str | None, limit: int) -> Page[ReleaseRow]:
    """The newest first."""
    rows, next = await queries.releases(ctx, cursor, limit)
    credits = await queries.credits_of(ctx, [row.id for row in rows], [])
    shown: dict[UUID, list[CreditLine]] = {}
    for credit in credits:
        shown.setdefault(credit.release_id, []).append(CreditLine(credit.name, credit.role))
    return Page([ReleaseRow(**row._mapping, artists=artist_line(shown.get(row.id, []))) for row in rows], next)


async def make(ctx: Context, new: ReleaseDescription) -> UUID:
    """Store a new release with its recordings. Commits.

    Raises:
        Invalid: a code, a file or a track cannot be used; the field says which.
        Conflict: the account uses a code already.
    """
    row = Release(created_at=ctx.now, deals=[])
    ctx.add(row)
    await _write(ctx, row, new, [])
    return row.id


async def change(ctx: Context, id: UUID, version: int, changed: ReleaseDescription) -> None:
    """Put a description in place of the present one. Commits.

    Raises:
        NotFound: no such release in this account.
        Invalid, Conflict: as in `make`; Conflict too if somebody changed it since it was read.
    """
    row = await ctx.get(Release, id, version=version)
    await _write(ctx, row, changed, list(await queries.placements(ctx, id)))


async def remove(ctx: Context, id: UUID) -> None:
    """Remove a release that was never submitted, with the recordings that stand nowhere else. Commits.

    Raises:
        NotFound: no such release in this account.
        Conflict: stores know it.
    """
    from ..deliveries.queries import was_submitted

    row = await ctx.get(Release, id)
    if await was_submitted(ctx, id):
        raise Conflict("Stores have this release. Take it down instead; its history is kept.")
    dropped = [Code(UPC, row.upc)] if row.upc else []
    await _remove_tracks(ctx, id, [each.track_id for each in await queries.placements(ctx, id)])
    ctx.delete(row)
    ctx.audit("release.removed", row, before={"title": row.title})
    await ctx.write(identifiers.give_back, ctx.account, dropped)


async def _write(ctx: Context, row: Release, said: ReleaseDescription, placed: list[Placement]) -> None:
    """Set every row as the description says, and claim the codes that are new, in one transaction."""
    known = await _known_tracks(ctx, said, placed)
    await codes.refuse_used_elsewhere(ctx, said, row.id)
    claims = _Claims()
    await _set_release(ctx, row, said, claims)
    artists = await _artists(ctx, said)
    for credit in await queries.credit_rows(ctx, row.id, list(known)):
        ctx.delete(credit)
    _add_credits(ctx, artists, said.credits, release=row.id)
    tracks = [await _set_track(ctx, index, each, known, claims) for index, each in enumerate(said.tracks)]
    for track, each in zip(tracks, said.tracks, strict=True):
        _add_credits(ctx, artists, each.credits, track=track.id)
    gone = [each.track_id for each in placed if each.track_id not in {track.id for track in tracks}]
    _place(ctx, row.id, placed, [(track.id, each.disc) for track, each in zip(tracks, said.tracks, strict=True)])
    await _remove_tracks(ctx, row.id, gone)
    ctx.audit("release.described", row, after={"title": said.title, "tracks": len(said.tracks)})
    await ctx.write(claims.settle, ctx.account, ctx.now)


class _Claims:
    """Codes that a change takes and gives back."""

    def __init__(self) -> None:
        self.taken: list[Code] = []
        self.dropped: list[Code] = []

    def replace(self, kind: str, before: str | None, after: str | None) -> None:
        if before != after:
            self.taken += [Code(kind, after)] if after else []
            self.dropped += [Code(kind, before)] if before else []

    def settle(self, connection: Connection, account: UUID, at: datetime) -> None:
        """A code that moves from one track to another is neither taken nor dropped."""
        moved = set(self.taken) & set(self.dropped)
        identifiers.give_back(connection, account, [code for code in self.dropped if code not in moved])
        identifiers.claim(connection, account, [code for code in self.taken if code not in moved], at)


async def _known_tracks(ctx: Context, said: ReleaseDescription, placed: list[Placement]) -> dict[UUID, Track]:
    """The recordings that the description names, and those that stand on the release now."""
    named = [track.id for track in said.tracks if track.id]
    if len(set(named)) != len(named):
        raise Invalid("A recording stands on a release only once.", field="tracks")
    known = await queries.tracks(ctx, [*named, *(each.track_id for each in placed)])
    for index, id in enumerate(track.id for track in said.tracks):
        if id is not None and id not in known:
            raise Invalid(f"There is no recording {id} in this catalog.", field=f"tracks[{index}].id")
    return known


async def _set_release(ctx: Context, row: Release, said: ReleaseDescription, claims: _Claims) -> None:
    code = identifiers.upc(said.upc) if said.upc else None
    claims.replace(UPC, row.upc, code)
    row.cover = msgspec.to_builtins(await cover_of(ctx, said.cover, "cover"))
    row.cover_file_id = file_id(said.cover, "cover")
    row.upc, row.kind, row.title, row.subtitle = code, said.kind, said.title, said.subtitle
    row.catalog_number, row.genre, row.language = said.catalog_number, said.genre, said.language
    row.release_date, row.original_release_date = said.release_date, said.original_release_date
    row.p_line, row.c_line = msgspec.to_builtins(said.p_line), msgspec.to_builtins(said.c_line)
    row.deals = msgspec.to_builtins(said.deals)
    row.label_id = await _label(ctx, said.label)
    row.changed_at = ctx.now


async def _set_track(
    ctx: Context, index: int, said: TrackDescription, known: dict[UUID, Track], claims: _Claims
) -> Track:
    at = f"tracks[{index}]"
    row = known[said.id] if said.id else Track(title=said.title)
    if said.id is None:
        ctx.add(row)
    code = identifiers.isrc(said.isrc, f"{at}.isrc") if said.isrc else None
    claims.replace(ISRC, row.isrc, code)
    row.audio = msgspec.to_builtins(await audio_of(ctx, said.audio, f"{at}.audio"))
    row.audio_file_id = file_id(said.audio, f"{at}.audio")
    row.title, row.subtitle, row.isrc, row.genre = said.title, said.subtitle, code, said.genre
    row.language, row.instrumental, row.advisory = said.language, said.instrumental, said.advisory
    row.p_line = msgspec.to_builtins(said.p_line)
    return row


def _place(ctx: Context, release: UUID, placed: list[Placement], wanted: list[tuple[UUID, int]]) -> None:
    """Positions keep their rows, so that no two rows ever claim one position."""
    for row, (track, disc) in zip(placed, wanted, strict=False):
        row.track_id, row.disc = track, disc
    for row in placed[len(wanted) :]:
        ctx.delete(row)
    for position, (track, disc) in list(enumerate(wanted, start=1))[len(placed) :]:
        ctx.add(Placement(release_id=release, track_id=track, position=position, disc=disc))


async def _remove_tracks(ctx: Context, release: UUID, tracks: Sequence[UUID]) -> None:
    """Recordings that left a release: those that stand nowhere else and have no ISRC leave the catalog too.

    What has an ISRC may have been played, and its royalties come later; it stays.
    """
    elsewhere = await queries.placed_elsewhere(ctx, release, tracks)
    for id, row in (await queries.tracks(ctx, tracks)).items():
        if id not in elsewhere and row.isrc is None:
            ctx.delete(row)


def _add_credits(
    ctx: Context,
    artists: dict[str, UUID],
    credits: Sequence[CreditLine],
    *,
    release: UUID | None = None,
    track: UUID | None = None,
) -> None:
    for position, credit in enumerate(credits, start=1):
        artist = artists[credit.name]
        ctx.add(Credit(release_id=release, track_id=track, artist_id=artist, role=credit.role, position=position))


async def _artists(ctx: Context, said: ReleaseDescription) -> dict[str, UUID]:
    """Name → id of everybody who is credited; new names become rows."""
    names = {credit.name for credit in (*said.credits, *(each for track in said.tracks for each in track.credits))}
    known = await queries.artists(ctx, sorted(names))
    for name in sorted(names - set(known)):
        row = Artist(name=name)
        ctx.add(row)
        known[name] = row.id
    return known


async def _label(ctx: Context, name: str | None) -> UUID | None:
    if not name:
        return None
    row = await queries.label(ctx, name)
    if row is None:
        row = Label(name=name)
        ctx.add(row)
    return row.id
