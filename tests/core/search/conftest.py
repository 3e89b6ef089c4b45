"""Set lists, the example's rows, as what is searched: by their title, their venue and their songs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import httpx

from maxbooster.app import App
from maxbooster.identity import Identity
from maxbooster.search.comparing import differing
from maxbooster_setlist.models import Setlist, Song

FIRST = date(2027, 1, 1)


async def search(api: httpx.AsyncClient, words: str) -> list[dict[str, Any]]:
    answer = await api.get("/api/core/search", params={"words": words})
    assert answer.status_code == 200, answer.text
    return [each for each in answer.json() if each["kind"] == "Set list"]


async def titles(api: httpx.AsyncClient, words: str) -> list[str]:
    return [each["title"] for each in await search(api, words)]


async def add_setlists(app: App, who: Identity, *setlists: tuple[str, str, Sequence[str]]) -> list[UUID]:
    """Title, venue and songs of each; a concert a day."""
    rows, songs = [], []
    for number, (title, venue, named) in enumerate(setlists):
        row = Setlist(title=title, venue=venue, played_on=FIRST + timedelta(days=number))
        rows.append(row)
        songs += [
            Song(setlist_id=row.id, position=position, title=song, duration_s=60)
            for position, song in enumerate(named, start=1)
        ]
    async with app.unit(who) as ctx:
        ctx.add(*rows, *songs)
    return [row.id for row in rows]


async def disagreements(app: App) -> list[tuple[str, UUID]]:
    """Rows of which the index says something else than they do."""
    return [
        (searchable.name, id)
        for searchable in app.search.searchables.values()
        async for _, id in differing(app, searchable)
    ]
