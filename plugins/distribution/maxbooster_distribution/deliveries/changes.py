"""What differs between a release as stores have it and as it is now, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from msgspec import Struct

from ..catalog.service import Described
from ..description import CreditLine, Deal, ReleaseDescription, RightsLine, TrackDescription
from ..media import AudioFacts, CoverFacts
from ..package import Material


class UnsentChange(Struct, frozen=True):
    """One thing that was edited since a release was sent."""

    field: str
    """`title`, `tracks[1].title`, as in the description; a track's place is the one that it has now."""
    label: str
    """What people call it: “Title”, “Track 2, title”."""
    stores: str | None
    """What stores have; None: nothing."""
    yours: str | None
    """What it is now; None: nothing."""


class Version(NamedTuple):
    """A release in words, with what its files are called."""

    description: ReleaseDescription
    audio: Sequence[AudioFacts | None]
    cover: CoverFacts | None

    @classmethod
    def sent(cls, material: Material) -> Version:
        return cls(material.description, material.audio, material.cover)

    @classmethod
    def now(cls, found: Described) -> Version:
        return cls(found.description, found.audio, found.cover)


_LABELS = {
    "kind": "Type",
    "title": "Title",
    "subtitle": "Version",
    "upc": "UPC",
    "catalog_number": "Catalog number",
    "credits": "Credits",
    "label": "Label",
    "genre": "Genre",
    "language": "Language",
    "release_date": "Release date",
    "original_release_date": "Original release date",
    "p_line": "℗ line",
    "c_line": "© line",
    "deals": "Rights & territories",
}
_TRACK_LABELS = {
    "title": "title",
    "subtitle": "version",
    "isrc": "ISRC",
    "disc": "disc",
    "credits": "credits",
    "language": "lyrics language",
    "instrumental": "instrumental",
    "advisory": "explicit content",
    "p_line": "℗ line",
    "genre": "genre",
}


def changes(stores: Version, yours: Version) -> list[UnsentChange]:
    """In the order of the description; nothing is left out, so that none means that both are the same."""
    before, now = stores.description, yours.description
    found = [
        _change(field, label, getattr(before, field), getattr(now, field))
        for field, label in _LABELS.items()
        if getattr(before, field) != getattr(now, field)
    ]
    if before.cover != now.cover:
        found.append(UnsentChange("cover", "Cover", _name(stores.cover), _name(yours.cover)))
    return [*found, *_of_tracks(stores, yours)]


def _of_tracks(stores: Version, yours: Version) -> Iterator[UnsentChange]:
    before = {track.id: (track, audio) for track, audio in _tracks(stores)}
    now = {track.id: (track, audio) for track, audio in _tracks(yours)}
    for id, (track, _) in before.items():
        if id not in now:
            yield UnsentChange("tracks", "Removed track", _track_title(track), None)
    for place, (id, (track, audio)) in enumerate(now.items()):
        at = f"tracks[{place}]"
        if id not in before:
            yield UnsentChange(at, "Added track", None, _track_title(track))
            continue
        sent, sent_audio = before[id]
        for field, label in _TRACK_LABELS.items():
            if getattr(sent, field) != getattr(track, field):
                words = f"Track {place + 1}, {label}"
                yield _change(f"{at}.{field}", words, getattr(sent, field), getattr(track, field))
        if sent.audio != track.audio:
            yield UnsentChange(f"{at}.audio", f"Track {place + 1}, audio", _name(sent_audio), _name(audio))
    sent_order, own_order = [id for id in before if id in now], [id for id in now if id in before]
    if sent_order != own_order:
        yield UnsentChange("tracks", "Track order", _order(before, sent_order), _order(now, own_order))


def _tracks(version: Version) -> Iterator[tuple[TrackDescription, AudioFacts | None]]:
    return zip(version.description.tracks, version.audio, strict=True)


def _order(tracks: dict[UUID | None, tuple[TrackDescription, Any]], ids: Sequence[UUID | None]) -> str:
    return ", ".join(_track_title(tracks[id][0]) for id in ids)


def _track_title(track: TrackDescription) -> str:
    title = track.title or "Untitled"
    return f"{title} ({track.subtitle})" if track.subtitle else title


def _name(facts: AudioFacts | CoverFacts | None) -> str | None:
    return facts.name if facts else None


def _change(field: str, label: str, stores: Any, yours: Any) -> UnsentChange:
    return UnsentChange(field, label, _spoken(stores), _spoken(yours))


def _spoken(value: Any) -> str | None:
    if value is None or value in ([], ""):
        return None
    words: Callable[[Any], str] = _WORDS.get(type(value), str)
    return "; ".join(map(_spoken_one, value)) if isinstance(value, list) else words(value)


def _spoken_one(value: CreditLine | Deal) -> str:
    if isinstance(value, CreditLine):
        return f"{value.name} ({_spaced(value.role)})"
    where = ", ".join(value.territories)
    without = f" without {', '.join(value.excluded)}" if value.excluded else ""
    days = f" from {value.starts or 'the release date'}" + (f" until {value.ends}" if value.ends else "")
    return f"{', '.join(map(_spaced, value.models))} in {where}{without}{days}: {', '.join(map(_spaced, value.uses))}"


def _spaced(code: str) -> str:
    """`AdvertisementSupportedModel` → "advertisement supported model"."""
    return "".join(f" {each.lower()}" if each.isupper() else each for each in code).strip()


_WORDS: dict[type, Callable[[Any], str]] = {
    bool: lambda said: "yes" if said else "no",
    date: date.isoformat,
    RightsLine: lambda line: f"{line.year} {line.text}",
}
