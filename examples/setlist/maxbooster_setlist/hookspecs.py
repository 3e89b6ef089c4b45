"""Hooks that set lists offer to other plugins."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from typing import TYPE_CHECKING

from maxbooster.plugin import hookspec

if TYPE_CHECKING:
    from maxbooster.plugin import Context

    from .schemas import SongLine


@hookspec
def song_source(ctx: Context) -> Awaitable[Sequence[SongLine]]:  # type: ignore[empty-body]
    """Run time. Songs that may be played, in the order in which this source would play them."""
