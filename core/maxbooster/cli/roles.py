"""`maxbooster roles`: who may do what."""

from __future__ import annotations

import click

from ..auth import policy
from ..context import Context
from .printing import AS_JSON, print_rows
from .running import in_platform


@click.group(invoke_without_command=True)
@AS_JSON
@click.pass_context
def roles(ctx: click.Context, as_json: bool) -> None:
    """Print which role has which permission. `grant` and `revoke` change it."""
    if ctx.invoked_subcommand is None:
        granted = in_platform(_granted)
        print_rows(granted, _table(granted), as_json=as_json)


async def _granted(ctx: Context) -> dict[str, list[str]]:
    """Permission → the roles that have it."""
    await ctx.app.policy.refresh(ctx.app.database)
    granted = ctx.app.policy.granted
    return {
        name: [role for role in policy.TABLE if name in granted(role)] for name in sorted(ctx.app.policy.permissions)
    }


def _table(granted: dict[str, list[str]]) -> list[str]:
    columns = list(policy.TABLE)
    width = max(len(name) for name in granted)
    lines = [" " * width + "  " + "  ".join(columns)]
    for name, roles in granted.items():
        marks = [("✓" if role in roles else "·").center(len(role)) for role in columns]
        lines.append(f"{name:{width}}  {'  '.join(marks)}".rstrip())
    return lines


@roles.command()
@click.argument("role")
@click.argument("permission")
def grant(role: str, permission: str) -> None:
    """Give ROLE a PERMISSION, in every account."""
    in_platform(_depart, role, permission, True)
    click.echo(f"{role} now has {permission}.")


@roles.command()
@click.argument("role")
@click.argument("permission")
def revoke(role: str, permission: str) -> None:
    """Take a PERMISSION from ROLE, in every account."""
    in_platform(_depart, role, permission, False)
    click.echo(f"{role} no longer has {permission}.")


async def _depart(ctx: Context, role: str, permission: str, granted: bool) -> None:
    ctx.audit("role.changed", f"core_role:{role}", after={"permission": permission, "granted": granted})
    await ctx.write(policy.depart, ctx.app.policy, role, permission, granted)
