"""What a job is: an `async` function of a Context, and how it is to be run."""

from __future__ import annotations

import inspect
import random
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol, get_type_hints, runtime_checkable

import msgspec

from ..errors import Invalid, UsageError

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy import Connection

Handler = Callable[..., Awaitable[None]]

DEFAULT_QUEUE = "default"
LONG_QUEUE = "long"
WEBHOOK_QUEUE = "webhooks"
QUEUES = (DEFAULT_QUEUE, LONG_QUEUE, WEBHOOK_QUEUE)
"""Those that a worker serves unless it is told which."""
MOST_PER_KEY = 16


class Canceled(Exception):
    """Raised in a handler whose job was canceled while it ran."""


class Overdue(Exception):
    """The job's time limit has passed: nothing of this run is kept, whatever it still does."""


@dataclass(frozen=True)
class Job:
    """A declared job. Made by the `job` decorator; queue it with `ctx.enqueue(job, …)`.

    A handler may run more than once, but what it does through its Context takes effect exactly once. A run
    that fails is repeated after `backoff_s · 2ⁿ` (with jitter, at most an hour) until `attempts` are used up;
    then the job is dead and waits for a person.
    """

    name: str
    handler: Handler = field(repr=False)
    queue: str = DEFAULT_QUEUE
    attempts: int = 5
    backoff_s: float = 2.0
    timeout_s: float = 300.0
    """How long one run may take. Nothing that it does later is kept; a run that cannot be stopped ends its worker."""
    priority: int = 0
    """Higher runs first."""
    per_key: int = 1
    """How many jobs with the same key may be under way at a time, in the order of their queueing; 1 to 16."""
    cron: str | None = None
    """Five fields (minute hour day month weekday), in UTC."""
    accounts: Callable[[Connection], Iterable[UUID]] | None = field(default=None, repr=False)
    """With `cron`: which accounts have something to do. The job then runs once for each of them, as theirs; without, it
    runs once and belongs to no account."""

    def __post_init__(self) -> None:
        if not 1 <= self.per_key <= MOST_PER_KEY:
            raise ValueError(f"job {self.name!r} has per_key={self.per_key}; it must be from 1 to {MOST_PER_KEY}")
        if self.attempts < 1 or self.timeout_s <= 0 or self.backoff_s < 0:
            given = f"attempts={self.attempts}, timeout_s={self.timeout_s}, backoff_s={self.backoff_s}"
            raise ValueError(f"job {self.name!r} has {given}; it tries at least once, and for more than no time")
        if self.accounts is not None and self.cron is None:
            raise ValueError(f"job {self.name!r} has accounts and no cron: say when it runs for them")
        if self.cron is not None:
            _refuse_unusable_schedule(self)

    @cached_property
    def _parameters(self) -> dict[str, Any]:
        hints = get_type_hints(self.handler)
        return {name: hints.get(name, Any) for name in list(inspect.signature(self.handler).parameters)[1:]}

    def encode(self, arguments: tuple[Any, ...]) -> str:
        """
        Raises:
            UsageError: the number of arguments is not what the handler takes, or one cannot be written as JSON.
        """
        if len(arguments) != len(self._parameters):
            raise UsageError(f"job {self.name!r} takes ({', '.join(self._parameters)}), not {len(arguments)} arguments")
        try:
            return msgspec.json.encode(arguments).decode()
        except TypeError as error:
            raise UsageError(f"an argument of job {self.name!r} cannot be stored: {error}") from error

    def decode(self, stored: str) -> list[Any]:
        """
        Raises:
            Invalid: the handler has changed since the job was queued.
        """
        values = msgspec.json.decode(stored)
        if len(values) != len(self._parameters):
            raise Invalid(f"job {self.name!r} now takes ({', '.join(self._parameters)}); it was queued with {stored}")
        try:
            return [msgspec.convert(value, kind) for value, kind in zip(values, self._parameters.values(), strict=True)]
        except msgspec.ValidationError as error:
            raise Invalid(f"job {self.name!r} was queued with {stored}: {error}") from error

    def delay_s(self, attempt: int) -> float:
        """Seconds until the next try after `attempt` failures: doubling, half of it left to chance."""
        full = min(self.backoff_s * float(2 ** min(attempt - 1, 20)), 3600.0)
        return full / 2 + random.uniform(0, full / 2)


def _refuse_unusable_schedule(job: Job) -> None:
    """
    Raises:
        ValueError: the cron expression cannot be read, or the handler wants arguments that nobody gives.
    """
    from cronsim import CronSim, CronSimError

    try:
        CronSim(job.cron or "", datetime(2000, 1, 1, tzinfo=UTC))
    except CronSimError as error:
        raise ValueError(f"job {job.name!r} has the schedule {job.cron!r}: {error}") from error
    if len(inspect.signature(job.handler).parameters) != 1:
        raise ValueError(f"job {job.name!r} is scheduled, so its handler takes the Context alone")


def job(name: str, **options: Any) -> Callable[[Handler], Job]:
    """Declare a job: `@job("distribution.deliver", attempts=8)`; options as in `Job`."""
    return lambda handler: Job(name=name, handler=handler, **options)


@runtime_checkable
class Doorbell(Protocol):
    """How a worker hears that a queue has work. Losing a ring costs time, never a job."""

    async def ring(self, queue: str) -> None:
        """Say that `queue` has work. Must not raise."""

    async def listen(self, queues: tuple[str, ...], heard: Callable[[str], None]) -> None:
        """Call `heard(queue)` at every ring, until canceled."""

    async def close(self) -> None: ...
