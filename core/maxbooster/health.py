"""Is everything that this process needs there? (C-20)"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from msgspec import Struct

from .context import Context
from .plugins.registry import FAILURES

if TYPE_CHECKING:
    from .app import App

TIMEOUT_S = 5.0


class HealthCheck(Struct, frozen=True):
    """One question, asked by `/health/ready` and `maxbooster doctor`.

    `ask` returns when all is well and raises with a sentence that says what is missing and what to do. Without what is
    `vital` the process can serve nobody; without the rest it is degraded, and serves what it can.
    """

    name: str
    ask: Callable[[Context], Awaitable[None]]
    vital: bool = False
    thorough: bool = False
    """Only `maxbooster doctor` asks it: it takes a while, or concerns nobody who only looks whether to send traffic."""


class Finding(Struct, frozen=True):
    name: str
    ok: bool
    reason: str | None = None
    vital: bool = False


async def examine(app: App, *, thorough: bool = True) -> list[Finding]:
    """Ask every check at once; a check that hangs counts as failed after five seconds."""
    wanted = [each for each in app.offers.health_checks if thorough or not each[1].thorough]
    return list(await asyncio.gather(*(_ask(app, *offered) for offered in wanted)))


async def _ask(app: App, plugin: str, check: HealthCheck) -> Finding:
    """Only the core decides what the platform cannot do without."""
    vital = check.vital and plugin == "core"
    try:
        async with asyncio.timeout(TIMEOUT_S):
            await check.ask(Context(app, writable=False))
    except TimeoutError:
        return Finding(check.name, False, f"no answer within {TIMEOUT_S:g} s", vital)
    except FAILURES as error:
        return Finding(check.name, False, str(error) or type(error).__name__, vital)
    return Finding(check.name, True, vital=vital)
