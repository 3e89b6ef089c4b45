"""Counting clicks without knowing who clicks: in memory, and in the database a moment later."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects import postgresql, sqlite

from ..db.types import new_id
from ..observe.logs import log
from .models import Link, LinkClicks

if TYPE_CHECKING:
    from ..app import App

FLUSH_S = 2.0
"""As much of what was counted is lost with a process that is killed."""
MOST_REFERRERS = 200
"""Hosts told apart for one link on one day: anybody can write anything into that header."""
MOST_WAITING = 500
"""Counters that wait to be stored together; beyond it, hosts are not told apart: a flush must stay short."""
REST = "*"
_BOT = re.compile(
    r"bot|crawl|spider|slurp|preview|scan|monitor|fetch|facebookexternalhit|whatsapp|embedly|headless|lighthouse"
    r"|curl|wget|python|httpx|okhttp|java/|go-http|axios|node|ruby|perl|libwww|feed|archive",
    re.IGNORECASE,
)
_HOST = re.compile(r"[a-z0-9._-]{1,253}|[0-9a-f:.]{2,45}")


class Key(NamedTuple):
    account: UUID
    link: UUID
    day: date
    referrer: str


def is_person(headers: Mapping[str, str]) -> bool:
    """Whether a browser asks because somebody clicked; programs and prefetching are not counted. Every browser says in
    brackets what it runs on."""
    agent = headers.get("user-agent", "")
    ahead = "prefetch" in (headers.get("sec-purpose", "") + headers.get("purpose", ""))
    return -1 < agent.find("(") < agent.rfind(")") and not _BOT.search(agent) and not ahead


def referrer_of(headers: Mapping[str, str]) -> str:
    """The host alone: paths and queries could name people. What is no name of a host says nothing."""
    try:
        host = urlsplit(headers.get("referer", "")).hostname or ""
    except ValueError:
        return ""
    return host if _HOST.fullmatch(host) else ""


class Clicks:
    """The clicks of this process that are not stored yet."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._waiting: Counter[Key] = Counter()
        self._closing = asyncio.Event()
        self._turn = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    def open(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Store what is left."""
        self._closing.set()
        if self._task is not None:
            await self._task

    def count(self, account: UUID, link: UUID, referrer: str) -> None:
        key = Key(account, link, self._app.clock().date(), referrer)
        if key not in self._waiting and len(self._waiting) >= MOST_WAITING:
            key = key._replace(referrer=REST)
        self._waiting[key] += 1

    async def flush(self) -> None:
        """Store what was counted; what cannot be stored now waits for the next time."""
        async with self._turn:
            counted, self._waiting = self._waiting, Counter()
            if not counted:
                return
            try:
                await self._app.database.write(partial(add, counted=counted))
            except Exception as error:
                self._waiting.update(counted)
                log.warning("links.not_counted_yet", clicks=counted.total(), error=repr(error))

    async def _run(self) -> None:
        while not self._closing.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), FLUSH_S)
            await self.flush()


def add(connection: Connection, counted: Mapping[Key, int]) -> None:
    """Add clicks to what is stored; those of links that were deleted meanwhile go."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    for key, clicks in sorted(counted.items()):
        own = (Link.account_id == key.account, Link.id == key.link)
        if connection.execute(select(Link.id).where(*own)).first() is None:
            continue
        row = {
            "account_id": key.account,
            "id": new_id(),
            "link_id": key.link,
            "day": key.day,
            "referrer": _told_apart(connection, key),
            "clicks": clicks,
        }
        statement = insert(LinkClicks).values(row)
        same = ["account_id", "link_id", "day", "referrer"]
        more = {"clicks": LinkClicks.clicks + statement.excluded.clicks}
        connection.execute(statement.on_conflict_do_update(index_elements=same, set_=more))


def _told_apart(connection: Connection, key: Key) -> str:
    of_day = (LinkClicks.account_id == key.account, LinkClicks.link_id == key.link, LinkClicks.day == key.day)
    known = select(LinkClicks.id).where(*of_day, LinkClicks.referrer == key.referrer)
    if not key.referrer or connection.execute(known).first() is not None:
        return key.referrer
    hosts = connection.execute(select(func.count()).select_from(LinkClicks).where(*of_day)).scalar_one()
    return key.referrer if hosts < MOST_REFERRERS else REST
