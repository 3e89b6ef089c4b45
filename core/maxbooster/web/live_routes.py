"""Live updates for the page: server-sent events (WHATWG HTML §9.2), which browsers reconnect by themselves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec
from litestar import Request
from litestar.response import ServerSentEvent, ServerSentEventMessage

from ..context import Context
from ..errors import TooMany
from ..http.routes import Routes, get

LASTS_S = 20.0
"""Then the browser connects again: whoever may not listen any more is found out, and a server can be shut down."""
HEARTBEAT_S = 5.0
RETRY_MS = 1000


@get("/", operation_id="streamEvents", permission="profile.read", media_type="text/event-stream", raises=[TooMany])
async def listen(ctx: Context, request: Request[Any, Any, Any]) -> ServerSentEvent:
    """Hints about this account's jobs and events, as server-sent events: `{"kind": "job", "id": …, "state": …}`.

    After each `hello` load again what you show: hints from before are not repeated. Without
    `Accept: text/event-stream` the answer ends after it. `hello` says which `build` of the pages the server has: a page
    that is of another is old.
    """
    if ctx.identity is not None and ctx.identity.account is not None:
        ctx.app.live.refuse_too_many(ctx.identity.account, ctx.user)
    streams = "text/event-stream" in request.headers.get("accept", "")
    return ServerSentEvent(_hints(ctx, streams), retry_duration=RETRY_MS)


async def _hints(ctx: Context, streams: bool) -> AsyncIterator[ServerSentEventMessage]:
    yield ServerSentEventMessage(event="hello", data=msgspec.json.encode({"build": ctx.app.offers.web_build}).decode())
    if not streams or ctx.identity is None or ctx.identity.account is None:
        return
    loop = asyncio.get_running_loop()
    until = loop.time() + LASTS_S
    async with ctx.app.live.listening(ctx.identity.account, ctx.user) as heard:
        while (left := until - loop.time()) > 0:
            try:
                hint = await asyncio.wait_for(heard.get(), min(left, HEARTBEAT_S))
            except TimeoutError:
                yield ServerSentEventMessage(event="beat", data="{}")
            else:
                yield ServerSentEventMessage(data=hint.decode())


routes = [Routes("/api/core/live", [listen])]
