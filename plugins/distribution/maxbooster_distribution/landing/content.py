"""What is live becomes what strangers see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote
from uuid import UUID

from maxbooster.plugin import Context, Theme

from ..deliveries import queries, states
from ..deliveries.content import content_of
from ..deliveries.models import Delivery
from ..description import RightsLine, TrackDescription, artist_line
from ..media import AudioFacts
from ..outlets import service as outlets
from ..package import TAKEDOWN, Material
from .schemas import PublicRelease, PublicTrack, StoreLink


async def live(ctx: Context, release_id: UUID) -> list[Delivery]:
    """For each store where people can hear it, the delivery that brought what they hear."""
    found: dict[str, Delivery | None] = {}
    for row in await queries.of_release(ctx, release_id):
        if row.outlet not in found and _decides(row):
            found[row.outlet] = row if row.state == states.LIVE else None
    return [row for row in found.values() if row is not None]


def _decides(row: Delivery) -> bool:
    """Whether a store has, or has no longer, what a delivery is about; an update under way changes nothing yet, and
    whoever asked for a takedown does not want to be heard from then on."""
    if row.what == TAKEDOWN:
        return row.state not in (states.REJECTED, states.FAILED)
    return row.state in (states.LIVE, states.DOWN)


def public_release(material: Material, stores: Sequence[StoreLink], *, test: bool, theme: Theme) -> PublicRelease:
    said = material.description
    shown = artist_line(said.credits)
    lines = [_line("℗", said.p_line), _line("©", said.c_line)]
    return PublicRelease(
        title=_titled(said.title, said.subtitle),
        artists=shown,
        language=said.language,
        release_date=said.release_date,
        label=said.label or "",
        lines=[line for line in lines if line],
        tracks=[
            _track(track, artist_line(said.credits_of(track)), shown, audio)
            for track, audio in zip(said.tracks, material.audio, strict=True)
        ],
        stores=list(stores),
        test=test,
        theme=theme,
    )


def newest(rows: Sequence[Delivery]) -> Material:
    return content_of(max(rows, key=lambda row: (row.revision, row.queued_at))).material


def store_links(ctx: Context, rows: Sequence[Delivery], own: Mapping[str, str]) -> list[StoreLink]:
    """By title. A store of which nobody knows an address is left out."""
    known = outlets.offered(ctx)
    found = []
    for row in rows:
        if (outlet := known.get(row.outlet)) is None:
            continue
        said = content_of(row).material.description
        query = quote(f"{artist_line(said.credits)} {said.title}", safe="")
        url = own.get(row.outlet) or outlet.it.find_url.replace("{query}", query)
        if url:
            found.append(StoreLink(row.outlet, outlet.title, url, bool(own.get(row.outlet))))
    return sorted(found, key=lambda link: link.title)


def _titled(title: str, subtitle: str | None) -> str:
    return f"{title} ({subtitle})" if subtitle else title


def _line(sign: str, line: RightsLine | None) -> str:
    return f"{sign} {line.year} {line.text}" if line else ""


def _track(track: TrackDescription, artists: str, of_release: str, audio: AudioFacts) -> PublicTrack:
    minutes, seconds = divmod(round(audio.duration_s), 60)
    return PublicTrack(
        title=_titled(track.title, track.subtitle),
        artists="" if artists == of_release else artists,
        duration=f"{minutes}:{seconds:02d}",
        explicit=track.advisory == "Explicit",
    )
