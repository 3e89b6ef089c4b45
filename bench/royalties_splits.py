"""A statement of a million lines read and divided among the payees of 10 000 splits, beside DuckDB's bare read of the
same file. The shares are added up and must come to the lines, to the unit; memory must not grow with the lines."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from pathlib import Path

from maxbooster_distribution.royalties.amounts import PER_MINOR
from maxbooster_distribution.royalties.division import Matching, Shares, Timeline, divide
from maxbooster_distribution.royalties.layouts import layout
from maxbooster_distribution.royalties.lines import Form, read

from .figures import Figure, Pace, Skipped, alternately
from .places import ROOT, folder

SPLITS = 10_000
PAYEES = 3_000
HEADER = "Sale Month,ISRC,UPC,Title,Artist,Store,Territory,Quantity,Net Amount,Currency"
STORES = ("Spotify", "Apple Music", "Deezer", "Amazon Music", "TIDAL", "YouTube Music")
TERRITORIES = ("DE", "US", "FR", "JP", "BR", "GB", "MX", "IN")


def measure(pace: Pace) -> list[Figure]:
    try:
        import duckdb
    except ImportError as error:
        raise Skipped(f"no DuckDB: {error}") from error
    lines = 1_000_000 if pace.rounds >= 5 else 200_000
    with folder() as place:
        whole, tenth = _statement(place / "statement.csv", lines), _statement(place / "tenth.csv", lines // 10)
        peaks = [_divided_apart(file, units)["peak_mib"] for file, units in (tenth, whole)]
        found = alternately(
            min(pace.rounds, 3),
            {
                "ours": lambda: lines / _divided_apart(*whole)["seconds"],
                "duckdb": lambda: lines / _read_bare(duckdb, whole[0], lines),
            },
        )
    return [
        Figure(
            f"statement of {lines:,} lines, {SPLITS:,} splits: read and divided", found["ours"], "lines/s",
            found["duckdb"], note="exact, every line kept; beside DuckDB's bare read on all cores",
        ),
        Figure(
            "memory for it", peaks[1], "MiB", peaks[0], 1.2, at_most=True,
            note="the whole process; beside a tenth of the lines",
        ),
    ]  # fmt: skip


def _statement(path: Path, lines: int) -> tuple[Path, int]:
    """The file, and what its lines come to in units, counted while they are written."""
    chance, total = random.Random(lines), 0
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(f"{HEADER}\r\n")
        for _ in range(lines):
            track, amount = chance.randrange(SPLITS), chance.randrange(1, 10**9)
            total += amount
            file.write(
                f"2026-{chance.randrange(1, 13):02},{_isrc(track)},,Track {track},Artist {track % 700},"
                f"{chance.choice(STORES)},{chance.choice(TERRITORIES)},{chance.randrange(1, 5000)},"
                f"{amount // (100 * PER_MINOR)}.{amount % (100 * PER_MINOR):010},EUR\r\n"
            )
    return path, total


def _isrc(track: int) -> str:
    return f"QZES926{track:05}"


def _splits() -> dict[str, Timeline]:
    """Of one to four payees each, in parts that do not divide evenly."""
    splits: dict[str, Timeline] = {}
    for track in range(SPLITS):
        parts = tuple(1 + (track + place) % 7 for place in range(1 + track % 4))
        payees = tuple(f"payee-{(track * 7 + place) % PAYEES}" for place in range(len(parts)))
        splits[_isrc(track)] = Timeline.always(Shares(f"split-{track}", payees, parts, sum(parts)))
    return splits


def _divided_apart(file: Path, units: int) -> dict[str, float]:
    """In a process of its own, so that its memory can be told."""
    run = subprocess.run(
        [sys.executable, "-m", "bench.royalties_splits", str(file), str(units)],
        cwd=ROOT, check=True, stdout=subprocess.PIPE,
    )  # fmt: skip
    return dict(json.loads(run.stdout))


def _divided(file: Path, units: int) -> dict[str, float]:
    """
    Raises:
        ArithmeticError: the shares are not what the lines come to.
    """
    splits = _splits()
    began = time.perf_counter()
    plain, packed = file.with_suffix(".plain"), file.with_suffix(".gz")
    found = read(file, plain, Form(file.name, layout("standard"), None, "auto"))
    division = divide(plain, packed, Matching(splits, {}))
    seconds = time.perf_counter() - began
    shares = sum(division.payees.values())
    if not shares == found.units == units or division.matched != found.lines:
        raise ArithmeticError(f"The lines come to {units} units, read were {found.units}, the shares are {shares}.")
    return {"seconds": seconds, "peak_mib": _peak_mib()}


def _peak_mib() -> float:
    """What `getrusage` says would include the process that started this one."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _read_bare(duckdb: object, file: Path, lines: int) -> float:
    began = time.perf_counter()
    query = f"SELECT count(*), sum(\"Net Amount\"::DECIMAL(18, 10)) FROM read_csv('{file}', all_varchar = true)"
    [(found, _)] = duckdb.sql(query).fetchall()  # type: ignore[attr-defined]
    if found != lines:
        raise ArithmeticError(f"DuckDB reads {found} of {lines} lines.")
    return time.perf_counter() - began


if __name__ == "__main__":
    print(json.dumps(_divided(Path(sys.argv[1]), int(sys.argv[2]))))
