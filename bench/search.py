"""The palette's search in an account of 200,000 songs among a million of a hundred accounts: an HTTP request's whole
time, beside a scan with LIKE; how fast the index is built; what it costs a write."""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from time import perf_counter
from typing import Any
from uuid import UUID

from sqlalchemy import String, func, insert, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from maxbooster.app import App
from maxbooster.auth.keys.service import create
from maxbooster.db.engine import Database
from maxbooster.db.types import new_id
from maxbooster.http.assembly import Opening
from maxbooster.identity import EVERYTHING, Identity
from maxbooster.observe import logs
from maxbooster.plugin import Context, Manifest, Owned, Permission, Routes, Searchable, Table, get, hookimpl
from maxbooster.plugins import registry as plugins
from maxbooster.plugins.installed import GROUP
from maxbooster.search.building import build
from maxbooster.settings import read

from . import places
from .figures import Figure, Pace, alternately
from .load import Order, generate

ROWS, ACCOUNTS, LARGEST = 1_000_000, 100, 200_000
AT_ONCE = 20_000
BUDGET_MS = 20.0
SCAN_S = 3.0
"""So long that a scan of the whole account comes to its end."""
WRITES = 200
QUERIES = {
    "one letter": "l",
    "two letters": "lo",
    "a word that thousands have": "love",
    "two such words, the last one half typed": "love ni",
    "a word that few have": "w77123",
    "a code": "QZ-ES9-26-077123",
    "a word that nobody has": "xylophonist",
}

manifest = Manifest(
    name="bench", version="0", title="Songs to search", permissions=(Permission("bench.read", "Read songs"),)
)


class _Song:
    title: Mapped[str] = mapped_column(String(200))
    artist: Mapped[str] = mapped_column(String(200))
    isrc: Mapped[str] = mapped_column(String(12))


class FoundSong(_Song, Owned, Table):
    __tablename__ = "bench_song"


class PlainSong(_Song, Owned, Table):
    """The same, and nobody searches it."""

    __tablename__ = "bench_plain_song"


@hookimpl
def register_tables() -> Sequence[type]:
    return [FoundSong, PlainSong]


@hookimpl
def register_searchables() -> Sequence[Searchable]:
    return [
        Searchable(
            name="bench.song",
            kind="Song",
            icon="music",
            permission="bench.read",
            model=FoundSong,
            select=select(FoundSong.id, FoundSong.title, FoundSong.artist, FoundSong.isrc),
            text=("{artist}", "{isrc}"),
            path="/songs/{id}",
        )
    ]


@get("/like", operation_id="searchByLike", permission="bench.read")
async def by_like(ctx: Context, words: str) -> list[str]:
    """Every word in one of the columns, the newest five."""
    columns = (FoundSong.title, FoundSong.artist, FoundSong.isrc)
    rows = select(FoundSong.title).order_by(FoundSong.id.desc()).limit(5)
    for word in words.lower().split():
        rows = rows.where(or_(*(func.lower(each).contains(word) for each in columns)))
    return list(await ctx.all(rows))


@hookimpl
def register_routes() -> Sequence[Routes]:
    return [Routes("/", [by_like])]


def serve() -> Any:
    """For uvicorn: the whole HTTP stack."""
    logs.configure(level="warning")
    return Opening(_site(Path(os.environ["BENCH_DATA"]), os.environ["BENCH_DATABASE"]))


def measure(pace: Pace) -> list[Figure]:
    return [figure for found in places.databases("search") for figure in _on(*found, pace)]


def _on(kind: str, url: str, data: Path, pace: Pace) -> list[Figure]:
    token, built_per_s, written_ms = asyncio.run(_prepare(url, data))
    figures = [
        Figure(f"{kind}: entries built from rows", built_per_s, "/s", note="while the platform runs"),
        Figure(f"{kind}: a commit of one searched row", written_ms["searched"], "ms", written_ms["plain"]),
        Figure(f"{kind}: a commit of 100 searched rows", written_ms["100 searched"], "ms", written_ms["100 plain"]),
    ]
    with places.server("bench.search:serve", BENCH_DATABASE=url, BENCH_DATA=str(data)) as port:

        def took_ms(path: str, words: str) -> float:
            asked = f"{path}?words={words.replace(' ', '+')}"
            seconds = max(pace.seconds, SCAN_S)
            return generate(Order(port, [(asked, token)], seconds, connections=1)).must_be_good().p50_ms

        for title, words in QUERIES.items():
            asked = {
                "ours": partial(took_ms, "/api/core/search", words),
                "like": partial(took_ms, "/api/bench/like", words.replace("-", "")),
            }
            found = alternately(pace.rounds, asked)
            name = f"{kind}: {title} (“{words}”)"
            figures.append(Figure(name, found["ours"], "ms", found["like"], budget=BUDGET_MS, note="beside LIKE"))
    return figures


def _site(data: Path, database: str) -> App:
    given = {"data": data, "database": database, "api_requests_per_s": 1_000_000}
    here = EntryPoint("bench", "bench.search", GROUP)
    registry = plugins.load(entries=[*entry_points(group=GROUP), here])
    return App(read({f"MAXBOOSTER_{name.upper()}": str(value) for name, value in given.items()}), registry=registry)


async def _prepare(url: str, data: Path) -> tuple[str, float, dict[str, float]]:
    """A million songs and their index, a token of the largest account, entries built per second, and commits in ms."""
    database = Database(url)
    for table in (FoundSong, PlainSong):
        Table.metadata.tables[table.__tablename__].create(database.engine)
    account = new_id()
    for some in _songs(account):
        await database.transact(lambda connection, some=some: connection.execute(insert(FoundSong), some))
    await database.close()
    async with _site(data, url).opened(upgrade=True) as app:
        since = perf_counter()
        async for _ in build(app, app.search.searchables["bench.song"]):
            pass
        built_per_s = ROWS / (perf_counter() - since)
        if not app.database.is_sqlite:
            await app.database.transact(lambda connection: connection.exec_driver_sql("ANALYZE"))
        rights, now = frozenset({"plugin.read", "bench.read"}), datetime.now(UTC)
        token = await app.database.transact(lambda connection: create(connection, account, rights, at=now))
        return token, built_per_s, await _writing(app)


def _songs(largest: UUID) -> Iterator[list[dict[str, Any]]]:
    """Titles of one to four words, some of them frequent, as titles are; accounts in turn, so that each has old and new
    rows."""
    chance = random.Random(7)
    frequent = ["love", "night", "the", "lost", "light", "lonely", "moon", "summer", "dance", "home", "fire", "you"]
    others = [new_id() for _ in range(ACCOUNTS - 1)]
    numbers = iter(range(ROWS))
    while rows := [
        {
            "account_id": largest if number % (ROWS // LARGEST) == 0 else others[number % len(others)],
            "id": new_id(),
            "title": " ".join(
                chance.choice(frequent) if chance.random() < 0.3 else f"w{chance.randrange(100_000)}"
                for _ in range(chance.randint(1, 4))
            ),
            "artist": f"artist {chance.randrange(5_000)}",
            "isrc": f"QZES926{number % 1_000_000:06}"[:12],
        }
        for number, _ in zip(numbers, range(AT_ONCE), strict=False)
    ]:
        yield rows


async def _writing(app: App) -> dict[str, float]:
    """In an account of its own, so that those rows are not the newest of the one that searches."""
    who = Identity(new_id(), None, frozenset({EVERYTHING}))

    async def took_ms(model: type[Any], rows: int) -> float:
        commits, since = WRITES // rows, perf_counter()
        for number in range(commits):
            async with app.unit(who) as ctx:
                ctx.add(*(model(title=f"love {number}", artist=f"artist {each}", isrc="") for each in range(rows)))
        return (perf_counter() - since) * 1000 / commits

    found: dict[str, list[float]] = {}
    for _ in range(5):
        for rows, prefix in ((1, ""), (100, "100 ")):
            for name, model in (("plain", PlainSong), ("searched", FoundSong)):
                found.setdefault(prefix + name, []).append(await took_ms(model, rows))
    return {name: sorted(values)[len(values) // 2] for name, values in found.items()}
