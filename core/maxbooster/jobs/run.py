"""One run of a job: by when it must have ended, and the threads that work for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import ContextVar
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

from .job import Job
from .queries import Claimed

if TYPE_CHECKING:
    from ..context import Context


@dataclass(eq=False)
class Run:
    claimed: Claimed
    job: Job
    ctx: Context
    deadline: float
    """On the monotonic clock."""
    threads: set[Future[Any]] = field(default_factory=set)
    """What still runs in threads for it; nobody can stop those."""
    is_handling: bool = True
    """Its handler has not returned."""
    is_given_up: bool = False
    """Its failure is on record, whatever it still does."""

    def is_late(self, grace_s: float = 0.0) -> bool:
        return monotonic() > self.deadline + grace_s


T = TypeVar("T")
current: ContextVar[Run | None] = ContextVar("run", default=None)


class Threads(ThreadPoolExecutor):
    """The loop's own executor (`asyncio.to_thread`), or one beside it, which notes for which run each of its threads
    works."""

    async def run(self, function: Callable[..., T], *arguments: Any) -> T:
        """What `function(*arguments)` returns, in a thread."""
        return await asyncio.get_running_loop().run_in_executor(self, function, *arguments)

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        future = super().submit(function, *arguments, **named)
        if (run := current.get()) is not None:
            run.threads.add(future)
            future.add_done_callback(run.threads.discard)
        return future
