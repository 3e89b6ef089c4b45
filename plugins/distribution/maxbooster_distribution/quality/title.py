"""Titles as rules see them, and how titles are written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct

from ..description import FEATURED, MAIN, CreditLine, ReleaseDescription, TrackDescription
from .rule import Objection, Rule, Severity, Subject
from .words import listed

_WORD = re.compile(r"[^\W\d_][\w'’]*")
BRACKETED = re.compile(r"[(\[]([^()\[\]]*)[)\]]")


class Title(Struct, frozen=True):
    """One title of a release, where it stands, and who is credited there."""

    field: str
    text: str
    subtitle: str | None
    language: str
    credits: list[CreditLine]

    @property
    def words(self) -> list[str]:
        return _WORD.findall(self.text)

    @property
    def subtitle_field(self) -> str:
        return self.field.removesuffix("title") + "subtitle"

    @property
    def credits_field(self) -> str:
        return self.field.removesuffix("title") + "credits"

    def names(self, role: str) -> list[str]:
        return [credit.name for credit in self.credits if credit.role == role]


def titles(subject: Subject) -> Iterator[Title]:
    """The release's title, then each track's."""
    said = subject.description
    yield _title("title", said, said.language, said.credits)
    for index, track in enumerate(said.tracks):
        yield _title(f"tracks[{index}].title", track, track.language or said.language, said.credits_of(track))


def _title(field: str, said: ReleaseDescription | TrackDescription, language: str, credits: list[CreditLine]) -> Title:
    return Title(field, said.title, said.subtitle, language, credits)


def title_rule(id: str, severity: Severity) -> Callable[[Callable[[Title], Iterable[Objection]]], Rule]:
    """`@title_rule("T02", "ERROR")` before a function of one Title."""

    def declared(check: Callable[[Title], Iterable[Objection]]) -> Rule:
        return Rule(id, severity, lambda subject: (each for title in titles(subject) for each in check(title)))

    return declared


def capitalised(text: str) -> str:
    """Title case (English): small words stay small except at either end, also within brackets."""
    acronyms = {word.lower(): word for word in listed("acronyms")}
    words = list(_WORD.finditer(text))
    parts, end = [], 0
    for index, word in enumerate(words):
        parts.append(text[end : word.start()])
        at_an_end = (
            index in (0, len(words) - 1)
            or re.search(r"[(\[/:]\s*$", text[: word.start()])
            or re.match(r"\s*[)\]/:]", text[word.end() :])
        )
        parts.append(_cased(word.group(), small=not at_an_end, acronyms=acronyms))
        end = word.end()
    return "".join(parts) + text[end:]


def _cased(word: str, *, small: bool, acronyms: dict[str, str]) -> str:
    if word.lower() in acronyms:
        return acronyms[word.lower()]
    if word.lower() in listed("small") and small:
        return word.lower()
    if word.islower() or (word.isupper() and len(word) > 1):
        return word[0].upper() + word[1:].lower()
    return word


def without(text: str, part: re.Match[str]) -> str:
    """The text without a part, and without the space and dash that led to it."""
    before = re.sub(r"\s*[-–—]?\s*$", "", text[: part.start()])
    after = text[part.end() :].strip()
    return f"{before} {after}".strip()


def taken_out(text: str, part: re.Pattern[str]) -> tuple[list[re.Match[str]], str]:
    """Every such part, one after the other, and the text without them."""
    found = []
    while match := part.search(text):
        found.append(match)
        text = without(text, match)
    return found, text


def main_and_featured(title: Title) -> tuple[set[str], set[str]]:
    return {name.lower() for name in title.names(MAIN)}, {name.lower() for name in title.names(FEATURED)}
