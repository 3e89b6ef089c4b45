"""The suspense queue: what waits for a payee, by recording, product or title, with what it may belong to and why.
Nothing is assigned by a suggestion; a person does that."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from rapidfuzz import fuzz, process, utils
from rapidfuzz.distance import OSA

from maxbooster.plugin import Context

from . import queries, sources
from .codes import names_product, names_recording
from .division import Timeline, waiting_under
from .schemas import Standing, Suggestion, SuspenseGroup, SuspenseQueue, WaitingOut
from .shares import common_timeline, timeline_of

_SUGGESTED = 3
_LIKELY = 70
"""Below it, a likeness of title and artist is chance."""
_CODE_SCORE, _BEFORE_SCORE, _KNOWN_SCORE = 95, 98, 100


class Candidate(NamedTuple):
    """A track or a release of the catalog."""

    title: str
    artist: str
    code: str
    tracks: list[UUID]
    track: UUID | None
    release: UUID | None


class Match(NamedTuple):
    candidate: Candidate
    score: int
    reason: str


async def listed(ctx: Context, limit: int) -> SuspenseQueue:
    """Items of the newest statements, at most `limit`; the groups with most lines first."""
    rows, _ = await queries.waiting(ctx, None, limit)
    name = await sources.names(ctx)
    groups: dict[tuple[str, ...], list[WaitingOut]] = {}
    for row, statement in rows:
        key = waiting_under(row.isrc, row.upc, row.title, row.artist)
        groups.setdefault(key, []).append(WaitingOut.of(row, statement, name(statement.source)))
    catalog = _Catalog(await _candidates(ctx), await queries.assigned_titles(ctx))
    matches = await asyncio.to_thread(lambda: [catalog.matches(items[0]) for items in groups.values()])
    splits = await queries.splits_of(ctx, {id for found in matches for each in found for id in each.candidate.tracks})
    timelines = {track: timeline_of(of) for track, of in splits.items()}
    found = [_group(items, each, timelines) for items, each in zip(groups.values(), matches, strict=True)]
    return SuspenseQueue(sorted(found, key=lambda group: -group.lines), await queries.number_waiting(ctx))


def _group(items: list[WaitingOut], matches: Sequence[Match], timelines: dict[UUID, Timeline]) -> SuspenseGroup:
    months = {each.period or "" for each in items}
    suggestions = [_suggestion(each, months, timelines) for each in matches]
    return SuspenseGroup(items, sum(each.lines for each in items), suggestions, _standing(suggestions))


def _suggestion(match: Match, months: set[str], timelines: dict[UUID, Timeline]) -> Suggestion:
    of, score, reason = match
    splits = common_timeline([timelines.get(track) or timeline_of([]) for track in of.tracks])
    split = all(splits.at(month) is not None for month in months)
    return Suggestion(of.title, of.artist, of.code, reason, score, split, of.track, of.release)


async def _candidates(ctx: Context) -> list[Candidate]:
    rows = await queries.all_tracks(ctx)
    artists = await queries.main_artists(ctx)
    tracks: dict[UUID, Candidate] = {}
    releases: dict[UUID, list[Any]] = {}
    for row in rows:
        title = f"{row.title} ({row.subtitle})" if row.subtitle else row.title
        artist = ", ".join(artists.get(row.track) or artists.get(row.release) or [])
        tracks[row.track] = Candidate(title, artist, row.isrc or "", [row.track], row.track, None)
        releases.setdefault(row.release, []).append(row)
    return [*tracks.values(), *(_release(rows, artists) for rows in releases.values())]


def _release(rows: Sequence[Any], artists: dict[UUID, list[str]]) -> Candidate:
    first = rows[0]
    artist = ", ".join(artists.get(first.release, []))
    return Candidate(first.release_title, artist, first.upc or "", [row.track for row in rows], None, first.release)


class _Catalog:
    """Compares what waits with every track and release."""

    def __init__(self, candidates: Sequence[Candidate], before: Sequence[Any]) -> None:
        self._all = candidates
        self._titles = [_sorted_words(each.title) for each in candidates]
        self._codes = [each.code for each in candidates]
        self._by_exact_code = {each.code: place for place, each in enumerate(candidates) if each.code}
        self._places = {each.track or each.release: place for place, each in enumerate(candidates)}
        self._before = {
            (row.isrc, row.upc, row.title, row.artist): row.track_id or row.release_id for row in reversed(before)
        }

    def matches(self, item: WaitingOut) -> list[Match]:
        """The best reason for each candidate, the best candidates first; what has the very code is alone."""
        if (exact := self._exact(item)) is not None:
            return [Match(self._all[exact[0]], _KNOWN_SCORE, exact[1])]
        best: dict[int, tuple[int, str]] = {}
        for place, score, reason in self._reasons(item):
            if score > best.get(place, (0, ""))[0]:
                best[place] = (score, reason)
        order = sorted(best.items(), key=lambda each: (-each[1][0], each[0]))[:_SUGGESTED]
        return [Match(self._all[place], score, reason) for place, (score, reason) in order]

    def _exact(self, item: WaitingOut) -> tuple[int, str] | None:
        """By ISRC, else by UPC."""
        for kind, code, named in (("ISRC", item.isrc, names_recording), ("UPC", item.upc, names_product)):
            if named(code) and code in self._by_exact_code:
                return self._by_exact_code[code], f"Same {kind}"
        return None

    def _reasons(self, item: WaitingOut) -> Iterable[tuple[int, int, str]]:
        earlier = self._before.get((item.isrc, item.upc, item.title, item.artist))
        if earlier in self._places:
            yield self._places[earlier], _BEFORE_SCORE, "Assigned to it before"
        for kind, code, usable in (("ISRC", item.isrc, names_recording), ("UPC", item.upc, names_product)):
            yield from self._by_code(kind, code, usable(code))
        yield from self._by_title(item)

    def _by_code(self, kind: str, code: str, whole: bool) -> Iterable[tuple[int, int, str]]:
        if len(code) < 8:
            return
        for found, _, place in process.extract(
            code, self._codes, scorer=OSA.distance, score_cutoff=1, limit=_SUGGESTED
        ):
            if not found:
                continue
            detail = "one character is different" if whole else "one character is missing or too many"
            yield place, _CODE_SCORE, f"{kind} {found}: {detail}"

    def _by_title(self, item: WaitingOut) -> Iterable[tuple[int, int, str]]:
        title = _sorted_words(item.title)
        if not title:
            return
        for _, likeness, place in process.extract(title, self._titles, scorer=fuzz.ratio, score_cutoff=60, limit=10):
            artist = self._all[place].artist
            alike = fuzz.token_set_ratio(item.artist, artist, processor=utils.default_process)
            score = round(0.65 * likeness + 0.35 * alike) if item.artist else round(0.8 * likeness)
            if score >= _LIKELY:
                yield place, min(score, _CODE_SCORE - 1), _likeness(likeness, alike, bool(item.artist))


def _sorted_words(title: str) -> str:
    """Titles are alike whatever the order of their words: sorted once here, and not with each comparison."""
    return " ".join(sorted(utils.default_process(title).split()))


def _standing(suggestions: Sequence[Suggestion]) -> Standing:
    """Now, not when they were imported: what they wait for may have come since."""
    if not suggestions or suggestions[0].score != _KNOWN_SCORE:
        return "unmatched"
    return "ready" if suggestions[0].split else "unsplit"


def _likeness(title: float, artist: float, named: bool) -> str:
    words = "Same title" if title >= 99.5 else f"Similar title ({title:.0f}%)"
    if not named:
        return f"{words}, no artist named"
    if artist >= 99.5:
        return f"{words}, same artist"
    return f"{words}, similar artist ({artist:.0f}%)" if artist >= 60 else f"{words}, another artist"
