"""The connector `setlist.demo`: three songs that everybody may play."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from maxbooster.plugin import Manifest, hookimpl

if TYPE_CHECKING:
    from maxbooster.plugin import Context

    from .schemas import SongLine

manifest = Manifest(
    name="setlist.demo",
    version="0.1.0",
    title="Songs to try set lists with",
    requires=("setlist",),
    example=True,
)


@hookimpl
async def song_source(ctx: Context) -> Sequence[SongLine]:
    from .schemas import SongLine

    return [SongLine("Greensleeves", 214), SongLine("Scarborough Fair", 189), SongLine("House of the Rising Sun", 271)]
