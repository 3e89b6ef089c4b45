"""The command line. Names and help come from manifests; a command's own code is imported when it runs."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import click

from .. import __version__
from ..errors import Problem, suggestion


class Commands(click.Group):
    """The commands of the enabled plugins: the core's at the top, each family's as it names them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_commands())

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        found = _commands().get(name)
        if found is None:
            return None
        module, _, attribute = found.target.partition(":")
        return getattr(import_module(module), attribute)  # type: ignore[no-any-return]

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        if args and args[0] not in _commands():
            ctx.fail(f"There is no command {args[0]!r}.{suggestion(args[0], list(_commands()))}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """From the manifests alone: `--help` imports no command."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, command.help) for name, command in _commands().items()])


def _commands() -> dict[str, Any]:
    from ..plugins import registry, switches
    from ..settings import Settings, read

    settings = read().decode("core", Settings)
    off = switches.disabled(settings.data) | set(settings.disabled)
    found = registry.load(off)
    return {command.name: command for _, manifest in found.enabled() for command in manifest.commands}


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="maxbooster")
def maxbooster() -> None:
    """Max Booster: a self-hostable platform for a music career.

    Settings come from the environment (MAXBOOSTER_…) and maxbooster.toml; `maxbooster doctor` explains them.
    """


def main() -> None:
    """Run a command; what a person can mend is one sentence and exit status 1, wrong usage is 2."""
    try:
        sys.exit(maxbooster(standalone_mode=False))
    except click.exceptions.Abort:
        sys.exit("Stopped.")
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except Problem as problem:
        click.echo(f"Error: {problem.detail}", err=True)
        sys.exit(1)
    except BrokenPipeError:
        sys.exit(0)
