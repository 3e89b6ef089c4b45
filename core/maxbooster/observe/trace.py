"""The trace seam: `span()` does nothing until a tracer is installed, so the core depends on none."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

Tracer = Callable[..., AbstractContextManager[Any]]

_tracer: Tracer | None = None


def install(tracer: Tracer | None) -> None:
    """Use `tracer(name, **attributes)` for every span from now on; None switches tracing off."""
    global _tracer  # noqa: PLW0603  one per process, like the logger
    _tracer = tracer


def span(name: str, **attributes: Any) -> AbstractContextManager[Any]:
    return _tracer(name, **attributes) if _tracer is not None else nullcontext()
