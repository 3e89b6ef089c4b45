"""What each host bears: a circuit breaker, so many calls at a time, and the pause that it asked for."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from random import uniform
from time import monotonic

import httpx
import msgspec

from ...errors import NotReady
from ...observe.logs import log
from .answers import pause_s

NAMED_HOSTS = 200
"""So many hosts get a metrics label of their own; the rest share one."""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """The client's numbers."""

    attempts: int = 4
    """For what is safe to repeat."""
    backoff_s: float = 0.5
    """Before the second attempt at most; twice as much before each further one."""
    patience_s: float = 10.0
    """The longest pause that is waited for; when a host asks for more, it is NotReady at once."""
    at_a_time: int = 16
    """Calls to one host."""
    failures: int = 5
    """In a row, after which a host is left alone."""
    open_s: float = 30.0
    """How long it is left alone, until one call tries again."""
    redirects: int = 5
    hosts: int = 2_000
    """Hosts remembered; the longest unused is forgotten."""


class Breaker:
    """Closed; open after so many failures in a row; then one call tries, and closes it or opens it again."""

    def __init__(self, name: str, limits: Limits) -> None:
        self._name = name
        self._limits = limits
        self._failures = 0
        self._open_until = 0.0
        self._trying = False

    def check(self) -> None:
        """
        Raises:
            NotReady: open, or another call is trying.
        """
        left = self._open_until - monotonic()
        if self._is_open() and (left > 0 or self._trying):
            left = max(left, 1.0)
            raise NotReady(
                f"{self._name} failed {self._failures} times in a row and is left alone; try again in {left:.0f} s.",
                retry_after_s=left,
            )

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """A block that ends without `record` (canceled, refused by us) says nothing of the host."""
        self.check()
        trying = self._is_open()
        self._trying |= trying
        try:
            yield
        finally:
            self._trying &= not trying

    def record(self, healthy: bool) -> None:
        self._failures = 0 if healthy else self._failures + 1
        if self._is_open():
            self._open_until = monotonic() + self._limits.open_s
            log.warning("outbound host left alone", host=self._name, failures=self._failures)

    def _is_open(self) -> bool:
        return self._failures >= self._limits.failures


class Host:
    """Its limits, for this process. `label`: its name in the metrics."""

    def __init__(self, name: str, label: str, limits: Limits) -> None:
        self.label = label
        self.breaker = Breaker(name, limits)
        self._name = name
        self._limits = limits
        self._slots = asyncio.Semaphore(limits.at_a_time)
        self._not_before: dict[str, float] = {}

    @asynccontextmanager
    async def admitted(self, quota: str, *, wait_s: float) -> AsyncIterator[None]:
        """The block is one call.

        Raises:
            NotReady: the breaker is open, a long pause was asked for, or no slot came free within `wait_s`.
        """
        self.breaker.check()
        await self._pause(quota)
        await self._take_slot(wait_s)
        try:
            with self.breaker.attempt():
                yield
        finally:
            self._slots.release()

    def heed(self, quota: str, response: httpx.Response) -> None:
        """Remember the pause that the answer asks for."""
        if pause := pause_s(response):
            self._not_before[quota] = monotonic() + pause

    async def _pause(self, quota: str) -> None:
        left = self._not_before.get(quota, 0.0) - monotonic()
        if left > self._limits.patience_s:
            raise NotReady(f"{self._name} takes no further calls for {left:.0f} s.", retry_after_s=left)
        if left > 0:
            await asyncio.sleep(left * uniform(1.0, 1.1))
        self._not_before.pop(quota, None)

    async def _take_slot(self, wait_s: float) -> None:
        try:
            async with asyncio.timeout(wait_s):
                await self._slots.acquire()
        except TimeoutError:
            raise NotReady(
                f"{self._name} is still busy with {self._limits.at_a_time} other calls; try again later.",
                retry_after_s=wait_s,
            ) from None


class Hosts:
    """Known by name and port. What users' URLs do to a host does not touch the connectors' calls to it, nor does what
    one `breaker` goes through touch another."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._hosts: OrderedDict[tuple[str, bool, str], Host] = OrderedDict()
        self._labels: set[str] = set()

    def of(self, name: str, user_supplied: bool, breaker: str = "") -> Host:
        key = (name, user_supplied, breaker)
        if key not in self._hosts:
            self._hosts[key] = Host(name, "user-supplied" if user_supplied else self._label(name), self._limits)
            if len(self._hosts) > self._limits.hosts:
                self._hosts.popitem(last=False)
        self._hosts.move_to_end(key)
        return self._hosts[key]

    def _label(self, name: str) -> str:
        if name not in self._labels and len(self._labels) >= NAMED_HOSTS:
            return "other"
        self._labels.add(name)
        return name
