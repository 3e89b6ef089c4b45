"""What every message needs, whoever gets it: the same ids as in the rule list (A01, I01, D04, …)."""

from __future__ import annotations

from collections.abc import Iterator

from maxbooster.plugin import Invalid

from ..catalogue import identifiers
from ..description import MAIN, WORLDWIDE
from .rule import Change, Objection, Subject, rule

_MOST_TRACKS = 100


@rule("A01", "ERROR")
def no_main_artist(subject: Subject) -> Iterator[Objection]:
    said = subject.description
    if not any(credit.role == MAIN for credit in said.credits):
        yield Objection("credits", "The release has no main artist.", "Credit one as MainArtist.")
    for index, track in enumerate(said.tracks):
        if not any(credit.role == MAIN for credit in said.credits_of(track)):
            yield Objection(f"tracks[{index}].credits", "The track has no main artist.", "Credit one as MainArtist.")


@rule("I01", "ERROR")
def isrcs(subject: Subject) -> Iterator[Objection]:
    seen: dict[str, int] = {}
    for index, track in enumerate(subject.description.tracks):
        field = f"tracks[{index}].isrc"
        if not track.isrc:
            yield Objection(field, "The track has no ISRC.", "Enter it, or have one issued from your prefix.")
            continue
        try:
            code = identifiers.isrc(track.isrc)
        except Invalid as error:
            yield Objection(field, error.detail, "Correct it.")
            continue
        if code in seen:
            yield Objection(field, f"Tracks {seen[code] + 1} and {index + 1} share an ISRC.", "Give each its own.")
        elif code != track.isrc:
            yield Objection(field, "Write the ISRC without hyphens.", f"Write {code}.", [Change(field, code)])
        seen.setdefault(code, index)


@rule("I04", "ERROR")
def upc(subject: Subject) -> Iterator[Objection]:
    written = subject.description.upc
    if not written:
        yield Objection("upc", "The release has no UPC.", "Enter it, or have one issued from your GS1 prefix.")
        return
    try:
        identifiers.upc(written)
    except Invalid as error:
        yield Objection("upc", error.detail, "Correct it.")


@rule("D01", "ERROR")
def dates(subject: Subject) -> Iterator[Objection]:
    said = subject.description
    if said.release_date is None:
        yield Objection("release_date", "There is no release date.", "Enter one.")
    elif said.original_release_date and said.original_release_date > said.release_date:
        yield Objection(
            "original_release_date", "The original release is later than this one.", "Enter the earlier date, or none."
        )


@rule("D04", "ERROR")
def rights_lines(subject: Subject) -> Iterator[Objection]:
    said = subject.description
    for field, line, owner in (("p_line", said.p_line, "recordings"), ("c_line", said.c_line, "artwork")):
        if line is None:
            yield Objection(field, f"Nobody is named as the owner of the {owner}.", "Enter the year and the owner.")
        elif line.year > subject.today.year + 1:
            yield Objection(f"{field}.year", f"{line.year} is in the future.", "Enter the year of first publication.")


@rule("R01", "ERROR")
def deals(subject: Subject) -> Iterator[Objection]:
    said = subject.description
    if not said.deals:
        yield Objection("deals", "No outlet may do anything with the release.", "Add a deal.")
    for index, deal in enumerate(said.deals):
        if not deal.models or not deal.uses:
            yield Objection(f"deals[{index}]", "The deal has no commercial model or no use.", "Choose one of each.")
        if deal.starts and deal.ends and deal.ends <= deal.starts:
            yield Objection(f"deals[{index}].ends", "The deal ends before it starts.", "Correct the dates.")


@rule("R03", "ERROR")
def territories(subject: Subject) -> Iterator[Objection]:
    for index, deal in enumerate(subject.description.deals):
        field = f"deals[{index}].territories"
        if not deal.territories:
            yield Objection(field, "The deal is for no territory.", f"Choose some, or {WORLDWIDE}.")
        elif WORLDWIDE in deal.territories and len(deal.territories) > 1:
            yield Objection(field, f"{WORLDWIDE} is listed beside other territories.", "Keep one or the other.")
        elif deal.excluded and deal.territories != [WORLDWIDE]:
            yield Objection(f"deals[{index}].excluded", f"Only {WORLDWIDE} can have exceptions.", "Leave them out.")
        if WORLDWIDE in deal.excluded:
            yield Objection(f"deals[{index}].excluded", f"{WORLDWIDE} cannot be excluded.", "Remove the deal instead.")


@rule("G01", "ERROR")
def genre(subject: Subject) -> Iterator[Objection]:
    if not subject.description.genre:
        yield Objection("genre", "There is no genre.", "Choose the main one.")


@rule("L01", "ERROR")
def language(subject: Subject) -> Iterator[Objection]:
    for index, track in enumerate(subject.description.tracks):
        field = f"tracks[{index}].language"
        if track.instrumental and track.language:
            yield Objection(field, "An instrumental has no language.", "Leave the language out.", [Change(field, None)])
        elif not track.instrumental and not track.language:
            yield Objection(field, "The language that is sung is missing.", "Enter it, or mark it as instrumental.")


@rule("C03", "ERROR")
def cover(subject: Subject) -> Iterator[Objection]:
    if subject.cover is None:
        yield Objection("cover", "There is no cover.", "Add a square picture, JPEG or PNG, 3000 × 3000 pixels.")


@rule("P03", "ERROR")
def track_count(subject: Subject) -> Iterator[Objection]:
    count = len(subject.description.tracks)
    if count == 0:
        yield Objection("tracks", "There are no tracks.", "Add at least one.")
    elif count > _MOST_TRACKS:
        yield Objection("tracks", f"There are {count} tracks; stores take {_MOST_TRACKS}.", "Make two releases.")


@rule("P05", "ERROR")
def masters(subject: Subject) -> Iterator[Objection]:
    for index, facts in enumerate(subject.audio):
        if facts is None:
            yield Objection(f"tracks[{index}].audio", "The track has no master.", "Add its WAV or FLAC file.")


rules = [
    no_main_artist, isrcs, upc, dates, rights_lines, deals, territories, genre, language, cover, track_count, masters,
]  # fmt: skip
