"""How commands print: tables for people, JSON for programs, and a sentence where there is nothing to list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click
import msgspec

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
ACCOUNT = click.option(
    "--account", required=True, type=click.UUID, help="Whose; `maxbooster account list` lists accounts."
)


def print_json(value: Any) -> None:
    click.echo(msgspec.json.format(msgspec.json.encode(value)).decode())


def print_rows(rows: Any, lines: Sequence[str], *, as_json: bool, empty: str = "") -> None:
    """`rows` as JSON, or `lines` for people; `empty` says that there are none."""
    if as_json:
        print_json(rows)
        return
    click.echo("\n".join(lines) if lines else empty)
