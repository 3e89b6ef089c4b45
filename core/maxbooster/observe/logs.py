"""Structured logs: an event name and its facts, with the request id, and nothing secret."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO, cast

import structlog

log: structlog.stdlib.BoundLogger = structlog.get_logger("maxbooster")

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_SECRET = ("password", "secret", "token", "authorization", "cookie", "api_key", "signature")


class _StandardError:
    """Standard error as it is when a line is written: loggers are kept, and it may be replaced or closed."""

    def write(self, text: str) -> None:
        if sys.stderr is not None and not sys.stderr.closed:
            sys.stderr.write(text)

    def flush(self) -> None:
        if sys.stderr is not None and not sys.stderr.closed:
            sys.stderr.flush()


_steps: list[Any] = []
"""One list for good: loggers that are in use keep hold of it."""


def configure(*, form: str = "text", level: str = "info") -> None:
    """Write to standard error: lines for people (`text`) or one JSON object a line (`json`)."""
    renderer: Any = (
        structlog.processors.JSONRenderer()
        if form == "json"
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr is not None and sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    )
    for chatty in ("httpx", "httpcore", "alembic", "arq"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    _steps[:] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info if form == "json" else _keep,
        _redact,
        _keep if form == "json" else _printable,
        renderer,
    ]
    structlog.configure(
        processors=_steps,
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=structlog.PrintLoggerFactory(cast(TextIO, _StandardError())),
        cache_logger_on_first_use=True,
    )


def _keep(_: Any, __: str, facts: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return facts


def _redact(_: Any, __: str, facts: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for name, value in facts.items():
        facts[name] = _shown(name, value)
    return facts


def _shown(name: str, value: Any) -> Any:
    """Nothing secret, at whatever depth."""
    if any(word in name.lower() for word in _SECRET):
        return "[redacted]"
    return {key: _shown(str(key), inner) for key, inner in value.items()} if isinstance(value, dict) else value


def _printable(_: Any, __: str, facts: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Text that came from outside must not steer the terminal: control characters are shown, not sent."""
    for name, value in facts.items():
        if isinstance(value, str) and name != "exception":
            facts[name] = _CONTROL.sub(lambda found: f"\\x{ord(found.group()):02x}", value)
    return facts
