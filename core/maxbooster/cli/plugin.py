"""`maxbooster plugin new`: a plugin that works, to begin with."""

from __future__ import annotations

import shutil
from pathlib import Path

import click

from ..errors import suggestion
from .printing import AS_JSON, print_json


@click.group()
def plugin() -> None:
    """Write a new plugin, and types for its pages."""


@plugin.command()
@click.argument("name")
@click.option("--kind", "template", required=True, help="family, panel, or a kind that `plugins kinds` lists.")
@click.option(
    "--into",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="Where its folder goes.  [default: here]",
)
@AS_JSON
def new(name: str, template: str, into: Path, as_json: bool) -> None:
    """Write a plugin NAME, with tests that pass and a page on it, into a new folder NAME."""
    from ..plugins import templates
    from ..plugins.kinds import Kind
    from .plugins import loaded

    registry, _ = loaded()
    kinds = [kind for _, kind in registry.collect("register_kinds", Kind)]
    written = templates.new(registry, kinds, name=name, template=template, into=into)
    if as_json:
        print_json({"files": [str(path) for path in written]})
        return
    for path in written:
        click.echo(path)
    folder = into / name
    click.echo(f"Next: cd {folder}, pip install -e '.[testing]', pytest. {folder / 'README.md'} says what is what.")


@plugin.command()
@click.argument("name")
@click.option(
    "--into",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("types"),
    help="Where the files go.  [default: types]",
)
@AS_JSON
def types(name: str, into: Path, as_json: bool) -> None:
    """Write what TypeScript needs to check the pages of the plugin NAME: a description of what they may call,
    openapi.json, and the types of @maxbooster/ui."""
    from ..http.assembly import build, description
    from ..http.excerpt import callable_by, excerpt
    from ..web.shell import Shell
    from .inspect import as_json_text
    from .running import assembled

    app = assembled()
    plugins = sorted(manifest.name for _, manifest in app.registry.enabled())
    if name not in plugins:
        hint = suggestion(name, plugins)
        raise click.UsageError(f"There is no plugin {name!r}; there are {', '.join(plugins)}.{hint}")
    shutil.copytree(Shell().types, into, dirs_exist_ok=True)
    described = excerpt(description(build(app)), callable_by(name, app.registry))
    (into / "openapi.json").write_bytes(as_json_text(described))
    if as_json:
        print_json({"folder": str(into)})
        return
    click.echo(f"Next: npx openapi-typescript {into}/openapi.json --default-non-nullable=false -o {into}/schema.d.ts")
