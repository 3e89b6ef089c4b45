"""Recordings, and the masters that were given a name, as people find them by words."""

from __future__ import annotations

from sqlalchemy import and_, select

from maxbooster.plugin import Searchable

from ..masters.models import Master
from .models import Recording

_of = and_(Recording.account_id == Master.account_id, Recording.id == Master.recording_id)

searchables = [
    Searchable(
        name="studio.recording",
        kind="Recording",
        icon="activity",
        permission="studio.read",
        model=Recording,
        select=select(Recording.id, Recording.title),
        path="/master/{id}",
    ),
    Searchable(
        name="studio.master",
        kind="Master",
        icon="sliders-vertical",
        permission="studio.read",
        model=Master,
        select=select(Master.id, Master.title, Master.recording_id, Recording.title.label("recording"))
        .join(Recording, _of)
        .where(Master.title.is_not(None)),
        text=("{recording}",),
        path="/master/{recording_id}",
    ),
]
