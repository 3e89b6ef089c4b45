"""Slow work is refused while a write transaction is open: it would hold every other writer up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from ..errors import UsageError

_writing: ContextVar[bool] = ContextVar("writing", default=False)


@contextmanager
def writing() -> Iterator[None]:
    token = _writing.set(True)
    try:
        yield
    finally:
        _writing.reset(token)


def mark(is_open: bool) -> None:
    """For a transaction that outlives the function that opened it (`ctx.lock`)."""
    _writing.set(is_open)


def refuse_in_write(what: str) -> None:
    """
    Raises:
        UsageError: a write transaction is open in this task or thread.
    """
    if _writing.get():
        raise UsageError(f"{what} inside a write transaction: do it before the lock or in a job after the commit")
