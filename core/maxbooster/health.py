"""Is everything that this process needs there? (C-20)"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from msgspec import Struct

from .context import Context

if TYPE_CHECKING:
    from .app import App

TIMEOUT_S = 5.0


class HealthCheck(Struct, frozen=True):
    """One question, asked by `/health/ready` and `maxbooster doctor`.

    `ask` returns when all is well and raises with a sentence that says what is missing and what to do.
    """

    name: str
    ask: Callable[[Context], Awaitable[None]]


class Finding(Struct, frozen=True):
    name: str
    ok: bool
    reason: str | None = None


async def examine(app: App) -> list[Finding]:
    """Ask every check at once; a check that hangs counts as failed after five seconds."""
    return list(await asyncio.gather(*(_ask(app, check) for check in app.offers.health_checks)))


async def _ask(app: App, check: HealthCheck) -> Finding:
    try:
        async with asyncio.timeout(TIMEOUT_S):
            await check.ask(Context(app, writable=False))
    except TimeoutError:
        return Finding(check.name, False, f"no answer within {TIMEOUT_S:g} s")
    except Exception as error:
        return Finding(check.name, False, str(error) or type(error).__name__)
    return Finding(check.name, True)
