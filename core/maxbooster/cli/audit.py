"""`maxbooster audit`: has the audit trail been tampered with?"""

from __future__ import annotations

import click
from sqlalchemy import Connection

from ..app import App
from ..audit import trail
from .printing import AS_JSON, print_json
from .running import with_app


@click.group()
def audit() -> None:
    """Verify the audit trail."""


@audit.command()
@AS_JSON
def verify(as_json: bool) -> None:
    """Recompute every account's chain. Exit status 1, and one sentence for each fault."""

    async def verified(app: App) -> tuple[int, list[str]]:
        def check(connection: Connection) -> tuple[int, list[str]]:
            accounts = trail.accounts(connection)
            faults = [
                f"account {account}: {fault}"
                for account in accounts
                for fault in trail.audit_faults(connection, account)
            ]
            return len(accounts), faults

        return await app.database.read(check)

    chains, faults = with_app(verified)
    if as_json:
        print_json({"chains": chains, "faults": faults})
    else:
        for fault in faults:
            click.echo(fault, err=True)
    if faults:
        raise click.exceptions.Exit(1)
    if not as_json:
        click.echo("Every chain is intact." if chains else "Nothing has been recorded yet.")
