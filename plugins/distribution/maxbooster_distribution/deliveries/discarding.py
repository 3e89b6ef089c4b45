"""Going back to what stores have, after a release was edited and not sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from maxbooster.plugin import Conflict, Context, NotFound

from ..catalog import queries as catalog
from ..catalog import service
from ..catalog.service import Described
from ..outlets import service as outlets
from ..package import TAKEDOWN, Material
from . import queries, states
from .changes import UnsentChange, Version, changes
from .content import content_of
from .models import Delivery


class UnsentChanges(Struct, kw_only=True):
    """What was edited since a release was sent to stores."""

    version: int
    """Of the release as it is now."""
    changes: list[UnsentChange]
    stores: list[str]
    """Titles of the stores that have what it would go back to."""
    older: list[str] = []
    """Titles of stores that have a version before that."""
    elsewhere: list[str] = []
    """Titles of other releases with a recording that was changed, and goes back there too."""
    sent_at: datetime | None = None
    """When it was sent to the first of them."""
    refused: str | None = None
    """Why it can't go back; None: it can."""


class _Standing(Struct, kw_only=True):
    """The version that stores have, and which of them."""

    material: Material
    delivery: Delivery
    stores: list[str]
    older: list[str]


async def unsent(ctx: Context, release_id: UUID) -> UnsentChanges:
    """
    Raises:
        NotFound: no such release in this account.
    """
    found = await service.described(ctx, release_id)
    try:
        standing = await _standing(ctx, release_id)
    except Conflict as nothing:
        return UnsentChanges(version=found.version, changes=[], stores=[], refused=nothing.detail)
    shown = UnsentChanges(
        version=found.version,
        changes=_compared(standing, found),
        stores=standing.stores,
        older=standing.older,
        elsewhere=list(await catalog.titles_sharing(ctx, release_id, _changed_tracks(standing, found))),
        sent_at=standing.delivery.sent_at,
    )
    try:
        await _refuse_impossible(ctx, standing, shown.changes)
    except Conflict as impossible:
        shown.refused = impossible.detail
    return shown


async def discard(ctx: Context, release_id: UUID, version: int) -> None:
    """Put what stores have in place of the present description, tracks and files. Splits, deliveries and what was
    decided about findings stay. Commits.

    Raises:
        NotFound: no such release in this account.
        Conflict: no store has it, something is on its way, nothing was changed, a file is gone, somebody changed
            the release since it was read, or another release took one of its codes.
    """
    found = await service.described(ctx, release_id)
    if found.version != version:
        raise Conflict("Somebody changed this release in the meantime. Look at the changes again.", field="version")
    standing = await _standing(ctx, release_id)
    lost = _compared(standing, found)
    await _refuse_impossible(ctx, standing, lost)
    ctx.audit(
        "release.changes_discarded",
        f"distribution_release:{release_id}",
        before={each.label: each.yours for each in lost},
        after={each.label: each.stores for each in lost},
    )
    await service.change(ctx, release_id, version, standing.material.description)


def _compared(standing: _Standing, found: Described) -> list[UnsentChange]:
    return changes(Version.sent(standing.material), Version.now(found))


def _changed_tracks(standing: _Standing, found: Described) -> list[UUID]:
    """Recordings that stand on both, and say something else."""
    sent = {track.id: track for track in standing.material.description.tracks}
    return [
        track.id
        for track in found.description.tracks
        if track.id is not None and track.id in sent and sent[track.id] != track
    ]


async def _standing(ctx: Context, release_id: UUID) -> _Standing:
    """
    Raises:
        Conflict: no store has the release.
    """
    by_outlet: dict[str, list[Delivery]] = {}
    for row in await queries.of_release(ctx, release_id):
        by_outlet.setdefault(row.outlet, []).append(row)
    titles = {name: outlet.title for name, outlet in outlets.offered(ctx).items()}
    _refuse_under_way([rows[0] for rows in by_outlet.values()], titles)
    there = [found for rows in by_outlet.values() if (found := _in_store(rows)) is not None]
    if not there:
        raise Conflict(
            "No store has this release, so there's nothing to go back to."
            if not by_outlet
            else "No store has this release now: it was taken down or never arrived, so there's nothing to go back to."
        )
    newest = max(row.revision for row in there)
    of_newest = [row for row in there if row.revision == newest]
    first = min(of_newest, key=lambda row: row.queued_at)
    named = [titles.get(row.outlet, row.outlet) for row in of_newest]
    older = [titles.get(row.outlet, row.outlet) for row in there if row.revision < newest]
    return _Standing(material=content_of(first).material, delivery=first, stores=sorted(named), older=sorted(older))


def _in_store(rows: Sequence[Delivery]) -> Delivery | None:
    """What a store has, of its deliveries from the newest back: one that it refused or never got changed nothing."""
    for row in rows:
        if row.state in states.ARRIVED:
            return None if row.what == TAKEDOWN or row.state == states.DOWN else row
    return None


def _refuse_under_way(newest: Sequence[Delivery], titles: dict[str, str]) -> None:
    """
    Raises:
        Conflict: what stores have is about to be something else.
    """
    if going := sorted(titles.get(row.outlet, row.outlet) for row in newest if row.state in states.UNDER_WAY):
        raise Conflict(f"Something is on its way to {', '.join(going)}. Wait until it has arrived, then discard.")


async def _refuse_impossible(ctx: Context, standing: _Standing, lost: Sequence[UnsentChange]) -> None:
    """
    Raises:
        Conflict: nothing was changed, or a file or recording that stores have is gone here.
    """
    if not lost:
        raise Conflict("Nothing was changed since it was sent: stores have exactly this.")
    said = standing.material.description
    known = await catalog.tracks(ctx, [track.id for track in said.tracks if track.id])
    for track in said.tracks:
        if track.id is not None and track.id not in known:
            raise Conflict(f"The recording “{track.title}” that stores have is no longer in your catalog.")
    named = {f"The audio of “{track.title}”": track.audio for track in said.tracks} | {"The cover": said.cover}
    for what, file in named.items():
        if file is not None and not await _is_there(ctx, UUID(file)):
            raise Conflict(f"{what} that stores have was deleted from your files, so the release can't go back to it.")


async def _is_there(ctx: Context, file: UUID) -> bool:
    try:
        await ctx.files.get(file)
    except NotFound:
        return False
    return True
