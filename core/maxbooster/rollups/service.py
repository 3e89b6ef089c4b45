"""Reading a roll-up: each sub-account is entered by the roll-up's own permission."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from ..auth.models import Account
from ..context import Context
from ..errors import NotFound
from ..observe.logs import log
from ..paging import Page
from .roll_up import RollUp, RollUpRow
from .schemas import RolledUp, RollUpRowOut

MOST_ACCOUNTS = 100
"""On one page: each is entered by itself."""
MOST_ROWS = 100
"""Of one sub-account; who wants more opens it."""


def offered(ctx: Context) -> list[RollUp]:
    """Those that the caller may see, in the order of the work."""
    identity = ctx.identity
    found = [
        each for each in ctx.app.offers.roll_ups.values() if identity is not None and identity.may(each.permission)
    ]
    return sorted(found, key=lambda each: (each.order, each.name))


def roll_up(ctx: Context, name: str) -> RollUp:
    """
    Raises:
        NotFound: no enabled plugin has a roll-up of that name.
        NotAllowed: the caller does not hold its permission.
    """
    found = ctx.app.offers.roll_ups.get(name)
    if found is None:
        known = ", ".join(sorted(ctx.app.offers.roll_ups))
        raise NotFound(f"There is no roll-up {name[:80]!r}; there are {known}.")
    ctx.demand(found.permission)
    return found


async def read(ctx: Context, of: RollUp, cursor: str | None, limit: int) -> Page[RolledUp]:
    """By sub-account, in the order of their names.

    Raises:
        NotAllowed: the caller does not hold the roll-up's permission.
        Invalid: the cursor is not one of this list.
    """
    below = select(Account).where(Account.parent_id == ctx.account)
    most = min(limit, MOST_ACCOUNTS)
    accounts, next = await ctx.platform.page(below, Account.name, Account.id, cursor=cursor, limit=most)
    return Page([await _of_account(ctx, of, account) for account in accounts], next)


async def _of_account(ctx: Context, of: RollUp, account: Account) -> RolledUp:
    try:
        async with ctx.enter(account.id, of.permission) as entered:
            rows = await of.read(entered, MOST_ROWS)
    except Exception:
        log.exception("roll_up.failed", roll_up=of.name, account=str(account.id))
        return RolledUp(account.id, account.name, [], has_more=False, failed=True)
    return RolledUp(account.id, account.name, _shown(rows[:MOST_ROWS]), has_more=len(rows) > MOST_ROWS)


def _shown(rows: Sequence[RollUpRow]) -> list[RollUpRowOut]:
    return [RollUpRowOut(dict(row.values), row.path, row.needs_attention) for row in rows]
