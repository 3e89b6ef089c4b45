"""`maxbooster pages`: public pages of all accounts, and the end of one that does harm."""

from __future__ import annotations

from typing import Any

import click

from ..context import Context
from ..paging import PageOfRows, every_page
from ..public import moderation
from ..public.models import Publication
from ..public.schemas import PublicPageOut
from .failures import printable
from .printing import AS_JSON, print_rows
from .running import in_platform


@click.group()
def pages() -> None:
    """See public pages, and turn off one that was reported."""


@pages.command("list")
@click.option("--taken-down", is_flag=True, help="Only those that are turned off.")
@AS_JSON
def list_pages(taken_down: bool, as_json: bool) -> None:
    """List the public pages of all accounts, the newest change first."""

    async def read(ctx: Context, cursor: str | None, limit: int) -> PageOfRows[PublicPageOut]:
        rows, next = await moderation.list_pages(ctx, cursor, limit, taken_down=taken_down)
        return PageOfRows([PublicPageOut.of(row, ctx.app.settings) for row in rows], next)

    rows = in_platform(every_page, read)
    print_rows(rows, [_line(row) for row in rows], as_json=as_json, empty="There are no such pages.")


@pages.command("take-down")
@click.argument("address")
@click.option("--reason", required=True, help="Its owner reads it.")
@AS_JSON
def take_down(address: str, reason: str, as_json: bool) -> None:
    """Turn off the page at ADDRESS, whoever's it is: it answers 410, and its owner can't publish it again."""
    row = in_platform(_shown, moderation.take_down, address, reason)
    print_rows(row, [f"{row.address} is turned off; its owner is told why."], as_json=as_json)


@pages.command("restore")
@click.argument("address")
@AS_JSON
def restore(address: str, as_json: bool) -> None:
    """Allow the page at ADDRESS again."""
    row = in_platform(_shown, moderation.restore, address)
    print_rows(row, [f"{row.address} is allowed again."], as_json=as_json)


async def _shown(ctx: Context, act: Any, *arguments: str) -> PublicPageOut:
    row: Publication = await act(ctx, *arguments)
    return PublicPageOut.of(row, ctx.app.settings)


def _line(row: PublicPageOut) -> str:
    state = "turned off" if row.taken_down_at else "public" if row.published else "withdrawn"
    why = f"  ({row.taken_down_why})" if row.taken_down_why else ""
    return printable(f"{state:10}  {row.changed_at:%Y-%m-%d}  {row.account_id}  {row.address}  {row.title}{why}")
