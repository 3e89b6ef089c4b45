"""What commands share: an App for a moment, logs on standard error, and a Context to work in."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar
from uuid import UUID

from ..app import App
from ..identity import EVERYTHING, Identity
from ..observe import logs
from ..settings import read

T = TypeVar("T")


def assembled(environment: Mapping[str, str] = os.environ) -> App:
    """The App, not connected to anything: for a command that needs settings and plugins, but no database."""
    app = App(read(environment))
    logs.configure(form=app.settings.log, level=app.settings.log_level)
    return app


def with_app(command: Callable[[App], Awaitable[T]], *, upgrade: bool = False) -> T:
    """Open the App, run the command, close it."""

    async def run() -> T:
        async with assembled().opened(upgrade=upgrade) as app:
            return await command(app)

    return asyncio.run(run())


def in_account(account: UUID, function: Callable[..., Awaitable[T]], *arguments: Any) -> T:
    """For a command: `await function(ctx, *arguments)` as one unit of work in an account, committed at its end."""
    return _in_unit(Identity(account, None, frozenset({EVERYTHING})), function, arguments)


def in_platform(function: Callable[..., Awaitable[T]], *arguments: Any, upgrade: bool = False) -> T:
    """The same outside any account: for the platform's own tables, and `ctx.enter`."""
    return _in_unit(Identity(None, None, frozenset({EVERYTHING})), function, arguments, upgrade=upgrade)


def _in_unit(
    identity: Identity, function: Callable[..., Awaitable[T]], arguments: tuple[Any, ...], *, upgrade: bool = False
) -> T:
    async def run(app: App) -> T:
        async with app.unit(identity) as ctx:
            return await function(ctx, *arguments)

    return with_app(run, upgrade=upgrade)
