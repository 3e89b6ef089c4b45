"""Hints for whoever looks on: a job went on, something happened.

A hint says what to look at, not how it is: whoever missed some (asleep, reconnecting, Redis away) loses nothing by
loading the page's data again. Within one process hints go by memory, between processes over Redis.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from .errors import TooMany
from .observe.logs import log
from .settings import Settings

if TYPE_CHECKING:
    from litestar.channels import ChannelsBackend

BACKLOG = 200
"""Hints that wait for one slow listener; beyond it the oldest are dropped."""
RETRY_S = 1.0
PER_PERSON, PER_ACCOUNT = 20, 200
"""How many listen at a time in one process: a browser has one connection per open page."""


class Live:
    """Open it once per process. Hints of an account reach those who listen to it, in whichever process."""

    def __init__(self, settings: Settings) -> None:
        self._redis = settings.redis
        self._backend = _backend(settings.redis)
        self._listeners: dict[str, list[asyncio.Queue[bytes]]] = {}
        self._people: Counter[UUID] = Counter()
        self._outgoing: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue(1000)
        self._tasks: list[asyncio.Task[None]] = []

    def open(self) -> None:
        self._tasks = [asyncio.create_task(self._receive()), asyncio.create_task(self._send())]

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def tell(self, account: UUID | None, kind: str, facts: Mapping[str, Any]) -> None:
        """Give a hint to the listeners of an account, or of a grant by its id. It never waits, and may be lost."""
        if account is None or not (self._redis or self._listeners) or self._outgoing.full():
            return
        self._outgoing.put_nowait((f"account.{account}", msgspec.json.encode({"kind": kind, **facts})))

    def refuse_too_many(self, account: UUID, user: UUID | None) -> None:
        """
        Raises:
            TooMany: this person, or this account, listens often enough.
        """
        if user is not None and self._people[user] >= PER_PERSON:
            raise TooMany(f"You have {PER_PERSON} pages open that listen; close some.", retry_after_s=RETRY_S)
        if len(self._listeners.get(f"account.{account}", ())) >= PER_ACCOUNT:
            raise TooMany(f"{PER_ACCOUNT} pages of this account listen already.", retry_after_s=RETRY_S)

    @asynccontextmanager
    async def listening(self, account: UUID, user: UUID | None = None) -> AsyncIterator[asyncio.Queue[bytes]]:
        """A queue of the account's hints, as JSON, for as long as the block lasts.

        Raises:
            TooMany: this person, or this account, listens often enough.
        """
        self.refuse_too_many(account, user)
        if user is not None:
            self._people[user] += 1
        channel, heard = f"account.{account}", asyncio.Queue[bytes](BACKLOG)
        listeners = self._listeners.setdefault(channel, [])
        listeners.append(heard)
        if len(listeners) == 1:
            await self._subscribe(channel)
        try:
            yield heard
        finally:
            if user is not None:
                self._people -= Counter({user: 1})
            listeners.remove(heard)
            if not listeners:
                del self._listeners[channel]
                await self._unsubscribe(channel)

    async def _subscribe(self, channel: str) -> None:
        try:
            await self._backend.subscribe([channel])
        except Exception as error:
            log.warning("live.subscribe_failed", error=type(error).__name__)

    async def _unsubscribe(self, channel: str) -> None:
        try:
            await self._backend.unsubscribe([channel])
        except Exception as error:
            log.warning("live.unsubscribe_failed", error=type(error).__name__)

    async def _receive(self) -> None:
        while True:
            try:
                await self._backend.on_startup()
                if self._listeners:
                    await self._backend.subscribe(list(self._listeners))
                async for channel, hint in self._backend.stream_events():
                    self._hand_out(channel, hint)
            except Exception as error:
                log.warning("live.interrupted", error=type(error).__name__)
                await asyncio.sleep(RETRY_S)
                self._backend = _backend(self._redis)

    def _hand_out(self, channel: str, hint: bytes) -> None:
        for heard in self._listeners.get(channel, ()):
            if heard.full():
                heard.get_nowait()
            heard.put_nowait(hint)

    async def _send(self) -> None:
        while True:
            channel, hint = await self._outgoing.get()
            try:
                await self._backend.publish(hint, [channel])
            except Exception as error:
                log.debug("live.hint_lost", error=type(error).__name__)


def _backend(redis: str) -> ChannelsBackend:
    if redis:
        from litestar.channels.backends.redis import RedisChannelsPubSubBackend
        from redis.asyncio import Redis

        return RedisChannelsPubSubBackend(redis=Redis.from_url(redis))
    from litestar.channels.backends.memory import MemoryChannelsBackend

    return MemoryChannelsBackend()
