"""What the directory says of other accounts, for whoever has a Context: that something is taken, never by whom."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING

from sqlalchemy import select

from .db.directory import DirectoryEntry, key

if TYPE_CHECKING:
    from .context import Context

_AT_A_TIME = 500
"""SQLite and PostgreSQL limit the number of bound values."""


async def held_by_others(ctx: Context, kind: str, values: Iterable[str]) -> set[str]:
    """Those of the values, normalized as they are claimed, that another account holds."""
    found: set[str] = set()
    left = iter({key(kind, value): value for value in values}.items())
    while some := dict(islice(left, _AT_A_TIME)):
        theirs = select(DirectoryEntry.hash).where(
            DirectoryEntry.hash.in_(some), DirectoryEntry.account_id != ctx.account
        )
        found |= {some[each] for each in await ctx.platform.all(theirs)}
    return found
