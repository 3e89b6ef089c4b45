"""What facts in bulk are: a dataset has a name, a version, and rows of one struct."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from msgspec import Struct

DECIMALS = 12
"""Of a Decimal; a value with more is refused, never rounded."""
_NAME = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*\Z")
_LONGEST_NAME = 80
_COLUMNS: dict[Any, str] = {
    bool: "BOOLEAN",
    int: "BIGINT",
    float: "DOUBLE",
    str: "VARCHAR",
    date: "DATE",
    datetime: "TIMESTAMP WITH TIME ZONE",
    Decimal: f"DECIMAL(38,{DECIMALS})",
    UUID: "UUID",
}
"""Type of a field → type of its column, which Parquet keeps."""


class Column(Struct, frozen=True):
    name: str
    type: str
    """As DuckDB calls it."""
    nullable: bool


class Dataset(Struct, frozen=True, kw_only=True):
    """Facts of one kind, which the account that owns them publishes in parts: a statement's sales, a day's plays.

    `row`: a Struct whose fields are str, int (64 bits), float, bool, date, datetime (UTC), UUID or Decimal, or one of
    these and None. Its docstrings say what the fields mean. Who adds, removes or changes a field raises `version`, and
    publishes the parts again.
    """

    name: str
    """`<family>.<facts>`: "distribution.sales"."""
    version: int
    title: str
    row: type[Struct]

    def __post_init__(self) -> None:
        if not _NAME.match(self.name) or len(self.name) > _LONGEST_NAME:
            raise ValueError(f"dataset {self.name!r}: use 'family.facts', lower case, at most {_LONGEST_NAME} letters")
        if self.version < 1:
            raise ValueError(f"dataset {self.name!r} has version {self.version}; the first is 1")
        if not self.columns:
            raise ValueError(f"dataset {self.name!r}: {self.row.__name__} has no fields")
        if self.row.__struct_encode_fields__ != self.row.__struct_fields__ or self.row.__struct_config__.omit_defaults:
            raise ValueError(f"dataset {self.name!r}: {self.row.__name__} renames or leaves out fields when written")
        if "part" in self.row.__struct_fields__:
            raise ValueError(
                f"dataset {self.name!r}: a field can't be called 'part'; that is what each row is a part of"
            )

    @property
    def columns(self) -> tuple[Column, ...]:
        """
        Raises:
            ValueError: a field has a type that no column can have.
        """
        hints = get_type_hints(self.row)
        return tuple(self._column(name, hints[name]) for name in self.row.__struct_fields__)

    def _column(self, name: str, hint: Any) -> Column:
        options = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
        kinds = [each for each in options if each is not NoneType]
        if len(kinds) != 1 or kinds[0] not in _COLUMNS:
            known = ", ".join(each.__name__ for each in _COLUMNS)
            raise ValueError(f"dataset {self.name!r}: the field {name!r} is {hint}; it can be one of {known}, or None")
        return Column(name, _COLUMNS[kinds[0]], nullable=len(kinds) < len(options))
