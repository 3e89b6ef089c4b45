"""`openapi`, `check` and `doctor`: what there is, whether it fits together, and what is missing."""

from __future__ import annotations

import asyncio

import click
import msgspec

from ..errors import Problem
from ..health import Finding, examine
from .running import assembled


@click.command()
def openapi() -> None:
    """Print the OpenAPI 3.1 description of what the enabled plugins serve."""
    from ..http.assembly import build, description

    schema = description(build(assembled()))
    click.echo(msgspec.json.format(msgspec.json.encode(schema, enc_hook=str)))


@click.command()
def check() -> None:
    """Validate manifests, routes, permissions, migrations, hooks, translations and panels of every plugin."""
    from ..plugins.check import faults

    app = assembled()
    found = faults(app)
    for fault in found:
        click.echo(f"{fault.plugin}: {fault.what}", err=True)
    if found:
        raise click.exceptions.Exit(1)
    click.echo(f"{sum(1 for _ in app.registry.enabled())} plugins fit together.")


@click.command()
def doctor() -> None:
    """Ask everything that the platform needs whether it is there, and say what to do where it is not."""
    findings = asyncio.run(_findings())
    for finding in findings:
        click.echo(f"{'ok     ' if finding.ok else 'MISSING'} {finding.name:12} {finding.reason or ''}")
    if not all(finding.ok for finding in findings):
        raise click.exceptions.Exit(1)


async def _findings() -> list[Finding]:
    app = assembled()
    try:
        async with app.opened():
            return await examine(app)
    except Problem as problem:
        return [Finding(problem.type, False, problem.detail)]
