"""Is everything that the platform needs there?"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from msgspec import Struct

from .context import Context
from .errors import NotReady, Problem
from .plugins.registry import FAILURES

if TYPE_CHECKING:
    from .app import App

TIMEOUT_S = 5.0


class HealthCheck(Struct, frozen=True):
    """One question, asked by `/health/ready` and `maxbooster doctor`.

    `ask` returns when all is well, if it likes with what it found (for `doctor` alone). It raises `Advice` for what
    should be changed although the platform works, and any other error for what is wrong: a sentence that says what
    is missing and what to do. A check only reads.
    """

    name: str
    ask: Callable[[Context], Awaitable[str | None]]
    vital: bool = False
    """Without it the process can serve nobody (the core alone decides that); without the rest it is degraded."""
    thorough: bool = False
    """Only `maxbooster doctor` asks it: it takes a while, or concerns nobody who only looks whether to send traffic."""


class Advice(Problem):
    """The platform works, but the operator should know this."""

    type = "advice"
    title = "This should be changed"


class Absent:
    """Stands for a resource that is not open: a check that reaches for it is left out."""

    def __init__(self, reason: str) -> None:
        self._reason = reason

    def __getattr__(self, name: str) -> None:
        raise Unexamined(self._reason)


class Unexamined(NotReady):
    """A check could not be asked, because something else is missing."""


class HealthResult(Struct, frozen=True):
    """`ok` with a `reason` is advice."""

    name: str
    ok: bool
    reason: str | None = None
    vital: bool = False
    value: str | None = None


async def examine(app: App, *, thorough: bool = True) -> list[HealthResult]:
    """Ask every check at once; a check that hangs counts as failed after five seconds."""
    wanted = [each for each in app.offers.health_checks if thorough or not each[1].thorough]
    found = await asyncio.gather(*(_ask(app, *offered) for offered in wanted))
    return [finding for finding in found if finding is not None]


async def _ask(app: App, plugin: str, check: HealthCheck) -> HealthResult | None:
    vital = check.vital and plugin == "core"
    try:
        async with asyncio.timeout(TIMEOUT_S):
            value = await check.ask(Context(app, writable=False))
    except TimeoutError:
        return HealthResult(check.name, False, f"No answer within {TIMEOUT_S:g} s.", vital)
    except Unexamined:
        return None
    except Advice as advice:
        return HealthResult(check.name, True, advice.detail, vital)
    except FAILURES as error:
        return HealthResult(check.name, False, str(error) or type(error).__name__, vital)
    return HealthResult(check.name, True, vital=vital, value=value)
