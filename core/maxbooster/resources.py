"""What a process holds once, however many jobs and requests use it: a loaded model, a pool of threads."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from contextvars import Context as Variables
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from .jobs.run import Threads
from .observe.logs import log

if TYPE_CHECKING:
    from .app import App
    from .context import Context

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Resource(Generic[T]):
    """Declare it once, at the top of a module; `await ctx.resource(MODEL)` gives what it holds.

    It is opened when it is first asked for, in each process by itself, and closed when the process ends. `open` takes
    a Context outside any account. Those who ask while it opens wait for it; where it can't be opened each of them is
    told, and the next one tries again.
    """

    name: str
    """`<family>.<what>`, for logs."""
    open: Callable[[Context], AbstractAsyncContextManager[T]] = field(repr=False)


class Resources:
    """Those that are open in this process."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._held: dict[Resource[Any], _Held] = {}

    async def get(self, resource: Resource[T]) -> T:
        held = self._held.get(resource)
        if held is None or held.failed:
            held = self._held[resource] = _Held(self._app, resource)
        return cast(T, await asyncio.shield(held.opened))

    async def close(self) -> None:
        """The last that was asked for first. One that is asked for afterwards is opened anew."""
        held, self._held = list(self._held.values()), {}
        for each in reversed(held):
            await each.close()


class _Held:
    """A resource in a task of its own, in which it's opened and closed: it outlives whoever asked for it first."""

    def __init__(self, app: App, resource: Resource[Any]) -> None:
        self.opened: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._closing = asyncio.Event()
        self._task = asyncio.get_running_loop().create_task(self._hold(app, resource), context=Variables())

    @property
    def failed(self) -> bool:
        return self.opened.done() and self.opened.exception() is not None

    async def close(self) -> None:
        self._closing.set()
        try:
            await self._task
        except Exception as error:
            log.warning("resource.close_failed", error=repr(error))

    async def _hold(self, app: App, resource: Resource[Any]) -> None:
        from .context import Context

        try:
            async with resource.open(Context(app, writable=False)) as value:
                self.opened.set_result(value)
                await self._closing.wait()
        except Exception as error:
            if self.opened.done():
                raise
            self.opened.set_exception(error)


def threads(name: str, most: int) -> Resource[Threads]:
    """`most` threads of their own: whatever else waits for one does not wait for these.

    QUERIES = threads("analytics.queries", 2)

    found = await (await ctx.resource(QUERIES)).run(function, argument)
    """

    @asynccontextmanager
    async def opened(ctx: Context) -> AsyncIterator[Threads]:
        pool = Threads(most, name)
        try:
            yield pool
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    return Resource(name, opened)
