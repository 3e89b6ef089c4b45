"""Asking plugins at run time: each is awaited by itself, timed, and its failure kept to itself."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from time import monotonic, perf_counter
from typing import Any

from ..observe import metrics
from ..observe.logs import log
from .registry import FAILURES, Registry

TIMEOUT_S = 10.0
REST_S = 60.0
"""A plugin that overran its time is not asked that hook again for so long: everybody would wait for it."""


@dataclass(frozen=True)
class Answer:
    """What one plugin answered: a value or the error that it raised, and how long it took."""

    plugin: str
    value: Any = None
    error: Exception | SystemExit | None = None
    seconds: float = 0.0


async def ask(registry: Registry, hook: str, *, timeout_s: float = TIMEOUT_S, **arguments: Any) -> list[Answer]:
    """Ask every enabled plugin that implements `hook`, all at once; answers in dependency order.

    A plugin that raises or overruns `timeout_s` gives an `Answer` with its error; the rest are unharmed.
    """
    asked = [
        guarded(registry.rests, plugin.name, hook, partial(implementation, **arguments), timeout_s=timeout_s)
        for plugin, _ in registry.enabled()
        if (implementation := registry.implementation(plugin, hook))
    ]
    return list(await asyncio.gather(*asked))


async def guarded(
    rests: dict[tuple[str, str], float], plugin: str, hook: str, work: Callable[[], Any], *, timeout_s: float
) -> Answer:
    """Do a plugin's work, unless it rests. What it answered before is not repeated: that was another account's.

    When its rest is over, one asks it again; the others do not wait to see what comes of it.
    """
    whose = (plugin, hook)
    until = rests.get(whose)
    if until is not None:
        if monotonic() < until:
            return Answer(plugin, error=TimeoutError(f"{plugin} overran its time lately, and is not asked again yet"))
        rests[whose] = monotonic() + REST_S
    answer = await _in_time(plugin, hook, work, timeout_s)
    if isinstance(answer.error, TimeoutError) and answer.seconds >= timeout_s:
        rests[whose] = monotonic() + REST_S
    else:
        rests.pop(whose, None)
    metrics.HOOK_SECONDS.labels(plugin, hook).observe(answer.seconds)
    return answer


async def _in_time(plugin: str, hook: str, work: Callable[[], Any], timeout_s: float) -> Answer:
    """It is asked to stop when its time is over, but nobody waits until it does."""
    asking = asyncio.create_task(_one(plugin, hook, work))
    try:
        answered, _ = await asyncio.wait({asking}, timeout=timeout_s)
    except asyncio.CancelledError:
        asking.cancel()
        raise
    if answered:
        return asking.result()
    asking.cancel()
    log.warning("hook.timed_out", plugin=plugin, hook=hook, timeout_s=timeout_s)
    error = TimeoutError(f"{plugin} did not answer {hook} within {timeout_s:g} s")
    return Answer(plugin, error=error, seconds=timeout_s)


async def _one(plugin: str, hook: str, work: Callable[[], Any]) -> Answer:
    began = perf_counter()
    try:
        value = work()
        if inspect.isawaitable(value):
            value = await value
    except FAILURES as error:
        log.warning("hook.failed", plugin=plugin, hook=hook, error=repr(error))
        return Answer(plugin, error=error, seconds=perf_counter() - began)
    return Answer(plugin, value, seconds=perf_counter() - began)
