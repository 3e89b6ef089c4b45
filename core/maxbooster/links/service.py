"""The rules of short links."""

from __future__ import annotations

import re
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from ..context import Context
from ..db.directory import LOOK_UP, claim_in_directory, key, release_from_directory
from ..db.engine import Database
from ..db.turns import take_turn
from ..errors import Conflict, Invalid, NotFound
from ..paging import PageOfRows
from ..public.publications import random_code
from . import queries
from .address import web_address
from .counting import REST
from .models import Link
from .pages import refuse_page_link
from .schemas import DayClicks, HostClicks, LinkChange, LinkOut, LinkStatistics

DIRECTORY = "link"
MOST_LINKS = 10_000
"""Of an account, those that are off included."""
MOST_SHOWN = 200
"""Hosts that the statistics name."""
_LENGTH = 7
_PAGE = re.compile(r"/p/[a-z0-9]+(/[A-Za-z0-9._~-]+)+")


async def create_link(ctx: Context, target: str, title: str = "") -> Link:
    """A new short link. Commits.

    Raises:
        Invalid: the target is no http or https address, and no public page.
        Conflict: the account has as many as it can have.
    """
    row = Link(code=random_code(_LENGTH), target=checked(target), title=title.strip(), enabled=True, created_at=ctx.now)
    ctx.add(row)
    ctx.audit("link.created", row, after={"target": row.target})
    await ctx.write(_claim, row.code, ctx.account, ctx.now)
    return row


def _claim(connection: Connection, code: str, account: UUID, at: datetime) -> None:
    """In the transaction that has just added the link: roll it back if it was one too many."""
    take_turn(connection, account)
    if queries.number(connection, account) > MOST_LINKS:
        raise Conflict(f"An account has at most {MOST_LINKS:,} short links; delete some that nobody follows any more.")
    claim_in_directory(connection, DIRECTORY, code, account, at=at)


async def list_links(ctx: Context, cursor: str | None, limit: int) -> PageOfRows[LinkOut]:
    """The newest first, with their clicks."""
    rows, next = await queries.links(ctx, cursor, limit)
    clicks = await queries.totals(ctx, [row.id for row in rows])
    return PageOfRows([LinkOut.of(row, ctx.app.settings, clicks.get(row.id, 0)) for row in rows], next)


async def update_link(ctx: Context, id: UUID, change: LinkChange) -> Link:
    """
    Raises:
        NotFound: no such link in this account.
        Conflict: somebody changed it since, or it is a page's own and would lead elsewhere.
        Invalid: as in `create_link`.
    """
    row = await ctx.get(Link, id, version=change.version)
    if change.target is not None and checked(change.target) != row.target:
        await refuse_page_link(ctx, row)
    before = {"target": row.target, "enabled": row.enabled}
    row.target = checked(change.target) if change.target is not None else row.target
    row.title = change.title.strip() if change.title is not None else row.title
    row.enabled = change.enabled if change.enabled is not None else row.enabled
    ctx.audit("link.updated", row, before=before, after={"target": row.target, "enabled": row.enabled})
    await ctx.commit()
    return row


async def remove_link(ctx: Context, id: UUID) -> None:
    """Delete it, unless a public page that is on shows it as its own.

    Raises:
        NotFound: no such link in this account.
        Conflict: it is a page's own.
    """
    await refuse_page_link(ctx, await ctx.get(Link, id))
    await delete_link(ctx, id)


async def delete_link(ctx: Context, id: UUID) -> None:
    """With what it counted; its code leads nowhere from then on.

    Raises:
        NotFound: no such link in this account.
    """
    row = await ctx.get(Link, id)
    code, account = row.code, ctx.account
    ctx.delete(row)
    ctx.audit("link.deleted", f"link:{id}", before={"target": row.target})
    await ctx.write(lambda connection: release_from_directory(connection, DIRECTORY, code, account))


async def account_of(database: Database, code: str) -> UUID:
    """Whose link it is.

    Raises:
        NotFound: nobody's.
    """
    found = await database.fetch(LOOK_UP, hash=key(DIRECTORY, code))
    if not found:
        raise NotFound(f"There is no short link {code!r}.")
    account: UUID = found[0][0]
    return account


async def statistics(ctx: Context, id: UUID) -> LinkStatistics:
    """
    Raises:
        NotFound: no such link in this account.
    """
    await ctx.get(Link, id)
    days = [DayClicks(row.of, int(row.clicks)) for row in await queries.by_day(ctx, id)]
    clicks = sum(each.clicks for each in days)
    return LinkStatistics(clicks, days, await _referrers(ctx, id, clicks))


async def _referrers(ctx: Context, id: UUID, clicks: int) -> list[HostClicks]:
    """Years of invented hosts make a long list that says nothing: those beyond the first are one."""
    rows = await queries.by_referrer(ctx, id, MOST_SHOWN)
    named = [HostClicks(row.of, int(row.clicks)) for row in rows if row.of != REST]
    rest = clicks - sum(each.clicks for each in named)
    found = [*named, HostClicks(REST, rest)] if rest > 0 else named
    return sorted(found, key=lambda each: -each.clicks)


def checked(target: str) -> str:
    """
    Raises:
        Invalid: following it would do something else than load a page.
    """
    written = target.strip()
    if written.startswith("/"):
        if not _PAGE.fullmatch(written) or ".." in written:
            raise Invalid(f"{written[:80]!r} is no public page of this server; those begin with /p/.", field="target")
        return written
    return web_address(written, field="target")
