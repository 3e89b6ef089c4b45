"""Rules T21, A03, A08 and P01: what only shows when the tracks of a release are compared."""

from __future__ import annotations

from collections.abc import Iterator

from ..description import DISPLAYED, FEATURED, MAIN, CreditLine, artist_line
from .rule import Change, Objection, Subject, rule

_MANY = 4
"""Primary artists of a release from which on stores want “Various Artists”."""


def _key(text: str | None) -> str:
    return " ".join((text or "").casefold().split())


@rule("T21", "ERROR", overridable=True)
def same_track_twice(subject: Subject) -> Iterator[Objection]:
    said = subject.description
    seen: dict[tuple[str, str, str], int] = {}
    for index, track in enumerate(said.tracks):
        artists = artist_line([credit for credit in said.credits_of(track) if credit.role in DISPLAYED])
        first = seen.setdefault((_key(track.title), _key(track.subtitle), _key(artists)), index)
        if first != index and track.title.strip():
            yield Objection(
                f"tracks[{index}].title",
                f"“{track.title}” is on the release twice, as tracks {first + 1} and {index + 1}.",
                "Remove one, or say in its version what is different.",
            )  # fmt: skip


@rule("A03", "ERROR", overridable=True)
def many_primary_artists(subject: Subject) -> Iterator[Objection]:
    names = list(dict.fromkeys(_key(each.name) for each in subject.description.credits if each.role == MAIN))
    if len(names) >= _MANY:
        others = [each for each in subject.description.credits if each.role != MAIN]
        yield Objection(
            "credits", f"The release has {len(names)} primary artists.",
            "Credit them on their tracks, and the release to Various Artists.",
            [Change("credits", [CreditLine("Various Artists"), *others])] if _credited_on_tracks(subject) else [],
        )  # fmt: skip


def _credited_on_tracks(subject: Subject) -> bool:
    """Then no name is lost with the release's."""
    tracks = subject.description.tracks
    return bool(tracks) and all(any(each.role == MAIN for each in track.credits) for track in tracks)


@rule("A08", "ERROR", overridable=True)
def guest_of_every_track(subject: Subject) -> Iterator[Objection]:
    said = subject.description
    if len(said.tracks) < 2:
        return
    on_release = {_key(each.name) for each in said.credits if each.role in DISPLAYED}
    guests = [
        {_key(each.name): each.name for each in said.credits_of(track) if each.role == FEATURED}
        for track in said.tracks
    ]
    for name in sorted(set.intersection(*(set(each) for each in guests)) - on_release):
        shown = guests[0][name]
        yield Objection(
            "credits", f"“{shown}” is featured on every track, but not on the release.",
            "Credit the release to them, too.", [Change("credits", [*said.credits, CreditLine(shown, FEATURED)])],
        )  # fmt: skip
    everybody = {_key(each.name) for track in said.tracks for each in said.credits_of(track)}
    for each in said.credits:
        if each.role == FEATURED and _key(each.name) not in everybody:
            yield Objection(
                "credits", f"“{each.name}” is featured on the release, but on none of its tracks.",
                "Credit them on the tracks, or leave them out of the release.",
            )  # fmt: skip


@rule("P01", "ERROR")
def discs_in_order(subject: Subject) -> Iterator[Objection]:
    """Tracks are numbered by their order within a disc; discs have numbers of their own."""
    discs = {track.disc for track in subject.description.tracks}
    for index, track in enumerate(subject.description.tracks):
        if track.disc - 1 not in discs | {0}:
            yield Objection(
                f"tracks[{index}].disc", f"The track is on disc {track.disc}, but there is no disc {track.disc - 1}.",
                "Number the discs from 1, without gaps.",
            )  # fmt: skip
            return


rules = [same_track_twice, many_primary_artists, guest_of_every_track, discs_in_order]
