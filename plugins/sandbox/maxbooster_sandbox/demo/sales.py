"""What the simulated stores report after a month: a sales statement, made from numbers; same codes, same lines."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random

HEADERS = ("Sale Month", "Store", "Country", "ISRC", "UPC", "Title", "Artist", "Quantity", "Net Amount", "Currency")
COUNTRIES = ("DE", "FR", "GB", "JP", "NL", "PL", "SE", "US")
CURRENCY = "EUR"
PER_STREAM = (0.0017, 0.0046)
"""What a store pays for a stream, from the least to the most."""


def write(path: Path, *, stores: Sequence[str], isrc: str, upc: str, title: str, artist: str) -> int:
    """A line for each store and country, of last month; returns how many."""
    chance = Random(isrc)
    month = (date.today().replace(day=1) - timedelta(days=1)).strftime("%Y-%m")
    lines = []
    for store in stores:
        for country in COUNTRIES:
            streams = chance.randint(800, 60_000)
            amount = streams * chance.uniform(*PER_STREAM)
            lines.append((month, store, country, isrc, upc, title, artist, streams, f"{amount:.6f}", CURRENCY))
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADERS, *lines])
    return len(lines)
