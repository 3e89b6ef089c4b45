"""`openapi`, `check` and `doctor`: what there is, whether it fits together, and what is missing."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import click
import msgspec

from ..doctor import as_rows, diagnose, state
from .printing import AS_JSON, print_json
from .running import assembled


@click.command()
@click.option(
    "--into",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write a file for each family instead: what its pages may call.",
)
def openapi(into: Path | None) -> None:
    """Print the OpenAPI 3.1 description of what the enabled plugins serve."""
    from ..http.assembly import build, description
    from ..http.excerpt import callable_by, excerpt

    app = assembled()
    described = description(build(app))
    if into is None:
        click.echo(as_json_text(described))
        return
    into.mkdir(parents=True, exist_ok=True)
    for family in {manifest.family for _, manifest in app.registry.enabled()}:
        callable_there = excerpt(described, callable_by(family, app.registry))
        (into / f"{family}.json").write_bytes(as_json_text(callable_there))


def as_json_text(described: dict[str, Any]) -> bytes:
    return msgspec.json.format(msgspec.json.encode(described, enc_hook=str))


@click.command()
@AS_JSON
def check(as_json: bool) -> None:
    """Check the manifests, routes, permissions, migrations, hooks, translations and panels of every plugin, and that
    nothing of them holds up the event loop."""
    from ..http.assembly import build
    from ..plugins.check import faults

    app = assembled()
    build(app)
    found = faults(app)
    if as_json:
        print_json(found)
    else:
        for fault in found:
            click.echo(f"{fault.plugin}: {fault.what}", err=True)
    if found:
        raise click.exceptions.Exit(1)
    if not as_json:
        click.echo(f"{sum(1 for _ in app.registry.enabled())} plugins fit together.")


@click.command()
@AS_JSON
def doctor(as_json: bool) -> None:
    """Check that everything the platform needs is there, and say what to do where it is not.

    Reads only. Exit status 1 if something is missing; advice alone is 0.
    """
    findings = asyncio.run(diagnose())
    if as_json:
        print_json(as_rows(findings))
    else:
        for finding in findings:
            click.echo(f"{state(finding):8} {finding.name:16} {finding.reason or finding.value or ''}".rstrip())
    if not all(finding.ok for finding in findings):
        raise click.exceptions.Exit(1)
