"""`maxbooster roles`: the one table of who may do what."""

from __future__ import annotations

import click

from ..auth import policy
from ..context import Context
from .running import in_platform


@click.group(invoke_without_command=True)
@click.pass_context
def roles(ctx: click.Context) -> None:
    """Print the table of permissions and roles; `grant` and `revoke` change it."""
    if ctx.invoked_subcommand is None:
        click.echo("\n".join(in_platform(_table)))


async def _table(ctx: Context) -> list[str]:
    await ctx.app.policy.refresh(ctx.app.database)
    columns = list(policy.TABLE)
    width = max(len(name) for name in ctx.app.policy.permissions)
    lines = [" " * width + "  " + "  ".join(columns)]
    for name in sorted(ctx.app.policy.permissions):
        marks = [("✓" if name in ctx.app.policy.granted(role) else "·").center(len(role)) for role in columns]
        lines.append(f"{name:{width}}  {'  '.join(marks)}".rstrip())
    return lines


@roles.command()
@click.argument("role")
@click.argument("permission")
def grant(role: str, permission: str) -> None:
    """Give ROLE a PERMISSION, on every account."""
    in_platform(_depart, role, permission, True)
    click.echo(f"{role} holds {permission}.")


@roles.command()
@click.argument("role")
@click.argument("permission")
def revoke(role: str, permission: str) -> None:
    """Take a PERMISSION from ROLE, on every account."""
    in_platform(_depart, role, permission, False)
    click.echo(f"{role} does not hold {permission}.")


async def _depart(ctx: Context, role: str, permission: str, granted: bool) -> None:
    ctx.audit("role.changed", f"core_role:{role}", after={"permission": permission, "granted": granted})
    await ctx.write(policy.depart, ctx.app.policy, role, permission, granted)
