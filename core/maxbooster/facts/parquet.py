"""Rows of a dataset as Parquet, and back: synchronous, for a thread. DuckDB writes and reads, and is imported late."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from itertools import islice
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from ..errors import Invalid, NotReady
from .dataset import DECIMALS, Dataset

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_AT_ONCE = 1_000
"""Rows that are checked together."""
_MEMORY = "512MB"


def write(dataset: Dataset, rows: Iterable[Struct], out: Path, folder: Path) -> int:
    """Write rows to `out` and say how many; the same bytes for the same rows. Memory doesn't grow with them.

    Raises:
        Invalid: a row isn't what the dataset says; names it.
        NotReady: DuckDB isn't installed.
    """
    lines = folder / "facts.ndjson"
    count = _write_lines(dataset, rows, lines)
    columns = ", ".join(f"{_name(each.name)}: '{each.type}'" for each in dataset.columns)
    facts = f"read_json(?, format = 'newline_delimited', columns = {{{columns}}})"
    with _connected(folder) as connection:
        try:
            connection.execute(
                f"COPY (SELECT * FROM {facts}) TO {_text(str(out))} (FORMAT parquet, COMPRESSION zstd)", [str(lines)]
            )
        except Exception as error:  # DuckDB's own: a number that no column holds
            raise Invalid(f"Facts of {dataset.name} can't be stored: {_first_line(error)}") from error
        finally:
            lines.unlink()
    return count


def query(
    dataset: Dataset, files: Mapping[str, Path], sql: str, parameters: Sequence[Any], folder: Path
) -> list[tuple[Any, ...]]:
    """What a select finds in the view `facts`: the rows of all parts (part → file), and the column `part`.

    Raises:
        Invalid: a file isn't what the dataset says; names its part.
        NotReady: DuckDB isn't installed.
    """
    with _connected(folder) as connection:
        import duckdb

        for part, path in files.items():
            _verify(connection, dataset, part, path)
        connection.execute(f"CREATE VIEW facts AS {_union(dataset, files)}")
        try:
            return connection.execute(sql, list(parameters)).fetchall()
        except duckdb.IOException as error:  # a file went since
            raise Invalid(f"Facts of {dataset.name} can't be read: {_first_line(error)}") from error


def _write_lines(dataset: Dataset, rows: Iterable[Struct], out: Path) -> int:
    """As JSON, each row proved: what Python lets through (a float for an int) would be rounded without a word."""
    encoder, decoder = msgspec.json.Encoder(), msgspec.json.Decoder(dataset.row)
    decimals = [each.name for each in dataset.columns if each.type.startswith("DECIMAL")]
    floats = [each.name for each in dataset.columns if each.type == "DOUBLE" and each.nullable]
    count = 0
    with out.open("wb") as file:
        for some in _some(rows):
            try:
                lines = encoder.encode_lines(some)
                decoder.decode_lines(lines)
            except (msgspec.ValidationError, TypeError, OverflowError) as error:
                raise Invalid(f"Facts of {dataset.name} can't be stored, after row {count}: {error}") from error
            for row in some:
                for name in decimals:
                    _refuse_rounding(dataset, name, getattr(row, name))
                for name in floats:
                    _refuse_no_number(dataset, name, getattr(row, name))
            file.write(lines)
            count += len(some)
    return count


def _some(rows: Iterable[Struct]) -> Iterator[list[Struct]]:
    left = iter(rows)
    while some := list(islice(left, _AT_ONCE)):
        yield some


def _refuse_rounding(dataset: Dataset, name: str, value: Decimal | None) -> None:
    if value is None:
        return
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or -exponent > DECIMALS:
        raise Invalid(f"Facts of {dataset.name} can't be stored: {name} is {value}; it can have {DECIMALS} decimals.")


def _refuse_no_number(dataset: Dataset, name: str, value: float | None) -> None:
    """JSON writes it as null, which the column takes."""
    if value is not None and not isfinite(value):
        raise Invalid(f"Facts of {dataset.name} can't be stored: {name} is {value}, which is no number.")


def _verify(connection: DuckDBPyConnection, dataset: Dataset, part: str, path: Path) -> None:
    try:
        described = connection.execute(f"DESCRIBE SELECT * FROM read_parquet({_text(str(path))})").fetchall()
    except Exception as error:
        raise Invalid(f"The part {part!r} of {dataset.name} can't be read: {_first_line(error)}") from error
    found = {name: kind for name, kind, *_ in described}
    for column in dataset.columns:
        if found.get(column.name) != column.type:
            has = f"holds {found[column.name]}" if column.name in found else "isn't there"
            raise Invalid(
                f"The part {part!r} of {dataset.name} isn't version {dataset.version}: the column {column.name!r}"
                f" {has}, not {column.type}. Publish it again."
            )


def _union(dataset: Dataset, files: Mapping[str, Path]) -> str:
    columns = ", ".join(_name(each.name) for each in dataset.columns)
    if not files:
        empty = ", ".join(f"NULL::{each.type} AS {_name(each.name)}" for each in dataset.columns)
        return f"SELECT {empty}, NULL::VARCHAR AS part WHERE false"
    each = (
        f"SELECT {columns}, {_text(part)} AS part FROM read_parquet({_text(str(path))})" for part, path in files.items()
    )
    return " UNION ALL ".join(each)


@contextmanager
def _connected(folder: Path) -> Iterator[DuckDBPyConnection]:
    """One thread, so that bytes don't depend on the machine, and nothing is fetched from elsewhere."""
    try:
        import duckdb
    except ImportError as error:
        raise NotReady("Facts need DuckDB: run `pip install 'maxbooster[facts]'`.") from error
    with duckdb.connect(
        ":memory:",
        config={
            "threads": 1,
            "memory_limit": _MEMORY,
            "temp_directory": str(folder),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        },
    ) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        yield connection


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
