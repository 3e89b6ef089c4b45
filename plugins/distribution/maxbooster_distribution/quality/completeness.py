"""What every message needs, whoever gets it: the same ids as in the rule list (A01, I01, D04, …)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from maxbooster.plugin import Invalid

from ..catalog import identifiers
from ..ddex.schemas import Schemas
from ..description import MAIN, RightsLine
from .rule import Change, Objection, Subject, rule
from .texts import texts
from .words import primary

_MOST_TRACKS = 100
_LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(-[a-zA-Z]{4})?(-[a-zA-Z]{2}|-[0-9]{3})?")
_SIGNS = ("℗", "©", "(p)", "(c)", "Ⓟ", "Ⓒ")
_ADDRESS = re.compile(r"https?://|www\.|\w@[\w-]+\.\w", re.IGNORECASE)


@rule("A01", "ERROR")
def no_main_artist(subject: Subject) -> Iterator[Objection]:
    said = subject.description
    if not any(credit.role == MAIN for credit in said.credits):
        yield Objection("credits", "The release has no primary artist.", "Add a primary artist.")
    for index, track in enumerate(said.tracks):
        if not any(credit.role == MAIN for credit in said.credits_of(track)):
            yield Objection(f"tracks[{index}].credits", "The track has no primary artist.", "Add a primary artist.")


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
            yield Objection(field, f"The owner of the {owner} is missing.", "Enter the year and the owner.")
        elif line.year > subject.today.year + 1:
            yield Objection(f"{field}.year", f"{line.year} is in the future.", "Enter the year of first publication.")


@rule("D05", "WARN")
def rights_lines_said_twice(subject: Subject) -> Iterator[Objection]:
    """The year and the sign are written before the owner: “2027 ℗ 2027 Quay Street”."""
    for each in texts(subject.description):
        if not isinstance(each.holder, RightsLine):
            continue
        owner = _owner(each.value, each.holder.year)
        if owner != each.value.strip():
            yield Objection(
                each.field, f"“{each.value}” repeats the sign or the year, which are added to it.",
                f"Write “{owner}”." if owner else "Enter the owner.", [each.change(owner)] if owner else [],
            )  # fmt: skip
        elif _ADDRESS.search(each.value):
            yield Objection(each.field, f"“{each.value}” has an address in it.", "Enter the owner alone.")


def _owner(text: str, year: int) -> str:
    """Without leading signs and the line's own year; another year may be the owner's name."""
    rest, before = text.strip(), ""
    while rest != before:
        before = rest
        for lead in (*_SIGNS, str(year) + " "):
            if rest[: len(lead)].lower() == lead.lower():
                rest = rest[len(lead) :].lstrip(" ,.-–:")
    return "" if rest == str(year) else rest


@rule("G01", "ERROR")
def genre(subject: Subject) -> Iterator[Objection]:
    if not (subject.description.genre or "").strip():
        yield Objection("genre", "There is no genre.", "Choose the main one.")


@rule("L01", "ERROR")
def language(subject: Subject) -> Iterator[Objection]:
    yield from _known_language("language", subject.description.language)
    for index, track in enumerate(subject.description.tracks):
        field = f"tracks[{index}].language"
        if track.instrumental and track.language:
            yield Objection(field, "An instrumental has no language.", "Leave the language out.", [Change(field, None)])
        elif not track.instrumental and not track.language:
            yield Objection(field, "The lyrics language is missing.", "Enter it, or mark the track as instrumental.")
        elif track.language:
            yield from _known_language(field, track.language)


def _known_language(field: str, written: str) -> Iterator[Objection]:
    if primary(written) not in Schemas().allowed("IsoLanguageCode"):
        yield Objection(field, f"{written!r} is not a language of ISO 639.", "Enter its code, such as `en` or `pt-BR`.")
    elif not _LANGUAGE.fullmatch(written):
        yield Objection(
            field, f"{written!r} says more than a message can hold.", "Enter language, script and region: `zh-Hant-TW`."
        )


@rule("C03", "ERROR")
def cover(subject: Subject) -> Iterator[Objection]:
    if subject.cover is None:
        yield Objection("cover", "There is no cover.", "Upload a square picture, JPEG or PNG, 3000 × 3000 pixels.")


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
            yield Objection(f"tracks[{index}].audio", "The track has no master.", "Upload its WAV or FLAC file.")


rules = [
    no_main_artist, isrcs, upc, dates, rights_lines, rights_lines_said_twice, genre, language, cover, track_count,
    masters,
]  # fmt: skip
