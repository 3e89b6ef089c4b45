"""Set lists, as people find them by words."""

from __future__ import annotations

from sqlalchemy import and_, select

from maxbooster.plugin import Searchable

from .models import Setlist, Song

_songs = and_(Song.account_id == Setlist.account_id, Song.setlist_id == Setlist.id)

searchables = [
    Searchable(
        name="setlist.setlist",
        kind="Set list",
        icon="list-music",
        permission="setlist.read",
        model=Setlist,
        select=select(Setlist.id, Setlist.title, Setlist.venue, Song.title.label("song"))
        .outerjoin(Song, _songs)
        .order_by(Setlist.id, Song.position),
        text=("{venue}", "{song}"),
        path="/setlist?list={id}",
    )
]
