"""To which recordings, and so to whom, the codes of a statement belong."""

from __future__ import annotations

from maxbooster.plugin import Context

from ..catalog import queries as catalog
from . import queries
from .codes import names_product, names_recording
from .division import Matching
from .shares import common_timeline, timeline_of


async def matching_of(ctx: Context, isrcs: set[str], upcs: set[str]) -> Matching:
    """By the codes of the catalog, and by those that somebody has assigned before."""
    by_isrc = await catalog.tracks_by_isrc(ctx, isrcs)
    by_upc = await catalog.tracks_by_upc(ctx, upcs)
    for code in await queries.assigned_codes(ctx):
        if code.track_id is not None and code.isrc in isrcs and names_recording(code.isrc):
            by_isrc.setdefault(code.isrc, code.track_id)
        elif code.release_id is not None and not code.isrc and code.upc in upcs and names_product(code.upc):
            by_upc.setdefault(code.upc, await queries.tracks_meant(ctx, None, code.release_id))
    tracks = {*by_isrc.values(), *(track for each in by_upc.values() for track in each)}
    splits = await queries.splits_of(ctx, tracks)
    timelines = {track: timeline_of(splits.get(track, [])) for track in tracks}
    return Matching(
        {isrc: timelines[track] for isrc, track in by_isrc.items()},
        {upc: common_timeline([timelines[track] for track in each]) for upc, each in by_upc.items()},
    )
