"""What commands share: an App for a moment, and logs on standard error."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from ..app import App
from ..observe import logs
from ..settings import read

T = TypeVar("T")


def assembled() -> App:
    """The App, not connected to anything."""
    app = App(read())
    logs.configure(form=app.settings.log, level=app.settings.log_level)
    return app


def with_app(command: Callable[[App], Awaitable[T]], *, upgrade: bool = False) -> T:
    """Open the App, run the command, close it."""

    async def run() -> T:
        async with assembled().opened(upgrade=upgrade) as app:
            return await command(app)

    return asyncio.run(run())
