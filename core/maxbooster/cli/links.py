"""`maxbooster links`: short links of an account, and the end of one that does harm."""

from __future__ import annotations

from uuid import UUID

import click

from ..app import App
from ..errors import NotFound
from ..identity import EVERYTHING, Identity
from ..links import queries, service
from ..links.schemas import LinkOut
from ..paging import every_page
from .failures import printable
from .printing import ACCOUNT, AS_JSON, print_rows
from .running import in_account, with_app


@click.group()
def links() -> None:
    """See short links, and delete one that was reported."""


@links.command("list")
@ACCOUNT
@AS_JSON
def list_links(account: UUID, as_json: bool) -> None:
    """List an account's short links, the newest first."""
    rows = in_account(account, every_page, service.list_links)
    lines = [
        f"{row.url}  {'on ' if row.enabled else 'off'}  {row.clicks:>7}  {row.target}  {printable(row.title)}".rstrip()
        for row in rows
    ]
    print_rows(rows, lines, as_json=as_json, empty="This account has no short links.")


@links.command("delete")
@click.argument("address")
@AS_JSON
def delete_link(address: str, as_json: bool) -> None:
    """Delete a short link of whichever account, for good: ADDRESS is the link itself, or its code."""

    async def deleted(app: App) -> LinkOut:
        account = await service.account_of(app.database, code)
        async with app.unit(Identity(account, None, frozenset({EVERYTHING}))) as ctx:
            row = await queries.link_of(ctx, code)
            if row is None:
                raise NotFound(f"There is no short link {code!r}.")
            shown = LinkOut.of(row, app.settings, await queries.clicks_of(ctx, row.id))
            await service.delete_link(ctx, row.id)
            return shown

    code = address.rstrip("/").rpartition("/")[2]
    row = with_app(deleted)
    print_rows(row, [f"{row.url} leads nowhere any more; it led to {row.target}"], as_json=as_json)
