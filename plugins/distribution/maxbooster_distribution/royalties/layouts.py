"""Layouts of statements: data, not code. Those of the package, and those in the data folder's `royalty-layouts/`."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from maxbooster.plugin import Invalid

from .numbers import Decimals

_LARGEST_LAYOUT = 64 * 1024
FIELDS = ("period", "isrc", "upc", "title", "artist", "store", "territory", "quantity", "amount", "currency")


class Required(Struct, frozen=True):
    fields: tuple[str, ...]


class Layout(Struct, frozen=True):
    title: str
    delimiters: tuple[str, ...]
    dates: tuple[str, ...]
    """Forms of a period or a day, as `strptime` reads them. With both `%m/%d/%Y` and `%d/%m/%Y` the file must show
    which is meant; with one of them, the layout says it."""
    columns: dict[str, tuple[str, ...]]
    required: Required
    decimals: Decimals = "auto"
    """`point` or `comma`, where the files of this layout do not show it themselves."""
    quoted: bool | None = None
    """Whether cells may stand in quotes; absent: not in tab-separated text, unless its header does."""
    may_be_empty: tuple[Literal["quantity"], ...] = ()
    """Fields whose empty cells count as 0."""


def plain(header: str) -> str:
    """A header without case, spaces and punctuation."""
    return "".join(each for each in header.casefold() if each.isalnum())


def layout(name: str, more: Path | None = None) -> Layout:
    """
    Raises:
        Invalid: there is no such layout, or its file cannot be used.
    """
    known = layouts(more)
    if name not in known:
        raise Invalid(f"There is no layout {name!r}; there are {', '.join(sorted(known))}.", field="layout")
    return _read(known[name])


def layouts(more: Path | None = None) -> dict[str, Path]:
    """Name → file."""
    folders = [Path(__file__).parent / "layouts", *([more] if more is not None else [])]
    return {file.stem: file for folder in folders for file in sorted(folder.glob("*.toml"))}


def _read(file: Path) -> Layout:
    if file.stat().st_size > _LARGEST_LAYOUT:
        raise Invalid(f"The layout {file.name} is larger than {_LARGEST_LAYOUT} bytes.", field="layout")
    try:
        found = msgspec.convert(tomllib.loads(file.read_text("utf-8")), Layout)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise Invalid(f"The layout {file.name} cannot be used: {error}", field="layout") from error
    if wrong := set(found.columns) - set(FIELDS):
        raise Invalid(f"The layout {file.name} has the column {min(wrong)!r}; use {', '.join(FIELDS)}.", field="layout")
    return found
