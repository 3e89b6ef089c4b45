"""Rules A02, A04 to A07 and A10: one party in each name, named once, and nothing else in it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from ..description import DISPLAYED, FEATURED, MAIN, CreditLine, artist_line
from .rule import Change, Objection, Subject, rule
from .title import BRACKETED, remark
from .words import listed


class Credited(Struct, frozen=True):
    """The credits of a release or of a track, as they are entered there."""

    field: str
    credits: list[CreditLine]

    def at(self, index: int) -> str:
        return f"{self.field}[{index}].name"


def credited(subject: Subject) -> Iterator[Credited]:
    said = subject.description
    yield Credited("credits", said.credits)
    for index, track in enumerate(said.tracks):
        yield Credited(f"tracks[{index}].credits", track.credits)


_COMPOUND = re.compile(
    r"(?<!\w)(?:feat\.?|ft\.?|featuring|vs\.?|versus|pres\.|presents|w/)(?=\s)|(?<=\s)x(?=\s)", re.IGNORECASE
)
_MOST = 20
"""Parts of a name that are looked up."""
_JOINS = re.compile(r"\s[&+]\s|,\s|\s(?:and|with|und|et|y)\s", re.IGNORECASE)


@rule("A02", "ERROR", overridable=True)
def compound_artist(subject: Subject) -> Iterator[Objection]:
    """`A feat. B` is two names in one. `A & B` may be a duo: it is not if A or B is credited by themselves, too."""
    known = {_key(credit.name) for each in credited(subject) for credit in each.credits}
    for each in credited(subject):
        for index, credit in enumerate(each.credits):
            if credit.role in DISPLAYED and _is_compound(credit.name, known):
                yield Objection(
                    each.at(index), f"“{credit.name}” is several artists in one name.",
                    "Add each artist by themselves, with their role.",
                )  # fmt: skip


def _is_compound(name: str, known: set[str]) -> bool:
    marked = [part for part in _COMPOUND.finditer(name) if name[: part.start()].strip() and name[part.end() :].strip()]
    return bool(marked) or any(_key(part) in known for part in _JOINS.split(name)[:_MOST] if part != name)


def _key(name: str) -> str:
    return " ".join(name.casefold().split())


@rule("A04", "ERROR", overridable=True)
def nameless_artist(subject: Subject) -> Iterator[Objection]:
    for each in credited(subject):
        for index, credit in enumerate(each.credits):
            various = each.field == "credits" and _key(credit.name) == "various artists"
            if credit.role in DISPLAYED and _key(credit.name) in listed("nameless") and not various:
                yield Objection(each.at(index), f"“{credit.name}” names nobody.", "Add the artists by their names.")


_ADDRESS = re.compile(
    r"https?://|www\.|\w@[\w-]+\.\w|(?<!\w)[@#]\w{2,}|(?<=[\w-])\.(?:com|net|org|io|co\.uk|de)\b", re.IGNORECASE
)
_DATE = re.compile(r"\b(?:19|20)\d\d\b|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b")
_AFTER_DASH = re.compile(r"\s[-–—]\s")


@rule("A06", "ERROR", overridable=True)
def more_than_a_name(subject: Subject) -> Iterator[Objection]:
    """Roles, instruments, dates and addresses in a name: as a remark only, bands are called all sorts of things."""
    for each in credited(subject):
        for index, credit in enumerate(each.credits):
            if said := _addition(credit.name):
                yield Objection(
                    each.at(index), f"“{said}” in “{credit.name}” is not part of a name.", "Leave it out of the name."
                )


def _addition(name: str) -> str | None:
    if found := _ADDRESS.search(name):
        return name[found.start() :].split(maxsplit=1)[0]
    remarks = [remark(part) for part in BRACKETED.finditer(name)] + _AFTER_DASH.split(name)[1:]
    if name.casefold().endswith(" official"):
        remarks.append("Official")
    return next(
        (said for said in remarks if said.strip().lower() in listed("artist_remarks") or _DATE.search(said)), None
    )


@rule("A07", "ERROR")
def named_twice(subject: Subject) -> Iterator[Objection]:
    """The line that stores show would name somebody twice: “Nova Lane & Nova Lane”."""
    for each in credited(subject):
        shown = [(index, credit) for index, credit in enumerate(each.credits) if credit.role in DISPLAYED]
        once = list(
            {_key(credit.name): index for index, credit in sorted(shown, key=_main_first, reverse=True)}.values()
        )
        if len(once) < len(shown):
            kept = [c for i, c in enumerate(each.credits) if i in once or c.role not in DISPLAYED]
            line = artist_line([credit for _, credit in shown])
            yield Objection(
                each.field, f"An artist is named twice: “{line}”.", "Keep each name once.", [Change(each.field, kept)]
            )


def _main_first(shown: tuple[int, CreditLine]) -> tuple[int, int]:
    """A main artist who is a guest too stays the main artist."""
    return {MAIN: 0, FEATURED: 1}[shown[1].role], shown[0]


@rule("A05", "ERROR", overridable=True)
def search_bait(subject: Subject) -> Iterator[Objection]:
    """What people type into a search is not a name: exactly, bands are called all sorts of things."""
    for each in credited(subject):
        for index, credit in enumerate(each.credits):
            if credit.role in DISPLAYED and _key(credit.name) in listed("search_bait"):
                yield Objection(
                    each.at(index), f"“{credit.name}” is what people search for, not an artist’s name.",
                    "Add the artist by their name.",
                )  # fmt: skip


_IMITATED = re.compile(
    r"(?<!\w)(?:karaoke|(?:a )?tribute to|in the style of|made famous by|originally performed by)(?!\w)", re.IGNORECASE
)


@rule("A10", "ERROR", overridable=True)
def imitation(subject: Subject) -> Iterator[Objection]:
    for each in credited(subject):
        for index, credit in enumerate(each.credits):
            if credit.role in DISPLAYED and (said := _IMITATED.search(credit.name)):
                yield Objection(
                    each.at(index), f"“{said.group()}” in “{credit.name}” leads people to somebody else’s music.",
                    "Add the artist who plays here by their name.",
                )  # fmt: skip


rules = [compound_artist, nameless_artist, more_than_a_name, named_twice, search_bait, imitation]
