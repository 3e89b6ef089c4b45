"""The command line. Names and help come from manifests; a command's own code is imported when it runs."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import import_module
from io import TextIOWrapper
from typing import Any

import click

from .. import __version__
from ..errors import suggestion
from .failures import DONE, FAILED, explain, printable


class Commands(click.Group):
    """The commands of the enabled plugins: the core's at the top, each family's as it names them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_commands())

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        found = _core_commands().get(name) or _commands().get(name)
        if found is None:
            return None
        module, _, attribute = found.target.partition(":")
        return getattr(import_module(module), attribute)  # type: ignore[no-any-return]

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        if args and self.get_command(ctx, args[0]) is None:
            ctx.fail(f"There is no command {args[0]!r}.{suggestion(args[0], list(_commands()))}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """From the manifests alone: `--help` imports no command."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, command.help) for name, command in _commands().items()])


def _core_commands() -> dict[str, Any]:
    """They need no plugin to be found, and not all of them need one to run."""
    from ..plugins.core import manifest

    return {command.name: command for command in manifest.commands}


def _commands() -> dict[str, Any]:
    from ..plugins import switches
    from ..settings import Settings, read

    found = switches.loaded(read().decode("core", Settings))
    return {command.name: command for _, manifest in found.enabled() for command in manifest.commands}


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="maxbooster")
def maxbooster() -> None:
    """Max Booster: a self-hostable platform for a music career.

    Settings come from the environment (MAXBOOSTER_…) and maxbooster.toml; `maxbooster doctor` says what is missing.
    """


def main() -> None:
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run a command and answer its exit status (`failures` lists them); whatever fails is one sentence."""
    status = _outcome(lambda: _invoke(arguments))
    unwritten = _outcome(sys.stdout.flush) if sys.stdout is not None else DONE
    if unwritten:
        _discard_output()
    return status or unwritten


def _invoke(arguments: Sequence[str]) -> int | None:
    _refuse_other_encodings(arguments)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    answer = maxbooster(args=list(arguments), prog_name="maxbooster", standalone_mode=False)
    return answer if isinstance(answer, int) else None


def _refuse_other_encodings(arguments: Sequence[str]) -> None:
    set_here = {name: value for name, value in os.environ.items() if name.startswith("MAXBOOSTER_")}
    given = [*((f"argument {each}", each) for each in arguments), *set_here.items()]
    for name, text in given:
        if _is_not_utf8(text):
            raise click.UsageError(
                f"The {printable(name)} is not UTF-8; convert the text to UTF-8, or rename the file that it names."
            )


def _outcome(action: Callable[[], int | None]) -> int:
    try:
        return action() or DONE
    except SystemExit as ended:
        return _status_of(ended)
    except BaseException as error:
        failure = explain(error)
    if failure.text:
        with suppress(OSError):
            click.echo(failure.text, err=True)
    return failure.status


def _status_of(ended: SystemExit) -> int:
    if isinstance(ended.code, str):
        click.echo(ended.code, err=True)
        return FAILED
    return ended.code or DONE


def _is_not_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _discard_output() -> None:
    """What could not be written stays in the buffer, and would fail once more when the interpreter ends."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
