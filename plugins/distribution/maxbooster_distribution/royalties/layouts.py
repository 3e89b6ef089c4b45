"""Layouts of statements: data, not code. Those of the package, and those in the data folder's `royalty-layouts/`."""

from __future__ import annotations

import tomllib
from pathlib import Path

import msgspec
from msgspec import Struct

from maxbooster.plugin import Invalid

FIELDS = ("period", "isrc", "upc", "title", "artist", "store", "territory", "quantity", "amount", "currency")


class Required(Struct, frozen=True):
    fields: tuple[str, ...]


class Layout(Struct, frozen=True):
    title: str
    delimiters: tuple[str, ...]
    dates: tuple[str, ...]
    """Forms of a period or a day, as `strptime` reads them."""
    columns: dict[str, tuple[str, ...]]
    required: Required


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
    try:
        found = msgspec.convert(tomllib.loads(file.read_text("utf-8")), Layout)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise Invalid(f"The layout {file.name} cannot be used: {error}", field="layout") from error
    if wrong := set(found.columns) - set(FIELDS):
        raise Invalid(f"The layout {file.name} has the column {min(wrong)!r}; use {', '.join(FIELDS)}.", field="layout")
    return found
