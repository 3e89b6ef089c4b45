"""Asking plugins at run time: each is awaited by itself, timed, and its failure kept to itself."""

from __future__ import annotations

import asyncio
import inspect
from dataclasses import dataclass
from time import monotonic, perf_counter
from typing import Any

from ..observe import metrics
from ..observe.logs import log
from .registry import FAILURES, Plugin, Registry

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
        _rested(registry, plugin, implementation, hook=hook, timeout_s=timeout_s, arguments=arguments)
        for plugin, _ in registry.enabled()
        if (implementation := registry.implementation(plugin, hook))
    ]
    return list(await asyncio.gather(*asked))


async def _rested(
    registry: Registry, plugin: Plugin, implementation: Any, *, hook: str, timeout_s: float, arguments: dict[str, Any]
) -> Answer:
    """What it answered before is not repeated: that was another account's."""
    whose = (plugin.name, hook)
    if monotonic() < registry.rests.get(whose, 0.0):
        return Answer(
            plugin.name, error=TimeoutError(f"{plugin.name} overran its time lately, and is not asked again yet")
        )
    answer = await _one(plugin, implementation, hook, timeout_s, arguments)
    if isinstance(answer.error, TimeoutError) and answer.seconds >= timeout_s:
        registry.rests[whose] = monotonic() + REST_S
    return answer


async def _one(plugin: Plugin, implementation: Any, hook: str, timeout_s: float, arguments: dict[str, Any]) -> Answer:
    began = perf_counter()
    try:
        async with asyncio.timeout(timeout_s):
            value = implementation(**arguments)
            if inspect.isawaitable(value):
                value = await value
        answer = Answer(plugin.name, value, seconds=perf_counter() - began)
    except TimeoutError as error:
        answer = Answer(plugin.name, error=error, seconds=perf_counter() - began)
        log.warning("hook.timed_out", plugin=plugin.name, hook=hook, timeout_s=timeout_s)
    except FAILURES as error:
        answer = Answer(plugin.name, error=error, seconds=perf_counter() - began)
        log.warning("hook.failed", plugin=plugin.name, hook=hook, error=repr(error))
    metrics.HOOK_SECONDS.labels(plugin.name, hook).observe(answer.seconds)
    return answer
