"""The simulator beside the platform, in sandbox mode: it listens on this machine, and sends its webhooks here."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn

from maxbooster.plugin import Context, Settings

from .client import SANDBOX_KEY, WEBHOOK_SECRET, client_at
from .simulator.server import application

_PORT = "port"
_WEBHOOKS = "/api/core/webhooks/billing.stripe"
_STARTED_WITHIN_S = 10.0


@asynccontextmanager
async def running(ctx: Context, folder: Path) -> AsyncIterator[str]:
    listening = _listening(folder / _PORT)
    config = uvicorn.Config(application(folder), log_level="warning", server_header=False, lifespan="on")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server._serve([listening]))  # `serve` would take over the process's signals
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    try:
        async with asyncio.timeout(_STARTED_WITHIN_S):
            while not (server.started or serving.done()):  # noqa: ASYNC110  # uvicorn tells by this alone
                await asyncio.sleep(0.01)
        await _hear_webhooks(ctx, address, folder / WEBHOOK_SECRET)
        yield address
    finally:
        server.should_exit = True
        await serving


def _listening(kept: Path) -> socket.socket:
    """On the port that it had before, so that links to its pages keep; on another, where that is taken."""
    wanted = int(kept.read_text()) if kept.exists() else 0
    listening = socket.socket(socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(("127.0.0.1", wanted))
    except OSError:
        listening.bind(("127.0.0.1", 0))
    kept.write_text(str(listening.getsockname()[1]))
    return listening


async def _hear_webhooks(ctx: Context, address: str, kept: Path) -> None:
    """Have webhooks sent to where the platform is reached; told again where that has changed."""
    url = ctx.settings(Settings).origin + _WEBHOOKS
    endpoints = client_at(ctx, SANDBOX_KEY, address).v1.webhook_endpoints
    known = (await endpoints.list_async()).data
    if await asyncio.to_thread(kept.exists) and any(each.url == url for each in known):
        return
    for each in known:
        await endpoints.delete_async(each.id)
    made = await endpoints.create_async({"url": url, "enabled_events": ["*"]})
    await asyncio.to_thread(kept.write_text, made.secret or "")
