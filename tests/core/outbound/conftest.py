from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
from outbound_server import Script, Server

from maxbooster.http.client import Client, Limits, Resolve
from maxbooster.settings import Settings

QUICK = {"backoff_s": 0.01, "patience_s": 1.5, "open_s": 0.2}


@pytest.fixture
async def serve() -> AsyncIterator[Callable[[Script], Any]]:
    """`await serve(script)` starts a server."""
    async with AsyncExitStack() as running:

        async def start(script: Script) -> Server:
            return await running.enter_async_context(Server(script))

        yield start


@pytest.fixture
async def client_of() -> AsyncIterator[Callable[..., Client]]:
    """`client_of(failures=2, private=True, resolve=…)`: a client with quick limits."""
    made: list[Client] = []

    def make(*, private: bool = False, resolve: Resolve | None = None, **limits: Any) -> Client:
        given: dict[str, Any] = {} if resolve is None else {"resolve": resolve}
        made.append(Client(Settings(outbound_private=private), limits=Limits(**(QUICK | limits)), **given))
        return made[-1]

    yield make
    for client in made:
        await client.close()
