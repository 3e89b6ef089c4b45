"""The releases of a label's sub-accounts, and how they stand with the stores."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from maxbooster.plugin import Context, RollUp, RollUpColumn, RollUpRow

from . import queries
from .states import DOWN, FAILED, LIVE, REJECTED

_PROBLEM = frozenset({REJECTED, FAILED})
_EVERYWHERE_DOWN = frozenset({DOWN})
_STATUS = {
    "draft": "Draft",
    "delivering": "On its way",
    "live": "Live",
    "problem": "Needs attention",
    "down": "Taken down",
}


async def _read(ctx: Context, limit: int) -> Sequence[RollUpRow]:
    """Those that a store rejected, or that could not be delivered, first; then the newest."""
    releases = await queries.releases_by_state(ctx, _PROBLEM, limit + 1)
    if len(releases) <= limit:
        known = [row.id for row in releases]
        releases = [*releases, *await queries.newest_releases(ctx, but=known, limit=limit + 1 - len(known))]
    stores: dict[UUID, Counter[str]] = {}
    for release_id, state in await queries.newest_states(ctx, [row.id for row in releases]):
        stores.setdefault(release_id, Counter())[state] += 1
    return [_row(release, stores.get(release.id, Counter())) for release in releases]


def _row(release: Any, stores: Counter[str]) -> RollUpRow:
    problems = sum(stores[state] for state in _PROBLEM)
    values = {
        "title": release.title or None,
        "upc": release.upc,
        "release_date": release.release_date.isoformat() if release.release_date else None,
        "status": _status(stores, problems),
        "live": stores[LIVE],
        "stores": stores.total(),
    }
    return RollUpRow(values, path=f"/releases/{release.id}", needs_attention=problems > 0)


def _status(stores: Counter[str], problems: int) -> str:
    if not stores:
        return "draft"
    if problems:
        return "problem"
    if stores.keys() <= _EVERYWHERE_DOWN:
        return "down"
    return "live" if stores[LIVE] == stores.total() - stores[DOWN] else "delivering"


RELEASES = RollUp(
    name="distribution.releases",
    title="Releases",
    permission="release.oversee",
    columns=(
        RollUpColumn("title", "Release"),
        RollUpColumn("status", "Status", "status", _STATUS),
        RollUpColumn("release_date", "Release date", "date"),
        RollUpColumn("upc", "UPC"),
        RollUpColumn("live", "Live in stores", "number"),
        RollUpColumn("stores", "Sent to stores", "number"),
    ),
    read=_read,
    order=30,
)
