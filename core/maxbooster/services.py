"""What runs beside the work: servers and watchers that plugins bring, for as long as a process runs jobs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from msgspec import Struct

from .context import Context
from .observe.logs import log
from .plugins.registry import FAILURES

if TYPE_CHECKING:
    from .app import App


class Service(Struct, frozen=True):
    """Something that a process which works (`up`, `worker`) keeps running.

    `run` takes a Context outside any account, for its settings, and is open while the process works. There may be
    several such processes: a service that must be one of its kind takes a lock.
    """

    name: str
    run: Callable[[Context], AbstractAsyncContextManager[None]]


@asynccontextmanager
async def running(app: App) -> AsyncIterator[None]:
    """Every plugin's services, open; one that cannot start is logged, and the rest go on."""
    async with AsyncExitStack() as stack:
        for plugin, service in app.offers.services:
            try:
                await stack.enter_async_context(service.run(Context(app, writable=False)))
            except FAILURES as error:
                log.error("service.failed", plugin=plugin, service=service.name, reason=str(error) or repr(error))
        yield
