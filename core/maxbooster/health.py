"""Is everything that the platform needs there?"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING

from msgspec import Struct

from .context import Context
from .errors import NotReady, Problem

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


class Finding(Struct, frozen=True):
    """`ok` with a `reason` is advice."""

    name: str
    ok: bool
    reason: str | None = None


class Diagnosis(Finding, frozen=True):
    """A finding with what was found: for the operator's eyes."""

    value: str | None = None


async def examine(app: App) -> list[Finding]:
    """Ask what this process needs in order to serve. Values stay out: everybody may read this."""
    found = await examine_all(app, [check for check in app.offers.health_checks if not check.thorough])
    return [Finding(each.name, each.ok, each.reason) for each in found]


async def examine_all(app: App, checks: Iterable[HealthCheck]) -> list[Diagnosis]:
    """Ask at once; a check that hangs counts as failed after five seconds."""
    found = await asyncio.gather(*(_ask(app, check) for check in checks))
    return [finding for finding in found if finding is not None]


async def _ask(app: App, check: HealthCheck) -> Diagnosis | None:
    try:
        async with asyncio.timeout(TIMEOUT_S):
            value = await check.ask(Context(app, writable=False))
    except TimeoutError:
        return Diagnosis(check.name, False, f"No answer within {TIMEOUT_S:g} s.")
    except Unexamined:
        return None
    except Advice as advice:
        return Diagnosis(check.name, True, advice.detail)
    except Exception as error:
        return Diagnosis(check.name, False, str(error) or type(error).__name__)
    return Diagnosis(check.name, True, value=value)
