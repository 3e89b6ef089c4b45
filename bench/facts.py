"""Facts in bulk: a million sales published and asked, beside DuckDB writing the same rows from its own table."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from time import perf_counter

from maxbooster.facts import parquet
from maxbooster_distribution.royalties.breakdown import Dimension, question
from maxbooster_distribution.royalties.sales import SALES, Sale

from .figures import Figure, Pace, alternately

ROWS = 1_000_000
LINES = 50_000
PARTS = 24
QUESTION = "SELECT store, territory, sum(amount) FROM facts WHERE currency = ? GROUP BY ALL"


def measure(pace: Pace) -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        written = alternately(
            pace.rounds, {"ours": lambda: _published_per_s(folder), "DuckDB": lambda: _copied_per_s(folder)}
        )
        files = {str(part): _part(folder, part) for part in range(PARTS)}
        royalties = alternately(
            pace.rounds, {by: lambda by=by: _royalties_ms(folder, files, by) for by in ("store", "territory", "track")}
        )
        asked = alternately(
            pace.rounds, {"ours": lambda: _asked_ms(folder, files), "DuckDB": lambda: _bare_ms(list(files.values()))}
        )
    return [
        Figure(
            "a million sales checked and written as Parquet", written["ours"], "rows/s", written["DuckDB"],
            note="beside DuckDB copying the same rows from memory, on one thread",
        ),
        Figure(
            f"sales of {PARTS} statements of 50,000 lines by store and country", asked["ours"], "ms", asked["DuckDB"],
            at_most=True, note="each file checked first; beside DuckDB with the same files",
        ),
        *(
            Figure(
                f"earnings by {by} of {PARTS} statements of 50,000 lines", took, "ms", budget=1000,
                note="what the page Royalties asks of files on this machine",
            )
            for by, took in royalties.items()
        ),
    ]  # fmt: skip


def sales(rows: int) -> Iterator[Sale]:
    stores, places = ("Spotify", "Deezer", "Apple Music", "TIDAL"), ("SE", "DE", "US", "BR", "JP", "")
    for line in range(rows):
        yield Sale(
            line=line, month=date(2026, line % 12 + 1, 1), source="spotify", store=stores[line % 4],
            territory=places[line % 6], isrc=f"QZES926{line % 9000:05d}", upc="", title=f"Track {line % 9000}",
            artist="Nova Lane", quantity=float(line % 97), amount=Decimal(line).scaleb(-10), currency="EUR",
        )  # fmt: skip


def _published_per_s(folder: Path) -> float:
    began = perf_counter()
    parquet.write(SALES, sales(ROWS), folder / "ours.parquet", folder)
    return ROWS / (perf_counter() - began)


def _copied_per_s(folder: Path) -> float:
    import duckdb

    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute(f"CREATE TABLE sales AS SELECT * FROM read_parquet('{folder / 'ours.parquet'}')")
        began = perf_counter()
        connection.execute(f"COPY sales TO '{folder / 'bare.parquet'}' (FORMAT parquet, COMPRESSION zstd)")
        return ROWS / (perf_counter() - began)


def _part(folder: Path, part: int) -> Path:
    out = folder / f"{part}.parquet"
    parquet.write(SALES, sales(LINES), out, folder)
    return out


def _asked_ms(folder: Path, files: dict[str, Path]) -> float:
    began = perf_counter()
    parquet.query(SALES, files, QUESTION, ["EUR"], folder)
    return (perf_counter() - began) * 1000


def _royalties_ms(folder: Path, files: dict[str, Path], by: Dimension) -> float:
    began = perf_counter()
    parquet.query(SALES, files, question(by), ["EUR", date(1, 1, 1), date(9999, 12, 1)], folder)
    return (perf_counter() - began) * 1000


def _bare_ms(files: list[Path]) -> float:
    import duckdb

    began = perf_counter()
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute(
            QUESTION.replace("FROM facts", "FROM read_parquet(?)").replace("= ?", "= 'EUR'"),
            [[str(file) for file in files]],
        ).fetchall()
    return (perf_counter() - began) * 1000
